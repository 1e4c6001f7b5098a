//! What a gateway must be for a change of its SSL server: paid for, able to, not busy, without a server already.

use reqwest::Method;

use crate::support::{AT_ONCE, Emulator, GATEWAY};

const MFA_REFUSED: (u16, &str, &str) = (
    400,
    "OperationUnsupported.NotSupportMultiFactorAuth",
    "Current version of the VPN does not support multi-factor authentication.",
);

#[tokio::test]
async fn a_gateway_takes_one_server_and_a_pool_is_its_own_in_a_vpc() {
    let emulator = Emulator::start(
        &[
            AT_ONCE,
            &[
                "--gateway",
                "vpn-a=vpc-1",
                "--gateway",
                "vpn-b=vpc-1",
                "--gateway",
                "vpn-c=vpc-2",
            ],
        ]
        .concat(),
    );
    emulator.create(&[("VpnGatewayId", "vpn-a")]).await.done();
    let second = emulator
        .create(&[("VpnGatewayId", "vpn-a"), ("ClientIpPool", "10.99.0.0/24")])
        .await;
    second.refused(400, "Resource.QuotaFull", "The quota of resource is full");
    let neighbour = emulator
        .create(&[("VpnGatewayId", "vpn-b"), ("ClientIpPool", "10.30.0.0/16")])
        .await;
    neighbour.refused(
        400,
        "IpConflict",
        "Client IP pool conflict with other SSL VPN server in the same VPC.",
    );
    emulator.create(&[("VpnGatewayId", "vpn-c")]).await.done();
}

#[tokio::test]
async fn a_busy_gateway_takes_no_change_at_all() {
    let emulator = Emulator::start(AT_ONCE);
    let id = emulator.created(&[]).await;
    let path = format!("vpn-gateways/{GATEWAY}/busy");
    assert_eq!(
        emulator
            .control(Method::POST, &path, r#"{"duration":"1.5s"}"#)
            .await
            .status,
        204
    );
    let configuring = (
        400,
        "VpnGateway.Configuring",
        "The specified service is configuring.",
    );
    let server = ("SslVpnServerId", id.as_str());
    for reply in [
        emulator.create(&[]).await,
        emulator
            .call("ModifySslVpnServer", &[server, ("Name", "x")])
            .await,
        emulator
            .call("ModifySslVpnServer", &[server, ("Port", "1195")])
            .await,
        emulator.call("DeleteSslVpnServer", &[server]).await,
    ] {
        reply.refused(configuring.0, configuring.1, configuring.2);
    }
    emulator.until_idle(GATEWAY).await;
    emulator.call("DeleteSslVpnServer", &[server]).await.done();
}

#[tokio::test]
async fn a_gateway_that_cannot_or_may_not_is_refused_before_it_is_found_busy() {
    let emulator = Emulator::start(AT_ONCE);
    let edit = async |body: &str| {
        let path = format!("vpn-gateways/{GATEWAY}");
        emulator.control(Method::PATCH, &path, body).await.done();
    };
    let busy = format!("vpn-gateways/{GATEWAY}/busy");
    emulator
        .control(Method::POST, &busy, r#"{"duration":"1m"}"#)
        .await;
    edit(r#"{"BusinessStatus":"FinancialLocked"}"#).await;
    emulator.create(&[]).await.refused(
        400,
        "VpnGateway.FinancialLocked",
        "The specified service is financial locked.",
    );
    let disabled = "The VPN gateway has not enabled SSL VPN.";
    edit(r#"{"BusinessStatus":"Normal","SslVpn":"disable"}"#).await;
    emulator
        .create(&[])
        .await
        .refused(400, "VpnGateway.SslVpnDisabled", disabled);
    edit(r#"{"SslVpn":"enable","GatewayType":"Enhanced.SiteToSite"}"#).await;
    emulator
        .create(&[])
        .await
        .refused(400, "VpnGateway.SslVpnDisabled", disabled);
    edit(r#"{"GatewayType":"Traditional"}"#).await;
    assert_eq!(emulator.create(&[]).await.code(), "VpnGateway.Configuring");
}

#[tokio::test]
async fn an_old_gateway_refuses_two_factor_authentication_even_false() {
    let emulator = Emulator::start(AT_ONCE);
    let path = format!("vpn-gateways/{GATEWAY}");
    emulator
        .control(Method::PATCH, &path, r#"{"CreateTime":1583366399999}"#)
        .await
        .done();
    let (status, code, message) = MFA_REFUSED;
    for value in ["true", "false"] {
        let parameters = [
            ("EnableMultiFactorAuth", value),
            ("IDaaSInstanceId", "idaas-cn-1"),
        ];
        emulator
            .create(&parameters)
            .await
            .refused(status, code, message);
    }
    let id = emulator.created(&[]).await;
    let modified = emulator
        .call(
            "ModifySslVpnServer",
            &[("SslVpnServerId", &id), ("EnableMultiFactorAuth", "false")],
        )
        .await;
    modified.refused(status, code, message);
    emulator
        .call(
            "ModifySslVpnServer",
            &[("SslVpnServerId", &id), ("Port", "1195")],
        )
        .await
        .done();
}
