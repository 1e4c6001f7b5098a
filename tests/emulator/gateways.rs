//! DescribeVpnGateway and DescribeVpnGateways.

use reqwest::Method;

use crate::support::{AT_ONCE, Emulator, GATEWAY};

#[tokio::test]
async fn a_gateway_is_described_flat() {
    let emulator = Emulator::start(AT_ONCE);
    let shown = emulator
        .call("DescribeVpnGateway", &[("VpnGatewayId", GATEWAY)])
        .await
        .done();
    for (name, value) in [
        ("VpnGatewayId", GATEWAY),
        ("VpcId", "vpc-bp1emulator0001"),
        ("Status", "active"),
        ("BusinessStatus", "Normal"),
        ("SslVpn", "enable"),
        ("GatewayType", "Traditional"),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    assert_eq!(shown["SslMaxConnections"], 5);
    let unknown = emulator
        .call("DescribeVpnGateway", &[("VpnGatewayId", "vpn-none")])
        .await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (404, "InvalidVpnGatewayInstanceId.NotFound")
    );
}

#[tokio::test]
async fn gateways_are_listed_by_page_filter_and_tags() {
    let emulator = Emulator::start(&["--gateway", "vpn-a=vpc-1", "--gateway", "vpn-b=vpc-1"]);
    let added = r#"{"VpnGatewayId":"vpn-c","VpcId":"vpc-2","Status":"init","BusinessStatus":"FinancialLocked","ResourceGroupId":"rg-2",
        "GatewayType":"Enhanced.SiteToSite","Tags":{"Tag":[{"Key":"team","Value":"net"},{"Key":"env","Value":"prod"}]}}"#;
    assert_eq!(
        emulator
            .control(Method::POST, "vpn-gateways", added)
            .await
            .status,
        201
    );
    let ids = async |parameters: &[(&str, &str)]| {
        let list = emulator
            .call("DescribeVpnGateways", parameters)
            .await
            .done();
        let gateways = list["VpnGateways"]["VpnGateway"].as_array().unwrap();
        let ids: Vec<String> = gateways
            .iter()
            .map(|gateway| gateway["VpnGatewayId"].as_str().unwrap().to_owned())
            .collect();
        ids.join(" ")
    };
    for (parameters, expected) in [
        (&[][..], "vpn-a vpn-b vpn-c"),
        (&[("VpnGatewayId", "vpn-b")], "vpn-b"),
        (&[("VpcId", "vpc-1")], "vpn-a vpn-b"),
        (&[("Status", "init")], "vpn-c"),
        (&[("BusinessStatus", "Normal")], "vpn-a vpn-b"),
        (&[("ResourceGroupId", "rg-2")], "vpn-c"),
        (&[("GatewayType", "Traditional"), ("VpcId", "vpc-2")], ""),
        (
            &[
                ("Tag.1.Key", "team"),
                ("Tag.2.Key", "env"),
                ("Tag.2.Value", "prod"),
            ],
            "vpn-c",
        ),
        (&[("Tag.1.Key", "team"), ("Tag.1.Value", "hr")], ""),
        (&[("PageSize", "2"), ("PageNumber", "2")], "vpn-c"),
        (&[("RegionId", "cn-beijing")], ""),
    ] {
        assert_eq!(ids(parameters).await, expected, "{parameters:?}");
    }
}
