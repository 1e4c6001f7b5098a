//! Read and import.

use super::mapping::object;
use super::model::SslVpnServer;
use crate::cloud::endpoint::check_region;
use crate::cloud::error::Error;
use crate::provider::reads::SslVpnServers;
use crate::provider::{Configured, explain};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::identity::Identity;
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};
use crate::tf::validators::quoted;

/// The server as it is now. Gone is only what the documented codes or an empty list call so.
pub async fn read(
    call: Call<'_, Configured>,
    state: SslVpnServer,
) -> Outcome<Option<SslVpnServer>> {
    let Some(id) = state.id.known().cloned() else {
        let error = Diagnostic::error("No ID in the state")
            .detail("The state of this SSL server has no id, so it cannot be asked for. Remove it with `terraform state rm` and import it again.");
        return Outcome::with(Some(state), error);
    };
    let region = region(&state, call.client);
    let Configured {
        vpc,
        ssl_vpn_server_reads,
        ..
    } = call.client;
    let servers = SslVpnServers(vpc);
    match ssl_vpn_server_reads.read(&servers, &region, &id, call.cancel).await {
        Ok(Some(described)) => Outcome::new(Some(object(&described, &state, &region))),
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

/// Where an object is asked for: its own region; the provider's where the state does not say.
pub fn region(state: &SslVpnServer, configured: &Configured) -> String {
    state
        .region
        .known()
        .cloned()
        .unwrap_or_else(|| configured.region.clone())
}

/// The server of `vss-...` or `vss-...@region`.
pub async fn import(call: Call<'_, Configured>, id: &str) -> Outcome<Option<SslVpnServer>> {
    match parse_import_id(id) {
        Ok(named) => find(call, named).await,
        Err(error) => Outcome::failed(error),
    }
}

/// The server of an identity, whose region may be left to the provider.
pub async fn import_by_identity(
    call: Call<'_, Configured>,
    identity: &Identity,
) -> Outcome<Option<SslVpnServer>> {
    let text = |name| identity.get(name).as_str();
    match named(text("id").unwrap_or_default(), text("region")) {
        Some(named) => find(call, named).await,
        None => Outcome::failed(Diagnostic::error("Invalid identity").detail(format!(
            "{} is not the identity of an SSL server. Allowed: id = \"vss-...\", and where the server is not in the provider's \
             region, region with the region's ID, such as \"cn-hangzhou\".",
            identity_in_words(identity)
        ))),
    }
}

fn identity_in_words(identity: &Identity) -> String {
    let value = |name| {
        let text = identity.get(name).as_str()?;
        Some(format!("{name} = {}", quoted(text)))
    };
    let values: Vec<String> = ["id", "region"].into_iter().filter_map(value).collect();
    values.join(", ")
}

/// The server of which only ID and region are known. Asked for by ID: the refresh that follows an import may then be the
/// only read.
async fn find(call: Call<'_, Configured>, named: SslVpnServer) -> Outcome<Option<SslVpnServer>> {
    let region = region(&named, call.client);
    let id = named.id.value().unwrap_or_default();
    let described = call
        .client
        .vpc
        .describe_ssl_vpn_server(&region, &id, call.cancel);
    match described.await {
        Ok(Some(described)) => Outcome::new(Some(object(&described, &named, &region))),
        Ok(None) => Outcome::failed(Diagnostic::error(format!("No SSL server {id} to import")).detail(format!(
            "Region {region} has no such server. Check the ID; a server in another region is imported as \"vss-...@region\", with \
             its region for region."
        ))),
        Err(error) => Outcome::failed(unreadable(&id, &region, &error)),
    }
}

/// What `vss-...` and `vss-...@region` say.
fn parse_import_id(id: &str) -> Result<SslVpnServer, Diagnostic> {
    let (server, region) = match id.split_once('@') {
        Some((server, region)) => (server, Some(region)),
        None => (id, None),
    };
    named(server, region).ok_or_else(|| {
        Diagnostic::error("Invalid import ID").detail(format!(
            "\"{id}\" is not the ID of an SSL server. Allowed: \"vss-...\", or \"vss-...@region\" such as \
             \"vss-bp18q7hzj6largv4v0001@cn-hangzhou\"."
        ))
    })
}

/// A server of which only ID and region are known. `None` for what cannot be one.
fn named(id: &str, region: Option<&str>) -> Option<SslVpnServer> {
    let well_formed = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let is_id = id.strip_prefix("vss-").is_some_and(well_formed);
    let is_region = region.is_none_or(|region| check_region(region).is_ok());
    (is_id && is_region).then(|| SslVpnServer {
        id: Attr::Known(id.to_owned()),
        region: region.map(str::to_owned).into(),
        ..SslVpnServer::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_alone_leaves_the_region_to_the_provider() {
        let imported = parse_import_id("vss-bp18q7hzj6largv4v0001").unwrap();
        assert_eq!(
            imported.id,
            Attr::Known("vss-bp18q7hzj6largv4v0001".to_owned())
        );
        assert_eq!(imported.region, Attr::Null);
    }

    #[test]
    fn an_id_may_name_its_region() {
        let imported = parse_import_id("vss-1@cn-shanghai").unwrap();
        assert_eq!(imported.region, Attr::Known("cn-shanghai".to_owned()));
    }

    #[test]
    fn anything_else_is_refused_with_what_is_allowed() {
        for id in [
            "",
            "vss-",
            "vpn-1",
            "vss-1@",
            "vss-1@cn shanghai",
            "vss-1@a@b",
            "@cn-hangzhou",
            "vss-1 ",
            "vss-1/../x",
        ] {
            let error = parse_import_id(id).unwrap_err();
            assert!(
                error.detail.contains("vss-...@region"),
                "{id}: {}",
                error.detail
            );
        }
    }
}
