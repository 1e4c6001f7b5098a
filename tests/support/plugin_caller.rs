//! Starts the provider's binary the way Terraform does, and gives a channel for any RPC.
//!
//! `Launch` says how: the defaults are Terraform's, each field can be changed. `Launch::start` waits for the handshake line.
//! The process is killed when the `Caller` is dropped, and its temporary folder removed; when the test fails, what the
//! process wrote to standard error is printed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Generous: the machine may be busy.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Variables of the test's own environment that would change what the process does.
const HIDDEN: [&str; 4] = ["TF_", "PLUGIN_", "ALIBABA_CLOUD_", "ALICLOUD_"];

/// A caller's key and certificate, as Go makes them: P-521, `localhost`, a CA.
#[derive(Clone)]
pub struct ClientIdentity {
    pub certificate: CertificateDer<'static>,
    pub pem: String,
    pub key: Vec<u8>,
}

impl ClientIdentity {
    pub fn new() -> Self {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            key: key.serialize_der(),
        }
    }

    /// Without a look at whether the key is the certificate's: a test may want one that is not.
    fn resolver(&self) -> SingleCertAndKey {
        let key = PrivatePkcs8KeyDer::from(self.key.clone()).into();
        let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
        CertifiedKey::new(vec![self.certificate.clone()], key).into()
    }
}

/// How to start the process.
pub struct Launch {
    /// The binary.
    pub program: PathBuf,
    /// None, as Terraform has it.
    pub arguments: Vec<OsString>,
    /// Beside the caller's own variables, and instead of them where the name is the same; `None` removes one.
    pub environment: BTreeMap<&'static str, Option<OsString>>,
    /// The client's side of AutoMTLS; `None` means no TLS.
    pub identity: Option<ClientIdentity>,
}

impl Default for Launch {
    fn default() -> Self {
        Self {
            program: env!("CARGO_BIN_EXE_terraform-provider-alivpn").into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            identity: Some(ClientIdentity::new()),
        }
    }
}

impl Launch {
    /// Starts the process, all of its standard streams piped, without waiting for anything. `directory` is for its temporary files.
    pub fn spawn(&self, directory: &TempDir) -> Child {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Its own process group: a test may send signals to it without reaching the test.
        command.process_group(0).kill_on_drop(true);
        for (name, _) in std::env::vars_os() {
            if HIDDEN
                .iter()
                .any(|prefix| name.to_string_lossy().starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        command.env("TMPDIR", directory.path());
        command
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
        command
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000");
        if let Some(identity) = &self.identity {
            command.env("PLUGIN_CLIENT_CERT", &identity.pem);
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.program.display()))
    }

    /// Starts the process and waits until it says where it listens.
    pub async fn start(self) -> Caller {
        let directory = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        let mut child = self.spawn(&directory);
        let stderr = Arc::new(Mutex::new(Vec::new()));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let kept = Arc::clone(&stderr);
        let stderr_ended = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let read = timeout(START_LIMIT, stdout.read_line(&mut line)).await;
        let started = begun.elapsed();
        let read = read.expect("no handshake line in time").unwrap();
        if read == 0 {
            let _ = stderr_ended.await;
            panic!(
                "ended without a handshake line; standard error: {:#?}",
                stderr.lock().unwrap()
            );
        }
        let handshake = Handshake::parse(line.trim_end_matches('\n'));
        let channel = handshake.connect(self.identity.as_ref());
        Caller {
            child,
            started,
            handshake,
            channel,
            stderr,
            stderr_ended,
            stdout: Some(stdout),
            directory,
        }
    }
}

/// The handshake line, field by field.
#[derive(Debug, Clone)]
pub struct Handshake {
    pub fields: Vec<String>,
}

impl Handshake {
    pub fn parse(line: &str) -> Self {
        let fields: Vec<_> = line.split('|').map(str::to_owned).collect();
        assert!(fields.len() >= 6, "not a handshake line: {line:?}");
        Self { fields }
    }

    /// The path of the Unix socket.
    pub fn socket(&self) -> PathBuf {
        PathBuf::from(&self.fields[3])
    }

    /// A channel that connects with the first call, as `identity` when TLS was offered.
    pub fn connect(&self, identity: Option<&ClientIdentity>) -> Channel {
        let tls = (!self.fields[5].is_empty()).then(|| Arc::new(self.client_config(identity)));
        let (network, address) = (self.fields[2].clone(), self.fields[3].clone());
        let connector = tower::service_fn(move |_| {
            let (network, address, tls) = (network.clone(), address.clone(), tls.clone());
            async move {
                let stream: Box<dyn Stream> = match network.as_str() {
                    "unix" => Box::new(UnixStream::connect(address).await?),
                    _ => Box::new(TcpStream::connect(address).await?),
                };
                let stream: Box<dyn Stream> = match tls {
                    None => stream,
                    Some(tls) => {
                        let name = ServerName::try_from("localhost").unwrap();
                        Box::new(TlsConnector::from(tls).connect(name, stream).await?)
                    }
                };
                std::io::Result::Ok(TokioIo::new(stream))
            }
        });
        Endpoint::from_static("http://localhost").connect_with_connector_lazy(connector)
    }

    /// As Go has it: the server's certificate is the only root, and is checked for its name and its purpose.
    fn client_config(&self, identity: Option<&ClientIdentity>) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots
            .add(STANDARD_NO_PAD.decode(&self.fields[5]).unwrap().into())
            .unwrap();
        let builder = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match identity {
            Some(identity) => builder.with_client_cert_resolver(Arc::new(identity.resolver())),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }
}

trait Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Stream for T {}

/// A running process and a connection to it.
pub struct Caller {
    pub child: Child,
    /// From the start of the process to its handshake line.
    #[allow(dead_code, reason = "only the benches measure")]
    pub started: Duration,
    pub handshake: Handshake,
    /// For any RPC; connects with the first one.
    pub channel: Channel,
    /// What the process wrote to standard error so far.
    pub stderr: Arc<Mutex<Vec<String>>>,
    /// Ends when nobody can write to standard error any more: the process and all who inherited it are gone.
    pub stderr_ended: JoinHandle<()>,
    /// Open, as Terraform leaves it.
    pub stdout: Option<BufReader<ChildStdout>>,
    /// The process's folder for temporary files.
    pub directory: TempDir,
}

impl Drop for Caller {
    fn drop(&mut self) {
        let Self {
            child,
            started: _,
            handshake,
            channel: _,
            stderr,
            stderr_ended,
            stdout,
            directory,
        } = self;
        stdout.take();
        let _ = child.start_kill();
        stderr_ended.abort();
        if std::thread::panicking() {
            let lines = stderr
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .join("\n");
            eprintln!(
                "{} in {}, standard error:\n{lines}",
                handshake.socket().display(),
                directory.path().display()
            );
        }
    }
}
