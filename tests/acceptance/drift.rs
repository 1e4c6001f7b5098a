//! What changed, or went, behind Terraform's back.

use serde_json::{Value, json};

use crate::emulator::{Emulator, of, only, text};
use crate::terraform::{Workspace, server};

#[test]
fn an_edit_behind_terraforms_back_is_shown_and_undone() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  port = 1194\n  compress = false"));
    workspace.apply().exits(0);
    workspace.plan_refresh_only().exits(0);

    emulator.edit_server(
        &emulator.server_id(),
        json!({ "Port": 2000, "Compress": true }),
    );

    workspace
        .plan_refresh_only()
        .exits(2)
        .says("port = 1194 -> 2000")
        .says("compress = false -> true");
    workspace
        .apply()
        .exits(0)
        .says("port = 2000 -> 1194")
        .says("0 added, 1 changed, 0 destroyed");
    let truth = emulator.server();
    assert_eq!(
        (text(&truth["Port"]), text(&truth["Compress"])),
        ("1194".to_owned(), "false".to_owned())
    );
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn what_the_user_did_not_write_is_the_clouds_to_choose() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);

    emulator.edit_server(
        &emulator.server_id(),
        json!({ "Name": "by hand", "Cipher": "none", "Proto": "UDP" }),
    );

    workspace
        .plan_refresh_only()
        .exits(2)
        .says("by hand")
        .says("\"AES-128-CBC\" -> \"none\"");
    workspace.plan().exits(0);
}

#[test]
fn an_empty_string_in_an_answer_is_null() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let absent = workspace.attributes();

    emulator.edit_server(
        &emulator.server_id(),
        json!({ "IDaaSInstanceId": "", "IDaaSRegionId": "", "IDaaSApplicationId": "" }),
    );

    workspace.plan_refresh_only().exits(0);
    for name in [
        "idaas_instance_id",
        "idaas_region_id",
        "idaas_application_id",
        "idaas_instance_version",
    ] {
        assert_eq!(absent[name], Value::Null, "{name}");
    }
    workspace.write(&server("this", "  port = 1195"));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    let sent = only(&calls, "ModifySslVpnServer").parameter_names();
    assert!(
        !sent.iter().any(|name| name.starts_with("IDaaS")),
        "{sent:?}"
    );
}

#[test]
fn a_server_removed_by_hand_is_a_warning_and_a_plan_to_create() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let id = emulator.server_id();

    emulator.delete_server(&id);

    let outcome = workspace.plan_events();
    outcome.exits(2);
    let warnings = outcome.diagnostics("warning");
    assert!(
        warnings
            .iter()
            .any(|warning| warning.to_string().contains(&id)),
        "no warning names {id}: {outcome:?}"
    );
    let summary = outcome
        .events()
        .into_iter()
        .find(|event| event["type"] == "change_summary")
        .expect("a plan ends with a summary");
    assert_eq!(
        (&summary["changes"]["add"], &summary["changes"]["remove"]),
        (&json!(1), &json!(0))
    );

    workspace.apply().exits(0).says("1 added");
    assert_ne!(emulator.server_id(), id);
}

#[test]
fn a_forbidden_read_is_an_error_that_keeps_the_state() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let before = workspace.state();

    for code in ["Forbidden", "Forbidden.RAM", "NoPermission"] {
        emulator.fault(json!({
            "operation": "DescribeSslVpnServers",
            "count": 0,
            "code": code,
            "message": "User not authorized to operate on the specified resource.",
            "http_status": 403,
        }));
        emulator.clear_calls();
        let outcome = workspace.apply();
        outcome
            .exits(1)
            .says(code)
            .says("DescribeSslVpnServers")
            .says("vpc:DescribeSslVpnServers");
        let calls = emulator.calls();
        assert_eq!(calls.len(), 1, "trying again cannot help: {calls:#?}");
        outcome.says(&calls[0].request_id);
        assert_eq!(workspace.state(), before);
        emulator.clear_faults();
    }
    workspace.plan().exits(0);
}

#[test]
fn the_delete_of_a_server_already_gone_succeeds() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);

    emulator.delete_server(&emulator.server_id());
    let calls = emulator.calls_of(|| {
        let arguments = [
            "destroy",
            "-no-color",
            "-input=false",
            "-auto-approve",
            "-refresh=false",
        ];
        workspace.terraform(&arguments).exits(0).says("1 destroyed");
    });

    let deletes = of(&calls, "DeleteSslVpnServer");
    assert_eq!(deletes.len(), 1, "{calls:#?}");
    assert_eq!(
        deletes[0].code.as_deref(),
        Some("InvalidSslVpnServerId.NotFound")
    );
    assert_eq!(workspace.instance(), Value::Null);
}
