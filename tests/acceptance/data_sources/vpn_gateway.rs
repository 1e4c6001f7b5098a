//! `alivpn_vpn_gateway` and `alivpn_vpn_gateways`.

use serde_json::json;

use super::{block, faults, ids, read};
use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY};
use crate::terraform::Workspace;

const ONE: &str = "alivpn_vpn_gateway";
const MANY: &str = "alivpn_vpn_gateways";
const SHANGHAI: &str = "vpn-uf6shanghai0001";

/// Three gateways in cn-hangzhou, one in cn-shanghai.
fn emulator() -> Emulator {
    let emulator = Emulator::quick();
    let tag = |key: &str, value: &str| json!({"Tag": [{"Key": key, "Value": value}]});
    emulator.edit_gateway(
        GATEWAY,
        json!({"Name": "office-1", "VpcId": "vpc-a", "Tags": tag("team", "net")}),
    );
    emulator.edit_gateway(
        OTHER_GATEWAY,
        json!({"Name": "office-2", "VpcId": "vpc-a", "SslVpn": "disable", "ResourceGroupId": "rg-2", "Tags": tag("team", "net")}),
    );
    emulator.edit_gateway(
        "vpn-bp1emulator0003",
        json!({"Name": "lab", "VpcId": "vpc-b", "BusinessStatus": "FinancialLocked", "Tags": tag("team", "lab")}),
    );
    emulator.add_gateway(
        json!({"VpnGatewayId": SHANGHAI, "VpcId": "vpc-c", "RegionId": "cn-shanghai", "Name": "office-1"}),
    );
    emulator
}

#[test]
fn a_gateway_is_found_by_id_by_name_and_by_vpc_in_its_region() {
    let emulator = emulator();
    let workspace = Workspace::new(&emulator);
    let gateway = read(&workspace, ONE, &format!("  id = {GATEWAY:?}"));
    assert_eq!(gateway["name"], "office-1");
    assert_eq!(gateway["vpc_id"], "vpc-a");
    assert_eq!(gateway["region"], "cn-hangzhou");
    assert_eq!(gateway["status"], "active");
    assert_eq!(gateway["business_status"], "Normal");
    assert_eq!(gateway["ssl_vpn_enabled"], true);
    assert_eq!(gateway["ssl_max_connections"], 5);
    assert_eq!(gateway["tags"], json!({"team": "net"}));
    assert!(
        gateway["create_time"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z')),
        "{gateway:#}"
    );

    let by_name = read(&workspace, ONE, "  name = \"office-1\"");
    assert_eq!(by_name, gateway);
    let both = read(
        &workspace,
        ONE,
        "  name = \"office-2\"\n  vpc_id = \"vpc-a\"",
    );
    assert_eq!(both["id"], OTHER_GATEWAY);
    let elsewhere = read(
        &workspace,
        ONE,
        "  name = \"office-1\"\n  region = \"cn-shanghai\"",
    );
    assert_eq!(elsewhere["id"], SHANGHAI);
    assert_eq!(elsewhere["region"], "cn-shanghai");
}

#[test]
fn no_match_or_several_is_an_error_that_lists_the_candidates() {
    let emulator = emulator();
    let workspace = Workspace::new(&emulator);
    let error = |body: &str, words: &[&str]| {
        workspace.write(&block(ONE, body));
        let outcome = workspace.plan();
        outcome.exits(1);
        for words in words {
            outcome.says(words);
        }
    };
    error(
        "  vpc_id = \"vpc-a\"",
        &[
            "2 VPN gateways match",
            "vpc_id = \"vpc-a\"",
            "- vpn-bp1emulator0001, name \"office-1\", in vpc-a",
            "- vpn-bp1emulator0002, name \"office-2\", in vpc-a",
            "Set id",
        ],
    );
    error(
        "  name = \"cellar\"",
        &[
            "No VPN gateway matches",
            "name = \"cellar\"",
            "- vpn-bp1emulator0003, name \"lab\", in vpc-b",
        ],
    );
    error(
        "  name = \"cellar\"\n  region = \"cn-beijing\"",
        &["Region cn-beijing has no VPN gateway at all"],
    );
    error(
        "  id = \"vpn-unknown\"",
        &[
            "No VPN gateway \"vpn-unknown\"",
            "Region cn-hangzhou has no such VPN gateway",
            "InvalidVpnGatewayInstanceId.NotFound",
            "RequestId",
        ],
    );
    error(
        "  id = \"vpn-1\"\n  region = \"cn-atlantis\"",
        &[
            "Cannot look up VPN gateways in cn-atlantis",
            "InvalidRegionId.NotFound",
        ],
    );
}

#[test]
fn a_list_of_gateways_keeps_to_every_filter_and_is_sorted() {
    let emulator = emulator();
    let workspace = Workspace::new(&emulator);
    let all = [GATEWAY, OTHER_GATEWAY, "vpn-bp1emulator0003"];
    for (body, expected) in [
        ("", &all[..]),
        (
            "  ids = [\"vpn-bp1emulator0003\", \"vpn-bp1emulator0001\", \"vpn-unknown\"]",
            &[all[0], all[2]],
        ),
        ("  ids = []", &[]),
        ("  vpc_id = \"vpc-a\"", &all[..2]),
        ("  name_regex = \"^off.*[12]$\"", &all[..2]),
        ("  name_regex = \"a\"", &all[2..]),
        ("  status = \"updating\"", &[]),
        ("  business_status = \"FinancialLocked\"", &all[2..]),
        ("  resource_group_id = \"rg-2\"", &all[1..2]),
        ("  ssl_vpn_enabled = false", &all[1..2]),
        (
            "  ssl_vpn_enabled = true\n  tags = { team = \"net\" }",
            &all[..1],
        ),
        ("  region = \"cn-shanghai\"", &[SHANGHAI]),
        ("  vpc_id = \"vpc-unknown\"", &[]),
    ] {
        let read = read(&workspace, MANY, body);
        assert_eq!(ids(&read["vpn_gateways"]), expected, "{body}");
    }
}

#[test]
fn a_list_of_gateways_reads_every_page() {
    let emulator = Emulator::start(&["--quota", "gateways=200"]);
    for number in 0..101 {
        emulator.add_gateway(
            json!({"VpnGatewayId": format!("vpn-page{number:04}"), "VpcId": "vpc-pages"}),
        );
    }
    let workspace = Workspace::new(&emulator);
    let read = read(&workspace, MANY, "  vpc_id = \"vpc-pages\"");
    let found = ids(&read["vpn_gateways"]);
    assert_eq!(found.len(), 101);
    assert!(found.is_sorted());
}

#[test]
fn what_cannot_be_looked_up_by_is_an_error_at_validate() {
    let workspace = Workspace::new(&Emulator::quick());
    for (data, body, words) in [
        (
            MANY,
            "  name_regex = \"(office\"",
            "name_regex = \"(office\": Invalid value for `name_regex`",
        ),
        (
            MANY,
            "  status = \"busy\"",
            "status = \"busy\": Invalid value",
        ),
        (
            MANY,
            "  region = \"China!\"",
            "region = \"China!\": Invalid value",
        ),
        (
            ONE,
            "",
            "Which VPN gateway? Set id, or one or more of name, vpc_id",
        ),
        (
            ONE,
            "  id = \"vpn-1\"\n  name = \"x\"",
            "name = \"x\": Both id and name",
        ),
    ] {
        let faults = faults(&workspace, data, body);
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].contains(words), "{faults:#?}");
    }
}
