//! Create, update and delete: which call, what it means when it does not come to its end, and what the state then holds.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::mapping::whole_object;
use super::model::SslVpnClientCert;
use crate::cloud::client_token::ClientToken;
use crate::cloud::error::{Class, Error};
use crate::cloud::vpc::WholeSslVpnClientCert;
use crate::provider::change::{Bounds, Change, Doubt, Failure, NO_ANSWER};
use crate::provider::gateway::Gateway;
use crate::provider::kind::CLIENT_CERT;
use crate::provider::reads::{Source, SslVpnClientCerts};
use crate::provider::timeouts::timeout;
use crate::provider::{Configured, region};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::resource::{Call, Outcome, Update};

/// Creates the certificate, which is there at once, and reads what the cloud made of it.
pub async fn create(
    call: Call<'_, Configured>,
    planned: SslVpnClientCert,
) -> Outcome<Option<SslVpnClientCert>> {
    let Configured { vpc, .. } = call.client;
    let region = region::of(&planned.region, call.client);
    let _changing = call.client.changing(&region);
    let server_id = text(&planned.ssl_vpn_server_id);
    let timeout = timeout(planned.timeouts.known(), |timeouts| &timeouts.create);
    let bounds = Bounds::new(timeout, call.cancel);
    let token = ClientToken::random();

    let send = async |cancel: CancellationToken| {
        let name = planned.name.known().map(String::as_str);
        vpc.create_ssl_vpn_client_cert(&region, server_id, name, &token, &cancel)
            .await
    };
    let id = match send_beside(&call, bounds, (&region, server_id), send).await {
        Ok(created) => created.id,
        Err(failure) => return Outcome::with(None, not_created(server_id, &region, &failure)),
    };

    let look = async |cancel: CancellationToken| {
        let described = vpc
            .describe_ssl_vpn_client_cert(&region, &id, &cancel)
            .await?;
        Ok(described.filter(is_issued))
    };
    let described = bounds.until("it was not shown yet", look).await;
    let accepted = planned.clone().accepted(&id, &region);
    match described {
        Ok(whole) => {
            let now = vpc.clock().now();
            Outcome::new(Some(whole_object(&whole, &accepted, &region, now)))
        }
        // No error: Terraform would take the certificate for broken and replace it, which would disconnect everybody.
        Err(failure) => {
            let warning = Diagnostic::warning(format!("Client certificate {id} created, but not read"))
                .detail(format!(
                    "CreateSslVpnClientCert was accepted: certificate {id} of SSL server {server_id} exists in {region}, and the state holds it. Its \
                     attributes could not be read: {failure}.{} They are null until the next refresh; run `terraform apply` again.",
                    failure.advice("create")
                ));
            Outcome::with(Some(accepted), warning)
        }
    }
}

/// Renames the certificate, which the cloud does at once; whatever else an update changes is Terraform's alone.
pub async fn update(
    call: Call<'_, Configured>,
    update: Update<SslVpnClientCert, ()>,
) -> Outcome<SslVpnClientCert> {
    let Update { prior, planned, .. } = update;
    let Configured { vpc, .. } = call.client;
    let region = region::of(&planned.region, call.client);
    let _changing = call.client.changing(&region);
    let (id, server_id) = (text(&prior.id), text(&prior.ssl_vpn_server_id));
    let timeout = timeout(planned.timeouts.known(), |timeouts| &timeouts.update);
    let bounds = Bounds::new(timeout, call.cancel);

    if let Some(name) = planned
        .name
        .known()
        .filter(|name| prior.name.known() != Some(name))
    {
        let token = ClientToken::random();
        let send = async |cancel: CancellationToken| {
            vpc.modify_ssl_vpn_client_cert_name(&region, id, name, &token, &cancel)
                .await
        };
        if let Err(failure) = send_beside(&call, bounds, (&region, server_id), send).await {
            let summary = format!("Client certificate {id} in {region} not renamed");
            let diagnostic = refused(
                summary,
                &failure,
                "update",
                "Run `terraform apply` again: it reads the name and changes it if it still differs.",
            );
            return Outcome::with(prior, diagnostic);
        }
    }
    let now = vpc.clock().now();
    let changed = match planned.renewal_due {
        Attr::Unknown => planned.judged(now),
        _ => planned,
    };
    if changed.renewal_due == Attr::Known(true) && prior.renewal_due != Attr::Known(true) {
        let warning = Diagnostic::warning(format!("Client certificate {id} is due for renewal"))
            .detail(format!(
                "It ends at {}, which is within the new renew_before: the next plan replaces it.",
                text(&changed.end_time)
            ))
            .at("renew_before");
        return Outcome::with(changed, warning);
    }
    Outcome::new(changed)
}

