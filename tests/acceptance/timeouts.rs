//! The `timeouts` block: a wait longer than it ends in an error that says what to do, and nothing is lost.

use std::time::Duration;

use serde_json::{Value, json};

use crate::emulator::{Emulator, GATEWAY, of};
use crate::terraform::{Outcome, Workspace, server};

/// The time limit of two seconds, and what Terraform itself takes on a loaded machine.
const SOON: Duration = Duration::from_secs(15);

#[test]
fn an_update_past_its_timeout_keeps_what_was_accepted() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server(
        "this",
        "  port = 1194\n  timeouts { update = \"2s\" }",
    ));
    workspace.apply().exits(0);
    emulator.timing(json!({ "converge": "6s" }));
    emulator.clear_calls();

    workspace.write(&server(
        "this",
        "  port = 1195\n  timeouts { update = \"2s\" }",
    ));
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .within(SOON)
        .says("2s")
        .says("update")
        .says("terraform apply")
        .says(&emulator.server_id());
    assert_eq!(workspace.attributes()["port"], 1195);
    assert_ne!(workspace.instance()["status"], "tainted");

    workspace.write(&server(
        "this",
        "  port = 1196\n  timeouts { update = \"60s\" }",
    ));
    workspace.apply().exits(0);
    assert_eq!(workspace.attributes()["port"], 1196);
    workspace.plan().exits(0);
}

#[test]
fn a_create_past_its_timeout_says_how_to_keep_the_server() {
    let emulator = Emulator::start(&["--converge", "60s"]);
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  timeouts { create = \"2s\" }"));
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .within(SOON)
        .says("2s")
        .says("create")
        .says("terraform untaint")
        .says(&emulator.server_id());
    assert_eq!(workspace.instance()["status"], "tainted");
    assert_eq!(workspace.attributes()["id"], emulator.server_id().as_str());

    workspace
        .terraform(&["untaint", "alivpn_ssl_vpn_server.this"])
        .exits(0);
    workspace
        .apply()
        .exits(0)
        .says("0 added, 0 changed, 0 destroyed");
    assert_eq!(of(&emulator.calls(), "CreateSslVpnServer").len(), 1);
}

#[test]
fn a_busy_gateway_past_a_timeout_says_which_one_to_raise() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let on_port = |port: u16| {
        let timeouts =
            "  timeouts {\n    create = \"2s\"\n    update = \"2s\"\n    delete = \"2s\"\n  }";
        server("this", &format!("  port = {port}\n{timeouts}"))
    };
    let busy = |run: &dyn Fn() -> Outcome, change: &str| {
        emulator.make_busy(GATEWAY, "60s");
        run()
            .exits(1)
            .within(SOON)
            .says("Nothing was changed: the timeout of 2s was over")
            .says(&format!(
                "If the cloud needs longer, raise `{change}` in the timeouts block."
            ));
        emulator.make_busy(GATEWAY, "0s");
    };
    workspace.write(&on_port(1194));
    busy(&|| workspace.apply(), "create");
    workspace.apply().exits(0);
    workspace.write(&on_port(1195));
    busy(&|| workspace.apply(), "update");
    busy(&|| workspace.destroy(), "delete");
}

#[test]
fn a_destroy_past_its_timeout_keeps_the_state_until_the_next() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  timeouts { delete = \"2s\" }"));
    workspace.apply().exits(0);
    emulator.timing(json!({ "converge": "8s" }));

    workspace
        .destroy()
        .exits(1)
        .within(SOON)
        .says("2s")
        .says("delete")
        .says("terraform destroy");
    assert_ne!(workspace.instance(), Value::Null);

    workspace.destroy().exits(0);
    assert_eq!(workspace.instance(), Value::Null);
    assert!(emulator.servers().is_empty());
}
