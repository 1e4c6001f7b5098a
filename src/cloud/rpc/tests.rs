//! What a caller and the cloud see of a call over a real connection.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use time::macros::datetime;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::*;
use crate::cloud::client_token::ClientToken;
use crate::cloud::error::{Class, TransportFault};
use crate::cloud::secret::Secret;
use crate::cloud::test_server::{ACCESS_KEY_ID, Reply, SECRET, TOKEN, TestServer};
use crate::cloud::transport::Limits;
use crate::cloud::trust::Trust;
use crate::cloud::vpc::{Client, CreatedSslVpnServer, SslVpnServerSettings, VpnGateway};
use crate::cloud::{sts, test_server};

const REGION: &str = "cn-hangzhou";

fn created() -> Reply {
    Reply::json(
        200,
        r#"{"RequestId":"R-1","SslVpnServerId":"vss-1","Name":"n"}"#,
    )
}

fn gateway() -> Reply {
    Reply::json(
        200,
        r#"{"RequestId":"R-2","VpnGatewayId":"vpn-1","Status":"active"}"#,
    )
}

async fn create(client: &Client) -> Result<CreatedSslVpnServer, Error> {
    create_until(client, &CancellationToken::new()).await
}

async fn create_until(
    client: &Client,
    cancel: &CancellationToken,
) -> Result<CreatedSslVpnServer, Error> {
    let settings = SslVpnServerSettings {
        client_ip_pool: Some("10.0.0.0/24".into()),
        local_subnets: Some(vec!["192.168.0.0/16".into()]),
        ..SslVpnServerSettings::default()
    };
    client
        .create_ssl_vpn_server(REGION, "vpn-1", &settings, &ClientToken::random(), cancel)
        .await
}

async fn describe(client: &Client) -> Result<VpnGateway, Error> {
    client
        .describe_vpn_gateway(REGION, "vpn-1", &CancellationToken::new())
        .await
}

/// Plays the replies before one that succeeds; the change must end well, under one client token and ever new nonces.
async fn succeeds_after(replies: Vec<Reply>) {
    let attempts = replies.len() + 1;
    let server = TestServer::start(replies.into_iter().chain([created()]).collect()).await;
    let answer = create(&server.client()).await.unwrap();
    assert_eq!(answer.id, "vss-1");
    assert_eq!(answer.request_id.as_deref(), Some("R-1"));
    let seen = server.seen();
    assert_eq!(seen.len(), attempts);
    let nonces: HashSet<&str> = seen.iter().map(|seen| seen.nonce()).collect();
    assert_eq!(nonces.len(), attempts, "a nonce was used twice");
    for request in &seen {
        assert_eq!(request.query, seen[0].query);
        assert_eq!(request.query["ClientToken"].len(), 36);
    }
}

#[tokio::test]
async fn a_first_answer_is_enough() {
    succeeds_after(vec![]).await;
}

#[tokio::test]
async fn passing_faults_are_sat_out_under_one_client_token_and_fresh_nonces() {
    succeeds_after(vec![
        Reply::refusal(400, "Throttling.User"),
        Reply::refusal(400, "SystemBusy"),
        Reply::refusal(500, "InternalError"),
        Reply::refusal(503, "ServiceUnavailable"),
        Reply::refusal(400, "SignatureNonceUsed"),
        Reply::refusal(400, "LastTokenProcessing"),
        Reply::refusal(400, "TaskConflict"),
    ])
    .await;
}

#[tokio::test]
async fn a_reset_after_the_effect_sends_the_same_change_again() {
    succeeds_after(vec![Reply::Close, Reply::Close]).await;
}

#[tokio::test]
async fn a_gateways_page_is_sat_out() {
    succeeds_after(vec![
        Reply::json(502, "<html><h1>502 Bad Gateway</h1></html>"),
        Reply::json(503, ""),
        Reply::json(429, "slow down"),
    ])
    .await;
}

