//! Ctrl-C while the cloud converges: a quick end, nothing lost, and words on what to do.

use std::time::Duration;

use serde_json::json;

use crate::emulator::{Emulator, of, text};
use crate::terraform::{Workspace, server};

/// What a person waits for after Ctrl-C before pressing it again.
const PATIENCE: Duration = Duration::from_secs(3);

#[test]
fn an_interrupted_update_keeps_what_was_accepted_and_the_next_apply_converges() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  port = 1194"));
    workspace.apply().exits(0);
    emulator.timing(json!({ "converge": "60s" }));
    emulator.clear_calls();

    workspace.write(&server("this", "  port = 1195"));
    let apply = workspace.start_apply();
    emulator.wait_for_convergence_of("ModifySslVpnServer");
    apply.interrupt();
    let outcome = apply.wait(PATIENCE);

    outcome
        .exits(1)
        .says("accepted")
        .says("terraform apply")
        .says(&emulator.server_id());
    assert_eq!(
        workspace.attributes()["port"],
        1195,
        "the state holds the planned values"
    );
    assert_ne!(workspace.instance()["status"], "tainted");

    workspace.apply().exits(0);
    assert_eq!(
        of(&emulator.calls(), "ModifySslVpnServer").len(),
        1,
        "it was accepted the first time"
    );
    assert_eq!(text(&emulator.server()["Port"]), "1195");
}

#[test]
fn an_interrupted_create_is_tainted_and_the_error_says_how_to_keep_it() {
    let emulator = Emulator::start(&["--converge", "60s"]);
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    let apply = workspace.start_apply();
    emulator.wait_for_convergence_of("CreateSslVpnServer");
    apply.interrupt();
    let outcome = apply.wait(PATIENCE);

    let id = emulator.server_id();
    outcome
        .exits(1)
        .says("accepted")
        .says("tainted")
        .says("replace")
        .says("terraform untaint")
        .says(&id);
    assert_eq!(workspace.instance()["status"], "tainted");
    assert_eq!(workspace.attributes()["id"], id.as_str());

    workspace
        .terraform(&["untaint", "alivpn_ssl_vpn_server.this"])
        .exits(0);
    workspace
        .apply()
        .exits(0)
        .says("0 added, 0 changed, 0 destroyed");
    assert_eq!(emulator.server_id(), id, "one server, the first");
}

#[test]
fn an_interrupted_destroy_keeps_the_state_and_the_next_one_ends_it() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    emulator.timing(json!({ "converge": "6s" }));
    emulator.clear_calls();

    let destroy = workspace.start(&["destroy", "-no-color", "-input=false", "-auto-approve"]);
    emulator.wait_for_convergence_of("DeleteSslVpnServer");
    destroy.interrupt();
    destroy
        .wait(PATIENCE)
        .exits(1)
        .says("accepted")
        .says("terraform destroy");

    workspace.destroy().exits(0);
    assert!(emulator.servers().is_empty());
}

#[test]
fn an_apply_that_waits_for_a_busy_gateway_ends_without_a_change() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    emulator.make_busy(crate::emulator::GATEWAY, "60s");
    let apply = workspace.start_apply();
    emulator.wait_for_calls("a refused create and a look at the gateway", |calls| {
        !of(calls, "CreateSslVpnServer").is_empty() && !of(calls, "DescribeVpnGateway").is_empty()
    });
    apply.interrupt();
    apply.wait(PATIENCE).exits(1);
    assert!(emulator.servers().is_empty());
    assert_eq!(
        workspace.instance(),
        serde_json::Value::Null,
        "nothing was accepted, so nothing is tainted"
    );
}
