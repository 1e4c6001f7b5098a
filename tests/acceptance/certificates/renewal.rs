//! A certificate near its end is replaced, and no plan changes its mind about that.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::{applied, attributes, both, changes};
use crate::emulator::{Emulator, text};
use crate::terraform::{TERRAFORM_DATA, is_left_out};

const HOUR: u64 = 3_600_000;
const IN_TIME: &str = "  name = \"ann\"\n  renew_before = \"720h\"";

/// Lets the certificate end so many hours from now.
fn ends_in(emulator: &Emulator, hours: u64) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let end = u64::try_from(now.as_millis()).expect("not so far") + hours * HOUR;
    emulator.edit_certificate(&emulator.certificate_id(), json!({"EndTime": end}));
}

#[test]
fn a_certificate_is_replaced_once_a_refresh_finds_it_due_and_the_plan_says_why() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, IN_TIME);
    let first = emulator.certificate_id();
    ends_in(&emulator, 722);
    // The end was moved; nothing else.
    workspace
        .terraform(&["apply", "-no-color", "-auto-approve", "-refresh-only"])
        .exits(0);
    assert_eq!(attributes(&workspace)["renewal_due"], false);
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);

    ends_in(&emulator, 719);
    workspace
        .plan_refresh_only()
        .exits(2)
        .says("renewal_due")
        .says("false -> true");
    let plan = workspace.plan();
    plan.exits(2)
        .says("1 to add, 0 to change, 1 to destroy")
        .says("A client certificate is due for renewal")
        .says(&format!("{first} ends at"))
        .says("renew_before = \"720h\"")
        .says("forces replacement")
        .says("disconnects every client of its server");

    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("1 added, 0 changed, 1 destroyed");
    });
    assert_eq!(
        changes(&calls),
        ["DeleteSslVpnClientCert", "CreateSslVpnClientCert"]
    );
    let state = attributes(&workspace);
    assert_ne!(state["id"], *first);
    assert_eq!(state["renewal_due"], false);
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn the_plan_goes_by_the_state_and_never_by_the_clock() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, IN_TIME);
    ends_in(&emulator, 1);
    // What no refresh has seen is not due.
    workspace
        .terraform(&["plan", "-no-color", "-refresh=false", "-detailed-exitcode"])
        .exits(0);
    // A plan that was saved is carried out as it is, whatever has become of the certificate since.
    workspace
        .terraform(&["plan", "-no-color", "-out=saved.tfplan"])
        .exits(0)
        .says("due for renewal");
    ends_in(&emulator, 10_000);
    workspace
        .terraform(&["apply", "-no-color", "saved.tfplan"])
        .exits(0)
        .says("1 added, 0 changed, 1 destroyed");
    workspace.plan().exits(0);
}

#[test]
fn another_renew_before_is_judged_after_the_change_and_one_that_goes_keeps_the_certificate() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    let first = emulator.certificate_id();
    ends_in(&emulator, 100);
    workspace
        .terraform(&["apply", "-no-color", "-auto-approve", "-refresh-only"])
        .exits(0);
    assert_eq!(attributes(&workspace)["renewal_due"], false);
    assert_eq!(attributes(&workspace)["status"], "expiring-soon");

    // From none to one that makes it due: said after the change, and the next plan replaces it.
    workspace.write(&both(IN_TIME));
    workspace
        .plan()
        .exits(2)
        .says("0 to add, 1 to change, 0 to destroy");
    workspace
        .apply()
        .exits(0)
        .says("1 changed")
        .says("is due for renewal")
        .says("the next plan replaces it");
    assert_eq!(attributes(&workspace)["renewal_due"], true);
    workspace.plan_refresh_only().exits(0);
    workspace
        .plan()
        .exits(2)
        .says("1 to add, 0 to change, 1 to destroy");

    // Shorter: no longer due. Longer again: due after the change. None: nobody wants it.
    for (body, due, status) in [
        ("  name = \"ann\"\n  renew_before = \"24h\"", false, 0),
        (IN_TIME, true, 2),
        ("  name = \"ann\"", false, 0),
    ] {
        workspace.write(&both(body));
        workspace
            .apply()
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed");
        assert_eq!(attributes(&workspace)["renewal_due"], due, "{body}");
        workspace.plan_refresh_only().exits(0);
        workspace.plan().exits(status);
    }
    assert_eq!(emulator.certificate_id(), first);

    // Due, and due under the longer one too: replaced at once.
    workspace.write(&both(IN_TIME));
    workspace.apply().exits(0);
    workspace.write(&both("  name = \"ann\"\n  renew_before = \"800h\""));
    workspace
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 1 destroyed");
    assert_ne!(emulator.certificate_id(), first);
    workspace.plan().exits(0);
}

#[test]
fn a_renew_before_that_is_only_known_later_changes_no_plan() {
    if is_left_out("terraform_data", TERRAFORM_DATA) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, IN_TIME);
    ends_in(&emulator, 1);
    let unknown = |hours: &str| {
        format!(
            "resource \"terraform_data\" \"hours\" {{\n  input = \"{hours}\"\n}}\n{}",
            both("  name = \"ann\"\n  renew_before = terraform_data.hours.output")
        )
    };
    // As long as before, once it is known.
    workspace.write(&unknown("720h"));
    workspace.apply().exits(0).says("1 destroyed");
    workspace.plan().exits(0);
    // Not due: changed in place, whatever it turns out to be.
    workspace.write(&unknown("700h"));
    workspace.apply().exits(0).says("2 changed, 0 destroyed");
    workspace.plan().exits(0);
}

#[test]
fn an_imported_certificate_is_due_only_for_who_says_when() {
    let emulator = Emulator::quick();
    let maker = applied(&emulator, "  name = \"ann\"");
    let id = emulator.certificate_id();
    ends_in(&emulator, 1);
    maker
        .terraform(&["state", "rm", "alivpn_ssl_vpn_client_cert.this"])
        .exits(0);
    maker.write(&both(IN_TIME));
    maker
        .import_to("alivpn_ssl_vpn_client_cert.this", &id)
        .exits(0);
    assert_eq!(attributes(&maker)["renewal_due"], false);
    maker
        .plan()
        .exits(2)
        .says("0 to add, 1 to change, 0 to destroy");
    maker.apply().exits(0).says("the next plan replaces it");
    maker
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 1 destroyed");
    assert_ne!(emulator.certificate_id(), id);
}

#[test]
fn a_certificate_that_has_expired_is_said_to_and_replaced() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    let id = emulator.certificate_id();
    emulator.edit_certificate(&id, json!({"EndTime": 1_600_000_000_000_u64}));
    workspace
        .plan()
        .exits(0)
        .says("A client certificate has expired")
        .says(&format!("{id} held until 2020-09-13T12:26:40Z"))
        .says("-replace=ADDRESS`, which disconnects every client of its server");
    workspace.write(&both(IN_TIME));
    workspace.apply().exits(0);
    assert_eq!(attributes(&workspace)["status"], "expired");
    workspace
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 1 destroyed");
    assert_eq!(text(&emulator.certificate()["Status"]), "normal");
    workspace.plan().exits(0).does_not_say("expired");
}
