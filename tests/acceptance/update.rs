//! The two update paths, seen from the cloud.

use std::time::Duration;

use serde_json::json;

use crate::emulator::{Call, Emulator, only, text};
use crate::terraform::{Outcome, Workspace, server};

/// The parameters of a rename, and of nothing else.
const RENAME: [&str; 4] = ["ClientToken", "Name", "RegionId", "SslVpnServerId"];

/// The parameters of a full modification of a server that has a name and no multi-factor authentication.
const FULL: [&str; 10] = [
    "Cipher",
    "ClientIpPool",
    "ClientToken",
    "Compress",
    "LocalSubnet",
    "Name",
    "Port",
    "Proto",
    "RegionId",
    "SslVpnServerId",
];

fn changes(calls: &[Call]) -> Vec<&Call> {
    calls.iter().filter(|call| call.is_change()).collect()
}

/// What Terraform itself took from the start of the change to its end.
fn change_time(outcome: &Outcome) -> Duration {
    let events = outcome.events();
    let seconds = |kind: &str| {
        let event = events
            .iter()
            .find(|event| event["type"] == kind)
            .unwrap_or_else(|| panic!("no {kind}: {outcome:?}"));
        // 2026-01-02T03:04:05.678901Z; midnight in between is somebody else's problem once in a lifetime.
        let stamp = text(&event["@timestamp"]);
        let time = stamp
            .split_once('T')
            .map(|(_, time)| time.get(..15).unwrap_or_default())
            .unwrap_or_default();
        time.split(':').fold(0.0, |sum, part| {
            sum * 60.0 + part.parse::<f64>().expect("a part of a time is a number")
        })
    };
    Duration::from_secs_f64((seconds("apply_complete") - seconds("apply_start")).max(0.0))
}

#[test]
fn a_rename_is_one_call_of_four_parameters_that_waits_for_nothing() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  name = \"before\""));
    workspace.apply().exits(0);
    let private = workspace.instance()["private"].clone();
    emulator.timing(json!({ "converge": "30s" }));

    workspace.write(&server("this", "  name = \"after\""));
    emulator.clear_calls();
    let outcome = workspace.apply_events();
    outcome.exits(0);
    assert!(
        change_time(&outcome) < Duration::from_secs(1),
        "{outcome:?}"
    );

    let calls = emulator.calls();
    assert_eq!(changes(&calls).len(), 1, "{calls:#?}");
    let rename = only(&calls, "ModifySslVpnServer");
    assert_eq!(rename.parameter_names(), RENAME);
    assert_eq!(rename.parameter("Name"), "after");
    assert_eq!(rename.parameter("SslVpnServerId"), emulator.server_id());
    assert!(
        calls
            .iter()
            .all(|call| call.operation != "DescribeVpnGateway"),
        "{calls:#?}"
    );
    assert_eq!(
        calls.last().map(|call| call.operation.as_str()),
        Some("ModifySslVpnServer"),
        "the answer is the result"
    );

    assert_eq!(emulator.server()["Name"], "after");
    assert_eq!(workspace.attributes()["name"], "after");
    assert_eq!(
        workspace.instance()["private"],
        private,
        "the update plan is never stored"
    );
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn each_argument_alone_is_one_full_call_and_nothing_is_left_out() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let mut arguments = vec![
        ("name", "\"office\""),
        ("client_ip_pool", "\"10.30.0.0/24\""),
        ("local_subnets", "[\"192.168.0.0/16\"]"),
        ("protocol", "\"TCP\""),
        ("cipher", "\"AES-128-CBC\""),
        ("port", "1194"),
        ("compress", "false"),
    ];
    let mut sent = vec![
        ("Name", "office"),
        ("ClientIpPool", "10.30.0.0/24"),
        ("LocalSubnet", "192.168.0.0/16"),
        ("Proto", "TCP"),
        ("Cipher", "AES-128-CBC"),
        ("Port", "1194"),
        ("Compress", "false"),
    ];
    let configuration = |arguments: &[(&str, &str)]| {
        let lines: Vec<String> = arguments
            .iter()
            .map(|(name, value)| format!("  {name} = {value}\n"))
            .collect();
        server("this", &lines.concat())
    };
    workspace.write(&configuration(&arguments));
    workspace.apply().exits(0);
    let private = workspace.instance()["private"].clone();
    let mut tokens = Vec::new();

    for (at, value, as_sent) in [
        (1, "\"10.40.0.0/23\"", "10.40.0.0/23"),
        (2, "[\"172.20.0.0/16\"]", "172.20.0.0/16"),
        (3, "\"UDP\"", "UDP"),
        (4, "\"AES-256-CBC\"", "AES-256-CBC"),
        (5, "1195", "1195"),
        (6, "true", "true"),
    ] {
        arguments[at].1 = value;
        sent[at].1 = as_sent;
        workspace.write(&configuration(&arguments));
        let calls = emulator.calls_of(|| {
            workspace
                .apply()
                .exits(0)
                .says("0 added, 1 changed, 0 destroyed");
        });

        let changed = arguments[at].0;
        assert_eq!(changes(&calls).len(), 1, "{changed}: {calls:#?}");
        let modify = only(&calls, "ModifySslVpnServer");
        assert_eq!(modify.parameter_names(), FULL, "{changed}");
        for (name, value) in &sent {
            assert_eq!(
                modify.parameter(name),
                *value,
                "{name} after a change of {changed}"
            );
            assert_eq!(
                text(&emulator.server()[name]),
                *value,
                "{name} after a change of {changed}"
            );
        }
        assert!(
            calls
                .iter()
                .any(|call| call.operation == "DescribeVpnGateway"),
            "{changed} is asynchronous: {calls:#?}"
        );
        tokens.push(modify.parameter("ClientToken").to_owned());
    }
    assert_eq!(
        workspace.instance()["private"],
        private,
        "the update plan is never stored"
    );
    let different = tokens
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    assert_eq!(
        different,
        tokens.len(),
        "every change has a ClientToken of its own: {tokens:?}"
    );

    // A cloud that changed nothing in form or meaning leaves nothing to do.
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("0 added, 0 changed, 0 destroyed");
    });
    assert!(changes(&calls).is_empty(), "{calls:#?}");
}

