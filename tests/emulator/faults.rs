//! Injected faults, as a client meets them.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use reqwest::Method;
use terraform_provider_alivpn::cloud::signature::v3;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{AT_ONCE, Call, Emulator, owned};

const TOKEN: (&str, &str) = ("ClientToken", "t");

async fn servers_in_truth(emulator: &Emulator) -> usize {
    emulator.state().await["ssl_vpn_servers"]
        .as_array()
        .unwrap()
        .len()
}

#[tokio::test]
async fn a_code_is_answered_as_documented_and_as_often_as_ordered() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","code":"Forbidden.RAM","count":2}"#)
        .await;
    emulator.call("DescribeRegions", &[]).await.done();
    for _ in 0..2 {
        emulator.create(&[]).await.refused(
            403,
            "Forbidden.RAM",
            "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
        );
    }
    emulator.create(&[]).await.done();
}

#[tokio::test]
async fn status_message_and_retry_after_are_sent_as_ordered() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"*","code":"Throttling","message":"slow down","http_status":429,"retry_after_ms":1500}"#)
        .await;
    let reply = emulator.call("DescribeRegions", &[]).await;
    reply.refused(429, "Throttling", "slow down");
    assert_eq!(reply.headers["x-acs-retry-after"], "1500");
}

#[tokio::test]
async fn a_raw_body_is_sent_as_it_is() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"*","http_status":502,"body":"<html>Bad Gateway</html>"}"#)
        .await;
    let reply = emulator.create(&[]).await;
    assert_eq!(
        (reply.status, reply.text.as_str()),
        (502, "<html>Bad Gateway</html>")
    );
    assert_eq!(reply.headers["content-type"], "text/html;charset=utf-8");
    emulator
        .fault(r#"{"operation":"*","body":"{\"SslVpn"}"#)
        .await;
    let truncated = emulator.create(&[]).await;
    assert_eq!(
        (truncated.status, truncated.text.as_str()),
        (200, "{\"SslVpn")
    );
    assert_eq!(servers_in_truth(&emulator).await, 0);
}

#[tokio::test]
async fn a_reset_before_the_effect_has_none() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","reset":"before"}"#)
        .await;
    let failed = emulator
        .try_call(
            "CreateSslVpnServer",
            &[("VpnGatewayId", "vpn-bp1emulator0001")],
        )
        .await;
    assert!(failed.unwrap_err().is_request());
    assert_eq!(servers_in_truth(&emulator).await, 0);
    assert_eq!(emulator.calls().await[0]["http_status"], 0);
    emulator.create(&[]).await.done();
}

#[tokio::test]
async fn a_reset_after_the_effect_and_the_same_token_again_make_one_server() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","reset":"after"}"#)
        .await;
    let parameters = [
        ("VpnGatewayId", "vpn-bp1emulator0001"),
        ("ClientIpPool", "10.30.30.0/24"),
        ("LocalSubnet", "10.20.20.0/24"),
        TOKEN,
    ];
    assert!(
        emulator
            .try_call("CreateSslVpnServer", &parameters)
            .await
            .is_err()
    );
    assert_eq!(servers_in_truth(&emulator).await, 1);
    let again = emulator
        .call("CreateSslVpnServer", &parameters)
        .await
        .done();
    assert_eq!(
        again["SslVpnServerId"],
        emulator.servers().await[0]["SslVpnServerId"]
    );
    assert_eq!(servers_in_truth(&emulator).await, 1);
}

