//! The control endpoint: the truth, the record of calls, edits behind the API's back.

use reqwest::Method;
use terraform_provider_alivpn::cloud::clock::parse_http_date;
use time::OffsetDateTime;

use crate::support::{AT_ONCE, Call, Emulator, GATEWAY, REGION, date};

#[tokio::test]
async fn the_record_of_calls_has_what_was_sent_and_no_secret() {
    let emulator = Emulator::start(&["--access-key", "STS.1:topsecret:sessiontoken"]);
    let call = || Call {
        id: "STS.1",
        secret: "topsecret",
        token: Some("sessiontoken"),
        ..Call::new(
            "DescribeVpnGateway",
            &[("RegionId", REGION), ("VpnGatewayId", "vpn-none")],
        )
    };
    let v3 = call().v3(&emulator).await.unwrap();
    call().v1(&emulator).await;
    let calls = emulator.calls().await;
    assert_eq!(calls.len(), 2);
    for (recorded, version) in calls.iter().zip(["V3", "V1"]) {
        assert_eq!(recorded["operation"], "DescribeVpnGateway");
        assert_eq!(recorded["signature_version"], version);
        assert_eq!(recorded["http_status"], 404);
        assert_eq!(recorded["code"], "InvalidVpnGatewayInstanceId.NotFound");
        let sent = serde_json::json!({"RegionId": REGION, "VpnGatewayId": "vpn-none"});
        assert_eq!(recorded["parameters"], sent);
        assert!(recorded["at_ms"].is_u64());
    }
    assert_eq!(calls[0]["request_id"], v3.text("RequestId"));
    let text = serde_json::to_string(&calls).unwrap();
    assert!(
        !text.contains("topsecret") && !text.contains("sessiontoken") && !text.contains("STS.1")
    );
    assert_eq!(
        emulator.control(Method::DELETE, "calls", "").await.status,
        204
    );
    assert!(emulator.calls().await.is_empty());
}

#[tokio::test]
async fn a_successful_call_is_recorded_without_a_code() {
    let emulator = Emulator::start(AT_ONCE);
    emulator.call("DescribeRegions", &[]).await.done();
    let call = &emulator.calls().await[0];
    assert_eq!(
        (&call["http_status"], call["code"].is_null()),
        (&200.into(), true)
    );
}

