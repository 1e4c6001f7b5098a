//! Read and import.

use super::mapping::object;
use super::model::SslVpnServer;
use crate::cloud::endpoint::check_region;
use crate::provider::{Configured, explain};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};

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
    match call.client.vpc.describe_ssl_vpn_server(&region, &id, call.cancel).await {
        Ok(Some(described)) => Outcome::new(Some(object(&described, &state, &region))),
        Ok(None) => Outcome::with(
            None,
            Diagnostic::warning(format!("SSL server {id} is gone")).detail(format!(
                "Region {region} has no such server: it was deleted outside Terraform. It is removed from the state, and the next apply creates \
                 it again unless the configuration no longer has it."
            )),
        ),
        Err(error) => Outcome::with(Some(state), explain::diagnostic(format!("Cannot read SSL server {id} in {region}"), &error)),
    }
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
pub async fn import(call: Call<'_, Configured>, id: &str) -> Result<SslVpnServer, Diagnostics> {
    let named = parse_import_id(id)?;
    let region = region(&named, call.client);
    let read = read(call, named).await;
    match read.value {
        _ if read.diagnostics.has_errors() => Err(read.diagnostics),
        Some(server) => Ok(server),
        None => Err(Diagnostic::error(format!("No SSL server {id} to import"))
            .detail(format!(
                "Region {region} has no such server. Check the ID; a server in another region is imported as \"vss-...@region\", with \
                 its region for region."
            ))
            .into()),
    }
}

/// Only ID and region are known.
fn parse_import_id(id: &str) -> Result<SslVpnServer, Diagnostic> {
    let (server, region) = match id.split_once('@') {
        Some((server, region)) => (server, Some(region)),
        None => (id, None),
    };
    let well_formed = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let tail = server.strip_prefix("vss-");
    if !tail.is_some_and(well_formed) || region.is_some_and(|region| check_region(region).is_err())
    {
        return Err(Diagnostic::error("Invalid import ID").detail(format!(
            "\"{id}\" is not the ID of an SSL server. Allowed: \"vss-...\", or \"vss-...@region\" such as \
             \"vss-bp18q7hzj6largv4v0001@cn-hangzhou\"."
        )));
    }
    Ok(SslVpnServer {
        id: Attr::Known(server.to_owned()),
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
