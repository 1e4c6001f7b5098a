//! Read and import.

use super::mapping::{object, whole_object};
use super::model::SslVpnClientCert;
use crate::cloud::error::Error;
use crate::provider::identity::Name;
use crate::provider::kind::CLIENT_CERT;
use crate::provider::reads::SslVpnClientCerts;
use crate::provider::{Configured, explain, region};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};

/// The certificate as it is now. Gone is only what the documented code or an empty list calls so, in the region that the state says.
pub async fn read(
    call: Call<'_, Configured>,
    state: SslVpnClientCert,
) -> Outcome<Option<SslVpnClientCert>> {
    let Some(id) = state.id.value() else {
        let error = Diagnostic::error("No ID in the state").detail(
            "The state of this client certificate has no id, so it cannot be asked for. Remove it with `terraform state rm` and import it again.",
        );
        return Outcome::with(Some(state), error);
    };
    let region = region::of(&state.region, call.client);
    match describe(&call, &region, &id, &state).await {
        Ok(Some(cert)) => {
            let diagnostics = expired(&cert);
            Outcome::with(Some(cert), diagnostics)
        }
        Ok(None) if state.region.is_null() => {
            Outcome::with(Some(state), region::nowhere(CLIENT_CERT, &id, &region))
        }
        Ok(None) => Outcome::with(
            None,
            Diagnostic::warning(format!("Client certificate {id} is gone")).detail(format!(
                "Region {region} has no such certificate: it was deleted outside Terraform, perhaps with its server. It is removed from the \
                 state, and the next apply creates another one unless the configuration no longer has it."
            )),
        ),
        Err(error) => Outcome::with(Some(state), unreadable(&id, &region, &error)),
    }
}

fn unreadable(id: &str, region: &str, error: &Error) -> Diagnostic {
    explain::diagnostic(
        format!("Cannot read client certificate {id} in {region}"),
        error,
    )
}

/// The look that shows as little as serves: a list shows no key, but no certificates either.
async fn describe(
    call: &Call<'_, Configured>,
    region: &str,
    id: &str,
    state: &SslVpnClientCert,
) -> Result<Option<SslVpnClientCert>, Error> {
    let Configured {
        vpc,
        ssl_vpn_client_cert_reads: reads,
        ..
    } = call.client;
    let now = || vpc.clock().now();
    if state.ca_cert.known().is_some() && state.client_cert.known().is_some() {
        let certs = SslVpnClientCerts(vpc);
        let listed = reads.read(&certs, region, id, call.cancel).await?;
        return Ok(listed.map(|cert| object(&cert, state, region, now())));
    }
    let whole = vpc
        .describe_ssl_vpn_client_cert(region, id, call.cancel)
        .await?;
    Ok(whole.map(|whole| whole_object(&whole, state, region, now())))
}

/// Nobody can connect with it any more, which only matters to those who try.
fn expired(cert: &SslVpnClientCert) -> Diagnostics {
    let text = |value: &Attr<String>| value.value().unwrap_or_default();
    if text(&cert.status) != "expired" {
        return Diagnostics::new();
    }
    Diagnostic::warning("A client certificate has expired")
        .detail(format!(
            "{} held until {}: nobody can connect with it any more. Replace it with `terraform apply -replace=ADDRESS`, which disconnects \
             every client of its server for a moment, and set renew_before to have the next one replaced in time.",
            text(&cert.id),
            text(&cert.end_time)
        ))
        .into()
}

/// The certificate that a person names, by an ID or an identity.
pub async fn import(
    call: Call<'_, Configured>,
    named: Result<Name, Diagnostic>,
) -> Outcome<Option<SslVpnClientCert>> {
    let name = match named {
        Ok(name) => name,
        Err(error) => return Outcome::failed(error),
    };
    let cert = SslVpnClientCert {
        id: name.id.clone().into(),
        region: name.region.clone().into(),
        ..SslVpnClientCert::default()
    };
    let region = region::of(&cert.region, call.client);
    let vpc = &call.client.vpc;
    let found = vpc.look_up_ssl_vpn_client_cert(&region, &name.id, call.cancel);
    let found = found
        .await
        .map(|whole| Some(whole_object(&whole, &cert, &region, vpc.clock().now())));
    if let Ok(Some(_)) = found {
        call.client.imported_certs.insert(&region, &name.id);
    }
    name.found(CLIENT_CERT, &region, found)
}