/// Deletes the certificate and waits until it is gone. Its gateway goes on with it; whoever changes that next waits for it.
pub async fn delete(
    call: Call<'_, Configured>,
    state: SslVpnClientCert,
) -> Outcome<Option<SslVpnClientCert>> {
    let Configured { vpc, .. } = call.client;
    let region = region::of(&state.region, call.client);
    let _changing = call.client.changing(&region);
    let (id, server_id) = (text(&state.id), text(&state.ssl_vpn_server_id));
    let timeout = timeout(state.timeouts.known(), |timeouts| &timeouts.delete);
    let bounds = Bounds::new(timeout, call.cancel);
    let token = ClientToken::random();

    let send = async |cancel: CancellationToken| {
        vpc.delete_ssl_vpn_client_cert(&region, id, &token, &cancel)
            .await
    };
    let deleted = async {
        match gateway_of(&call, bounds, (&region, server_id)).await? {
            // The place is left as soon as the call is taken: the next one in it waits for the gateway.
            Some(gateway) => Change::begin(vpc, gateway, bounds).await?.send(send).await,
            // Its server is gone, and took it along as far as known.
            None => bounds.run(NO_ANSWER, send).await,
        }
    };
    match deleted.await {
        Ok(_) => {}
        Err(Failure::Cloud(error)) if error.class() == Class::NotFound => {
            // Gone is only what was asked for where it is, or what an earlier try of this call may have deleted.
            if state.region.is_null() && !error.may_have_acted() {
                let nowhere = region::nowhere(CLIENT_CERT, id, &region);
                return Outcome::with(Some(state), nowhere);
            }
            return Outcome::new(None);
        }
        Err(failure) => {
            let summary = format!("Client certificate {id} in {region} not deleted");
            let diagnostic = refused(
                summary,
                &failure,
                "delete",
                "Run `terraform apply` again: a certificate that is gone by then is removed from the state.",
            );
            return Outcome::with(Some(state), diagnostic);
        }
    }
    let look = async |cancel: CancellationToken| {
        let shown = SslVpnClientCerts(vpc).by_id(&region, id, &cancel).await?;
        Ok(shown.is_none().then_some(()))
    };
    match bounds.until("it was still listed", look).await {
        Ok(()) => Outcome::new(None),
        Err(failure) => {
            let error = Diagnostic::error(format!(
                "Deletion of client certificate {id} accepted, but not seen to be done"
            ))
            .detail(format!(
                "DeleteSslVpnClientCert was accepted for certificate {id} of SSL server {server_id} in {region}, and the cloud goes on with it, but its \
                 end was not seen: {failure}.\n\nThe state still holds it. Run `terraform apply` (or `terraform destroy`) again: what is gone by then is \
                 removed from the state.{}",
                failure.advice("delete")
            ));
            Outcome::with(Some(state), error)
        }
    }
}

/// Whether the answer has what it takes to be of use.
fn is_issued(described: &WholeSslVpnClientCert) -> bool {
    described.ca_cert.is_some() && described.client_cert.is_some()
}

