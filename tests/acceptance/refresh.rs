//! How many calls a refresh makes: one for one object, and about one for fifty where there are many.

use serde_json::json;

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
