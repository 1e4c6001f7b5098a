//! One ClientToken, one effect.

use std::time::Duration;

use crate::support::{AT_ONCE, Call, Emulator, GATEWAY, OTHER_GATEWAY, REGION};

const TOKEN: (&str, &str) = ("ClientToken", "02fb3da4-130e-11e9-8e44-0016e04115b");

#[tokio::test]
async fn the_same_call_again_has_the_same_result_and_no_second_effect() {
    let emulator = Emulator::start(&["--converge", "30s"]);
    let first = emulator.create(&[TOKEN]).await;
    let again = emulator.create(&[TOKEN]).await;
    assert_ne!(first.text("RequestId"), again.text("RequestId"));
    assert_eq!(
        first.done()["SslVpnServerId"],
        again.done()["SslVpnServerId"]
    );
    assert_eq!(
        emulator.state().await["ssl_vpn_servers"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(emulator.create(&[]).await.code(), "VpnGateway.Configuring");
}

#[tokio::test]
async fn both_signature_versions_share_the_tokens() {
    let emulator = Emulator::start(&["--converge", "30s"]);
    let parameters = [
        ("RegionId", REGION),
        ("VpnGatewayId", GATEWAY),
        ("ClientIpPool", "10.30.30.0/24"),
        ("LocalSubnet", "10.20.20.0/24"),
        TOKEN,
    ];
    let call = || Call::new("CreateSslVpnServer", &parameters);
    let v3 = call().v3(&emulator).await.unwrap().done();
    let v1 = call().v1(&emulator).await.done();
    assert_eq!(v3["SslVpnServerId"], v1["SslVpnServerId"]);
}

#[tokio::test]
async fn deletion_and_modification_are_idempotent_too() {
    let emulator = Emulator::start(AT_ONCE);
    let id = emulator.created(&[]).await;
    let server = ("SslVpnServerId", id.as_str());
    for _ in 0..2 {
        let modified = emulator
            .call("ModifySslVpnServer", &[server, ("Port", "1195"), TOKEN])
            .await;
        assert_eq!(modified.done()["Port"], 1195);
    }
    for _ in 0..2 {
        emulator
            .call("DeleteSslVpnServer", &[server, TOKEN])
            .await
            .done();
    }
}

#[tokio::test]
async fn another_call_under_a_used_token_is_a_mistake() {
    let emulator = Emulator::start(AT_ONCE);
    emulator.create(&[TOKEN]).await.done();
    emulator
        .create(&[TOKEN, ("VpnGatewayId", OTHER_GATEWAY)])
        .await
        .refused(
            400,
            "IdempotentParameterMismatch",
            "The request uses the same client token as a previous, but non-identical request.",
        );
}

#[tokio::test]
async fn while_the_first_call_is_at_work_the_second_has_to_wait() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","delay":"1.2s"}"#)
        .await;
    let slow = emulator.create(&[TOKEN]);
    let quick = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        emulator.create(&[TOKEN]).await
    };
    let (slow, quick) = tokio::join!(slow, quick);
    quick.refused(
        400,
        "LastTokenProcessing",
        "The last token request is processing.",
    );
    let id = slow.done()["SslVpnServerId"].clone();
    assert_eq!(emulator.create(&[TOKEN]).await.done()["SslVpnServerId"], id);
}

#[tokio::test]
async fn a_failed_call_does_not_use_its_token_up() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"*","code":"SystemBusy"}"#)
        .await;
    assert_eq!(emulator.create(&[TOKEN]).await.code(), "SystemBusy");
    assert_eq!(
        emulator.create(&[TOKEN, ("Port", "443")]).await.code(),
        "InvalidParameter"
    );
    emulator.create(&[TOKEN]).await.done();
}

#[tokio::test]
async fn a_token_has_at_most_64_ascii_characters() {
    let emulator = Emulator::start(AT_ONCE);
    for token in ["a".repeat(65), "ü".to_owned()] {
        emulator.create(&[("ClientToken", &token)]).await.refused(
            400,
            "InvalidParameter",
            "Specified parameter ClientToken is not valid.",
        );
    }
    emulator
        .create(&[("ClientToken", &"a".repeat(64))])
        .await
        .done();
}