#[tokio::test]
async fn an_edit_behind_the_back_is_seen_at_once_and_keeps_the_gateway_idle() {
    let emulator = Emulator::start(&["--converge", "0.2s", "--describe-lag", "5s"]);
    let id = emulator.created(&[]).await;
    let path = format!("ssl-vpn-servers/{id}");
    let edited = emulator
        .control(Method::PATCH, &path, r#"{"Port":1195,"Compress":true}"#)
        .await
        .done();
    assert_eq!(
        (&edited["Port"], &edited["Proto"]),
        (&1195.into(), &"TCP".into())
    );
    let shown = &emulator.servers().await[0];
    assert_eq!(
        (&shown["Port"], &shown["Compress"]),
        (&1195.into(), &true.into())
    );
    assert_eq!(emulator.status(GATEWAY).await, "active");
    assert_eq!(
        emulator.control(Method::DELETE, &path, "").await.status,
        204
    );
    assert!(emulator.servers().await.is_empty());
    assert_eq!(
        emulator.control(Method::DELETE, &path, "").await.status,
        404
    );
}

#[tokio::test]
async fn a_mistake_in_an_edit_is_explained_and_changes_nothing() {
    let emulator = Emulator::start(AT_ONCE);
    let id = emulator.created(&[]).await;
    let path = format!("ssl-vpn-servers/{id}");
    for body in [
        r#"{"Prot":"UDP"}"#,
        r#"{"Port":"many"}"#,
        r#"{"SslVpnServerId":"vss-2"}"#,
        r#"{"RegionId":"x"}"#,
        "[]",
        "",
    ] {
        let refused = emulator.control(Method::PATCH, &path, body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(!refused.text("error").is_empty(), "{body}");
    }
    assert_eq!(emulator.servers().await[0]["Port"], 1194);
    for (method, path) in [
        (Method::PATCH, "vpn-gateways/vpn-none"),
        (Method::DELETE, "vpn-gateways/vpn-none"),
        (Method::PATCH, "ssl-vpn-servers/vss-none"),
        (Method::GET, "nothing"),
    ] {
        let refused = emulator.control(method, path, "{}").await;
        assert_eq!(refused.status, 404, "{path}");
        assert!(!refused.text("error").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn gateways_come_and_go() {
    let emulator = Emulator::start(AT_ONCE);
    let added = emulator
        .control(Method::POST, "vpn-gateways", r#"{"VpnGatewayId":"vpn-x","VpcId":"vpc-x","RegionId":"cn-beijing","SslMaxConnections":50}"#)
        .await;
    assert_eq!(added.status, 201);
    let created = emulator
        .create(&[("RegionId", "cn-beijing"), ("VpnGatewayId", "vpn-x")])
        .await
        .done();
    let state = emulator.state().await;
    let server = &state["ssl_vpn_servers"][0];
    assert_eq!(server["SslVpnServerId"], created["SslVpnServerId"]);
    assert_eq!(
        (&server["RegionId"], &server["MaxConnections"]),
        (&"cn-beijing".into(), &50.into())
    );
    assert_eq!(
        emulator
            .control(Method::DELETE, "vpn-gateways/vpn-x", "")
            .await
            .status,
        204
    );
    assert!(
        emulator.state().await["ssl_vpn_servers"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let nameless = emulator.control(Method::POST, "vpn-gateways", "{}").await;
    assert_eq!(nameless.status, 400);
}

/// The page shows an object in a row with its ID, beside which it has names of its own.
#[tokio::test]
async fn what_is_added_has_an_id_of_its_kind() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let certificate = format!(r#"{{"SslVpnServerId":{server:?},"SslVpnClientCertId":"calls"}}"#);
    for (path, body, said) in [
        ("vpn-gateways", r#"{"VpnGatewayId":"summary"}"#, "vpn- and"),
        ("ssl-vpn-client-certs", certificate.as_str(), "vsc- and"),
    ] {
        let refused = emulator.control(Method::POST, path, body).await;
        assert_eq!(refused.status, 400, "{path}");
        assert!(refused.text("error").contains(said), "{path}");
    }
}

#[tokio::test]
async fn timing_is_changed_in_parts() {
    let emulator = Emulator::start(&[]);
    let timing = emulator
        .control(Method::PATCH, "timing", r#"{"converge":"2s"}"#)
        .await
        .done();
    let expected = serde_json::json!({"converge":"2s","status_lag":"0.3s","describe_lag":"0.3s","converge_certs":"0.2s"});
    assert_eq!(timing, expected);
    assert_eq!(
        emulator
            .control(Method::PATCH, "timing", r#"{"converge":"long"}"#)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_judges_requests_and_dates_answers() {
    let emulator = Emulator::start(AT_ONCE);
    let set = emulator.control(Method::PATCH, "clock", r#"{"ahead":"1h"}"#);
    assert_eq!(set.await.status, 204);
    let late = Call::new("DescribeRegions", &[]);
    let refused = late.v3(&emulator).await.unwrap();
    assert_eq!(refused.code(), "InvalidTimeStamp.Expired");
    let ahead = Call {
        date: date(3600),
        ..Call::new("DescribeRegions", &[])
    };
    let answered = ahead.v3(&emulator).await.unwrap();
    assert_eq!(answered.status, 200);
    let said = parse_http_date(answered.headers["date"].to_str().unwrap()).unwrap();
    let ahead = said - OffsetDateTime::now_utc();
    assert!((3500..3700).contains(&ahead.whole_seconds()), "{ahead}");
}