#[tokio::test]
async fn a_refusal_is_one_whatever_its_http_status() {
    succeeds_after(vec![Reply::refusal(200, "SystemBusy")]).await;
    let server = TestServer::start(vec![Reply::refusal(200, "Forbidden")]).await;
    let cancel = CancellationToken::new();
    let error = server
        .client()
        .delete_ssl_vpn_server(REGION, "vss-1", &ClientToken::random(), &cancel)
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::Permission);
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_of_another_kind_is_asked_for_again() {
    let broken_off = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"SslVpn".to_owned();
    succeeds_after(vec![
        Reply::Bytes(broken_off),
        Reply::json(200, "{\"SslVpnServerId\":"),
        Reply::json(200, "[1,2]"),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_asked_for_again() {
    let server = TestServer::start(vec![Reply::Hang, created()]).await;
    let mut settings = server.settings();
    settings.channel.transport = Transport::new(
        "test-agent/1.0",
        Limits {
            read: Duration::from_millis(100),
            ..Limits::default()
        },
        Trust::default(),
    );
    assert_eq!(create(&Client::new(settings)).await.unwrap().id, "vss-1");
}

#[tokio::test]
async fn a_refusal_for_flow_control_slows_the_calls_of_every_api() {
    let server = TestServer::start(vec![Reply::refusal(400, "Throttling.User")]).await;
    let mut settings = server.settings();
    settings.channel.policy.max_elapsed = Duration::ZERO;
    let channel = settings.channel.clone();
    let error = describe(&Client::new(settings)).await.unwrap_err();
    assert_eq!(error.class(), Class::Throttle);
    let sts = sts::Client {
        channel,
        endpoint: server.endpoint(),
    };
    let role = sts::Role {
        arn: "acs:ram::1:role/r".to_owned(),
        session_name: "s".to_owned(),
        duration: None,
        policy: None,
        external_id: None,
    };
    // Nothing but timers is left from here on: nothing was taken, so the pace is below a call a second.
    tokio::time::pause();
    let soon = Duration::from_millis(300);
    let assumed = timeout(soon, sts.assume_role(test_server::credentials(), &role)).await;
    assert!(assumed.is_err(), "{assumed:?}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn what_sending_again_cannot_help_is_sent_once() {
    for (status, code, class) in [
        (400, "VpnGateway.Configuring", Class::GatewayBusy),
        (400, "Resource.QuotaFull", Class::Quota),
        (400, "IpConflict", Class::Input),
        (403, "Forbidden.RAM", Class::Permission),
        (404, "InvalidVpnGatewayInstanceId.NotFound", Class::NotFound),
        (400, "VpnGateway.FinancialLocked", Class::Payment),
        (400, "SomethingNew", Class::Unknown),
    ] {
        let server = TestServer::start(vec![Reply::refusal(status, code)]).await;
        let error = create(&server.client()).await.unwrap_err();
        assert_eq!(error.class(), class, "{code}");
        assert_eq!(
            error.to_string(),
            format!(
                "CreateSslVpnServer failed: It is {code} (code {code}, HTTP {status}, RequestId R-{code})."
            )
        );
        assert!(!error.may_have_acted());
        assert_eq!(server.seen().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_fault_that_does_not_pass_ends_with_what_was_tried_and_the_request_id() {
    let page = Reply::with_headers(
        502,
        &[("x-acs-request-id", "R-from-header")],
        "<html></html>",
    );
    let server = TestServer::start(vec![page; 3]).await;
    let mut settings = server.settings();
    settings.channel.policy.max_retries = 2;
    let error = create(&Client::new(settings)).await.unwrap_err();
    assert_eq!(server.seen().len(), 3);
    assert_eq!(error.request_id(), Some("R-from-header"));
    assert_eq!(error.class(), Class::Retry);
    assert!(error.may_have_acted());
    assert!(
        error.to_string().starts_with(
            "CreateSslVpnServer got an answer that cannot be read: it is a page of HTML or XML, not JSON \
             (HTTP 502, RequestId R-from-header). It was tried 3 times in "
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_refusal_does_not_hide_that_an_earlier_attempt_may_have_had_an_effect() {
    let server = TestServer::start(vec![Reply::Close, Reply::refusal(400, "IpConflict")]).await;
    let error = create(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.argument()),
        (Some("IpConflict"), Some("client_ip_pool"))
    );
    assert!(error.may_have_acted());
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let server = TestServer::start(vec![Reply::json(400, &" ".repeat(2000))]).await;
    let mut settings = server.settings();
    settings.channel.transport = settings
        .channel
        .transport
        .narrowed(Duration::from_secs(20), 1000);
    let error = describe(&Client::new(settings)).await.unwrap_err();
    assert!(
        error.to_string().contains("it is larger than 1000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn an_endpoint_that_nobody_listens_at_is_given_up_soon() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = TestServer::start(vec![]).await;
    let mut settings = server.settings();
    settings.endpoint = Some(Endpoint::parse(&format!("http://{address}")).unwrap());
    let error = create(&Client::new(settings)).await.unwrap_err();
    assert!(!error.may_have_acted(), "nothing was sent");
    let Error::Exhausted {
        attempts: 3, last, ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(matches!(
        **last,
        Error::Transport {
            fault: TransportFault::Unreachable,
            ..
        }
    ));
    assert!(
        error.to_string().starts_with(&format!(
            "CreateSslVpnServer got no answer from http://{address}: no connection ("
        )),
        "{error}"
    );
}

#[tokio::test]
async fn an_endpoint_that_was_reached_before_is_not() {
    let server = TestServer::start(vec![gateway()]).await;
    let mut settings = server.settings();
    settings.channel.policy.max_retries = 5;
    let client = Client::new(settings);
    describe(&client).await.unwrap();
    server.stop().await;
    let error = describe(&client).await.unwrap_err();
    assert!(
        matches!(error, Error::Exhausted { attempts: 6, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_connection_that_hangs_is_tried_once_more_whatever_its_time_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(listener.accept().await.unwrap());
        }
    });
    let server = TestServer::start(vec![]).await;
    let mut settings = server.settings();
    settings.endpoint = Some(Endpoint::parse(&format!("https://{address}")).unwrap());
    settings.channel.policy.unreached_elapsed = Duration::from_millis(10);
    settings.channel.transport = Transport::new(
        "test-agent/1.0",
        Limits {
            connect: Duration::from_millis(50),
            ..Limits::default()
        },
        Trust::default(),
    );
    let error = describe(&Client::new(settings)).await.unwrap_err();
    silent.abort();
    assert!(
        matches!(error, Error::Exhausted { attempts: 2, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn localhost_is_this_machine() {
    let server = TestServer::start(vec![gateway()]).await;
    let mut settings = server.settings();
    let by_name = server.endpoint().url("").replace("127.0.0.1", "localhost");
    let by_name = by_name.trim_end_matches("/?");
    settings.endpoint = Some(Endpoint::parse(by_name).unwrap());
    describe(&Client::new(settings)).await.unwrap();
    assert!(server.seen()[0].headers["host"].starts_with("localhost:"));
}

#[tokio::test]
async fn a_clock_that_is_an_hour_off_is_corrected_once_for_all_calls() {
    let date = [("date", "Thu, 01 Jan 2026 01:00:00 GMT")];
    let refused = Reply::refusal_with_headers(400, "InvalidTimeStamp.Expired", &date);
    let server = TestServer::start(vec![refused, gateway(), gateway()]).await;
    let mut settings = server.settings();
    settings.channel.clock = Clock::new(|| datetime!(2026-01-01 00:00:00 UTC));
    let client = Client::new(settings);
    describe(&client).await.unwrap();
    describe(&client).await.unwrap();
    let dates: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| seen.headers["x-acs-date"].clone())
        .collect();
    assert_eq!(
        dates,
        [
            "2026-01-01T00:00:00Z",
            "2026-01-01T01:00:00Z",
            "2026-01-01T01:00:00Z"
        ]
    );
}

/// Gives another token each time that it is asked to refresh.
#[derive(Debug, Default)]
struct Renewing(AtomicU32);

#[async_trait]
impl Source for Renewing {
    fn origin(&self) -> String {
        "the renewing source".to_owned()
    }

    async fn credentials(&self) -> Result<Credentials, credentials::Error> {
        Ok(Credentials {
            access_key_id: ACCESS_KEY_ID.into(),
            secret: Secret::new(SECRET),
            security_token: Some(Secret::new(format!(
                "token-{}",
                self.0.load(Ordering::SeqCst)
            ))),
        })
    }

    async fn refresh(&self, _refused: &Credentials) -> Result<Credentials, credentials::Error> {
        self.0.fetch_add(1, Ordering::SeqCst);
        self.credentials().await
    }
}

#[tokio::test]
async fn expired_credentials_are_refreshed_once() {
    let expired = Reply::refusal(403, "InvalidSecurityToken.Expired");
    let server =
        TestServer::start(vec![expired.clone(), gateway(), expired.clone(), expired]).await;
    let mut settings = server.settings();
    settings.credentials = Arc::new(Renewing::default());
    let client = Client::new(settings);
    describe(&client).await.unwrap();
    let error = describe(&client).await.unwrap_err();
    assert_eq!(error.class(), Class::CredentialsRefresh);
    let tokens: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| seen.headers["x-acs-security-token"].clone())
        .collect();
    assert_eq!(tokens, ["token-0", "token-1", "token-1", "token-2"]);
}

/// Writes down every field of every event.
struct Written(Arc<Mutex<String>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Written {
    fn on_event(
        &self,
        event: &tracing::Event<'_>,
        _context: tracing_subscriber::layer::Context<'_, S>,
    ) {
        let mut log = self.0.lock().unwrap();
        event.record(
            &mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                log.push_str(&format!("{field}={value:?} "));
            },
        );
        log.push('\n');
    }
}

#[tokio::test]
async fn the_log_has_a_line_for_each_attempt_and_no_secret() {
    use tracing_subscriber::layer::SubscriberExt;

    let log = Arc::new(Mutex::new(String::new()));
    // Tests beside this one have no subscriber. While there is one subscriber only, tracing lets whichever thread comes by an
    // event first decide for all whether anybody wants it: hence a second, and a first call.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let first = TestServer::start(vec![gateway()]).await;
    describe(&first.client()).await.unwrap();
    let subscriber = tracing_subscriber::registry().with(Written(Arc::clone(&log)));
    let _guard = tracing::subscriber::set_default(subscriber);
    let echo = format!(r#"{{"Code":"SystemBusy","Message":"{SECRET} {TOKEN}","RequestId":"R-0"}}"#);
    let server = TestServer::start(vec![Reply::json(400, &echo), created()]).await;
    create(&server.client()).await.unwrap();
    let log = log.lock().unwrap().clone();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("CreateSslVpnServer"))
        .collect();
    assert_eq!(lines.len(), 2, "{log}");
    for part in [
        "attempt=1",
        "status=400",
        "SystemBusy",
        "R-0",
        "duration_ms=",
    ] {
        assert!(lines[0].contains(part), "{part}: {log}");
    }
    for part in ["attempt=2", "status=200", "R-1"] {
        assert!(lines[1].contains(part), "{part}: {log}");
    }
    assert!(
        !log.contains(SECRET) && !log.contains(TOKEN) && !log.contains("Signature="),
        "{log}"
    );
}

#[tokio::test]
async fn a_region_that_is_none_and_credentials_that_are_missing_are_named_before_anything_is_sent()
{
    let server = TestServer::start(vec![]).await;
    let nowhere = server
        .client()
        .describe_vpn_gateway("example.com/", "vpn-1", &CancellationToken::new())
        .await;
    assert!(matches!(nowhere, Err(Error::Endpoint { .. })));
    let mut settings = server.settings();
    settings.credentials = Arc::new(credentials::Chain::new(vec![Arc::new(
        credentials::Environment::new(|_| None),
    )]));
    let error = describe(&Client::new(settings)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "DescribeVpnGateway was not sent: there are no credentials. Tried: the environment: \
         ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set."
    );
    assert_eq!(server.seen().len(), 0);
}
