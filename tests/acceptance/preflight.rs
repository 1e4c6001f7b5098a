//! `preflight = true`: the API is asked while planning, by a dry run, whether it would accept the change.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::emulator::{Call, Emulator, GATEWAY, OTHER_GATEWAY, of};
use crate::terraform::{Outcome, REPLACE_TRIGGERED_BY, Workspace, in_region, is_left_out, server};

const NO_VERDICT: &str = "Preflight could not tell";

/// A workspace whose provider block asks for preflight.
fn workspace(emulator: &Emulator) -> Workspace {
    let workspace = Workspace::new(emulator);
    let body = in_region(emulator, "cn-hangzhou");
    workspace.provider(&format!("{body}\n  preflight = true"));
    workspace
}

fn dry_runs(calls: &[Call]) -> Vec<&Call> {
    calls
        .iter()
        .filter(|call| call.parameters.contains_key("DryRun"))
        .collect()
}

/// What a call asks for, beside what tells a dry run from the real one.
fn asked(call: &Call) -> BTreeMap<String, String> {
    let mut parameters = call.parameters.clone();
    parameters.remove("DryRun");
    parameters.remove("ClientToken");
    parameters
}

/// The only error of a plan: the line that it points to, and summary and detail.
#[track_caller]
fn only_error(outcome: &Outcome) -> (String, String) {
    outcome.exits(1);
    let found = outcome.diagnostics("error");
    assert_eq!(found.len(), 1, "{outcome:?}");
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    (
        text(&found[0]["snippet"]["code"]),
        format!(
            "{}: {}",
            text(&found[0]["summary"]),
            text(&found[0]["detail"])
        ),
    )
}

#[test]
fn without_preflight_nothing_is_asked() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    for preflight in ["", "\n  preflight = false"] {
        let body = in_region(&emulator, "cn-hangzhou");
        workspace.provider(&format!("{body}{preflight}"));
        for port in [1194, 1195] {
            workspace.write(&server("this", &format!("  port = {port}")));
            workspace.apply().exits(0);
        }
        workspace.destroy().exits(0);
    }
    let calls = emulator.calls();
    assert!(dry_runs(&calls).is_empty(), "{calls:#?}");
}

#[test]
fn a_dry_run_asks_for_what_the_apply_then_does_and_changes_nothing() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    for (operation, port) in [("CreateSslVpnServer", 1194), ("ModifySslVpnServer", 1195)] {
        workspace.write(&server(
            "this",
            &format!("  name = \"office\"\n  port = {port}"),
        ));
        let before = emulator.servers();
        let calls = emulator.calls_of(|| {
            workspace.plan().exits(2).does_not_say("Preflight");
        });
        assert_eq!(dry_runs(&calls).len(), 1, "{calls:#?}");
        assert_eq!(of(&calls, operation).len(), 1, "{calls:#?}");
        assert_eq!(emulator.servers(), before);

        // Terraform plans once more in an apply: the call itself comes after both.
        let calls = emulator.calls_of(|| {
            workspace.apply().exits(0);
        });
        let changes: Vec<&Call> = calls.iter().filter(|call| call.is_change()).collect();
        let [first, second, act] = changes.as_slice() else {
            panic!("not two questions and one change: {calls:#?}");
        };
        for question in [first, second] {
            assert_eq!(question.operation, operation);
            assert_eq!(question.parameter("DryRun"), "true");
            assert_eq!(question.parameter("ClientToken"), "");
            assert_eq!(question.code.as_deref(), Some("DryRunOperation"));
            assert_eq!(asked(question), asked(act));
        }
        assert!(!act.parameters.contains_key("DryRun"), "{act:#?}");
    }
}

#[test]
fn a_rename_and_a_destroy_and_nothing_to_do_are_not_asked_about() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    workspace.write(&server("this", "  name = \"before\""));
    workspace.apply().exits(0);
    let calls = emulator.calls_of(|| {
        workspace.plan().exits(0);
        workspace.write(&server("this", "  name = \"after\""));
        workspace.apply().exits(0).says("1 changed");
        workspace.destroy().exits(0);
    });
    assert!(dry_runs(&calls).is_empty(), "{calls:#?}");
}

