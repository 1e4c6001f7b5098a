//! What lies between a machine and the cloud: proxies and certificates, as the environment names them, and one connection for all.

use std::ffi::OsString;

use terraform_provider_alivpn::tf::proto::configure;
use terraform_provider_alivpn::tf::value::Value;
use tokio::net::TcpListener;

use crate::core::Core;
use crate::encrypted::{Encrypted, Proxy};
use crate::plugin_caller::Launch;
use crate::session::Session;

/// Everything that names a proxy: nothing of the machine's own may reach a test.
const PROXIES: [&str; 8] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

/// A provider whose environment names these and no other proxies and certificates.
fn launch(environment: Vec<(&'static str, OsString)>) -> Launch {
    let mut launch = Launch::default();
    for name in PROXIES.into_iter().chain(["SSL_CERT_FILE", "SSL_CERT_DIR"]) {
        launch.environment.insert(name, None);
    }
    for (name, value) in environment {
        launch.environment.insert(name, Some(value));
    }
    launch
}

fn block(more: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let mut block = vec![
        ("region", Value::from("cn-hangzhou")),
        ("access_key", Value::from("testid")),
        ("secret_key", Value::from("testsecret")),
    ];
    block.extend(more);
    block
}

fn endpoints(vpc: String, sts: Option<String>) -> (&'static str, Value) {
    let sts = sts.map_or(Value::Null, Value::from);
    (
        "endpoints",
        Value::map([("vpc", Value::from(vpc)), ("sts", sts)]),
    )
}

fn role() -> (&'static str, Value) {
    let arguments = [
        (
            "role_arn",
            Value::from("acs:ram::1234567890123456:role/deploy"),
        ),
        ("session_name", Value::Null),
        ("session_expiration", Value::Null),
        ("policy", Value::Null),
        ("external_id", Value::Null),
    ];
    ("assume_role", Value::map(arguments))
}

async fn gateways(core: &mut Core) -> Result<Value, String> {
    core.look_up("alivpn_vpn_gateways", Vec::new()).await
}

#[tokio::test]
async fn calls_go_through_the_environments_proxy_and_trust_its_certificates() {
    let api = Encrypted::start().await;
    let proxy = Proxy::to(api.port).await;
    let address = format!("http://me:hush@127.0.0.1:{}", proxy.port);
    let launch = launch(vec![
        ("HTTPS_PROXY", address.into()),
        ("SSL_CERT_FILE", api.authority()),
        ("TF_APPEND_USER_AGENT", "pipeline/7".into()),
    ]);
    // The real endpoints, of both APIs.
    let mut core = Core::start(launch, block(vec![role()])).await;
    for _ in 0..3 {
        gateways(&mut core).await.unwrap();
    }
    let asked: Vec<(String, String)> = api
        .seen()
        .into_iter()
        .map(|request| (request.host, request.action))
        .collect();
    let of = |host: &str, action: &str| (host.to_owned(), action.to_owned());
    let vpc = of("vpc.aliyuncs.com", "DescribeVpnGateways");
    assert_eq!(
        asked,
        [
            of("sts.aliyuncs.com", "AssumeRole"),
            vpc.clone(),
            vpc.clone(),
            vpc
        ]
    );
    for request in api.seen() {
        let own = format!(
            "terraform-provider-alivpn/{} (Terraform 1.11.4) pipeline/7",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(request.user_agent, own);
    }
    // One tunnel for each host, however many calls.
    let heads = proxy.heads();
    let first: Vec<&str> = heads
        .iter()
        .filter_map(|head| head.lines().next())
        .collect();
    assert_eq!(
        first,
        [
            "CONNECT sts.aliyuncs.com:443 HTTP/1.1",
            "CONNECT vpc.aliyuncs.com:443 HTTP/1.1"
        ]
    );
    for head in heads {
        assert!(
            head.to_lowercase().contains("proxy-authorization: basic "),
            "{head}"
        );
    }
}

#[tokio::test]
async fn what_no_proxy_names_is_asked_without_one_and_both_apis_share_a_connection() {
    let api = Encrypted::start().await;
    let proxy = Proxy::to(api.port).await;
    let launch = launch(vec![
        (
            "ALL_PROXY",
            format!("http://127.0.0.1:{}", proxy.port).into(),
        ),
        ("NO_PROXY", "example.com,localhost".into()),
        ("SSL_CERT_FILE", api.authority()),
    ]);
    let here = format!("https://localhost:{}", api.port);
    let endpoints = endpoints(here.clone(), Some(here));
    let mut core = Core::start(launch, block(vec![role(), endpoints])).await;
    gateways(&mut core).await.unwrap();
    gateways(&mut core).await.unwrap();
    let actions: Vec<String> = api
        .seen()
        .into_iter()
        .map(|request| request.action)
        .collect();
    assert_eq!(
        actions,
        ["AssumeRole", "DescribeVpnGateways", "DescribeVpnGateways"]
    );
    assert_eq!(*api.connections.lock().unwrap(), 1);
    assert_eq!(proxy.heads().len(), 0);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_and_the_error_says_what_to_set() {
    let (api, other) = (Encrypted::start().await, Encrypted::start().await);
    let launch = launch(vec![("SSL_CERT_FILE", other.authority())]);
    let here = format!("https://localhost:{}", api.port);
    let mut core = Core::start(launch, block(vec![endpoints(here.clone(), None)])).await;
    let error = gateways(&mut core).await.unwrap_err();
    for part in [
        "DescribeVpnGateways got no answer",
        &here,
        "certificate",
        "SSL_CERT_FILE",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(api.seen().len(), 0);
}

#[tokio::test]
async fn a_file_of_certificates_that_cannot_be_read_or_is_empty_is_named() {
    let api = Encrypted::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (missing, empty) = (
        folder.path().join("missing.pem"),
        folder.path().join("empty.pem"),
    );
    std::fs::write(&empty, "").unwrap();
    let here = format!("https://localhost:{}", api.port);
    for (file, reason) in [(missing, "cannot be read"), (empty, "no certificate in it")] {
        let launch = launch(vec![("SSL_CERT_FILE", file.clone().into())]);
        let mut core = Core::start(launch, block(vec![endpoints(here.clone(), None)])).await;
        let error = gateways(&mut core).await.unwrap_err();
        let named = format!("SSL_CERT_FILE names {}", file.display());
        for part in [named.as_str(), reason, "Correct what the message names"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!error.contains("UnknownIssuer"), "{error}");
    }
    assert_eq!(api.seen().len(), 0);
}

#[tokio::test]
async fn a_folder_of_certificates_is_trusted_as_a_file_is() {
    let api = Encrypted::start().await;
    let folder = std::path::PathBuf::from(api.authority());
    let folder = folder.parent().unwrap().as_os_str().to_owned();
    let launch = launch(vec![("SSL_CERT_DIR", folder)]);
    let here = format!("https://localhost:{}", api.port);
    let mut core = Core::start(launch, block(vec![endpoints(here, None)])).await;
    gateways(&mut core).await.unwrap();
}

/// The time limit of a connection is the provider's, so this takes as long.
#[tokio::test]
async fn a_connection_that_hangs_once_is_not_noticed() {
    let api = Encrypted::after_silence_to(1).await;
    let launch = launch(vec![("SSL_CERT_FILE", api.authority())]);
    let here = format!("https://localhost:{}", api.port);
    let mut core = Core::start(launch, block(vec![endpoints(here, None)])).await;
    gateways(&mut core).await.unwrap();
    assert_eq!(api.seen().len(), 1);
}

#[tokio::test]
async fn a_proxy_that_lets_nobody_through_is_named_without_its_password() {
    let proxy = Proxy::answering(None, "407 Proxy Authentication Required").await;
    let launch = launch(vec![(
        "HTTPS_PROXY",
        format!("http://me:hush@127.0.0.1:{}", proxy.port).into(),
    )]);
    let mut core = Core::start(launch, block(Vec::new())).await;
    let error = gateways(&mut core).await.unwrap_err();
    for part in [
        "DescribeVpnGateways got no answer from https://vpc.aliyuncs.com",
        "proxy",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!error.contains("hush"), "{error}");
}

#[tokio::test]
async fn what_is_on_this_machine_is_asked_without_a_proxy() {
    let cloud = crate::cloud::Cloud::start().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"];
    let launch = launch(names.map(|name| (name, nobody.clone().into())).to_vec());
    let here = format!("http://{}", cloud.address());
    let mut core = Core::start(launch, block(vec![endpoints(here, None)])).await;
    gateways(&mut core).await.unwrap();
    assert_eq!(cloud.user_agents().await.len(), 1);
}

#[tokio::test]
async fn an_sts_that_cannot_be_reached_is_said_when_the_provider_is_configured() {
    let proxy = Proxy::answering(None, "403 Forbidden").await;
    let launch = launch(vec![(
        "HTTPS_PROXY",
        format!("http://127.0.0.1:{}", proxy.port).into(),
    )]);
    let mut session = Session::of(launch).await;
    let ty = session.provider_type().await;
    let config = crate::core::object(&ty, block(vec![role()]));
    let request = configure::Request {
        config: crate::session::encode(&config, &ty),
        ..Default::default()
    };
    let answer = session
        .client
        .configure(request)
        .await
        .unwrap()
        .into_inner();
    let detail = &answer.diagnostics[0].detail;
    assert!(
        detail.contains("AssumeRole got no answer from https://sts.aliyuncs.com"),
        "{detail}"
    );
}