/// Sends a call that the cloud carries out at once, beside others. Which gateway it is about matters only when that refuses it as busy.
async fn send_beside<T, F>(
    call: &Call<'_, Configured>,
    bounds: Bounds<'_>,
    server: (&str, &str),
    send: impl Fn(CancellationToken) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Error>>,
{
    let refused = match bounds.run(NO_ANSWER, &send).await {
        Err(Failure::Cloud(error)) if error.class() == Class::GatewayBusy => error,
        result => return result,
    };
    let mut doubt = Doubt::default();
    doubt.note(&refused);
    let again = async {
        let Some(gateway) = gateway_of(call, bounds, server).await? else {
            return Err(refused.into());
        };
        let change = Change::beside(&call.client.vpc, gateway, bounds).await?;
        change.send_again(refused, send).await
    };
    let sent = again.await;
    doubt.carried(sent)
}

/// The gateway of a server; `None` where there is no such server.
async fn gateway_of(
    call: &Call<'_, Configured>,
    bounds: Bounds<'_>,
    (region, server_id): (&str, &str),
) -> Result<Option<Arc<Gateway>>, Failure> {
    let Configured { vpc, gateways, .. } = call.client;
    let look = async |cancel: CancellationToken| {
        let describe = async {
            let server = vpc
                .describe_ssl_vpn_server(region, server_id, &cancel)
                .await?;
            Ok(server.and_then(|server| server.vpn_gateway_id))
        };
        gateways
            .of_server(region, server_id, describe, &cancel)
            .await
    };
    bounds.run("its server was not looked up", look).await
}

fn text(value: &Attr<String>) -> &str {
    value.known().map_or("", String::as_str)
}

/// A create that was not accepted, or not seen to be. What the API says of the server, or of a quota, it says here.
fn not_created(server_id: &str, region: &str, failure: &Failure) -> Diagnostic {
    let summary = format!("Client certificate not created for {server_id} in {region}");
    let code = match failure {
        // What was created must be found, whatever came after it.
        failure if failure.may_have_acted() => "",
        Failure::Cloud(error) => error.code().unwrap_or_default(),
        _ => "",
    };
    let advice = match code {
        "InvalidSslVpnServerId.NotFound" => format!(
            "Region {region} has no SSL server {server_id}. Check ssl_vpn_server_id; a certificate of a server in another region needs region."
        ),
        "CreateSslCertsQuotaFull.QuotaFull" | "Resource.QuotaFull" => {
            "The account has all the SSL client certificates that its quota allows: 50, unless it was raised. Delete those that nobody uses (the data \
             source alivpn_ssl_vpn_client_certs lists them), or raise the quota of SSL client certificates in the Quota Center \
             (https://quotas.console.alibabacloud.com), product VPN Gateway, and apply again."
                .to_owned()
        }
        "SslVpnClientCreateTimes.ReachLimits" => {
            "The account has created as many SSL client certificates as its quota of creations allows, whatever became of them. Raise that quota in the \
             Quota Center (https://quotas.console.alibabacloud.com), product VPN Gateway, and apply again."
                .to_owned()
        }
        _ => {
            return refused(
                summary,
                failure,
                "create",
                "Run `terraform apply` again: it creates another certificate. If this one was created, no state holds it: the data source \
                 alivpn_ssl_vpn_client_certs lists it, as the newest of its server. How to tell it from others, and then import or delete it, \
                 is in the guide \"Rotating certificates\", under \"A certificate that no state holds\".",
            );
        }
    };
    Diagnostic::error(summary)
        .detail(format!("{failure}.\n\n{advice}"))
        .at("ssl_vpn_server_id")
}

/// A change that was not accepted, or not seen to be.
fn refused(summary: String, failure: &Failure, change: &str, in_doubt: &str) -> Diagnostic {
    let mut diagnostic = failure.diagnostic(summary, change, in_doubt);
    // What else the API finds fault with stands at the server.
    let own = ["name", "region", "id"].map(AttributePath::from);
    if diagnostic
        .attribute
        .as_ref()
        .is_some_and(|at| !own.contains(at))
    {
        diagnostic = diagnostic.at("ssl_vpn_server_id");
    }
    diagnostic
}
