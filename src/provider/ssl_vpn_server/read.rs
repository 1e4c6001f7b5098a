//! Read and import.

use super::mapping::object;
use super::model::SslVpnServer;
use crate::cloud::error::Error;
use crate::provider::identity::Name;
use crate::provider::kind::SSL_SERVER;
use crate::provider::reads::SslVpnServers;
use crate::provider::{Configured, explain, region};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::resource::{Call, Outcome};

/// The server as it is now. Gone is only what the documented codes or an empty list call so, in the region that the state says.
pub async fn read(
    call: Call<'_, Configured>,
    state: SslVpnServer,
) -> Outcome<Option<SslVpnServer>> {
    let Some(id) = state.id.known().cloned() else {
        let error = Diagnostic::error("No ID in the state")
            .detail("The state of this SSL server has no id, so it cannot be asked for. Remove it with `terraform state rm` and import it again.");
        return Outcome::with(Some(state), error);
    };
    let region = region::of(&state.region, call.client);
    let Configured {
        vpc,
        ssl_vpn_server_reads,
        ..
    } = call.client;
    let servers = SslVpnServers(vpc);
    match ssl_vpn_server_reads.read(&servers, &region, &id, call.cancel).await {
        Ok(Some(described)) => Outcome::new(Some(object(&described, &state, &region))),
        Ok(None) if state.region.is_null() => {
            Outcome::with(Some(state), region::nowhere(SSL_SERVER, &id, &region))
        }
        Ok(None) => Outcome::with(
            None,
            Diagnostic::warning(format!("SSL server {id} is gone")).detail(format!(
                "Region {region} has no such server: it was deleted outside Terraform. It is removed from the state, and the next apply creates \
                 it again unless the configuration no longer has it."
            )),
        ),
        Err(error) => Outcome::with(Some(state), unreadable(&id, &region, &error)),
    }
}

fn unreadable(id: &str, region: &str, error: &Error) -> Diagnostic {
    explain::diagnostic(format!("Cannot read SSL server {id} in {region}"), error)
}

/// The server that a person names, by an ID or an identity. Asked for by ID: the refresh that follows an import may then be the
/// only read.
pub async fn import(
    call: Call<'_, Configured>,
    named: Result<Name, Diagnostic>,
) -> Outcome<Option<SslVpnServer>> {
    let name = match named {
        Ok(name) => name,
        Err(error) => return Outcome::failed(error),
    };
    let server = SslVpnServer {
        id: name.id.clone().into(),
        region: name.region.clone().into(),
        ..SslVpnServer::default()
    };
    let region = region::of(&server.region, call.client);
    let vpc = &call.client.vpc;
    let found = vpc.look_up_ssl_vpn_server(&region, &name.id, call.cancel);
    let found = found
        .await
        .map(|found| found.map(|found| object(&found, &server, &region)));
    name.found(SSL_SERVER, &region, found)
}
