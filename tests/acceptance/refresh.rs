//! How many calls a refresh makes: one for one object, and about one for fifty where there are many.

use serde_json::{Value, json};

use crate::emulator::{Call, Emulator, of, text};
use crate::terraform::{Workspace, server};

/// The calls that ask for one server.
fn by_id(calls: &[Call]) -> Vec<&str> {
    let described = of(calls, "DescribeSslVpnServers").into_iter();
    let ids = described.map(|call| call.parameter("SslVpnServerId"));
    ids.filter(|id| !id.is_empty()).collect()
}

/// A server on each of the emulator's three gateways.
fn three_servers() -> String {
    let body = |number: u16| {
        format!(
            "  vpn_gateway_id = \"vpn-bp1emulator000{number}\"\n  client_ip_pool = \"10.{number}.0.0/24\"\n  port = 119{number}"
        )
    };
    [
        server("this", &body(1)),
        server("that", &body(2)),
        server("other", &body(3)),
    ]
    .concat()
}

#[test]
fn one_server_is_one_call_by_its_id() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);

    let calls = emulator.calls_of(|| {
        workspace.plan().exits(0);
    });

    assert_eq!(calls.len(), 1, "{calls:#?}");
    assert_eq!(by_id(&calls), [emulator.server_id()]);
}

#[test]
fn several_servers_share_a_listing_and_each_gets_its_own() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&three_servers());
    workspace.apply().exits(0);

    let calls = emulator.calls_of(|| {
        workspace.plan_refresh_only().exits(0);
    });
    assert_eq!(calls.len(), 2, "the first by ID, and a page: {calls:#?}");
    assert_eq!(by_id(&calls).len(), 1, "{calls:#?}");

    let edited = &emulator.servers()[2];
    emulator.edit_server(&text(&edited["SslVpnServerId"]), json!({ "Port": 2000 }));
    let was = format!("port = {} -> 2000", edited["Port"]);
    workspace.plan_refresh_only().exits(2).says(&was);
}

#[test]
fn one_after_the_other_is_shared_too() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&three_servers());
    workspace.apply().exits(0);

    let calls = emulator.calls_of(|| {
        let arguments = ["plan", "-no-color", "-input=false", "-detailed-exitcode"];
        workspace
            .terraform(&[&arguments[..], &["-parallelism=1"]].concat())
            .exits(0);
    });

    assert_eq!(calls.len(), 2, "{calls:#?}");
}

#[test]
fn a_server_that_the_listing_lacks_is_asked_for_by_id_before_it_is_called_gone() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&three_servers());
    workspace.apply().exits(0);
    let gone: Vec<String> = emulator.servers()[..2]
        .iter()
        .map(|server| text(&server["SslVpnServerId"]))
        .collect();
    for id in &gone {
        emulator.delete_server(id);
    }

    let mut outcome = None;
    let calls = emulator.calls_of(|| outcome = Some(workspace.plan()));

    let outcome = outcome.expect("it ran");
    outcome.exits(2).says("2 to add, 0 to change, 0 to destroy");
    for id in &gone {
        outcome.says(&format!("SSL server {id} is gone"));
        assert!(by_id(&calls).contains(&id.as_str()), "{calls:#?}");
    }
}

/// So many servers, each on a gateway of its own, and as many certificates of the first one.
fn scenario(servers: usize, certificates: usize) -> String {
    let server = |number| {
        format!(
            "[[gateways]]\nid = \"vpn-{number}\"\nvpc_id = \"vpc-{number}\"\n\n[[servers]]\nid = \"vss-{number}\"\n\
             vpn_gateway_id = \"vpn-{number}\"\nclient_ip_pool = \"10.30.0.0/24\"\nlocal_subnets = [\"192.168.0.0/16\"]\n\
             name = \"office-{number}\"\n\n"
        )
    };
    let certificate = |number| {
        format!(
            "[[certificates]]\nid = \"vsc-{number}\"\nssl_vpn_server_id = \"vss-0\"\nname = \"person-{number}\"\n\n"
        )
    };
    (0..servers)
        .map(server)
        .chain((0..certificates).map(certificate))
        .collect()
}

