//! The calls that give credentials, under faults: a fault that passes is not noticed, and one that stays is said with the operation and
//! what STS answered, when the provider is configured or when a call finds its token expired.

use std::sync::{Arc, Mutex};

use serde_json::json;
use terraform_provider_alivpn::tf::proto::configure;
use terraform_provider_alivpn::tf::value::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::cloud::Cloud;
use crate::core::{Core, object};
use crate::plugin_caller::Launch;
use crate::session::{Session, encode};

/// What STS does instead of answering.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    Reset,
    /// Nothing, for as long as the caller waits.
    Hang,
    /// The status, a header's line, and the body.
    Says(u16, &'static str, &'static str),
    /// The head of an answer that ends too soon.
    Truncated,
}

const ISSUED: &str = r#"{"RequestId":"R-1","Credentials":{"AccessKeyId":"STS.1","AccessKeySecret":"first","SecurityToken":"token1","Expiration":"2099-01-01T00:00:00Z"}}"#;

/// STS, which does the wrong thing to the calls in a range, counted from 0.
struct Sts {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Sts {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sts {
    async fn start(wrong: Wrong, meets: std::ops::Range<usize>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (kept, meets) = (Arc::clone(&kept), meets.clone());
                tokio::spawn(async move { serve(stream, kept, wrong, meets).await });
            }
        });
        Self { port, seen, task }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// One call; `None` when the caller is gone.
async fn serve(
    mut stream: TcpStream,
    seen: Arc<Mutex<Vec<String>>>,
    wrong: Wrong,
    meets: std::ops::Range<usize>,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    let length = header("content-length: ").map_or(0, |length| length.parse().unwrap());
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    // An anonymous call names its operation in the URL.
    let target = head.split_whitespace().nth(1)?;
    let in_url = target
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("Action="));
    let operation = header("x-acs-action: ").or(in_url).unwrap_or_default();
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(operation.to_owned());
        seen.len() - 1
    };
    let answer = |status: u16, header: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status} x\r\nconnection: close\r\nx-acs-request-id: R-0\r\n{header}content-length: {length}\r\n\r\n{body}"
        )
    };
    let answer = match wrong {
        _ if !meets.contains(&number) => answer(200, "", ISSUED),
        Wrong::Reset => return None,
        Wrong::Hang => {
            // The caller's end of the connection.
            stream.read_u8().await.ok()?;
            return None;
        }
        Wrong::Says(status, header, body) => answer(status, header, body),
        Wrong::Truncated => "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"Request".to_owned(),
    };
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

fn refusal(status: u16, body: &'static str) -> Wrong {
    Wrong::Says(status, "", body)
}

/// What goes wrong, whether nobody notices it when it passes, and what is said of it when it stays.
fn faults() -> Vec<(Wrong, bool, &'static [&'static str])> {
    vec![
        (
            Wrong::Reset,
            true,
            &["got no answer from http://127.0.0.1:"],
        ),
        (Wrong::Hang, true, &["got no answer from http://127.0.0.1:"]),
        // Its clock is ahead, and says so in the answer's header.
        (
            Wrong::Says(
                400,
                "date: Thu, 26 Nov 2099 00:00:00 GMT\r\n",
                r#"{"Code":"InvalidTimeStamp.Expired","Message":"m","RequestId":"R-0"}"#,
            ),
            true,
            &["code InvalidTimeStamp.Expired", "RequestId R-0"],
        ),
        (
            Wrong::Truncated,
            true,
            &["got no answer from http://127.0.0.1:"],
        ),
        (
            refusal(
                500,
                r#"{"Code":"InternalError","Message":"m","RequestId":"R-0"}"#,
            ),
            true,
            &["code InternalError", "RequestId R-0"],
        ),
        (
            refusal(502, "<html><h1>502 Bad Gateway</h1></html>"),
            true,
            &["HTML", "HTTP 502, RequestId R-0"],
        ),
        (
            refusal(503, ""),
            true,
            &["it is empty", "HTTP 503, RequestId R-0"],
        ),
        (
            refusal(200, "[1]"),
            true,
            &["not an object", "HTTP 200, RequestId R-0"],
        ),
        (
            refusal(200, "OK"),
            true,
            &["not JSON", "HTTP 200, RequestId R-0"],
        ),
        (
            refusal(
                400,
                r#"{"Code":"Throttling.User","Message":"m","RequestId":"R-0"}"#,
            ),
            true,
            &["code Throttling.User", "RequestId R-0"],
        ),
        (
            Wrong::Says(
                429,
                "x-acs-retry-after: 300\r\n",
                r#"{"Code":"Throttling","Message":"m","RequestId":"R-0"}"#,
            ),
            true,
            &["code Throttling,", "RequestId R-0"],
        ),
        (
            refusal(
                400,
                r#"{"Code":"SystemBusy","Message":"m","RequestId":"R-0"}"#,
            ),
            true,
            &["code SystemBusy", "RequestId R-0"],
        ),
        (
            refusal(
                403,
                r#"{"Code":"NoPermission","Message":"m","RequestId":"R-0"}"#,
            ),
            false,
            &["code NoPermission", "RequestId R-0"],
        ),
    ]
}

