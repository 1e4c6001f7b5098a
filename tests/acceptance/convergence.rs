//! Apply returns when the cloud is done: not before, and not long after.

use std::time::Duration;

use serde_json::json;

use crate::emulator::{Call, Emulator, GATEWAY, of, only, text};
use crate::terraform::{Workspace, server};

/// Soon: the next look at the gateway, and what Terraform itself takes on a loaded machine.
const SOON: Duration = Duration::from_secs(5);

/// Runs a change and asserts that one was accepted and that the last look at the cloud came when it was done.
#[track_caller]
fn converges(
    emulator: &Emulator,
    operation: &str,
    at_least: Duration,
    action: impl FnOnce(),
) -> Vec<Call> {
    let calls = emulator.calls_of(action);
    let accepted = only(&calls, operation);
    let last = calls.last().expect("there were calls");
    let waited = Duration::from_millis(last.at_ms - accepted.at_ms);
    assert!(
        waited >= at_least,
        "{operation} was done after {at_least:?}, the last look was after {waited:?}:\n{calls:#?}"
    );
    assert_eq!(text(&emulator.gateway(GATEWAY)["Status"]), "active");
    calls
}

/// Create, change, destroy and create again under these times; no change may meet a gateway that is still busy.
#[track_caller]
fn the_life_of_a_server(emulator: &Emulator, at_least: Duration) {
    let workspace = Workspace::new(emulator);
    workspace.write(&server("this", "  port = 1194"));
    let mut calls = converges(emulator, "CreateSslVpnServer", at_least, || {
        workspace.apply().exits(0);
    });
    workspace.write(&server("this", "  port = 1195"));
    calls.extend(converges(emulator, "ModifySslVpnServer", at_least, || {
        workspace.apply().exits(0);
    }));
    assert_eq!(workspace.attributes()["port"], 1195);
    calls.extend(converges(emulator, "DeleteSslVpnServer", at_least, || {
        workspace.destroy().exits(0);
    }));
    calls.extend(converges(emulator, "CreateSslVpnServer", at_least, || {
        workspace.apply().exits(0);
    }));
    let refused: Vec<&Call> = calls
        .iter()
        .filter(|call| call.is_change() && !call.accepted())
        .collect();
    assert!(
        refused.is_empty(),
        "an apply returned while its gateway was busy: {refused:#?}"
    );
}

#[test]
fn a_gateway_and_a_describe_that_both_look_done_at_first_are_not_believed() {
    let emulator = Emulator::start(&[
        "--converge",
        "3s",
        "--status-lag",
        "1s",
        "--describe-lag",
        "0s",
    ]);
    the_life_of_a_server(&emulator, Duration::from_secs(3));
}

#[test]
fn a_status_that_lags_is_waited_for() {
    let emulator = Emulator::start(&[
        "--converge",
        "3s",
        "--status-lag",
        "1.7s",
        "--describe-lag",
        "0.3s",
    ]);
    the_life_of_a_server(&emulator, Duration::from_secs(3));
}

#[test]
fn a_describe_that_lags_behind_the_status_is_waited_for() {
    let emulator = Emulator::start(&[
        "--converge",
        "1s",
        "--status-lag",
        "0.1s",
        "--describe-lag",
        "3s",
    ]);
    the_life_of_a_server(&emulator, Duration::from_secs(3));
}

#[test]
fn a_change_too_quick_to_be_seen_ends_after_two_seconds_of_an_active_gateway() {
    let emulator = Emulator::start(&[
        "--converge",
        "0.1s",
        "--status-lag",
        "0.2s",
        "--describe-lag",
        "0s",
    ]);
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    let calls = converges(
        &emulator,
        "CreateSslVpnServer",
        Duration::from_secs(2),
        || {
            workspace.apply().exits(0).within(Duration::from_secs(15));
        },
    );
    assert!(calls.len() < 30, "{calls:#?}");
}