/// An emulator with so many servers, and a workspace that has them in its configuration and, without an apply of each, in its
/// state.
fn with_servers(count: usize) -> (Emulator, Workspace) {
    let gateways = format!("gateways={count}");
    let emulator = Emulator::with_scenario(&scenario(count, 0), &["--quota", &gateways]);
    let workspace = Workspace::new(&emulator);
    let configuration = |count: usize| {
        format!(
            "resource \"alivpn_ssl_vpn_server\" \"this\" {{\n  count = {count}\n\n  vpn_gateway_id = \"vpn-${{count.index}}\"\n  \
             client_ip_pool = \"10.30.0.0/24\"\n  local_subnets = [\"192.168.0.0/16\"]\n  name = \"office-${{count.index}}\"\n}}\n"
        )
    };
    workspace.write(&configuration(1));
    workspace
        .import_to("alivpn_ssl_vpn_server.this[0]", "vss-0")
        .exits(0);
    let servers = emulator.servers();
    workspace.multiply(count, |number, attributes| {
        let id = format!("vss-{number}");
        let server = servers.iter().find(|server| server["SslVpnServerId"] == id);
        attributes["internet_ip"] = server.expect("it is there")["InternetIp"].clone();
        attributes["id"] = id.into();
        attributes["vpn_gateway_id"] = format!("vpn-{number}").into();
        attributes["name"] = format!("office-{number}").into();
    });
    workspace.write(&configuration(count));
    (emulator, workspace)
}

#[test]
fn a_thousand_servers_take_a_call_for_fifty_and_ten_more() {
    let (emulator, workspace) = with_servers(1_000);

    let calls = emulator.calls_of(|| {
        workspace.plan_refresh_only().exits(0);
    });

    assert_eq!(of(&calls, "DescribeSslVpnServers").len(), calls.len());
    assert!(calls.len() <= 1_000 / 50 + 10, "{} calls", calls.len());
    // Nothing drifted: every server was compared with its own state.
    emulator.edit_server("vss-777", json!({ "Port": 2000 }));
    workspace
        .plan_refresh_only()
        .exits(2)
        .says("alivpn_ssl_vpn_server.this[777] has ")
        .says("port = 1194 -> 2000");
}

#[test]
fn a_few_servers_of_a_thousand_are_asked_for_one_by_one() {
    let (emulator, workspace) = with_servers(1_000);
    workspace.edit_state(|state| {
        // The last ones of the listing.
        let instances = state["resources"][0]["instances"].as_array_mut();
        instances.expect("there are some").drain(..997);
    });

    let calls = emulator.calls_of(|| {
        workspace.plan_refresh_only().exits(0);
    });

    assert_eq!((calls.len(), by_id(&calls).len()), (4, 3), "{calls:#?}");
}

#[test]
fn a_thousand_certificates_take_a_call_for_fifty_and_ten_more_and_keep_what_no_listing_has() {
    let emulator = Emulator::with_scenario(&scenario(1, 1_000), &["--quota", "certificates=1000"]);
    let workspace = Workspace::new(&emulator);
    let configuration = |count: usize| {
        format!(
            "resource \"alivpn_ssl_vpn_client_cert\" \"this\" {{\n  count = {count}\n\n  ssl_vpn_server_id = \"vss-0\"\n  \
             name = \"person-${{count.index}}\"\n}}\n"
        )
    };
    workspace.write(&configuration(1));
    workspace
        .import_to("alivpn_ssl_vpn_client_cert.this[0]", "vsc-0")
        .exits(0);
    workspace.multiply(1_000, |number, attributes| {
        attributes["id"] = format!("vsc-{number}").into();
        attributes["name"] = format!("person-{number}").into();
        attributes["client_cert"] = format!("the certificate of person-{number}").into();
    });
    workspace.write(&configuration(1_000));

    let calls = emulator.calls_of(|| {
        workspace.plan_refresh_only().exits(0);
    });
    assert_eq!(of(&calls, "DescribeSslVpnClientCerts").len(), calls.len());
    assert!(calls.len() <= 1_000 / 50 + 10, "{} calls", calls.len());

    // Only what lacks its certificates is asked for with them.
    workspace.edit_state(|state| {
        let instances = &mut state["resources"][0]["instances"];
        instances[7]["attributes"]["ca_cert"] = Value::Null;
    });
    let calls = emulator.calls_of(|| {
        workspace.plan_refresh_only().exits(2).says("this[7] has ");
    });
    let whole = of(&calls, "DescribeSslVpnClientCert");
    assert_eq!(whole.len(), 1, "{whole:#?}");
    assert_eq!(whole[0].parameter("SslVpnClientCertId"), "vsc-7");
    assert!(calls.len() <= 1_000 / 50 + 11, "{} calls", calls.len());
}

#[test]
fn where_listing_is_forbidden_every_server_is_asked_for_by_id() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&three_servers());
    workspace.apply().exits(0);
    emulator.fault(json!({
        "operation": "DescribeSslVpnServers",
        "parameters": { "SslVpnServerId": "" },
        "count": 0,
        "code": "Forbidden.RAM",
    }));

    let calls = emulator.calls_of(|| {
        workspace.plan().exits(0);
    });

    let refused: Vec<&Call> = calls.iter().filter(|call| !call.accepted()).collect();
    assert_eq!(refused.len(), 1, "listing is tried once: {calls:#?}");
    assert_eq!((calls.len(), by_id(&calls).len()), (4, 3), "{calls:#?}");
}
