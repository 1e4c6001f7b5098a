//! Creating, finding nothing to do, destroying.

use serde_json::{Value, json};

use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY, of, only, text};
use crate::terraform::{Workspace, server};

#[test]
fn create_then_an_empty_plan_then_destroy() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));

    workspace
        .apply()
        .exits(0)
        .says("Resources: 1 added, 0 changed, 0 destroyed");

    let calls = emulator.calls();
    let create = only(&calls, "CreateSslVpnServer");
    assert_eq!(
        create.parameter_names(),
        [
            "ClientIpPool",
            "ClientToken",
            "LocalSubnet",
            "RegionId",
            "VpnGatewayId"
        ]
    );
    assert_eq!(create.parameter("VpnGatewayId"), GATEWAY);
    assert_eq!(create.parameter("ClientIpPool"), "10.30.0.0/24");
    assert_eq!(create.parameter("LocalSubnet"), "192.168.0.0/16");
    assert_eq!(create.parameter("RegionId"), "cn-hangzhou");
    let token = create.parameter("ClientToken");
    assert!(
        (1..=64).contains(&token.len()) && token.is_ascii(),
        "{token:?}"
    );
    assert!(
        calls
            .iter()
            .all(|call| call.signature_version.as_deref() == Some("V3")),
        "{calls:#?}"
    );

    let truth = emulator.server();
    let state = workspace.attributes();
    assert_eq!(state["id"], truth["SslVpnServerId"]);
    assert_eq!(state["region"], "cn-hangzhou");
    assert_eq!(state["protocol"], "TCP");
    assert_eq!(state["cipher"], "AES-128-CBC");
    assert_eq!(state["port"], 1194);
    assert_eq!(text(&state["compress"]), text(&truth["Compress"]));
    assert_eq!(state["internet_ip"], truth["InternetIp"]);
    assert_eq!(
        text(&state["max_connections"]),
        text(&truth["MaxConnections"])
    );
    let created = text(&state["create_time"]);
    assert!(
        created.len() >= 20 && created.as_bytes()[10] == b'T' && created.ends_with('Z'),
        "not RFC 3339: {created}"
    );
    assert!(
        state.get("connections").is_none(),
        "what changes by itself is in no state"
    );

    let calls = emulator.calls_of(|| {
        workspace.plan().exits(0).says("No changes");
        workspace.plan_refresh_only().exits(0);
        workspace
            .apply()
            .exits(0)
            .says("0 added, 0 changed, 0 destroyed");
    });
    assert!(
        calls
            .iter()
            .all(|call| call.operation == "DescribeSslVpnServers"),
        "{calls:#?}"
    );

    workspace.destroy().exits(0).says("1 destroyed");
    let calls = emulator.calls();
    let delete = only(&calls, "DeleteSslVpnServer");
    assert_eq!(
        delete.parameter_names(),
        ["ClientToken", "RegionId", "SslVpnServerId"]
    );
    assert!(emulator.servers().is_empty());
    assert_eq!(workspace.instance(), Value::Null);
}

#[test]
fn create_carries_every_argument_that_the_user_wrote() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server(
        "this",
        r#"
  name     = "office"
  protocol = "UDP"
  cipher   = "AES-256-CBC"
  port     = 11194
  compress = true
"#,
    ));
    workspace.apply().exits(0);

    let calls = emulator.calls();
    let create = only(&calls, "CreateSslVpnServer");
    assert_eq!(
        create.parameter_names(),
        [
            "Cipher",
            "ClientIpPool",
            "ClientToken",
            "Compress",
            "LocalSubnet",
            "Name",
            "Port",
            "Proto",
            "RegionId",
            "VpnGatewayId"
        ]
    );
    for (name, value) in [
        ("Name", "office"),
        ("Proto", "UDP"),
        ("Cipher", "AES-256-CBC"),
        ("Port", "11194"),
        ("Compress", "true"),
    ] {
        assert_eq!(create.parameter(name), value, "{name}");
    }
    workspace.plan().exits(0);
}

