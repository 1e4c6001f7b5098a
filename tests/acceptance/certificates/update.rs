//! A new name is one call; what Terraform alone knows is none.

use serde_json::json;

use super::{applied, attributes, both, changes};
use crate::emulator::{Emulator, only, text};

#[test]
fn a_new_name_is_one_call_without_any_waiting() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"before\"");
    let before = attributes(&workspace);
    workspace.write(&both("  name = \"after\""));
    workspace
        .terraform(&["plan", "-no-color", "-input=false", "-out=saved.tfplan"])
        .exits(0)
        .says("0 to add, 1 to change, 0 to destroy")
        .does_not_say("disconnects");
    let calls = emulator.calls_of(|| {
        workspace
            .terraform(&["apply", "-no-color", "-input=false", "saved.tfplan"])
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed");
    });
    assert_eq!(calls.len(), 1, "{calls:#?}");
    let modify = only(&calls, "ModifySslVpnClientCert");
    assert_eq!(
        modify.parameter_names(),
        ["ClientToken", "Name", "RegionId", "SslVpnClientCertId"]
    );
    assert_eq!(text(&emulator.certificate()["Name"]), "after");
    let mut expected = before;
    expected["name"] = json!("after");
    assert_eq!(attributes(&workspace), expected);
    workspace.plan().exits(0);
}

#[test]
fn what_the_cloud_does_not_know_is_changed_without_a_call() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    workspace.write(&both(
        "  name = \"ann\"\n  renew_before = \"720h\"\n  timeouts {\n    delete = \"5m\"\n  }",
    ));
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed");
    });
    assert_eq!(changes(&calls), [""; 0]);
    assert_eq!(attributes(&workspace)["renewal_due"], false);
    assert_eq!(attributes(&workspace)["renew_before"], "720h");
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn a_name_that_somebody_changed_is_seen_and_changed_back() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    emulator.edit_certificate(&emulator.certificate_id(), json!({"Name": "bob"}));
    workspace.plan_refresh_only().exits(2).says("bob");
    workspace.apply().exits(0).says("1 changed");
    assert_eq!(text(&emulator.certificate()["Name"]), "ann");
    workspace.plan().exits(0);
}

#[test]
fn a_rename_that_is_refused_leaves_the_state_as_it_was() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    workspace.write(&both("  name = \"bob\""));
    emulator.fault(
        json!({"operation": "ModifySslVpnClientCert", "code": "InvalidName", "http_status": 400}),
    );
    workspace
        .apply()
        .exits(1)
        .says("not renamed")
        .says("InvalidName")
        .says("RequestId");
    assert_eq!(attributes(&workspace)["name"], "ann");
    workspace.apply().exits(0).says("1 changed");
    assert_eq!(text(&emulator.certificate()["Name"]), "bob");
}
