//! What lies between a machine and the cloud: proxies and certificates, as the environment names them, and one connection for all.

use std::ffi::OsString;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;
use terraform_provider_alivpn::tf::proto::configure;
use terraform_provider_alivpn::tf::value::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::core::Core;
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

/// The API behind TLS, with a certificate of its own authority for the cloud's names.
struct Encrypted {
    port: u16,
    /// The authority, as a file.
    authority: TempDir,
    seen: Seen,
    connections: Arc<Mutex<usize>>,
}

type Seen = Arc<Mutex<Vec<Request>>>;

#[derive(Debug, Clone)]
struct Request {
    action: String,
    host: String,
    user_agent: String,
}

/// A role's credentials or an empty list: what the calls of these tests ask for.
async fn answer(State(seen): State<Seen>, headers: HeaderMap) -> &'static str {
    let header = |name: &str| {
        let value = headers.get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    let action = header("x-acs-action");
    let is_role = action == "AssumeRole";
    seen.lock().unwrap().push(Request {
        action,
        host: header("host"),
        user_agent: header("user-agent"),
    });
    if is_role {
        r#"{"RequestId":"R-1","Credentials":{"AccessKeyId":"STS.1","AccessKeySecret":"s","SecurityToken":"t","Expiration":"2099-01-01T00:00:00Z"}}"#
    } else {
        r#"{"RequestId":"R-2","TotalCount":0,"PageNumber":1,"PageSize":50,"VpnGateways":{"VpnGateway":[]}}"#
    }
}

impl Encrypted {
    async fn start() -> Self {
        let seen = Seen::default();
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&seen));
        let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inside = plain.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(plain, app).await.unwrap() });

        let (authority, config) = certificates();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    // A client that does not trust the certificate ends here.
                    let Ok(mut outside) = acceptor.accept(stream).await else {
                        return;
                    };
                    *counted.lock().unwrap() += 1;
                    let mut inside = TcpStream::connect(inside).await.unwrap();
                    let _ = copy_bidirectional(&mut outside, &mut inside).await;
                });
            }
        });
        Self {
            port,
            authority,
            seen,
            connections,
        }
    }

    fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    fn authority(&self) -> OsString {
        self.authority.path().join("ca.pem").into()
    }
}

/// An authority's file, and a server's side that it vouches for.
fn certificates() -> (TempDir, ServerConfig) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority
        .distinguished_name
        .push(DnType::CommonName, "an authority of this test");
    let authority_key = KeyPair::generate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
    let issuer = Issuer::new(authority, authority_key);

    let names = ["vpc.aliyuncs.com", "sts.aliyuncs.com", "localhost"];
    let server = CertificateParams::new(names.map(str::to_owned)).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = server.signed_by(&key, &issuer).unwrap();
    let config =
        ServerConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
    (folder, config)
}

/// A proxy that leads every tunnel to one port, whatever host was asked for, or that refuses to.
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn to(target: u16) -> Self {
        Self::answering(Some(target), "200 OK").await
    }

    async fn answering(target: Option<u16>, status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = client.read_u8().await else {
                            return;
                        };
                        head.push(byte);
                    }
                    kept.lock().unwrap().push(String::from_utf8(head).unwrap());
                    let answer = format!("HTTP/1.1 {status}\r\n\r\n");
                    client.write_all(answer.as_bytes()).await.unwrap();
                    if let Some(target) = target {
                        let mut server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        Self { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

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