#[test]
fn another_gateway_replaces_the_server() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let first = emulator.server_id();

    workspace.write(&server(
        "this",
        &format!("  vpn_gateway_id = {OTHER_GATEWAY:?}"),
    ));
    workspace
        .apply()
        .exits(0)
        .says("forces replacement")
        .says("1 added, 0 changed, 1 destroyed");

    let truth = emulator.server();
    assert_ne!(text(&truth["SslVpnServerId"]), first);
    assert_eq!(truth["VpnGatewayId"], OTHER_GATEWAY);
    assert_eq!(workspace.attributes()["id"], truth["SslVpnServerId"]);
}

#[test]
fn a_gateway_that_has_a_server_already_names_it_and_the_block_that_adopts_it() {
    let emulator = Emulator::quick();
    let first = Workspace::new(&emulator);
    first.write(&server("this", ""));
    first.apply().exits(0);
    let id = emulator.server_id();

    let second = Workspace::new(&emulator);
    second.write(&server("this", "  client_ip_pool = \"10.40.0.0/24\""));
    let outcome = second.apply();
    outcome
        .exits(1)
        .says("Resource.QuotaFull")
        .says(GATEWAY)
        .says("import {")
        .says(&format!("id = \"{id}\""));
    let calls = emulator.calls();
    let refused = of(&calls, "CreateSslVpnServer")
        .into_iter()
        .find(|call| !call.accepted())
        .expect("the second create was refused");
    outcome.says(&refused.request_id);
    assert_eq!(second.instance(), Value::Null);
    assert_eq!(emulator.server_id(), id, "nothing happened to the first");
}

#[test]
fn a_replacement_that_would_create_first_is_told_that_the_old_server_has_to_go_first() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let body = "  lifecycle {\n    create_before_destroy = true\n  }";
    workspace.write(&server("this", body));
    workspace.apply().exits(0);
    let id = emulator.server_id();
    let replace = "-replace=alivpn_ssl_vpn_server.this";
    workspace
        .terraform(&["apply", "-no-color", "-auto-approve", replace])
        .exits(1)
        .says("Resource.QuotaFull")
        .says("remove `create_before_destroy`");
    assert_eq!(workspace.attributes()["id"], id.as_str());
    assert_eq!(emulator.server_id(), id);
}

#[test]
fn two_blocks_for_one_gateway_take_turns_and_one_is_told_of_the_other() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&[server("this", ""), server("that", "")].concat());
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .says("Resource.QuotaFull")
        .says(&format!("id = \"{}\"", emulator.server_id()));

    let calls = emulator.calls();
    let hammered = calls
        .iter()
        .filter(|call| call.code.as_deref() == Some("VpnGateway.Configuring"))
        .count();
    assert_eq!(
        hammered, 0,
        "the second waits in the process for its turn: {calls:#?}"
    );
}

#[test]
fn an_error_of_the_api_points_at_its_argument_and_keeps_its_code_and_request() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    emulator.fault(json!({
        "operation": "CreateSslVpnServer",
        "code": "IpConflict",
        "message": "Client IP pool conflict with other SSL VPN server in the same VPC.",
        "http_status": 400,
    }));
    let outcome = workspace.apply_events();
    outcome.exits(1);
    let errors = outcome.diagnostics("error");
    let [error] = errors.as_slice() else {
        panic!("not one error: {outcome:?}")
    };
    assert!(
        text(&error["snippet"]["code"])
            .trim_start()
            .starts_with("client_ip_pool"),
        "{error:#}"
    );
    let said = format!("{} {}", text(&error["summary"]), text(&error["detail"]));
    let calls = emulator.calls();
    let creates = of(&calls, "CreateSslVpnServer");
    for words in [
        "CreateSslVpnServer",
        "IpConflict",
        "conflict with other SSL VPN server in the same VPC",
        &creates[0].request_id,
    ] {
        assert!(said.contains(words), "not said: {words}\n{error:#}");
    }
    assert_eq!(creates.len(), 1, "trying again cannot help: {calls:#?}");
    assert_eq!(workspace.instance(), Value::Null);
}
