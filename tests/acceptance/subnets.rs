//! `local_subnets` is a set of networks: neither order nor host bits make a difference.

use serde_json::{Value, json};

use crate::emulator::{Emulator, only};
use crate::terraform::{Workspace, server};

/// The networks that the state holds, sorted.
fn in_state(workspace: &Workspace) -> Vec<String> {
    let attributes = workspace.attributes();
    let subnets = attributes["local_subnets"]
        .as_array()
        .expect("a set is an array");
    let mut subnets: Vec<String> = subnets
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    subnets.sort();
    subnets
}

#[test]
fn host_bits_and_order_are_form_and_never_a_difference() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server(
        "this",
        r#"  local_subnets = ["192.168.1.7/24", "172.16.9.9/12"]"#,
    ));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    assert_eq!(
        only(&calls, "CreateSslVpnServer").local_subnets(),
        ["172.16.0.0/12", "192.168.1.0/24"],
        "calls carry networks"
    );
    assert_eq!(
        in_state(&workspace),
        ["172.16.9.9/12", "192.168.1.7/24"],
        "the state keeps what the user wrote"
    );
    workspace.plan_refresh_only().exits(0);

    for order in [
        "192.168.1.0/24,172.16.0.0/12",
        "172.16.0.0/12,192.168.1.0/24",
    ] {
        emulator.edit_server(&emulator.server_id(), json!({ "LocalSubnet": order }));
        workspace.plan_refresh_only().exits(0);
    }

    // The same networks written differently are the same set.
    workspace.write(&server(
        "this",
        r#"  local_subnets = ["172.16.0.0/12", "192.168.1.200/24"]"#,
    ));
    workspace.plan().exits(0);
    assert_eq!(in_state(&workspace), ["172.16.9.9/12", "192.168.1.7/24"]);

    // Another set is planned exactly as written, and one call carries it without host bits.
    workspace.write(&server(
        "this",
        r#"  local_subnets = ["172.16.0.0/12", "192.168.1.200/24", "11.1.2.3/8"]"#,
    ));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0).says("0 added, 1 changed");
    });
    assert_eq!(
        only(&calls, "ModifySslVpnServer").local_subnets(),
        ["11.0.0.0/8", "172.16.0.0/12", "192.168.1.0/24"]
    );
    assert_eq!(
        in_state(&workspace),
        ["11.1.2.3/8", "172.16.0.0/12", "192.168.1.200/24"]
    );
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn another_set_in_the_cloud_is_drift_and_the_networks_still_there_keep_their_form() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server(
        "this",
        r#"  local_subnets = ["192.168.1.7/24", "172.16.9.9/12"]"#,
    ));
    workspace.apply().exits(0);

    emulator.edit_server(
        &emulator.server_id(),
        json!({ "LocalSubnet": "192.168.1.0/24,11.0.0.0/8" }),
    );

    let arguments = [
        "apply",
        "-no-color",
        "-input=false",
        "-auto-approve",
        "-refresh-only",
    ];
    workspace
        .terraform(&arguments)
        .exits(0)
        .says("\"11.0.0.0/8\"");
    assert_eq!(in_state(&workspace), ["11.0.0.0/8", "192.168.1.7/24"]);

    workspace.apply().exits(0).says("1 changed");
    assert_eq!(in_state(&workspace), ["172.16.9.9/12", "192.168.1.7/24"]);
    workspace.plan_refresh_only().exits(0);
}