#[test]
fn what_the_api_would_refuse_is_an_error_of_the_plan_at_its_argument() {
    let emulator = Emulator::quick();
    emulator.add_gateway(json!({
        "VpnGatewayId": "vpn-bp1neighbour0001", "VpcId": "vpc-bp1emulator0001", "RegionId": "cn-hangzhou"
    }));
    let neighbour = Workspace::new(&emulator);
    neighbour.write(&server(
        "this",
        "  vpn_gateway_id = \"vpn-bp1neighbour0001\"\n  client_ip_pool = \"10.40.0.0/24\"",
    ));
    neighbour.apply().exits(0);
    let workspace = workspace(&emulator);
    let refused = |body: &str, line: &str, code: &str| {
        workspace.write(&server("this", body));
        let (at, said) = only_error(&workspace.plan_events());
        assert_eq!(at, line, "{said}");
        assert!(said.starts_with("The API would refuse"), "{said}");
        for words in [code, "RequestId", "nothing was changed"] {
            assert!(said.contains(words), "{words}: {said}");
        }
    };

    let pool = "client_ip_pool = \"10.40.0.0/25\"";
    refused(&format!("  {pool}"), pool, "IpConflict");
    let gateway = "vpn_gateway_id = \"vpn-doesnotexist\"";
    refused(
        &format!("  {gateway}"),
        gateway,
        "InvalidVpnGatewayInstanceId.NotFound",
    );
    assert_eq!(emulator.servers().len(), 1);

    workspace.write(&server("this", "  client_ip_pool = \"10.30.0.0/24\""));
    workspace.apply().exits(0);
    refused(&format!("  {pool}"), pool, "IpConflict");
    emulator.edit_gateway(GATEWAY, json!({ "BusinessStatus": "FinancialLocked" }));
    refused(
        "  client_ip_pool = \"10.30.0.0/24\"\n  port = 1195",
        &format!("vpn_gateway_id = \"{GATEWAY}\""),
        "VpnGateway.FinancialLocked",
    );
    assert_eq!(workspace.attributes()["client_ip_pool"], "10.30.0.0/24");
}

#[test]
fn a_value_that_is_known_after_apply_is_asked_about_when_it_is_known() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    let configuration = format!(
        "{}{}",
        server("first", ""),
        server(
            "this",
            &format!(
                "  vpn_gateway_id = \"{OTHER_GATEWAY}\"\n  name = alivpn_ssl_vpn_server.first.id"
            )
        ),
    );
    workspace.write(&configuration);
    let about_this = |calls: &[Call]| {
        let asked = dry_runs(calls);
        let about: Vec<&&Call> = asked
            .iter()
            .filter(|call| call.parameter("VpnGatewayId") == OTHER_GATEWAY)
            .collect();
        about.len()
    };
    let calls = emulator.calls_of(|| {
        workspace.plan().exits(2);
    });
    assert_eq!(
        (dry_runs(&calls).len(), about_this(&calls)),
        (1, 0),
        "{calls:#?}"
    );

    // A refusal in the plan during apply ends the apply of this one, and loses nothing.
    emulator.edit_gateway(
        OTHER_GATEWAY,
        json!({ "BusinessStatus": "FinancialLocked" }),
    );
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(1)
            .says("The API would refuse an SSL server")
            .says("VpnGateway.FinancialLocked");
    });
    assert_eq!(about_this(&calls), 1, "{calls:#?}");
    let created: Vec<&Call> = of(&calls, "CreateSslVpnServer")
        .into_iter()
        .filter(|call| call.accepted())
        .collect();
    assert_eq!(created.len(), 1, "{calls:#?}");
    assert_eq!(workspace.instance(), Value::Null);
    emulator.edit_gateway(OTHER_GATEWAY, json!({ "BusinessStatus": "Normal" }));
    workspace
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 0 destroyed");
}

