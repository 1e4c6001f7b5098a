//! Deletions on one gateway go one after the other, each holds the place until the cloud has taken it, and everybody is warned.

use std::time::Duration;

use serde_json::{Value, json};

use super::{TYPE, applied, both, changes, labelled};
use crate::emulator::{Call, Emulator, GATEWAY, OTHER_GATEWAY, of};
use crate::terraform::{
    Outcome, PLANS_OF_DESTROYS, REPLACE_TRIGGERED_BY, Workspace, is_left_out, server,
};

/// The server and so many certificates.
fn with_certificates(emulator: &Emulator, count: usize) -> Workspace {
    let workspace = Workspace::new(emulator);
    let certs: Vec<String> = (0..count)
        .map(|number| labelled(&format!("c{number}"), &format!("  name = \"c{number}\"")))
        .collect();
    workspace.write(&format!("{}\n{}", server("this", ""), certs.join("\n")));
    workspace.apply().exits(0);
    assert_eq!(emulator.certificates().len(), count);
    workspace
}

fn refused(calls: &[Call], operation: &str) -> usize {
    of(calls, operation)
        .iter()
        .filter(|call| call.code.as_deref() == Some("VpnGateway.Configuring"))
        .count()
}

#[test]
fn a_server_goes_with_its_certificates_in_one_apply_one_after_the_other() {
    let emulator = Emulator::start(&[
        "--converge",
        "0.5s",
        "--status-lag",
        "0.1s",
        "--describe-lag",
        "0.1s",
        "--converge-certs",
        "0.5s",
    ]);
    let workspace = with_certificates(&emulator, 5);
    // Somebody else's change is under way as well.
    emulator.make_busy(GATEWAY, "5s");
    let calls = emulator.calls_of(|| {
        workspace.destroy().exits(0).says("6 destroyed");
    });
    assert!(emulator.certificates().is_empty() && emulator.servers().is_empty());
    let accepted: Vec<&str> = calls
        .iter()
        .filter(|call| call.is_change() && call.accepted())
        .map(|call| call.operation.as_str())
        .collect();
    assert_eq!(
        accepted,
        [
            "DeleteSslVpnClientCert",
            "DeleteSslVpnClientCert",
            "DeleteSslVpnClientCert",
            "DeleteSslVpnClientCert",
            "DeleteSslVpnClientCert",
            "DeleteSslVpnServer"
        ]
    );
    // Only who holds the place is refused, not the whole crowd: once, and once more where the status lags.
    let refusals = refused(&calls, "DeleteSslVpnClientCert");
    assert!(
        (1..=10).contains(&refusals),
        "{refusals} refusals of 5 deletes: {calls:#?}"
    );
    // The gateway of the server was looked up once for all; the refresh and the server's own deletion look too.
    let by_id = of(&calls, "DescribeSslVpnServers").len();
    assert!(by_id <= 1 + 1 + 30, "{by_id}");
}

#[test]
fn without_work_in_the_background_a_delete_takes_two_calls() {
    let emulator = Emulator::start(&["--converge", "0.2s", "--converge-certs", "0s"]);
    let workspace = with_certificates(&emulator, 12);
    workspace.write(&server("this", ""));
    workspace
        .terraform(&["plan", "-no-color", "-input=false", "-out=saved.tfplan"])
        .exits(0);
    let calls = emulator.calls_of(|| {
        workspace
            .terraform(&["apply", "-no-color", "-input=false", "saved.tfplan"])
            .exits(0)
            .says("12 destroyed");
    });
    assert_eq!(of(&calls, "DeleteSslVpnClientCert").len(), 12, "{calls:#?}");
    // One for all: the gateway of their server.
    assert_eq!(of(&calls, "DescribeSslVpnServers").len(), 1, "{calls:#?}");
    assert!(
        calls.len() <= 2 * 12 + 1,
        "{} calls: {calls:#?}",
        calls.len()
    );
    let keys = of(&calls, "DescribeSslVpnClientCert").len();
    assert_eq!(keys, 0, "no key is asked for to see that it is gone");
}

#[test]
fn deletions_that_keep_the_gateway_busy_for_a_moment_are_not_sent_before_it_is_over() {
    let emulator = Emulator::start(&["--converge", "0.2s", "--converge-certs", "0.15s"]);
    let workspace = with_certificates(&emulator, 10);
    workspace.write(&server("this", ""));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0).says("10 destroyed");
    });
    // The second finds out; those after it know.
    let refusals = refused(&calls, "DeleteSslVpnClientCert");
    assert!(
        refusals <= 2,
        "{refusals} refusals of 10 deletes: {calls:#?}"
    );
}