#[test]
fn a_new_name_together_with_another_argument_and_all_at_once_are_one_full_call_each() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  name = \"before\"\n  port = 1194"));
    workspace.apply().exits(0);

    workspace.write(&server("this", "  name = \"after\"\n  port = 1195"));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    assert_eq!(changes(&calls).len(), 1, "{calls:#?}");
    let modify = only(&calls, "ModifySslVpnServer");
    assert_eq!(modify.parameter_names(), FULL);
    assert_eq!(
        (modify.parameter("Name"), modify.parameter("Port")),
        ("after", "1195")
    );

    workspace.write(&server(
        "this",
        r#"
  name           = "everything"
  client_ip_pool = "10.50.0.0/16"
  local_subnets  = ["172.16.0.0/12", "11.0.0.0/8"]
  protocol       = "UDP"
  cipher         = "none"
  port           = 65535
  compress       = true
"#,
    ));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    assert_eq!(changes(&calls).len(), 1, "{calls:#?}");
    let modify = only(&calls, "ModifySslVpnServer");
    assert_eq!(modify.parameter_names(), FULL);
    for (name, value) in [
        ("Name", "everything"),
        ("ClientIpPool", "10.50.0.0/16"),
        ("Proto", "UDP"),
        ("Cipher", "none"),
        ("Port", "65535"),
        ("Compress", "true"),
    ] {
        assert_eq!(modify.parameter(name), value, "{name}");
        assert_eq!(text(&emulator.server()[name]), value, "{name}");
    }
    assert_eq!(modify.local_subnets(), ["11.0.0.0/8", "172.16.0.0/12"]);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn a_full_call_carries_what_the_cloud_chose_as_well() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let chosen =
        json!({ "Name": "by hand", "Proto": "UDP", "Cipher": "AES-256-CBC", "Compress": true });
    emulator.edit_server(&emulator.server_id(), chosen.clone());

    workspace.write(&server("this", "  port = 1195"));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });

    let modify = only(&calls, "ModifySslVpnServer");
    assert_eq!(modify.parameter_names(), FULL);
    let truth = emulator.server();
    for (name, value) in chosen.as_object().expect("it is an object") {
        assert_eq!(modify.parameter(name), text(value), "{name}");
        assert_eq!(text(&truth[name]), text(value), "{name}");
    }
    assert_eq!(workspace.attributes()["cipher"], "AES-256-CBC");
}