#[test]
fn a_replacement_is_no_refusal_while_the_old_server_stands() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let answers = |calls: &[Call]| -> Vec<String> {
        let answers = dry_runs(calls)
            .into_iter()
            .filter_map(|call| call.code.clone());
        answers.collect()
    };
    // While the old one stands its gateway is taken, which nobody needs to hear; in the apply the question comes when it is gone.
    let replace = [
        "-no-color",
        "-input=false",
        "-replace=alivpn_ssl_vpn_server.this",
    ];
    let calls = emulator.calls_of(|| {
        workspace
            .terraform(&[&["apply", "-auto-approve"], &replace[..]].concat())
            .exits(0)
            .does_not_say(NO_VERDICT)
            .says("1 added, 0 changed, 1 destroyed");
    });
    assert_eq!(answers(&calls), ["Resource.QuotaFull", "DryRunOperation"]);

    workspace
        .terraform(&["taint", "alivpn_ssl_vpn_server.this"])
        .exits(0);
    workspace
        .plan()
        .exits(2)
        .says(NO_VERDICT)
        .says("Resource.QuotaFull")
        .says("it will be gone by then");

    // On another gateway there is a verdict already, and what is refused there destroys nothing.
    emulator.edit_gateway(OTHER_GATEWAY, json!({ "SslVpn": "disable" }));
    let other = format!("vpn_gateway_id = \"{OTHER_GATEWAY}\"");
    workspace.write(&server("this", &format!("  {other}")));
    let id = emulator.server_id();
    let (at, said) = only_error(&workspace.apply_events());
    assert_eq!(at, other);
    assert!(said.contains("VpnGateway.SslVpnDisabled"), "{said}");
    assert_eq!(emulator.server_id(), id);

    // Its own addresses are in the way only as long as the old server has them. Of a tainted one a plan is not told.
    workspace
        .terraform(&["untaint", "alivpn_ssl_vpn_server.this"])
        .exits(0);
    emulator.add_gateway(json!({
        "VpnGatewayId": "vpn-bp1neighbour0001", "VpcId": "vpc-bp1emulator0001", "RegionId": "cn-hangzhou"
    }));
    workspace.write(&server(
        "this",
        "  vpn_gateway_id = \"vpn-bp1neighbour0001\"",
    ));
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says(NO_VERDICT)
            .says("has addresses of the same pool")
            .says("1 added, 0 changed, 1 destroyed");
    });
    assert_eq!(answers(&calls), ["IpConflict", "DryRunOperation"]);
}

#[test]
fn a_replacement_that_is_forced_and_would_be_refused_destroys_nothing() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    let certificate = "resource \"alivpn_ssl_vpn_client_cert\" \"ann\" {\n  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id\n}\n";
    workspace.write(&format!("{}{certificate}", server("this", "")));
    workspace.apply().exits(0);
    let (id, certificate_id) = (emulator.server_id(), emulator.certificate_id());
    emulator.edit_gateway(GATEWAY, json!({ "SslVpn": "disable" }));
    let calls = emulator.calls_of(|| {
        workspace
            .terraform(&[
                "plan",
                "-no-color",
                "-input=false",
                "-out=saved.tfplan",
                "-replace=alivpn_ssl_vpn_server.this",
            ])
            .exits(1)
            .says("The API would refuse an SSL server on")
            .says("VpnGateway.SslVpnDisabled");
    });
    let asked = dry_runs(&calls);
    assert_eq!(asked.len(), 1, "{calls:#?}");
    assert_eq!(asked[0].operation, "CreateSslVpnServer");
    assert_eq!(emulator.server_id(), id);
    assert_eq!(emulator.certificate_id(), certificate_id);
}

#[test]
fn a_replacement_that_another_resource_triggers_is_asked_about() {
    if is_left_out("replace_triggered_by", REPLACE_TRIGGERED_BY) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    let with_name = |name: &str| {
        let trigger = server(
            "trigger",
            &format!("  vpn_gateway_id = \"{OTHER_GATEWAY}\"\n  name = \"{name}\""),
        );
        let triggered =
            "  lifecycle {\n    replace_triggered_by = [alivpn_ssl_vpn_server.trigger.name]\n  }";
        format!("{trigger}{}", server("this", triggered))
    };
    workspace.write(&with_name("before"));
    workspace.apply().exits(0);
    emulator.edit_gateway(GATEWAY, json!({ "SslVpn": "disable" }));
    workspace.write(&with_name("after"));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(1).says("VpnGateway.SslVpnDisabled");
    });
    assert_eq!(dry_runs(&calls).len(), 1, "{calls:#?}");
    assert_eq!(emulator.servers().len(), 2);
}

#[test]
fn a_tainted_server_in_the_way_of_its_own_replacement_is_an_error_that_says_how_to_go_on() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    emulator.add_gateway(json!({
        "VpnGatewayId": "vpn-bp1neighbour0001", "VpcId": "vpc-bp1emulator0001", "RegionId": "cn-hangzhou"
    }));
    workspace
        .terraform(&["taint", "alivpn_ssl_vpn_server.this"])
        .exits(0);
    workspace.write(&server(
        "this",
        "  vpn_gateway_id = \"vpn-bp1neighbour0001\"",
    ));
    workspace
        .apply()
        .exits(1)
        .says("conflict with other SSL VPN server in the same VPC")
        .says("is one that this plan destroys, a tainted one for example")
        .says("set preflight = false for this run");
    let body = in_region(&emulator, "cn-hangzhou");
    workspace.provider(&format!("{body}\n  preflight = false"));
    workspace
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 1 destroyed");
}

