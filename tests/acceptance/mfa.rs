//! Multi-factor authentication: sent only where it is or was on, and what it alters is unknown in its plan.

use serde_json::{Value, json};

use crate::emulator::{Emulator, only, text};
use crate::terraform::{Workspace, server};

const INSTANCE: &str = "idaas-cn-hangzhou-p8mzouxtest";

const MULTI_FACTOR: [&str; 4] = [
    "EnableMultiFactorAuth",
    "IDaaSApplicationId",
    "IDaaSInstanceId",
    "IDaaSRegionId",
];

fn with_multi_factor(port: u16) -> String {
    server(
        "this",
        &format!(
            r#"
  port                     = {port}
  enable_multi_factor_auth = true
  idaas_instance_id        = "{INSTANCE}"
  idaas_region_id          = "cn-hangzhou"
"#
        ),
    )
}

#[test]
fn multi_factor_authentication_is_sent_only_where_it_is_or_was_on() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let apply = |configuration: &str, operation: &str| {
        workspace.write(configuration);
        let calls = emulator.calls_of(|| {
            workspace.apply().exits(0);
        });
        only(&calls, operation).clone()
    };

    // Old gateways refuse the argument, whatever its value.
    let create = apply(&server("this", "  port = 1194"), "CreateSslVpnServer");
    assert!(
        MULTI_FACTOR
            .iter()
            .all(|name| !create.parameters.contains_key(*name)),
        "{create:#?}"
    );
    let off = server("this", "  port = 1195\n  enable_multi_factor_auth = false");
    let modify = apply(&off, "ModifySslVpnServer");
    assert!(
        MULTI_FACTOR
            .iter()
            .all(|name| !modify.parameters.contains_key(*name)),
        "{modify:#?}"
    );

    let modify = apply(&with_multi_factor(1195), "ModifySslVpnServer");
    assert_eq!(modify.parameter("EnableMultiFactorAuth"), "true");
    assert_eq!(modify.parameter("IDaaSInstanceId"), INSTANCE);
    assert_eq!(modify.parameter("IDaaSRegionId"), "cn-hangzhou");
    assert_eq!(text(&emulator.server()["EnableMultiFactorAuth"]), "true");
    workspace.plan_refresh_only().exits(0);

    let modify = apply(&with_multi_factor(1196), "ModifySslVpnServer");
    assert_eq!(
        modify.parameter("EnableMultiFactorAuth"),
        "true",
        "it is on, and a full call leaves nothing out"
    );

    let modify = apply(&off.replace("1195", "1196"), "ModifySslVpnServer");
    assert_eq!(
        modify.parameter("EnableMultiFactorAuth"),
        "false",
        "it was on"
    );
    assert_eq!(text(&emulator.server()["EnableMultiFactorAuth"]), "false");

    let modify = apply(&off.replace("1195", "1197"), "ModifySslVpnServer");
    assert_eq!(
        modify.parameter("EnableMultiFactorAuth"),
        "",
        "it neither is nor was on"
    );
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn a_server_is_created_with_multi_factor_authentication() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server(
        "this",
        r#"
  enable_multi_factor_auth = true
  idaas_instance_id        = "idaas_ue2jvisn35ea5lmthk267"
  idaas_region_id          = "cn-hangzhou"
  idaas_application_id     = "app_mkv7rgt4d7i4u7zqtzev2mxxxx"
"#,
    ));
    workspace.apply().exits(0);
    let calls = emulator.calls();
    let create = only(&calls, "CreateSslVpnServer");
    assert_eq!(create.parameter("EnableMultiFactorAuth"), "true");
    assert_eq!(
        create.parameter("IDaaSInstanceId"),
        "idaas_ue2jvisn35ea5lmthk267"
    );
    assert_eq!(
        create.parameter("IDaaSApplicationId"),
        "app_mkv7rgt4d7i4u7zqtzev2mxxxx"
    );
    assert_eq!(workspace.attributes()["enable_multi_factor_auth"], true);
    assert_eq!(workspace.attributes()["idaas_instance_version"], "EIAM 2.0");
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn a_gateway_too_old_for_it_takes_every_other_change() {
    let emulator = Emulator::quick();
    emulator.add_gateway(json!({
        "VpnGatewayId": "vpn-bp1old0001",
        "VpcId": "vpc-bp1old0001",
        "RegionId": "cn-hangzhou",
        // 2020-01-01
        "CreateTime": 1_577_836_800_000_u64,
    }));
    let workspace = Workspace::new(&emulator);
    let old = |rest: &str| {
        server(
            "this",
            &format!("  vpn_gateway_id = \"vpn-bp1old0001\"\n{rest}"),
        )
    };
    for body in [
        "  port = 1194",
        "  port = 1195\n  enable_multi_factor_auth = false",
        "  port = 1196\n  name = \"old\"",
    ] {
        workspace.write(&old(body));
        workspace.apply().exits(0);
    }
    workspace.write(&old(&format!(
        "  port = 1196\n  enable_multi_factor_auth = true\n  idaas_instance_id = \"{INSTANCE}\""
    )));
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .says("OperationUnsupported.NotSupportMultiFactorAuth")
        .says("enable_multi_factor_auth");
    assert_eq!(workspace.attributes()["port"], 1196);
    assert_ne!(
        workspace.attributes()["enable_multi_factor_auth"],
        true,
        "it was refused"
    );
}

#[test]
fn a_change_of_it_makes_unknown_what_it_may_alter_and_another_change_does_not() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  port = 1194"));
    workspace.apply().exits(0);
    let unknown = |configuration: &str| {
        workspace.write(configuration);
        let plan = workspace.planned();
        plan["resource_changes"][0]["change"]["after_unknown"].clone()
    };

    let port = unknown(&server("this", "  port = 1195"));
    let computed = [
        "id",
        "region",
        "internet_ip",
        "max_connections",
        "create_time",
        "idaas_instance_version",
        "idaas_region_id",
    ];
    for name in computed {
        assert_ne!(
            port[name],
            json!(true),
            "{name} cannot change with the port: {port:#}"
        );
    }

    let multi_factor = unknown(&server(
        "this",
        &format!("  enable_multi_factor_auth = true\n  idaas_instance_id = \"{INSTANCE}\""),
    ));
    for name in [
        "idaas_instance_version",
        "idaas_region_id",
        "idaas_application_id",
    ] {
        assert_eq!(multi_factor[name], json!(true), "{name}: {multi_factor:#}");
    }
    for name in [
        "id",
        "region",
        "internet_ip",
        "max_connections",
        "create_time",
        "idaas_instance_id",
    ] {
        assert_ne!(multi_factor[name], json!(true), "{name}: {multi_factor:#}");
    }
    workspace.apply().exits(0);
    assert_ne!(workspace.attributes()["idaas_instance_id"], Value::Null);
    workspace.plan().exits(0);
}
