//! `alivpn_ssl_vpn_client_certs` and `alivpn_ssl_vpn_clients`: who may connect, and who is connected.

use serde_json::json;

use super::{block, faults, ids, read};
use crate::emulator::{Emulator, GATEWAY};
use crate::terraform::{Workspace, server};

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
fn a_status_that_no_certificate_has_is_an_error_at_validate() {
    let workspace = Workspace::new(&Emulator::quick());
    let faults = faults(&workspace, CERTS, "  status = \"lost\"");
    assert!(
        faults[0].contains("\"normal\", \"expiring-soon\", \"expired\""),
        "{faults:#?}"
    );
}
