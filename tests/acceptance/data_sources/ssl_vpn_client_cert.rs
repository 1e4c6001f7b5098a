//! `alivpn_ssl_vpn_client_cert`, `alivpn_ssl_vpn_client_certs` and `alivpn_ssl_vpn_clients`: who may connect, and who is connected.

use serde_json::json;

use super::{block, faults, ids, read};
use crate::emulator::{Emulator, GATEWAY, of};
use crate::terraform::{Workspace, server};

const CERT: &str = "alivpn_ssl_vpn_client_cert";
const CERTS: &str = "alivpn_ssl_vpn_client_certs";
const CLIENTS: &str = "alivpn_ssl_vpn_clients";

#[test]
fn certificates_and_connected_clients_are_listed_without_keys() {
    let emulator = Emulator::quick();
    let maker = Workspace::new(&emulator);
    maker.write(&server("this", ""));
    maker.apply().exits(0);
    let server = emulator.server_id();
    for (id, name, end) in [
        ("vsc-b", "bob", None),
        ("vsc-a", "ann", None),
        ("vsc-c", "old", Some(1_600_000_000_000_u64)),
    ] {
        let mut cert = json!({"SslVpnServerId": server, "SslVpnClientCertId": id, "Name": name});
        if let Some(end) = end {
            cert["CreateTime"] = json!(end - 1);
            cert["EndTime"] = json!(end);
        }
        emulator.add_certificate(cert);
    }
    let workspace = Workspace::new(&emulator);
    for (body, expected) in [
        (String::new(), &["vsc-a", "vsc-b", "vsc-c"][..]),
        (
            "  ids = [\"vsc-b\", \"vsc-unknown\"]".to_owned(),
            &["vsc-b"],
        ),
        (
            format!("  ssl_vpn_server_id = {server:?}\n  name_regex = \"^[ab]\""),
            &["vsc-a", "vsc-b"],
        ),
        ("  ssl_vpn_server_id = \"vss-unknown\"".to_owned(), &[]),
        ("  status = \"expired\"".to_owned(), &["vsc-c"]),
        ("  status = \"expiring-soon\"".to_owned(), &[]),
        ("  region = \"cn-shanghai\"".to_owned(), &[]),
    ] {
        let list = read(&workspace, CERTS, &body);
        assert_eq!(ids(&list["ssl_vpn_client_certs"]), expected, "{body}");
    }
    let list = read(&workspace, CERTS, "  ids = [\"vsc-c\"]");
    let cert = &list["ssl_vpn_client_certs"][0];
    assert_eq!(cert["end_time"], "2020-09-13T12:26:40Z");
    assert_eq!(cert["ssl_vpn_server_id"], *server);
    assert!(!workspace.state().contains("PRIVATE KEY"));

    let clients = format!("  vpn_gateway_id = {GATEWAY:?}");
    assert_eq!(read(&workspace, CLIENTS, &clients)["clients"], json!([]));
    emulator.connect_client("vsc-b", "203.0.113.9");
    emulator.connect_client("vsc-a", "203.0.113.8");
    let connected = read(&workspace, CLIENTS, &clients);
    let shown: Vec<_> = connected["clients"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|client| {
            (
                client["ssl_vpn_client_cert_id"].as_str(),
                client["ip"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Some("vsc-a"), Some("203.0.113.8")),
            (Some("vsc-b"), Some("203.0.113.9"))
        ]
    );

    workspace.write(&block(CLIENTS, "  vpn_gateway_id = \"vpn-unknown\""));
    workspace
        .plan()
        .exits(1)
        .says("No VPN gateway \"vpn-unknown\"")
        .says("Check vpn_gateway_id");
}

#[test]
fn certificates_and_clients_are_listed_on_every_page() {
    let emulator = Emulator::start(&["--converge", "0.1s", "--quota", "certificates=60"]);
    emulator.edit_gateway(GATEWAY, json!({"SslMaxConnections": 100}));
    let maker = Workspace::new(&emulator);
    maker.write(&server("this", "  client_ip_pool = \"10.30.0.0/22\""));
    maker.apply().exits(0);
    let server = emulator.server_id();
    let all: Vec<String> = (0..51)
        .map(|number| format!("vsc-page{number:04}"))
        .collect();
    for id in &all {
        emulator.add_certificate(json!({"SslVpnServerId": server, "SslVpnClientCertId": id}));
        emulator.connect_client(id, "203.0.113.9");
    }
    let workspace = Workspace::new(&emulator);
    emulator.clear_calls();
    let list = read(&workspace, CERTS, "");
    assert_eq!(ids(&list["ssl_vpn_client_certs"]), all);
    let list = read(
        &workspace,
        CLIENTS,
        &format!("  vpn_gateway_id = {GATEWAY:?}"),
    );
    let clients = list["clients"].as_array().expect("a list").iter();
    let connected: Vec<&str> = clients
        .map(|client| {
            client["ssl_vpn_client_cert_id"]
                .as_str()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(connected, all);
    let calls = emulator.calls();
    for operation in ["DescribeSslVpnClientCerts", "DescribeSslVpnClients"] {
        let mut calls = of(&calls, operation).into_iter();
        assert!(
            calls.any(|call| call.parameter("PageNumber") == "2"),
            "{operation}"
        );
    }
}

#[test]
fn certificates_and_clients_are_found_in_another_region_than_the_providers() {
    const SHANGHAI: &str = "vpn-uf6shanghai0001";
    let emulator = Emulator::quick();
    emulator.add_gateway(
        json!({"VpnGatewayId": SHANGHAI, "VpcId": "vpc-c", "RegionId": "cn-shanghai"}),
    );
    let maker = Workspace::new(&emulator);
    let there = format!("  vpn_gateway_id = {SHANGHAI:?}\n  region = \"cn-shanghai\"");
    maker.write(&server("this", &there));
    maker.apply().exits(0);
    emulator.add_certificate(
        json!({"SslVpnServerId": emulator.server_id(), "SslVpnClientCertId": "vsc-far", "Name": "far"}),
    );
    emulator.connect_client("vsc-far", "203.0.113.9");

    let workspace = Workspace::new(&emulator);
    for key in ["id = \"vsc-far\"", "name = \"far\""] {
        let found = read(
            &workspace,
            CERT,
            &format!("  {key}\n  region = \"cn-shanghai\""),
        );
        assert_eq!(
            (&found["id"], &found["region"]),
            (&json!("vsc-far"), &json!("cn-shanghai"))
        );
    }
    let connected = read(&workspace, CLIENTS, &there);
    assert_eq!(connected["region"], "cn-shanghai");
    assert_eq!(connected["clients"][0]["ssl_vpn_client_cert_id"], "vsc-far");
    let not_here = format!("  vpn_gateway_id = {SHANGHAI:?}");
    workspace.write(&block(CLIENTS, &not_here));
    workspace
        .plan()
        .exits(1)
        .says("Region cn-hangzhou has no such VPN gateway");
}

#[test]
fn a_status_that_no_certificate_has_is_an_error_at_validate() {
    let workspace = Workspace::new(&Emulator::quick());
    let faults = faults(&workspace, CERTS, "  status = \"lost\"");
    assert!(
        faults[0].contains("\"normal\", \"expiring-soon\", \"expired\""),
        "{faults:#?}"
    );
}

/// An emulator with the certificates `vsc-ann`, `vsc-bob` and another `bob`, and the ID of their server.
fn with_certificates() -> (Emulator, String) {
    let emulator = Emulator::quick();
    let maker = Workspace::new(&emulator);
    maker.write(&server("this", ""));
    maker.apply().exits(0);
    let server = emulator.server_id();
    for (id, name) in [("vsc-ann", "ann"), ("vsc-bob", "bob"), ("vsc-bob2", "bob")] {
        emulator.add_certificate(
            json!({"SslVpnServerId": server, "SslVpnClientCertId": id, "Name": name}),
        );
    }
    (emulator, server)
}

#[test]
fn a_certificate_is_found_by_id_or_as_the_only_match_without_its_key() {
    let (emulator, server) = with_certificates();
    let workspace = Workspace::new(&emulator);
    let whole = emulator.whole_certificate("vsc-ann");
    let by_id = read(&workspace, CERT, "  id = \"vsc-ann\"");
    for (name, expected) in [
        ("name", json!("ann")),
        ("ssl_vpn_server_id", json!(server)),
        ("region", json!("cn-hangzhou")),
        ("status", json!("normal")),
        ("ca_cert", whole["CaCert"].clone()),
        ("client_cert", whole["ClientCert"].clone()),
        ("client_key", json!(null)),
        ("client_config", json!(null)),
        ("profile", json!(null)),
    ] {
        assert_eq!(by_id[name], expected, "{name}");
    }
    assert!(!workspace.state().contains("PRIVATE KEY"));
    assert_eq!(read(&workspace, CERT, "  name = \"ann\""), by_id);
    let both = format!("  name = \"ann\"\n  ssl_vpn_server_id = {server:?}");
    assert_eq!(read(&workspace, CERT, &both), by_id);
    workspace.plan().exits(0).does_not_say("private key");
}

#[test]
fn the_key_is_given_to_who_asks_hidden_and_with_a_warning_that_it_is_in_the_state() {
    let (emulator, _) = with_certificates();
    let workspace = Workspace::new(&emulator);
    let body = "  id = \"vsc-ann\"\n  include_private_key = true";
    let cert = read(&workspace, CERT, body);
    let whole = emulator.whole_certificate("vsc-ann");
    assert_eq!(cert["client_key"], whole["ClientKey"]);
    assert_eq!(cert["client_config"], whole["ClientConfig"]);
    let profile = cert["profile"].as_str().expect("a text");
    let key = whole["ClientKey"].as_str().expect("a text").trim();
    assert!(profile.contains(&format!("<key>\n{key}\n</key>")));

    let output = "output \"key\" {\n  value = data.alivpn_ssl_vpn_client_cert.this.client_key\n}\n";
    workspace.write(&format!("{}\n{output}", block(CERT, body)));
    workspace
        .plan()
        .exits(1)
        .says("refers to sensitive values")
        .does_not_say("BEGIN");
    workspace.write(&block(CERT, body));
    let plan = workspace.plan_events();
    let warnings = plan.diagnostics("warning");
    let ours = warnings
        .iter()
        .find(|warning| warning["summary"] == "A private key is in the state");
    let ours = ours.unwrap_or_else(|| panic!("{warnings:#?}"));
    let code = ours["snippet"]["code"].as_str().unwrap_or_default();
    assert!(code.contains("include_private_key"), "{ours:#?}");

    emulator.edit_certificate("vsc-ann", json!({"EndTime": 1_600_000_000_000_u64}));
    workspace
        .plan()
        .exits(0)
        .says("A client certificate has expired")
        .says("vsc-ann held until 2020-09-13T12:26:40Z");
    assert_eq!(
        read(&workspace, CERT, "  id = \"vsc-ann\"")["status"],
        "expired"
    );
}

#[test]
fn a_certificate_that_is_none_or_one_of_several_is_an_error() {
    let (emulator, server) = with_certificates();
    let workspace = Workspace::new(&emulator);
    for (body, words) in [
        (
            "  id = \"vsc-unknown\"".to_owned(),
            "No client certificate \"vsc-unknown\"",
        ),
        (
            "  name = \"bob\"".to_owned(),
            "- vsc-bob2, name \"bob\", in vss-",
        ),
        (
            "  name = \"eve\"".to_owned(),
            "- vsc-ann, name \"ann\", in vss-",
        ),
        (
            "  name = \"ann\"\n  ssl_vpn_server_id = \"vss-another\"".to_owned(),
            "no client certificate with ssl_vpn_server_id = \"vss-another\" and name = \"ann\"",
        ),
        (
            "  id = \"vsc-ann\"\n  region = \"cn-shanghai\"".to_owned(),
            "Region cn-shanghai has no such client certificate",
        ),
    ] {
        workspace.write(&block(CERT, &body));
        let outcome = workspace.plan();
        outcome.exits(1).says(words);
        if body.contains("id = \"vsc-") {
            outcome
                .says("InvalidSslVpnClientCertId.NotFound")
                .says("RequestId");
        }
    }
    let nothing = faults(&workspace, CERT, "");
    assert!(
        nothing[0].contains(
            "Which client certificate? Set id, or one or more of ssl_vpn_server_id, name"
        ),
        "{nothing:#?}"
    );
    let both = faults(
        &workspace,
        CERT,
        &format!("  id = \"vsc-ann\"\n  ssl_vpn_server_id = {server:?}"),
    );
    assert!(
        both[0].contains("Both id and ssl_vpn_server_id"),
        "{both:#?}"
    );
}