#[test]
fn faults_that_do_not_pass_are_no_verdict() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let body = in_region(&emulator, "cn-hangzhou");
    workspace.provider(&format!(
        "{body}\n  preflight = true\n  max_retries = 1\n  retry_max_elapsed = \"2s\""
    ));
    workspace.write(&server("this", ""));
    for (fault, words) in [
        (json!({ "code": "Throttling.User" }), "Throttling.User"),
        (json!({ "reset": "before" }), "got no answer"),
        (json!({ "reset": "after" }), "got no answer"),
        (
            json!({ "body": "<html>Bad Gateway</html>", "http_status": 502 }),
            "HTTP 502",
        ),
        (
            json!({ "code": "InternalError", "http_status": 500 }),
            "InternalError",
        ),
    ] {
        emulator.clear_faults();
        let mut lasting = fault.clone();
        lasting["operation"] = "CreateSslVpnServer".into();
        lasting["count"] = 0.into();
        emulator.fault(lasting);
        workspace
            .plan()
            .exits(2)
            .says(NO_VERDICT)
            .says("It was tried")
            .says(words);
    }
    emulator.clear_faults();
    workspace.plan().exits(2).does_not_say("Preflight");
}

#[test]
fn a_busy_gateway_and_a_refused_permission_are_no_verdict() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    workspace.write(&server("this", "  port = 1194"));
    workspace.apply().exits(0);
    workspace.write(&server("this", "  port = 1195"));

    emulator.make_busy(GATEWAY, "30s");
    workspace
        .plan()
        .exits(2)
        .says(NO_VERDICT)
        .says("VpnGateway.Configuring")
        .says("The apply waits for its end");
    emulator.make_busy(GATEWAY, "0s");

    for (code, summary) in [
        ("Forbidden.RAM", "Preflight skipped"),
        ("Something.NobodyKnows", NO_VERDICT),
    ] {
        emulator.fault(json!({ "operation": "ModifySslVpnServer", "code": code }));
        let calls = emulator.calls_of(|| {
            workspace.plan().exits(2).says(summary).says(code);
        });
        assert_eq!(dry_runs(&calls).len(), 1, "{calls:#?}");
    }
    // What somebody else may not do is no question of who plans: the change would be refused as well.
    emulator.fault(
        json!({ "operation": "ModifySslVpnServer", "code": "OperationFailed.NoRamPermission" }),
    );
    workspace
        .plan()
        .exits(1)
        .says("The API would refuse the change of SSL server")
        .says("It is the VPN service that lacks the permission");
}

#[test]
fn a_passing_fault_is_asked_through() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({ "operation": "CreateSslVpnServer", "code": "Throttling.User" }));
    emulator.fault(json!({ "operation": "CreateSslVpnServer", "reset": "before" }));
    let calls = emulator.calls_of(|| {
        workspace.plan().exits(2).does_not_say("Preflight");
    });
    assert_eq!(dry_runs(&calls).len(), 3, "{calls:#?}");
}

#[test]
fn an_api_that_carries_a_dry_run_out_is_an_error_that_says_so() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({
        "operation": "CreateSslVpnServer",
        "body": r#"{"RequestId":"R-1","SslVpnServerId":"vss-1"}"#,
        "http_status": 200,
    }));
    let (_, said) = only_error(&workspace.plan_events());
    assert!(said.contains("Preflight was not heeded"), "{said}");
    assert!(said.contains("may have been carried out"), "{said}");
}

#[test]
fn an_interrupt_ends_a_question_at_once() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({ "operation": "CreateSslVpnServer", "delay": "60s" }));
    let plan = workspace.start(&["plan", "-no-color", "-input=false"]);
    // It is asked for at the same time.
    emulator.wait_for_calls("the look at the gateway", |calls| {
        !of(calls, "DescribeVpnGateway").is_empty()
    });
    plan.interrupt();
    plan.wait(Duration::from_secs(10)).exits(1);
    assert!(emulator.servers().is_empty());
}
