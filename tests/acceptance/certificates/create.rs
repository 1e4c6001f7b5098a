//! A certificate is there at once, with two calls, and no key of it is in the state.

use serde_json::{Value, json};

use super::{TYPE, applied, attributes, both, changes, labelled};
use crate::emulator::{Emulator, GATEWAY, of, only};
use crate::terraform::{Workspace, server};

#[test]
fn a_certificate_takes_two_calls_and_leaves_no_key_in_the_state() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    workspace.write(&both("  name = \"ann\""));
    // The plan asks for the server; the apply for the certificate alone.
    workspace
        .terraform(&["plan", "-no-color", "-input=false", "-out=saved.tfplan"])
        .exits(0);
    let calls = emulator.calls_of(|| {
        workspace
            .terraform(&["apply", "-no-color", "-input=false", "saved.tfplan"])
            .exits(0)
            .says("1 added, 0 changed, 0 destroyed");
    });
    let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(
        operations,
        ["CreateSslVpnClientCert", "DescribeSslVpnClientCert"]
    );
    assert_eq!(
        calls[0].parameter_names(),
        ["ClientToken", "Name", "RegionId", "SslVpnServerId"]
    );
    assert_eq!(calls[0].parameter("SslVpnServerId"), emulator.server_id());

    let id = emulator.certificate_id();
    let whole = emulator.whole_certificate(&id);
    let state = attributes(&workspace);
    for (name, expected) in [
        ("id", json!(id)),
        ("ssl_vpn_server_id", json!(emulator.server_id())),
        ("name", json!("ann")),
        ("region", json!("cn-hangzhou")),
        ("status", json!("normal")),
        ("renew_before", Value::Null),
        ("renewal_due", json!(false)),
        ("ca_cert", whole["CaCert"].clone()),
        ("client_cert", whole["ClientCert"].clone()),
    ] {
        assert_eq!(state[name], expected, "{name}");
    }
    for time in ["create_time", "end_time"] {
        assert!(
            state[time].as_str().is_some_and(|time| time.ends_with('Z')),
            "{time}: {state:#}"
        );
    }
    assert!(!workspace.state().contains("PRIVATE KEY"));
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn a_refresh_asks_for_no_key() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    let calls = emulator.calls_of(|| {
        workspace.plan().exits(0);
    });
    assert_eq!(of(&calls, "DescribeSslVpnClientCert").len(), 0);
    assert_eq!(of(&calls, "DescribeSslVpnClientCerts").len(), 1);
}

#[test]
fn a_certificate_without_a_name_is_no_reason_to_change_it_later() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "");
    workspace.plan().exits(0);
    emulator.edit_certificate(&emulator.certificate_id(), json!({"Name": "by hand"}));
    workspace.plan_refresh_only().exits(2);
    workspace.plan().exits(0);
}

#[test]
fn certificates_are_made_side_by_side_and_a_busy_gateway_is_waited_for() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let certs: Vec<String> = (0..6)
        .map(|number| labelled(&format!("c{number}"), &format!("  name = \"c{number}\"")))
        .collect();
    workspace.write(&format!("{}\n{}", server("this", ""), certs.join("\n")));
    emulator.make_busy(GATEWAY, "4s");
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0).says("6 added");
    });
    assert_eq!(emulator.certificates().len(), 6);
    let refused = of(&calls, "CreateSslVpnClientCert")
        .iter()
        .filter(|call| call.code.as_deref() == Some("VpnGateway.Configuring"))
        .count();
    // One each, and one more each should the status lag.
    assert!(
        (6..=12).contains(&refused),
        "{refused} refusals: {calls:#?}"
    );
    // The server is looked up once for all; the plan reads it as well.
    assert_eq!(of(&calls, "DescribeSslVpnServers").len(), 2, "{calls:#?}");
    // 0.2 s apart for 2 s, a tenth of the time waited later, shared by six.
    let looks = of(&calls, "DescribeVpnGateway").len();
    assert!(looks <= 35, "{looks} looks: {calls:#?}");
}