#[test]
fn looks_are_rare_and_the_last_one_comes_soon_after_the_end() {
    let emulator = Emulator::start(&[
        "--converge",
        "8s",
        "--status-lag",
        "0.3s",
        "--describe-lag",
        "0.3s",
    ]);
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    let calls = converges(
        &emulator,
        "CreateSslVpnServer",
        Duration::from_secs(8),
        || {
            workspace.apply().exits(0);
        },
    );
    // 0.2 s apart at first, a tenth of the time waited later: 10 in the first 2 s, 15 from there to 8.8 s.
    let looks = of(&calls, "DescribeVpnGateway").len();
    assert!(looks <= 35, "{looks} looks at the gateway in 8 s");
    let accepted = only(&calls, "CreateSslVpnServer").at_ms;
    let last = calls.last().map_or(0, |call| call.at_ms);
    // A tenth of the cloud's own time, and a second for a loaded machine.
    assert!(
        last - accepted <= 8_000 + 800 + 1_000,
        "the last look came {} ms after the change",
        last - accepted
    );
}

#[test]
fn a_busy_gateway_is_waited_for_and_not_hammered() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let refused = |calls: &[Call], operation: &str| {
        let all = of(calls, operation);
        let tokens: std::collections::BTreeSet<&str> = all
            .iter()
            .map(|call| call.parameter("ClientToken"))
            .collect();
        assert_eq!(
            tokens.len(),
            1,
            "a change keeps its ClientToken however often it is sent: {all:#?}"
        );
        only(calls, operation);
        all.iter()
            .filter(|call| call.code.as_deref() == Some("VpnGateway.Configuring"))
            .count()
    };
    let steps: [(&str, &str, &dyn Fn()); 4] = [
        ("CreateSslVpnServer", "  name = \"before\"", &|| {
            workspace.apply().exits(0);
        }),
        (
            "ModifySslVpnServer",
            "  name = \"before\"\n  port = 1195",
            &|| {
                workspace.apply().exits(0);
            },
        ),
        (
            "ModifySslVpnServer",
            "  name = \"after\"\n  port = 1195",
            &|| {
                workspace.apply().exits(0);
            },
        ),
        (
            "DeleteSslVpnServer",
            "  name = \"after\"\n  port = 1195",
            &|| {
                workspace.destroy().exits(0);
            },
        ),
    ];
    for (operation, body, run) in steps {
        workspace.write(&server("this", body));
        emulator.make_busy(GATEWAY, "5s");
        let calls = emulator.calls_of(run);
        let refused = refused(&calls, operation);
        assert!(
            (1..=4).contains(&refused),
            "{refused} refusals of {operation} in 5 s: {calls:#?}"
        );
    }
}

#[test]
fn a_gateway_that_is_deleted_or_locked_ends_the_wait_at_once() {
    for (change, said) in [
        (json!({ "Status": "deleting" }), "deleting"),
        (
            json!({ "BusinessStatus": "FinancialLocked" }),
            "FinancialLocked",
        ),
    ] {
        let emulator = Emulator::quick();
        let workspace = Workspace::new(&emulator);
        workspace.write(&server("this", "  port = 1194"));
        workspace.apply().exits(0);
        emulator.timing(json!({ "converge": "100s" }));
        emulator.clear_calls();

        workspace.write(&server("this", "  port = 1195"));
        let apply = workspace.start_apply();
        emulator.wait_for_convergence_of("ModifySslVpnServer");
        emulator.edit_gateway(GATEWAY, change);
        apply.wait(SOON).exits(1).says(said).says(GATEWAY);
        assert_eq!(
            workspace.attributes()["port"],
            1195,
            "the change was accepted"
        );
    }
}

#[test]
fn a_server_that_vanishes_during_the_wait_ends_it_at_once() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  port = 1194"));
    workspace.apply().exits(0);
    let id = emulator.server_id();
    emulator.timing(json!({ "converge": "100s" }));
    emulator.clear_calls();

    workspace.write(&server("this", "  port = 1195"));
    let apply = workspace.start_apply();
    emulator.wait_for_convergence_of("ModifySslVpnServer");
    emulator.delete_server(&id);
    apply.wait(SOON).exits(1).says(&id);

    emulator.timing(json!({ "converge": "0.5s" }));
    workspace.plan().exits(2).says("1 to add");
}
