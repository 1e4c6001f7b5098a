//! `alivpn_ssl_vpn_server` and `alivpn_ssl_vpn_servers`.

use serde_json::json;

use super::{block, faults, ids, read};
use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY};
use crate::terraform::{Workspace, server};

const ONE: &str = "alivpn_ssl_vpn_server";
const MANY: &str = "alivpn_ssl_vpn_servers";

/// Two servers, made by another workspace, in the order of their gateways.
fn servers(emulator: &Emulator) -> [String; 2] {
    let workspace = Workspace::new(emulator);
    workspace.write(&format!(
        "{}\n{}",
        server(
            "one",
            "  name = \"office-1\"\n  local_subnets = [\"10.1.0.0/16\", \"10.0.0.0/16\"]"
        ),
        server(
            "other",
            &format!("  vpn_gateway_id = {OTHER_GATEWAY:?}\n  name = \"office-2\"")
        )
    ));
    workspace.apply().exits(0);
    [GATEWAY, OTHER_GATEWAY].map(|gateway| {
        let servers = emulator.servers();
        let found = servers
            .iter()
            .find(|server| server["VpnGatewayId"] == gateway);
        crate::emulator::text(&found.expect("it was created")["SslVpnServerId"])
    })
}

#[test]
fn a_server_is_found_by_id_by_gateway_and_by_name_and_lists_keep_to_their_filters() {
    let emulator = Emulator::quick();
    let [one, other] = servers(&emulator);
    let workspace = Workspace::new(&emulator);
    let found = read(&workspace, ONE, &format!("  id = {one:?}"));
    assert_eq!(found["name"], "office-1");
    assert_eq!(found["vpn_gateway_id"], GATEWAY);
    assert_eq!(found["region"], "cn-hangzhou");
    assert_eq!(found["port"], 1194);
    assert_eq!(
        found["local_subnets"],
        json!(["10.0.0.0/16", "10.1.0.0/16"])
    );
    assert_eq!(found["connections"], 0);
    let by_gateway = read(&workspace, ONE, &format!("  vpn_gateway_id = {GATEWAY:?}"));
    assert_eq!(by_gateway, found);
    let by_name = read(&workspace, ONE, "  name = \"office-2\"");
    assert_eq!(by_name["id"], *other);

    let mut both = [one.as_str(), other.as_str()];
    both.sort_unstable();
    for (body, expected) in [
        (String::new(), &both[..]),
        (
            format!("  ids = [{other:?}, \"vss-unknown\"]"),
            &[other.as_str()],
        ),
        (format!("  vpn_gateway_id = {GATEWAY:?}"), &[one.as_str()]),
        ("  name_regex = \"2$\"".to_owned(), &[other.as_str()]),
        ("  resource_group_id = \"rg-unknown\"".to_owned(), &[]),
        ("  region = \"cn-shanghai\"".to_owned(), &[]),
    ] {
        let list = read(&workspace, MANY, &body);
        assert_eq!(ids(&list["ssl_vpn_servers"]), expected, "{body}");
    }

    for (body, words) in [
        (
            "  id = \"vss-unknown\"",
            "Region cn-hangzhou has no such SSL server",
        ),
        ("  name = \"office\"", "Candidates:"),
        (
            "  vpn_gateway_id = \"vpn-unknown\"",
            "name \"office-2\", in vpn-bp1emulator0002",
        ),
    ] {
        workspace.write(&block(ONE, body));
        workspace.plan().exits(1).says(words);
    }

    // Where the API says it in words, these are shown.
    emulator.fault(json!({
        "operation": "DescribeSslVpnServers", "count": 0, "http_status": 404, "code": "InvalidSslVpnServerId.NotFound",
    }));
    workspace.write(&block(ONE, "  id = \"vss-unknown\""));
    workspace
        .plan()
        .exits(1)
        .says("Region cn-hangzhou has no such SSL server")
        .says("InvalidSslVpnServerId.NotFound")
        .says("RequestId");
    workspace.write(&server("this", ""));
    workspace
        .import("vss-unknown")
        .exits(1)
        .says("No SSL server vss-unknown to import")
        .says("InvalidSslVpnServerId.NotFound")
        .says("RequestId");
}

#[test]
fn a_server_is_not_looked_up_by_nothing_or_by_a_broken_expression() {
    let workspace = Workspace::new(&Emulator::quick());
    let nothing = faults(&workspace, ONE, "");
    assert!(
        nothing[0].contains("Which SSL server? Set id, or one or more of vpn_gateway_id, name"),
        "{nothing:#?}"
    );
    let broken = faults(&workspace, MANY, "  name_regex = \"[\"");
    assert!(
        broken[0].contains("Invalid value for `name_regex`"),
        "{broken:#?}"
    );
}

#[test]
fn a_refusal_is_an_error_with_code_and_request_and_never_an_empty_list() {
    let emulator = Emulator::quick();
    emulator.fault(json!({"operation": "DescribeSslVpnServers", "count": 0, "http_status": 403, "code": "Forbidden.RAM"}));
    let workspace = Workspace::new(&emulator);
    workspace.write(&block(MANY, ""));
    let outcome = workspace.plan();
    outcome
        .exits(1)
        .says("Cannot look up SSL servers in cn-hangzhou")
        .says("Forbidden.RAM")
        .says("RequestId");
    outcome.says("vpc:DescribeSslVpnServers");
}
