//! Quotas and flow control.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::support::{AT_ONCE, Emulator};

#[tokio::test]
async fn the_account_has_fifty_certificates_at_most_unless_said_otherwise() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    for _ in 0..50 {
        emulator.certified(&server, &[]).await;
    }
    let parameters = [("SslVpnServerId", server.as_str())];
    let refused = emulator.call("CreateSslVpnClientCert", &parameters).await;
    refused.refused(
        400,
        "CreateSslCertsQuotaFull.QuotaFull",
        "Create the number of SSL certificates that exceed the quota limit.",
    );
    let behind_the_back = emulator
        .control(
            Method::POST,
            "ssl-vpn-client-certs",
            &format!(r#"{{"SslVpnServerId":"{server}"}}"#),
        )
        .await;
    assert_eq!(behind_the_back.status, 409);
}

#[tokio::test]
async fn a_deleted_certificate_makes_room_for_another() {
    let emulator = Emulator::start(&[
        "--quota",
        "certificates=1",
        "--converge",
        "0s",
        "--converge-certs",
        "0s",
    ]);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let parameters = [("SslVpnServerId", server.as_str())];
    let refused = emulator.call("CreateSslVpnClientCert", &parameters).await;
    assert_eq!(refused.code(), "CreateSslCertsQuotaFull.QuotaFull");
    emulator
        .call("DeleteSslVpnClientCert", &[("SslVpnClientCertId", &id)])
        .await
        .done();
    emulator.certified(&server, &[]).await;
}

#[tokio::test]
async fn no_gateway_is_added_beyond_the_quota() {
    let emulator = Emulator::start(&["--quota", "gateways=4"]);
    let add = async |id: &str| {
        let body = format!(r#"{{"VpnGatewayId":"{id}"}}"#);
        let reply = emulator.control(Method::POST, "vpn-gateways", &body).await;
        (reply.status, reply.text("error").to_owned())
    };
    assert_eq!(add("vpn-4").await.0, 201);
    let (status, error) = add("vpn-5").await;
    assert_eq!(status, 409);
    assert!(error.contains("--quota gateways"), "{error}");
    assert_eq!(add("vpn-4").await.0, 201, "it is there already");
}

#[tokio::test]
async fn calls_beyond_the_rate_are_told_to_slow_down() {
    let emulator = Emulator::start(&["--throttle", "5"]);
    let start = Instant::now();
    let mut admitted = 0;
    let mut throttled = 0;
    while throttled == 0 {
        let reply = emulator.call("DescribeRegions", &[]).await;
        if reply.status == 200 {
            admitted += 1;
            continue;
        }
        reply.refused(
            400,
            "Throttling.User",
            "Request was denied due to user flow control.",
        );
        throttled += 1;
    }
    let most = 5.0 + 5.0 * start.elapsed().as_secs_f64();
    assert!(
        admitted >= 5 && f64::from(admitted) <= most,
        "{admitted} of {most}"
    );
    emulator.state().await;
    let deadline = Instant::now() + Duration::from_secs(10);
    while emulator.call("DescribeRegions", &[]).await.status != 200 {
        assert!(Instant::now() < deadline, "never again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_throttled_call_meets_no_fault_and_has_no_effect() {
    let emulator = Emulator::start(&["--throttle", "1"]);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","code":"SystemBusy"}"#)
        .await;
    emulator.call("DescribeRegions", &[]).await.done();
    let created = emulator.create(&[]).await;
    if created.code() == "Throttling.User" {
        let state = emulator.control(Method::GET, "faults", "").await.done();
        assert_eq!(state.as_array().unwrap().len(), 1);
    } else {
        // On a machine that is slow enough, a second has passed.
        assert_eq!(created.code(), "SystemBusy");
    }
}
