//! Create, update and delete: which call, what it means when it does not come to its end, and what the state then holds.

use tokio_util::sync::CancellationToken;

use super::convergence::Convergence;
use super::mapping::{accepted, object, settings};
use super::model::{SslVpnServer, TYPE_NAME};
use super::update::{UpdatePath, update_path};
use crate::cloud::client_token::ClientToken;
use crate::cloud::error::{Class, Error};
use crate::cloud::vpc;
use crate::provider::change::{Bounds, Change, Failure};
use crate::provider::kind::SSL_SERVER;
use crate::provider::timeouts::timeout;
use crate::provider::{Configured, region};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome, Update};

/// Creates the server and waits until its gateway has it.
pub async fn create(
    call: Call<'_, Configured>,
    planned: SslVpnServer,
) -> Outcome<Option<SslVpnServer>> {
    let Configured { vpc, gateways, .. } = call.client;
    let region = region::of(&planned.region, call.client);
    let _changing = call.client.changing(&region);
    let gateway_id = text(&planned.vpn_gateway_id);
    let timeout = timeout(planned.timeouts.known(), |timeouts| &timeouts.create);
    let bounds = Bounds::new(timeout, call.cancel);
    let (token, settings) = (ClientToken::random(), settings(None, &planned));

    let sent = async {
        let change = Change::begin(vpc, gateways.get(&region, gateway_id), bounds).await?;
        let created = change
            .send(|cancel| {
                let (region, token, settings) = (&region, &token, &settings);
                async move {
                    vpc.create_ssl_vpn_server(region, gateway_id, settings, token, &cancel)
                        .await
                }
            })
            .await?;
        Ok((change, created.id))
    };
    let (change, id) = match sent.await {
        Ok(sent) => sent,
        Err(failure) => {
            let summary = format!("SSL server not created on {gateway_id} in {region}");
            let diagnostic = match existing_server(&call, &region, gateway_id, &failure).await {
                Some(existing) => occupied(summary, &existing, &failure),
                None => refused(summary, "create", &failure),
            };
            return Outcome::with(None, diagnostic);
        }
    };

    let accepted = accepted(&planned, &id, &region);
    match converge(
        &call,
        &change,
        (&region, &id),
        Convergence::of_create(&planned),
    )
    .await
    {
        Ok(Some(described)) => Outcome::new(Some(object(&described, &accepted, &region))),
        Ok(None) => Outcome::new(Some(accepted)),
        Err(failure) => {
            let detail = format!(
                "CreateSslVpnServer was accepted: SSL server {id} exists on {gateway_id} in {region}, and the cloud goes on with it, but its end \
                 was not seen: {failure}.\n\nThe state holds the server. Terraform marks it as tainted and would replace it with the next apply. \
                 When the gateway is active, keep the server with `terraform untaint {TYPE_NAME}.NAME` (the name of this resource), then run \
                 `terraform apply`: it compares what the cloud made of it and changes only what differs.{}",
                failure.advice("create")
            );
            Outcome::with(
                Some(accepted),
                Diagnostic::error(format!(
                    "SSL server {id} accepted, but not seen to be ready"
                ))
                .detail(detail),
            )
        }
    }
}

/// Changes the server on the path that the plan decided on.
pub async fn update(
    call: Call<'_, Configured>,
    update: Update<SslVpnServer, UpdatePath>,
) -> Outcome<SslVpnServer> {
    let Update {
        prior,
        planned,
        decision,
    } = update;
    let Configured { vpc, gateways, .. } = call.client;
    let region = region::of(&planned.region, call.client);
    let _changing = call.client.changing(&region);
    let (id, gateway_id) = (
        text(&prior.id).to_owned(),
        text(&prior.vpn_gateway_id).to_owned(),
    );
    let timeout = timeout(planned.timeouts.known(), |timeouts| &timeouts.update);
    let bounds = Bounds::new(timeout, call.cancel);
    let token = ClientToken::random();
    let path = decision.unwrap_or_else(|| update_path(&prior, &planned));
    tracing::info!(server = id, ?path, "update path");
    if path == UpdatePath::Nothing {
        return Outcome::new(planned);
    }

    let settings = settings(Some(&prior), &planned);
    let name = text(&planned.name);
    let sent = async {
        let change = Change::begin(vpc, gateways.get(&region, &gateway_id), bounds).await?;
        let answer = change
            .send(|cancel| {
                let (region, id, token, settings) = (&region, &id, &token, &settings);
                async move {
                    match path {
                        UpdatePath::NameOnly => {
                            vpc.modify_ssl_vpn_server_name(region, id, name, token, &cancel)
                                .await
                        }
                        _ => {
                            vpc.modify_ssl_vpn_server(region, id, settings, token, &cancel)
                                .await
                        }
                    }
                }
            })
            .await?;
        Ok((change, answer))
    };
    let (change, answer) = match sent.await {
        Ok(sent) => sent,
        Err(failure) => {
            let diagnostic = refused(
                format!("SSL server {id} in {region} not changed"),
                "update",
                &failure,
            );
            return Outcome::with(prior, diagnostic);
        }
    };
    if path == UpdatePath::NameOnly {
        let renamed = answer.server.map_or_else(
            || planned.clone(),
            |server| object(&server, &planned, &region),
        );
        return Outcome::new(renamed);
    }

    match converge(
        &call,
        &change,
        (&region, &id),
        Convergence::of_update(&planned),
    )
    .await
    {
        Ok(Some(described)) => Outcome::new(object(&described, &planned, &region)),
        Ok(None) => Outcome::new(planned),
        Err(failure) => {
            let detail = format!(
                "ModifySslVpnServer was accepted for SSL server {id} on {gateway_id} in {region}, and the cloud goes on with it, but its end was \
                 not seen: {failure}.\n\nThe state holds the planned values. Run `terraform apply` again: it reads what the cloud made of them and \
                 changes what still differs.{}",
                failure.advice("update")
            );
            Outcome::with(
                planned,
                Diagnostic::error(format!(
                    "Change of SSL server {id} accepted, but not seen to be done"
                ))
                .detail(detail),
            )
        }
    }
}

