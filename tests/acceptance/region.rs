//! An object is asked for in its own region, whatever the provider's has become.

use serde_json::json;

use crate::emulator::{Emulator, of};
use crate::terraform::{Workspace, in_region, server};

#[test]
fn another_region_of_the_provider_never_makes_a_server_look_gone() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  port = 1194"));
    workspace.apply().exits(0);
    assert_eq!(workspace.attributes()["region"], "cn-hangzhou");

    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.plan().exits(0);
    workspace.write(&server("this", "  port = 1195"));
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("0 added, 1 changed, 0 destroyed");
        workspace.destroy().exits(0);
    });
    for operation in [
        "DescribeSslVpnServers",
        "ModifySslVpnServer",
        "DescribeVpnGateway",
        "DeleteSslVpnServer",
    ] {
        assert!(!of(&calls, operation).is_empty(), "{calls:#?}");
    }
    assert!(
        calls
            .iter()
            .all(|call| call.parameter("RegionId") == "cn-hangzhou"),
        "{calls:#?}"
    );
}

#[test]
fn a_new_server_is_created_in_the_providers_region() {
    let emulator = Emulator::quick();
    emulator.add_gateway(json!({
        "VpnGatewayId": "vpn-uf6shanghai0001",
        "VpcId": "vpc-uf6shanghai0001",
        "RegionId": "cn-shanghai",
    }));
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.write(&server(
        "this",
        "  vpn_gateway_id = \"vpn-uf6shanghai0001\"",
    ));
    workspace.apply().exits(0);
    assert_eq!(workspace.attributes()["region"], "cn-shanghai");
    assert!(
        emulator
            .calls()
            .iter()
            .all(|call| call.parameter("RegionId") == "cn-shanghai")
    );
    workspace.plan().exits(0);
}