#[test]
fn a_plan_that_deletes_or_replaces_warns_that_everybody_is_disconnected() {
    if is_left_out("plans of destroys", PLANS_OF_DESTROYS) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    let (id, server_id) = (emulator.certificate_id(), emulator.server_id());
    let warning = "Deleting a client certificate disconnects every client of its server";
    let about = format!(
        "When a client certificate of SSL server {server_id} is deleted, all clients of that server lose their connections"
    );

    workspace.plan().exits(0).does_not_say(warning);
    workspace.write(&both("  name = \"bob\""));
    workspace.plan().exits(2).does_not_say(warning);
    workspace.write(&server("this", ""));
    workspace.plan().exits(2).says(warning).says(&about);
    workspace.write(&both("  ssl_vpn_server_id = \"vss-another\""));
    workspace
        .plan()
        .exits(2)
        .says(warning)
        .says(&about)
        .says("A client certificate belongs to another server")
        .says(&format!(
            "{id} belongs to SSL server {server_id} and cannot move to vss-another"
        ));
    workspace
        .terraform(&["plan", "-no-color", "-destroy"])
        .exits(0)
        .says(warning);
    assert_eq!(emulator.certificate_id(), id);
}

#[test]
fn what_is_said_of_many_certificates_that_are_replaced_is_shown_once() {
    let emulator = Emulator::quick();
    let workspace = with_certificates(&emulator, 3);
    let elsewhere: String = (0..3)
        .map(|number| {
            labelled(
                &format!("c{number}"),
                &format!("  ssl_vpn_server_id = \"vss-another\"\n  name = \"c{number}\""),
            )
        })
        .collect();
    workspace.write(&format!("{}\n{elsewhere}", server("this", "")));
    let plan = workspace.plan();
    plan.exits(2).says("and 2 more similar warnings elsewhere");
    for warning in [
        "Deleting a client certificate",
        "A client certificate belongs",
    ] {
        let shown = plan.stdout.matches(&format!("Warning: {warning}")).count();
        assert_eq!(shown, 1, "{plan:?}");
    }
}

const DISCONNECTS: &str = "Warning: Deleting a client certificate disconnects every client";

/// How often a run warns of the disconnection.
fn warnings(outcome: &Outcome) -> usize {
    outcome.stdout.matches(DISCONNECTS).count()
}

#[test]
fn certificates_that_go_are_warned_of_once_a_server_in_the_plan_and_not_again_in_the_apply() {
    if is_left_out("plans of destroys", PLANS_OF_DESTROYS) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = with_certificates(&emulator, 3);
    workspace.write(&server("this", ""));
    let plan = workspace.terraform(&["plan", "-no-color", "-input=false", "-out=saved.tfplan"]);
    plan.exits(0);
    assert_eq!(warnings(&plan), 1, "{plan:?}");
    let apply = workspace.terraform(&["apply", "-no-color", "-input=false", "saved.tfplan"]);
    apply.exits(0).says("3 destroyed");
    assert_eq!(warnings(&apply), 0, "{apply:?}");
}

#[test]
fn a_replacement_of_which_no_plan_can_speak_warns_when_the_certificate_is_deleted() {
    let emulator = Emulator::quick();
    let workspace = with_certificates(&emulator, 2);
    let addresses = ["c0", "c1"].map(|name| format!("{TYPE}.{name}"));
    let replace = addresses
        .clone()
        .map(|address| format!("-replace={address}"));
    let forced: Vec<&str> = replace.iter().map(String::as_str).collect();
    for (how, arguments) in [("-replace", forced.as_slice()), ("taint", &[])] {
        if arguments.is_empty() {
            for address in &addresses {
                workspace.terraform(&["taint", address]).exits(0);
            }
        }
        let options = ["-no-color", "-input=false", "-out=saved.tfplan"];
        let plan = workspace.terraform(&[&["plan"], &options[..], arguments].concat());
        plan.exits(0).says("2 to add, 0 to change, 2 to destroy");
        assert_eq!(warnings(&plan), 0, "{how}: {plan:?}");
        // Both are deleted: it is said once, as the others of their server are disconnected once more at the most.
        let apply = workspace.terraform(&["apply", "-no-color", "-input=false", "saved.tfplan"]);
        apply
            .exits(0)
            .says("2 added, 0 changed, 2 destroyed")
            .says(&format!(
                "of SSL server {} is deleted",
                emulator.server_id()
            ));
        assert_eq!(warnings(&apply), 1, "{how}: {apply:?}");
        workspace.plan().exits(0);
    }
}

#[test]
fn a_certificate_that_another_resource_has_replaced_is_warned_of_when_it_is_deleted() {
    if is_left_out("replace_triggered_by", REPLACE_TRIGGERED_BY) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let with_name = |name: &str| {
        let triggered =
            format!("  lifecycle {{\n    replace_triggered_by = [{TYPE}.other.name]\n  }}");
        format!(
            "{}{}{}",
            server("this", ""),
            labelled("other", &format!("  name = \"{name}\"")),
            labelled("this", &triggered)
        )
    };
    workspace.write(&with_name("before"));
    workspace.apply().exits(0);
    workspace.write(&with_name("after"));
    let apply = workspace.apply();
    apply.exits(0).says("1 added, 1 changed, 1 destroyed");
    assert_eq!(warnings(&apply), 1, "{apply:?}");
}