/// Deletes the server and waits until its gateway is done with it.
pub async fn delete(
    call: Call<'_, Configured>,
    state: SslVpnServer,
) -> Outcome<Option<SslVpnServer>> {
    let Configured { vpc, gateways, .. } = call.client;
    let region = region::of(&state.region, call.client);
    let _changing = call.client.changing(&region);
    let (id, gateway_id) = (
        text(&state.id).to_owned(),
        text(&state.vpn_gateway_id).to_owned(),
    );
    let timeout = timeout(state.timeouts.known(), |timeouts| &timeouts.delete);
    let bounds = Bounds::new(timeout, call.cancel);
    let token = ClientToken::random();
    let is_gone = |error: &Error| error.class() == Class::NotFound;

    let sent = async {
        let change = Change::begin(vpc, gateways.get(&region, &gateway_id), bounds).await?;
        let deleted = change
            .send(|cancel| {
                let (region, id, token) = (&region, &id, &token);
                async move { vpc.delete_ssl_vpn_server(region, id, token, &cancel).await }
            })
            .await;
        match deleted {
            Ok(_) => Ok(change),
            // An earlier try of this call may have deleted it: then the gateway has just begun.
            Err(Failure::Cloud(error)) if is_gone(&error) && error.may_have_acted() => Ok(change),
            Err(failure) => Err(failure),
        }
    };
    let change = match sent.await {
        Ok(change) => change,
        Err(Failure::Cloud(error)) if is_gone(&error) && state.region.is_null() => {
            return Outcome::with(Some(state), region::nowhere(SSL_SERVER, &id, &region));
        }
        Err(Failure::Cloud(error)) if is_gone(&error) => return Outcome::new(None),
        Err(failure) => {
            let diagnostic = refused(
                format!("SSL server {id} in {region} not deleted"),
                "delete",
                &failure,
            );
            return Outcome::with(Some(state), diagnostic);
        }
    };
    match converge(&call, &change, (&region, &id), Convergence::of_delete()).await {
        Ok(_) => Outcome::new(None),
        Err(failure) => {
            let detail = format!(
                "DeleteSslVpnServer was accepted for SSL server {id} on {gateway_id} in {region}, and the cloud goes on with it, but its end was \
                 not seen: {failure}.\n\nThe state still holds the server. Run `terraform destroy` (or `terraform apply`) again: what is gone by then is removed from the state.{}",
                failure.advice("delete")
            );
            Outcome::with(
                Some(state),
                Diagnostic::error(format!(
                    "Deletion of SSL server {id} accepted, but not seen to be done"
                ))
                .detail(detail),
            )
        }
    }
}

fn text(value: &Attr<String>) -> &str {
    value.known().map_or("", String::as_str)
}

/// The server that keeps a gateway occupied, when that is why a create failed.
async fn existing_server(
    call: &Call<'_, Configured>,
    region: &str,
    gateway_id: &str,
    failure: &Failure,
) -> Option<String> {
    let Failure::Cloud(error) = failure else {
        return None;
    };
    if error.code() != Some("Resource.QuotaFull") {
        return None;
    }
    let servers = call
        .client
        .vpc
        .describe_ssl_vpn_servers_of_gateway(region, gateway_id, call.cancel)
        .await
        .ok()?;
    servers.into_iter().next().map(|server| server.id)
}

fn occupied(summary: String, existing: &str, failure: &Failure) -> Diagnostic {
    Diagnostic::error(summary)
        .detail(format!(
            "{failure}.\n\nThe gateway has an SSL server already, {existing}, and can have only one. To manage that one with this \
             configuration, add this block and apply again:\n\n  import {{\n    to = {TYPE_NAME}.NAME\n    id = \"{existing}\"\n  }}\n\n\
             with the name of this resource for NAME. If it is this resource's own and is being replaced, it has to go first: remove \
             `create_before_destroy`. Otherwise delete it, or use another gateway."
        ))
        .at("vpn_gateway_id")
}

/// A change that was not accepted, or not seen to be.
fn refused(summary: String, change: &str, failure: &Failure) -> Diagnostic {
    failure.diagnostic(
        summary,
        change,
        "Run `terraform apply` again: it reads what is there, and where a server was created without an answer, it names the server and how to \
         import it.",
    )
}

/// Waits until the server and its gateway are as `convergence` wants them; returns the server as it was seen last.
async fn converge(
    call: &Call<'_, Configured>,
    change: &Change<'_>,
    (region, id): (&str, &str),
    mut convergence: Convergence<'_>,
) -> Result<Option<vpc::SslVpnServer>, Failure> {
    let describe = async |token: CancellationToken| {
        let vpc = &call.client.vpc;
        vpc.describe_ssl_vpn_server(region, id, &token).await
    };
    change
        .converge(describe, |since, gateway, server| {
            convergence.look(since, gateway, server.as_ref())
        })
        .await
}
