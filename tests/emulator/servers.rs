//! The SSL server's operations: what they accept, what they default to, what they refuse and in which order.

use reqwest::Method;

use crate::support::{AT_ONCE, Emulator, GATEWAY, OTHER_GATEWAY};

#[tokio::test]
async fn a_server_is_created_with_the_defaults_of_create() {
    let emulator = Emulator::start(AT_ONCE);
    let created = emulator.create(&[]).await.done();
    let id = created["SslVpnServerId"].as_str().unwrap();
    assert!(id.starts_with("vss-bp1") && id.len() == 25, "{id}");
    assert_eq!(created["Name"], "");
    let shown = &emulator.servers().await[0];
    for (name, value) in [
        ("SslVpnServerId", id),
        ("VpnGatewayId", GATEWAY),
        ("RegionId", "cn-hangzhou"),
        ("Name", ""),
        ("ClientIpPool", "10.30.30.0/24"),
        ("LocalSubnet", "10.20.20.0/24"),
        ("Proto", "TCP"),
        ("Cipher", "AES-128-CBC"),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    assert_eq!(
        (&shown["Port"], &shown["Compress"]),
        (&1194.into(), &false.into())
    );
    assert_eq!(shown["EnableMultiFactorAuth"], false);
    assert_eq!(
        (&shown["Connections"], &shown["MaxConnections"]),
        (&0.into(), &5.into())
    );
    assert!(shown["CreateTime"].as_u64().unwrap() > 1_700_000_000_000);
    assert!(
        shown["InternetIp"]
            .as_str()
            .unwrap()
            .starts_with("203.0.113.")
    );
    assert!(shown.get("IDaaSInstanceId").is_none() && shown.get("IDaaSInstanceVersion").is_none());
}

#[tokio::test]
async fn what_is_given_to_create_is_shown() {
    let emulator = Emulator::start(AT_ONCE);
    let given = [
        ("Name", "办公室"),
        ("Proto", "UDP"),
        ("Cipher", "none"),
        ("DnsServers", "10.0.0.53"),
        ("IDaaSInstanceId", "idaas_ue2jvisn35ea5lmthk267"),
        ("IDaaSRegionId", "cn-hangzhou"),
        ("IDaaSApplicationId", "app_1"),
    ];
    let mut parameters = given.to_vec();
    parameters.extend([
        ("Port", "1195"),
        ("Compress", "true"),
        ("EnableMultiFactorAuth", "true"),
    ]);
    emulator.create(&parameters).await.done();
    let shown = &emulator.servers().await[0];
    for (name, value) in given {
        assert_eq!(shown[name], value, "{name}");
    }
    assert_eq!(
        (&shown["Port"], &shown["Compress"]),
        (&1195.into(), &true.into())
    );
    assert_eq!(shown["EnableMultiFactorAuth"], true);
    assert_eq!(shown["IDaaSInstanceVersion"], "EIAM 2.0");
}

#[tokio::test]
async fn wrong_parameters_are_refused_by_both_operations() {
    let emulator = Emulator::start(AT_ONCE);
    let id = emulator.created(&[]).await;
    let invalid = |name: &str| format!("Specified parameter {name} is not valid.");
    let long = "a".repeat(101);
    let illegal = "The server port is not in the range of [1-65535].";
    let cases: Vec<(&str, &str, u16, &str, String)> = vec![
        ("Name", &long, 400, "InvalidName", "The name is not valid".into()),
        ("Name", "https://a", 400, "InvalidName", "The name is not valid".into()),
        ("Name", "", 400, "InvalidName", "The name is not valid".into()),
        ("ClientIpPool", "10.0.0.0", 400, "InvalidParameter", invalid("ClientIpPool")),
        (
            "ClientIpPool", "10.0.0.0/15", 400, "ClientIpPool.NetmaskInvalid",
            "The netmask length of client IP pool must be greater than or equal to 16 and less than or equal to 29.".into(),
        ),
        (
            "ClientIpPool", "100.64.0.0/16", 400, "ClientIpPool.SubnetInvalid",
            "The specified client IP pool cannot be used.".into(),
        ),
        ("LocalSubnet", "127.0.0.0/8", 400, "InvalidParameter", invalid("LocalSubnet")),
        ("Proto", "tcp", 400, "InvalidParameter", invalid("Proto")),
        ("Cipher", "AES", 400, "InvalidParameter", invalid("Cipher")),
        ("Port", "0", 400, "SslVpnServerPort.Illegal", illegal.into()),
        ("Port", "65536", 400, "SslVpnServerPort.Illegal", illegal.into()),
        ("Port", "443", 400, "InvalidParameter", invalid("Port")),
        ("Port", "x", 400, "InvalidParameter", invalid("Port")),
        ("Compress", "yes", 400, "InvalidParameter", invalid("Compress")),
        ("DryRun", "1", 400, "InvalidParameter", invalid("DryRun")),
        ("EnableMultiFactorAuth", "on", 400, "InvalidParameter", invalid("EnableMultiFactorAuth")),
        (
            "EnableMultiFactorAuth", "true", 400, "MissingParameter.IDaaSInstanceId",
            "The input parameter IDaaSInstanceId is mandatory when enable multi-factor authentication.".into(),
        ),
        (
            "IDaaSInstanceId", "nothing", 404, "InvalidIDaaSInstanceId.NotFound",
            "The specified IDaaS instance ID does not exist.".into(),
        ),
        (
            "LocalSubnet", "10.30.0.0/16", 400, "IpConflict",
            "Client IP pool conflict with local IP range.".into(),
        ),
    ];
    for (name, value, status, code, message) in &cases {
        let created = emulator
            .create(&[("VpnGatewayId", OTHER_GATEWAY), (name, value)])
            .await;
        created.refused(*status, code, message);
        let modified = emulator
            .call(
                "ModifySslVpnServer",
                &[("SslVpnServerId", &id), (name, value)],
            )
            .await;
        modified.refused(*status, code, message);
    }
    assert_eq!(emulator.servers().await.len(), 1);
}

#[tokio::test]
async fn eiam_2_needs_an_application() {
    let emulator = Emulator::start(AT_ONCE);
    let refused = emulator
        .create(&[
            ("EnableMultiFactorAuth", "true"),
            ("IDaaSInstanceId", "eiam-1"),
        ])
        .await;
    refused.refused(
        400,
        "MissingParameter",
        "The input parameter IDaaSApplicationId that is mandatory for processing this request is not supplied.",
    );
}

#[tokio::test]
async fn mandatory_parameters_are_missed_by_name() {
    let emulator = Emulator::start(AT_ONCE);
    for (operation, name) in [
        ("CreateSslVpnServer", "VpnGatewayId"),
        ("ModifySslVpnServer", "SslVpnServerId"),
        ("DeleteSslVpnServer", "SslVpnServerId"),
        ("DescribeVpnGateway", "VpnGatewayId"),
    ] {
        emulator.call(operation, &[]).await.refused(
            400,
            "MissingParameter",
            &format!("The input parameter {name} that is mandatory for processing this request is not supplied."),
        );
    }
    for name in ["ClientIpPool", "LocalSubnet", "RegionId"] {
        let refused = emulator.create(&[(name, "")]).await;
        assert_eq!(refused.code(), "MissingParameter");
        assert!(refused.text("Message").contains(name));
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .create(&[("VpnGatewayId", "vpn-none")])
        .await
        .refused(
            404,
            "InvalidVpnGatewayInstanceId.NotFound",
            "The specified vpn gateway instance id does not exist.",
        );
    for operation in ["ModifySslVpnServer", "DeleteSslVpnServer"] {
        emulator
            .call(operation, &[("SslVpnServerId", "vss-none")])
            .await
            .refused(
                404,
                "InvalidSslVpnServerId.NotFound",
                "The specified SSL VPN server id does not exist.",
            );
    }
    let id = emulator.created(&[]).await;
    let elsewhere = [("RegionId", "cn-shanghai"), ("SslVpnServerId", id.as_str())];
    assert_eq!(
        emulator.call("DeleteSslVpnServer", &elsewhere).await.code(),
        "InvalidSslVpnServerId.NotFound"
    );
    let shown = emulator
        .call("DescribeSslVpnServers", &elsewhere)
        .await
        .done();
    assert_eq!(shown["TotalCount"], 0);
    for operation in [
        "CreateSslVpnServer",
        "DescribeSslVpnServers",
        "DescribeVpnGateways",
    ] {
        emulator
            .call(operation, &[("RegionId", "cn-nowhere")])
            .await
            .refused(
                404,
                "InvalidRegionId.NotFound",
                "The specified region is not found during access authentication.",
            );
    }
}

#[tokio::test]
async fn a_rename_leaves_everything_else_and_the_gateway_alone() {
    let emulator = Emulator::start(&["--converge", "0.3s", "--describe-lag", "0s"]);
    let id = emulator
        .created(&[
            ("Proto", "UDP"),
            ("Port", "1195"),
            ("Cipher", "AES-256-CBC"),
        ])
        .await;
    emulator
        .control(
            Method::PATCH,
            "timing",
            r#"{"converge":"30s","describe_lag":"30s"}"#,
        )
        .await
        .done();
    let parameters = [
        ("SslVpnServerId", id.as_str()),
        ("Name", "office"),
        ("ClientToken", "t"),
    ];
    let answer = emulator
        .call("ModifySslVpnServer", &parameters)
        .await
        .done();
    for (name, value) in [
        ("Name", "office"),
        ("Proto", "UDP"),
        ("Cipher", "AES-256-CBC"),
    ] {
        assert_eq!(answer[name], value);
    }
    assert_eq!(
        (&answer["Port"], &answer["Compress"]),
        (&1195.into(), &false.into())
    );
    assert_eq!(emulator.servers().await[0]["Name"], "office");
    assert_eq!(
        emulator.state().await["vpn_gateways"][0]["Status"],
        "active"
    );
    emulator
        .call(
            "ModifySslVpnServer",
            &[("SslVpnServerId", &id), ("Name", "next")],
        )
        .await
        .done();
}

#[tokio::test]
async fn what_a_full_modification_leaves_out_falls_back_to_its_defaults() {
    let emulator = Emulator::start(AT_ONCE);
    let id = emulator
        .created(&[
            ("Name", "n"),
            ("Proto", "UDP"),
            ("Port", "1195"),
            ("Cipher", "AES-256-CBC"),
            ("IDaaSInstanceId", "idaas-cn-1"),
        ])
        .await;
    let answer = emulator
        .call(
            "ModifySslVpnServer",
            &[("SslVpnServerId", &id), ("ClientIpPool", "10.40.0.0/24")],
        )
        .await
        .done();
    let shown = emulator.servers().await.remove(0);
    for attributes in [answer, shown] {
        for (name, value) in [
            ("ClientIpPool", "10.40.0.0/24"),
            ("LocalSubnet", "10.20.20.0/24"),
            ("Name", "n"),
            ("IDaaSInstanceId", "idaas-cn-1"),
            ("Proto", "TCP"),
            ("Cipher", "AES-128-CBC"),
        ] {
            assert_eq!(attributes[name], value, "{name}");
        }
        assert_eq!(
            (&attributes["Port"], &attributes["Compress"]),
            (&1194.into(), &true.into())
        );
    }
}

#[tokio::test]
async fn the_same_values_again_are_a_full_modification() {
    let emulator = Emulator::start(AT_ONCE);
    let id = emulator.created(&[]).await;
    emulator
        .control(Method::PATCH, "timing", r#"{"converge":"30s"}"#)
        .await
        .done();
    emulator
        .call(
            "ModifySslVpnServer",
            &[("SslVpnServerId", &id), ("Port", "1194")],
        )
        .await
        .done();
    assert_eq!(emulator.status(GATEWAY).await, "updating");
}

#[tokio::test]
async fn a_dry_run_that_passes_is_refused_as_such_and_changes_nothing() {
    let emulator = Emulator::start(AT_ONCE);
    let passed = "Request validation has been passed with DryRun flag set.";
    emulator
        .create(&[("DryRun", "true"), ("ClientToken", "t")])
        .await
        .refused(400, "DryRunOperation", passed);
    let id = emulator
        .created(&[("DryRun", "false"), ("ClientToken", "t")])
        .await;
    for (name, value) in [("Port", "1195"), ("Name", "x")] {
        let parameters = [
            ("SslVpnServerId", id.as_str()),
            (name, value),
            ("DryRun", "true"),
        ];
        emulator
            .call("ModifySslVpnServer", &parameters)
            .await
            .refused(400, "DryRunOperation", passed);
    }
    let shown = &emulator.servers().await[0];
    assert_eq!((&shown["Port"], &shown["Name"]), (&1194.into(), &"".into()));
    let full = emulator.create(&[("DryRun", "true")]).await;
    assert_eq!(full.code(), "Resource.QuotaFull");
}

#[tokio::test]
async fn servers_are_listed_by_page_and_filter() {
    let emulator = Emulator::start(AT_ONCE);
    for (number, gateway) in [
        "vpn-bp1emulator0001",
        "vpn-bp1emulator0002",
        "vpn-bp1emulator0003",
    ]
    .iter()
    .enumerate()
    {
        emulator
            .create(&[("VpnGatewayId", gateway), ("Name", &format!("n{number}"))])
            .await
            .done();
    }
    let list = async |parameters: &[(&str, &str)]| {
        emulator
            .call("DescribeSslVpnServers", parameters)
            .await
            .done()
    };
    let mut ids = Vec::new();
    for (number, size) in [("1", 2), ("2", 1), ("3", 0)] {
        let page = list(&[("PageSize", "2"), ("PageNumber", number)]).await;
        assert_eq!(
            (&page["TotalCount"], &page["PageSize"]),
            (&3.into(), &2.into())
        );
        let servers = page["SslVpnServers"]["SslVpnServer"].as_array().unwrap();
        assert_eq!(servers.len(), size);
        ids.extend(
            servers
                .iter()
                .map(|server| server["SslVpnServerId"].as_str().unwrap().to_owned()),
        );
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    for (name, value, count) in [
        ("SslVpnServerId", ids[0].as_str(), 1),
        ("VpnGatewayId", GATEWAY, 1),
        ("Name", "n2", 1),
        ("Name", "nobody", 0),
        ("ResourceGroupId", "rg-acfmemulator0001", 3),
    ] {
        assert_eq!(
            list(&[(name, value)]).await["TotalCount"],
            count,
            "{name}={value}"
        );
    }
    for (name, value) in [("PageNumber", "0"), ("PageSize", "51"), ("PageSize", "x")] {
        emulator
            .call("DescribeSslVpnServers", &[(name, value)])
            .await
            .refused(
                400,
                "InvalidParameter",
                &format!("Specified parameter {name} is not valid."),
            );
    }
}