#[tokio::test]
async fn a_reset_is_one_on_the_wire() {
    let emulator = Emulator::start(AT_ONCE);
    for reset in ["before", "after"] {
        emulator
            .fault(&format!(r#"{{"operation":"*","reset":"{reset}"}}"#))
            .await;
        let call = Call::new("DescribeRegions", &[]);
        let headers = call.v3_headers(emulator.host(), "");
        let query = owned(&[]);
        let request = v3::Request {
            method: "GET",
            path: "/",
            query: &query,
            headers: &headers,
        };
        let mut text = String::from("GET / HTTP/1.1\r\n");
        for (name, value) in &headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!(
            "authorization: {}\r\n\r\n",
            v3::authorization(&request, "testid", "testsecret")
        ));
        let mut stream = TcpStream::connect(emulator.host()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let error = stream.read_to_end(&mut answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert!(answer.is_empty());
    }
}

#[tokio::test]
async fn a_delay_comes_before_the_effect() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","delay":"1s"}"#)
        .await;
    let start = Instant::now();
    let look = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        servers_in_truth(&emulator).await
    };
    let (created, meanwhile) = tokio::join!(emulator.create(&[]), look);
    created.done();
    assert_eq!(meanwhile, 0);
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_delayed_call_takes_effect_also_when_its_client_has_given_up() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","delay":"0.7s"}"#)
        .await;
    tokio::select! {
        reply = emulator.create(&[]) => panic!("{reply:?}"),
        () = emulator.until_called() => {}
    }
    assert_eq!(servers_in_truth(&emulator).await, 0);
    let deadline = Instant::now() + Duration::from_secs(5);
    while servers_in_truth(&emulator).await == 0 {
        assert!(Instant::now() < deadline, "the effect never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn with_a_reset_after_the_effect_the_delay_lies_between() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"*","reset":"after","delay":"1.2s"}"#)
        .await;
    let look = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        servers_in_truth(&emulator).await
    };
    let parameters = [
        ("VpnGatewayId", "vpn-bp1emulator0001"),
        ("ClientIpPool", "10.30.30.0/24"),
        ("LocalSubnet", "10.20.20.0/24"),
    ];
    let (broken, meanwhile) =
        tokio::join!(emulator.try_call("CreateSslVpnServer", &parameters), look);
    assert!(broken.is_err());
    assert_eq!(meanwhile, 1);
}

#[tokio::test]
async fn an_error_after_the_effect_and_the_same_token_again_make_one_server() {
    for (fault, status) in [
        (
            r#"{"operation":"*","effect":true,"http_status":502,"body":"<html>Bad Gateway</html>"}"#,
            502,
        ),
        (
            r#"{"operation":"*","effect":true,"code":"InternalError"}"#,
            500,
        ),
        (r#"{"operation":"*","effect":true,"body":"{\"SslVpn"}"#, 200),
    ] {
        let emulator = Emulator::start(AT_ONCE);
        emulator.fault(fault).await;
        let failed = emulator.create(&[TOKEN]).await;
        assert_eq!(failed.status, status, "{fault}");
        assert_eq!(failed.json["SslVpnServerId"], serde_json::Value::Null);
        assert_eq!(servers_in_truth(&emulator).await, 1);
        let again = emulator.create(&[TOKEN]).await.done();
        assert_eq!(
            again["SslVpnServerId"],
            emulator.servers().await[0]["SslVpnServerId"]
        );
        assert_eq!(servers_in_truth(&emulator).await, 1);
    }
}

#[tokio::test]
async fn an_error_after_the_effect_meets_a_repeated_call_too() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"*","count":2,"effect":true,"http_status":503}"#)
        .await;
    for _ in 0..2 {
        assert_eq!(emulator.create(&[TOKEN]).await.status, 503);
    }
    emulator.create(&[TOKEN]).await.done();
    assert_eq!(servers_in_truth(&emulator).await, 1);
}

#[tokio::test]
async fn faults_are_listed_and_removed() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"*","count":0,"code":"SystemBusy"}"#)
        .await;
    for _ in 0..3 {
        assert_eq!(
            emulator.call("DescribeRegions", &[]).await.code(),
            "SystemBusy"
        );
    }
    let listed = emulator.control(Method::GET, "faults", "").await.done();
    assert_eq!(
        listed,
        serde_json::json!([{"operation":"*","count":0,"code":"SystemBusy"}])
    );
    assert_eq!(
        emulator.control(Method::DELETE, "faults", "").await.status,
        204
    );
    emulator.call("DescribeRegions", &[]).await.done();
    for body in [
        r#"{"operation":"*"}"#,
        r#"{"operation":"*","reset":"sideways"}"#,
        r#"{"operation":"*","effect":true}"#,
        r#"{"operation":"*","effect":true,"delay":"1s"}"#,
        r#"{"operation":"*","delay":"soon"}"#,
        "{",
    ] {
        let refused = emulator.control(Method::POST, "faults", body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(!refused.text("error").is_empty());
    }
}

#[tokio::test]
async fn a_reset_midway_has_the_effect_and_breaks_the_answer_off() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"CreateSslVpnServer","reset":"midway"}"#)
        .await;
    let parameters = [
        ("VpnGatewayId", "vpn-bp1emulator0001"),
        ("ClientIpPool", "10.30.30.0/24"),
        ("LocalSubnet", "10.20.20.0/24"),
        TOKEN,
    ];
    let broken = emulator.try_call("CreateSslVpnServer", &parameters).await;
    assert!(broken.is_err(), "half an answer is none");
    assert_eq!(servers_in_truth(&emulator).await, 1);
    let calls = emulator.calls().await;
    assert_eq!(calls[0]["http_status"], 200);
}

#[tokio::test]
async fn a_call_that_is_not_let_in_meets_no_fault() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .fault(r#"{"operation":"*","code":"SystemBusy"}"#)
        .await;
    let wrong = Call {
        secret: "wrong",
        ..Call::new("DescribeRegions", &[])
    };
    assert_eq!(
        wrong.v3(&emulator).await.unwrap().code(),
        "SignatureDoesNotMatch"
    );
    assert_eq!(
        emulator.call("DescribeRegions", &[]).await.code(),
        "SystemBusy"
    );
}
