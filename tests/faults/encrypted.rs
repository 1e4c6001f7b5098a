//! What lies beyond this machine in a test of the network: the API behind TLS, and a proxy.

use std::ffi::OsString;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The API behind TLS, with a certificate of its own authority for the cloud's names.
pub struct Encrypted {
    pub port: u16,
    /// The authority, as a file.
    authority: TempDir,
    seen: Seen,
    pub connections: Arc<Mutex<usize>>,
}

type Seen = Arc<Mutex<Vec<Request>>>;

#[derive(Debug, Clone)]
pub struct Request {
    pub action: String,
    pub host: String,
    pub user_agent: String,
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
    pub async fn start() -> Self {
        Self::after_silence_to(0).await
    }

    /// One that leaves its first connections unanswered.
    pub async fn after_silence_to(unanswered: usize) -> Self {
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
            let mut held = Vec::new();
            while held.len() < unanswered {
                held.push(listener.accept().await.unwrap());
            }
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

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub fn authority(&self) -> OsString {
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
pub struct Proxy {
    pub port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub async fn to(target: u16) -> Self {
        Self::answering(Some(target), "200 OK").await
    }

    pub async fn answering(target: Option<u16>, status: &'static str) -> Self {
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

    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}
