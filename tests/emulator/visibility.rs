//! When a change is seen: the status lags, Describe lags, and both may look done right after a change.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::support::{Emulator, GATEWAY};

/// Polls until a question is answered as expected, and says how long it took.
async fn until(start: Instant, question: impl AsyncFn() -> bool) -> f64 {
    while !question().await {
        assert!(start.elapsed() < Duration::from_secs(10), "never");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    start.elapsed().as_secs_f64()
}

#[tokio::test]
async fn the_status_lags_and_describe_may_lag_beyond_the_end() {
    let emulator = Emulator::start(&[
        "--converge",
        "2s",
        "--status-lag",
        "0.8s",
        "--describe-lag",
        "3.5s",
    ]);
    let start = Instant::now();
    emulator.create(&[]).await.done();
    assert_eq!(emulator.status(GATEWAY).await, "active");
    assert!(emulator.servers().await.is_empty());
    let state = emulator.state().await;
    assert_eq!(state["vpn_gateways"][0]["Status"], "updating");
    assert_eq!(state["ssl_vpn_servers"].as_array().unwrap().len(), 1);

    let updating = until(start, async || emulator.status(GATEWAY).await == "updating").await;
    let active = until(start, async || emulator.status(GATEWAY).await == "active").await;
    assert!(emulator.servers().await.is_empty());
    let shown = until(start, async || emulator.servers().await.len() == 1).await;
    assert!((0.8..2.0).contains(&updating), "{updating}");
    assert!((2.0..3.5).contains(&active), "{active}");
    assert!(shown >= 3.5, "{shown}");
}

#[tokio::test]
async fn a_deleted_server_is_shown_until_describe_catches_up() {
    let emulator = Emulator::start(&[
        "--converge",
        "0s",
        "--status-lag",
        "0s",
        "--describe-lag",
        "0s",
    ]);
    let id = emulator.created(&[]).await;
    emulator
        .control(
            Method::PATCH,
            "timing",
            r#"{"converge":"1.2s","describe_lag":"2s"}"#,
        )
        .await
        .done();
    emulator
        .call("DeleteSslVpnServer", &[("SslVpnServerId", &id)])
        .await
        .done();
    assert_eq!(emulator.servers().await.len(), 1);
    assert!(
        emulator.state().await["ssl_vpn_servers"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(emulator.status(GATEWAY).await, "updating");
    let gone = emulator
        .call("DeleteSslVpnServer", &[("SslVpnServerId", &id)])
        .await;
    assert_eq!(gone.code(), "InvalidSslVpnServerId.NotFound");
    assert_eq!(emulator.create(&[]).await.code(), "VpnGateway.Configuring");
    until(Instant::now(), async || emulator.servers().await.is_empty()).await;
    emulator.create(&[]).await.done();
}

#[tokio::test]
async fn gateways_change_independently() {
    let emulator = Emulator::start(&["--converge", "30s", "--status-lag", "0s"]);
    emulator.create(&[]).await.done();
    emulator
        .create(&[("VpnGatewayId", "vpn-bp1emulator0002")])
        .await
        .done();
    assert_eq!(emulator.status("vpn-bp1emulator0003").await, "active");
}