#[test]
fn a_create_whose_answer_got_lost_makes_one_certificate() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&both("  name = \"ann\""));
    emulator.fault(json!({"operation": "CreateSslVpnClientCert", "reset": "after"}));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    let sent = of(&calls, "CreateSslVpnClientCert");
    assert_eq!(sent.len(), 2, "{calls:#?}");
    assert_eq!(
        sent[0].parameter("ClientToken"),
        sent[1].parameter("ClientToken")
    );
    assert_eq!(attributes(&workspace)["id"], emulator.certificate_id());
    workspace.plan().exits(0);
}

#[test]
fn a_certificate_that_cannot_be_read_after_its_create_is_kept_and_not_tainted() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&both("  name = \"ann\"\n  renew_before = \"720h\""));
    emulator.fault(json!({
        "operation": "DescribeSslVpnClientCert", "count": 0, "http_status": 403, "code": "Forbidden.RAM", "message": "No."
    }));
    let apply = workspace.apply();
    let id = emulator.certificate_id();
    apply
        .exits(0)
        .says(&format!("Client certificate {id} created, but not read"))
        .says("Forbidden.RAM");
    let instance = workspace.instance_of(TYPE, "this");
    assert_eq!(instance["attributes"]["id"], id);
    assert_eq!(instance["status"], Value::Null, "tainted: {instance:#}");

    // Still forbidden: nothing is lost.
    workspace
        .plan()
        .exits(1)
        .says("Cannot read client certificate");
    assert_eq!(attributes(&workspace)["id"], id);
    emulator.clear_faults();
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("0 added, 0 changed, 0 destroyed");
    });
    assert_eq!(changes(&calls), [""; 0]);
    assert_eq!(
        attributes(&workspace)["client_cert"],
        emulator.whole_certificate(&id)["ClientCert"]
    );
    workspace.plan().exits(0);
}

#[test]
fn an_interrupted_create_does_not_lose_the_id() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    workspace.write(&both("  name = \"ann\""));
    emulator.fault(json!({"operation": "DescribeSslVpnClientCert", "count": 0, "delay": "60s"}));
    let apply = workspace.start_apply();
    emulator.wait_for_calls("a look at the new certificate", |calls| {
        !of(calls, "DescribeSslVpnClientCert").is_empty()
    });
    apply.interrupt();
    apply.wait(std::time::Duration::from_secs(10));
    emulator.clear_faults();
    assert_eq!(attributes(&workspace)["id"], emulator.certificate_id());
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("0 added, 0 changed, 0 destroyed");
    });
    assert_eq!(changes(&calls), [""; 0]);
    workspace.plan().exits(0);
}

#[test]
fn a_certificate_of_another_region_is_made_and_asked_for_there() {
    let emulator = Emulator::quick();
    emulator.add_gateway(
        json!({"VpnGatewayId": "vpn-uf6shanghai0001", "VpcId": "vpc-c", "RegionId": "cn-shanghai"}),
    );
    let elsewhere = Workspace::new(&emulator);
    elsewhere.provider(&crate::terraform::in_region(&emulator, "cn-shanghai"));
    elsewhere.write(&server(
        "this",
        "  vpn_gateway_id = \"vpn-uf6shanghai0001\"",
    ));
    elsewhere.apply().exits(0);

    let workspace = Workspace::new(&emulator);
    let body = |region: &str| {
        super::cert(&format!(
            "  ssl_vpn_server_id = {:?}\n{region}",
            emulator.server_id()
        ))
    };
    workspace.write(&body("  region = \"cn-shanghai\""));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
        workspace.plan().exits(0);
    });
    assert!(
        calls
            .iter()
            .all(|call| call.parameter("RegionId") == "cn-shanghai"),
        "{calls:#?}"
    );
    assert_eq!(attributes(&workspace)["region"], "cn-shanghai");
    // It stays there without being told again, and goes only with another server.
    workspace.write(&body(""));
    workspace.plan().exits(0);
    workspace.write(&body("  region = \"cn-beijing\""));
    workspace
        .plan()
        .exits(2)
        .says("1 to add, 0 to change, 1 to destroy");
    workspace.write(&body("  region = \"Nowhere!\""));
    workspace.plan().exits(1).says("Invalid value for `region`");
    workspace.write("");
    workspace.apply().exits(0).says("1 destroyed");
    only(&emulator.calls(), "DeleteSslVpnClientCert");
}
