//! A network and a cloud that fail in passing: the apply succeeds, with one effect.

use std::time::Duration;

use serde_json::json;

use crate::emulator::{Call, Emulator, GATEWAY, of};
use crate::terraform::{Workspace, server};

/// All attempts of a change carried one ClientToken, and there was more than one.
#[track_caller]
fn repeated_under_one_token(calls: &[Call], operation: &str) {
    let attempts = of(calls, operation);
    assert!(attempts.len() > 1, "not tried again: {calls:#?}");
    let first = attempts[0].parameter("ClientToken");
    assert!(
        !first.is_empty()
            && attempts
                .iter()
                .all(|call| call.parameter("ClientToken") == first),
        "{attempts:#?}"
    );
}

#[test]
fn a_reset_after_the_effect_creates_one_server() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({ "operation": "CreateSslVpnServer", "reset": "after" }));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    repeated_under_one_token(&calls, "CreateSslVpnServer");
    assert_eq!(workspace.attributes()["id"], emulator.server_id().as_str());
    workspace.plan().exits(0);
}

#[test]
fn a_reset_before_or_after_the_effect_of_a_change_or_a_delete_does_no_harm() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  name = \"before\"\n  port = 1194"));
    workspace.apply().exits(0);
    for (reset, body) in [
        ("after", "  name = \"before\"\n  port = 1195"),
        ("before", "  name = \"before\"\n  port = 1196"),
        ("after", "  name = \"after\"\n  port = 1196"),
    ] {
        workspace.write(&server("this", body));
        emulator.fault(json!({ "operation": "ModifySslVpnServer", "reset": reset }));
        let calls = emulator.calls_of(|| {
            workspace.apply().exits(0);
        });
        repeated_under_one_token(&calls, "ModifySslVpnServer");
        workspace.plan_refresh_only().exits(0);
    }
    emulator.fault(json!({ "operation": "DeleteSslVpnServer", "reset": "after" }));
    let calls = emulator.calls_of(|| {
        workspace.destroy().exits(0);
    });
    repeated_under_one_token(&calls, "DeleteSslVpnServer");
    assert!(emulator.servers().is_empty());
}

#[test]
fn passing_faults_of_the_cloud_are_waited_out() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({ "operation": "CreateSslVpnServer", "code": "SystemBusy", "message": "The system is busy.", "http_status": 400 }));
    emulator.fault(json!({ "operation": "CreateSslVpnServer", "body": "<html>Bad Gateway</html>", "http_status": 502 }));
    emulator.fault(json!({ "operation": "DescribeVpnGateway", "code": "ServiceUnavailable", "message": "Later.", "http_status": 503 }));
    emulator.fault(json!({ "operation": "DescribeSslVpnServers", "reset": "before" }));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    repeated_under_one_token(&calls, "CreateSslVpnServer");
    emulator.server();
    workspace.plan().exits(0);
}

#[test]
fn a_throttled_call_waits_as_long_as_it_was_told() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({
        "operation": "CreateSslVpnServer",
        "code": "Throttling.User",
        "message": "Request was denied due to user flow control.",
        "http_status": 400,
        "retry_after_ms": 2500,
    }));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    let creates = of(&calls, "CreateSslVpnServer");
    assert_eq!(creates.len(), 2, "{calls:#?}");
    assert!(creates[1].at_ms - creates[0].at_ms >= 2500, "{calls:#?}");
}

#[test]
fn a_delete_whose_answer_was_lost_still_waits_for_the_gateway() {
    let emulator = Emulator::start(&["--converge", "2s"]);
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    emulator.fault(json!({ "operation": "DeleteSslVpnServer", "reset": "after" }));
    emulator.fault(json!({
        "operation": "DeleteSslVpnServer", "code": "InvalidSslVpnServerId.NotFound", "http_status": 404
    }));
    workspace.destroy().exits(0);
    assert_eq!(emulator.gateway(GATEWAY)["Status"], "active");
    assert!(emulator.servers().is_empty());
}

#[test]
fn an_interrupt_never_claims_that_nothing_happened_after_a_lost_answer() {
    let emulator = Emulator::start(&["--converge", "60s"]);
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({ "operation": "CreateSslVpnServer", "reset": "after" }));
    emulator.fault(json!({
        "operation": "CreateSslVpnServer", "code": "VpnGateway.Configuring", "http_status": 400, "count": 0
    }));
    let apply = workspace.start_apply();
    emulator.wait_for_calls("a look at the busy gateway", |calls| {
        let refused = calls
            .iter()
            .position(|call| call.code.as_deref() == Some("VpnGateway.Configuring"));
        refused.is_some_and(|at| !of(&calls[at..], "DescribeVpnGateway").is_empty())
    });
    apply.interrupt();
    apply
        .wait(Duration::from_secs(3))
        .exits(1)
        .does_not_say("Nothing was changed")
        .says("may have carried it out")
        .says("names the server and how to import it");
    assert_eq!(emulator.servers().len(), 1);
}