#[test]
fn a_server_that_is_replaced_takes_its_certificates_along_and_nobody_is_told_that_they_are_anothers()
 {
    let emulator = Emulator::quick();
    let workspace = with_certificates(&emulator, 2);
    let certs: String = (0..2)
        .map(|number| labelled(&format!("c{number}"), &format!("  name = \"c{number}\"")))
        .collect();
    let moved = server("this", &format!("  vpn_gateway_id = {OTHER_GATEWAY:?}"));
    workspace.write(&format!("{moved}{certs}"));
    let forced = workspace.terraform(&[
        "plan",
        "-no-color",
        "-input=false",
        "-replace=alivpn_ssl_vpn_server.this",
    ]);
    for plan in [forced, workspace.apply()] {
        plan.exits(0)
            .says("3 to add, 0 to change, 3 to destroy")
            .does_not_say("belongs to another server")
            .does_not_say("terraform state rm");
        assert_eq!(warnings(&plan), 1, "{plan:?}");
    }
}

#[test]
fn what_is_gone_already_is_deleted_without_an_error() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    emulator.delete_certificate(&emulator.certificate_id());
    workspace.plan().exits(2).says("is gone").says("1 to add");
    workspace
        .terraform(&["destroy", "-no-color", "-auto-approve", "-refresh=false"])
        .exits(0)
        .says("2 destroyed");
    assert!(emulator.servers().is_empty());
}

#[test]
fn certificates_whose_server_is_gone_are_deleted_without_an_error() {
    let emulator = Emulator::quick();
    let workspace = with_certificates(&emulator, 2);
    emulator.delete_server(&emulator.server_id());
    workspace
        .terraform(&["destroy", "-no-color", "-auto-approve", "-refresh=false"])
        .exits(0)
        .says("3 destroyed");
    assert_eq!(workspace.instance_of(TYPE, "c0"), Value::Null);
}

#[test]
fn a_delete_whose_answer_got_lost_deletes_once() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    workspace.write(&server("this", ""));
    emulator.fault(json!({"operation": "DeleteSslVpnClientCert", "reset": "after"}));
    workspace.apply().exits(0).says("1 destroyed");
    assert!(emulator.certificates().is_empty());
    workspace.plan().exits(0);
}

#[test]
fn a_refused_delete_leaves_the_certificate_in_the_state() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    let id = emulator.certificate_id();
    workspace.write(&server("this", ""));
    emulator.fault(json!({
        "operation": "DeleteSslVpnClientCert", "http_status": 403, "code": "Forbidden.RAM", "message": "No."
    }));
    workspace
        .apply()
        .exits(1)
        .says(&format!(
            "Client certificate {id} in cn-hangzhou not deleted"
        ))
        .says("vpc:DeleteSslVpnClientCert")
        .says("RequestId");
    assert_eq!(workspace.instance_of(TYPE, "this")["attributes"]["id"], id);
    workspace.apply().exits(0).says("1 destroyed");
}

#[test]
fn a_timeout_ends_the_wait_for_a_busy_gateway_and_says_what_to_raise() {
    let emulator = Emulator::quick();
    let workspace = applied(
        &emulator,
        "  name = \"ann\"\n  timeouts {\n    delete = \"2s\"\n  }",
    );
    workspace.write(&server("this", ""));
    emulator.make_busy(GATEWAY, "60s");
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(1)
            .says("the gateway was still busy with another change")
            .says("If the cloud needs longer, raise `delete` in the timeouts block.")
            .within(Duration::from_secs(30));
    });
    assert_eq!(changes(&calls), ["DeleteSslVpnClientCert"]);
    assert_ne!(workspace.instance_of(TYPE, "this"), Value::Null);
    assert_eq!(emulator.certificates().len(), 1);
}

#[test]
fn ctrl_c_ends_a_delete_that_waits_for_its_turn() {
    let emulator = Emulator::quick();
    let workspace = with_certificates(&emulator, 3);
    workspace.write(&server("this", ""));
    emulator.make_busy(GATEWAY, "60s");
    emulator.clear_calls();
    let apply = workspace.start_apply();
    emulator.wait_for_calls("a refused delete and a look at the gateway", |calls| {
        refused(calls, "DeleteSslVpnClientCert") > 0 && !of(calls, "DescribeVpnGateway").is_empty()
    });
    apply.interrupt();
    apply.wait(Duration::from_secs(10)).exits(1);
    let calls = emulator.calls();
    assert_eq!(
        of(&calls, "DeleteSslVpnClientCert").len(),
        refused(&calls, "DeleteSslVpnClientCert"),
        "{calls:#?}"
    );
    let names = ["c0", "c1", "c2"];
    assert!(
        names
            .iter()
            .all(|name| workspace.instance_of(TYPE, name) != Value::Null),
        "nothing was deleted, so nothing is forgotten"
    );
}