fn arguments(set: Vec<(&'static str, Value)>, all: &[&'static str]) -> Value {
    let value = |name: &str| {
        let found = set.iter().find(|(set, _)| *set == name);
        found.map_or(Value::Null, |(_, value)| value.clone())
    };
    Value::map(all.iter().map(|name| (*name, value(name))))
}

/// The provider block for a role.
fn block(operation: &str, sts: u16, vpc: &str) -> Vec<(&'static str, Value)> {
    let role = (
        "role_arn",
        Value::from("acs:ram::1234567890123456:role/deploy"),
    );
    let mut block = vec![
        ("region", Value::from("cn-hangzhou")),
        (
            "endpoints",
            Value::map([
                ("vpc", Value::from(vpc)),
                ("sts", Value::from(format!("http://127.0.0.1:{sts}"))),
            ]),
        ),
        ("max_retries", Value::from(3)),
        ("retry_max_elapsed", Value::from("10s")),
        ("read_timeout", Value::from("1s")),
    ];
    if operation == "AssumeRole" {
        let all = [
            "role_arn",
            "session_name",
            "session_expiration",
            "policy",
            "external_id",
        ];
        block.push(("access_key", Value::from("testid")));
        block.push(("secret_key", Value::from("testsecret")));
        block.push(("assume_role", arguments(vec![role], &all)));
    } else {
        let all = [
            "role_arn",
            "oidc_provider_arn",
            "oidc_token_file",
            "oidc_token",
            "role_session_name",
            "session_expiration",
            "policy",
        ];
        let provider = Value::from("acs:ram::1234567890123456:oidc-provider/p");
        let set = vec![
            role,
            ("oidc_provider_arn", provider),
            ("oidc_token", Value::from("a.b.c")),
        ];
        block.push(("assume_role_with_oidc", arguments(set, &all)));
    }
    block
}

/// The words of the errors of configuring.
async fn configured(operation: &str, sts: &Sts) -> String {
    let mut session = Session::of(Launch::default()).await;
    let ty = session.provider_type().await;
    let config = object(&ty, block(operation, sts.port, "http://127.0.0.1:9"));
    let request = configure::Request {
        config: encode(&config, &ty),
        ..Default::default()
    };
    let answer = session.client.configure(request).await.unwrap();
    let diagnostics = answer.into_inner().diagnostics;
    diagnostics.into_iter().map(|found| found.detail).collect()
}

async fn under_every_fault(operation: &'static str) {
    for (wrong, passes, says) in faults() {
        let sts = Sts::start(wrong, 0..1).await;
        let said = configured(operation, &sts).await;
        assert_eq!(said.is_empty(), passes, "{wrong:?}: {said}");
        let attempts = if passes { 2 } else { 1 };
        assert_eq!(sts.seen(), vec![operation; attempts], "{wrong:?}");

        let sts = Sts::start(wrong, 0..usize::MAX).await;
        let said = configured(operation, &sts).await;
        for words in says.iter().chain([&operation]) {
            assert!(said.contains(words), "{wrong:?}: no {words}: {said}");
        }
    }
}

#[tokio::test]
async fn a_role_is_assumed_in_spite_of_faults_that_pass() {
    under_every_fault("AssumeRole").await;
}

#[tokio::test]
async fn a_role_is_assumed_with_oidc_in_spite_of_faults_that_pass() {
    under_every_fault("AssumeRoleWithOIDC").await;
}

#[tokio::test]
async fn a_token_that_expired_and_cannot_be_renewed_is_said_with_both_refusals() {
    for operation in ["AssumeRole", "AssumeRoleWithOIDC"] {
        let cloud = Cloud::start().await;
        let forbidden = refusal(
            403,
            r#"{"Code":"NoPermission","Message":"m","RequestId":"R-0"}"#,
        );
        let sts = Sts::start(forbidden, 1..usize::MAX).await;
        let endpoint = format!("http://{}", cloud.address());
        let block = block(operation, sts.port, &endpoint);
        let mut core = Core::start(Launch::default(), block).await;
        cloud
            .order(
                json!({"operation": "DescribeVpnGateways", "code": "InvalidSecurityToken.Expired"}),
            )
            .await;
        let looked_up = core.look_up("alivpn_vpn_gateways", Vec::new()).await;
        let error = looked_up.unwrap_err();
        for words in [
            "DescribeVpnGateways failed",
            "code InvalidSecurityToken.Expired",
            "Newer credentials could not be had",
            operation,
            "code NoPermission",
            "RequestId R-0",
        ] {
            assert!(error.contains(words), "{words}: {error}");
        }
        assert_eq!(sts.seen(), [operation; 2]);
    }
}
