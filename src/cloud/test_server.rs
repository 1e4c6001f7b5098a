//! A server that plays a script, for tests of what the client does on a real connection: a reply for each request, one request
//! a connection. Every request's signature is checked as the API would.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::credentials::{Source, StaticPair};
use super::endpoint::Endpoint;
use super::retry::Policy;
use super::rpc::Channel;
use super::secret::Secret;
use super::signature::v3;
use super::transport::{Limits, Transport};
use super::trust::Trust;
use super::vpc::{Client, Settings};

pub const ACCESS_KEY_ID: &str = "testid";
pub const SECRET: &str = "the-secret-of-testid";
pub const TOKEN: &str = "the-token-of-testid";

/// What the server does with a request that it has read whole.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Sends these bytes and closes.
    Bytes(String),
    /// Closes without a word, as a reset after the effect looks to the client.
    Close,
    /// Never answers.
    Hang,
}

impl Reply {
    pub fn json(status: u16, body: &str) -> Reply {
        Reply::with_headers(status, &[], body)
    }

    pub fn with_headers(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        Reply::Bytes(format!(
            "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
            body.len()
        ))
    }

    pub fn refusal(status: u16, code: &str) -> Reply {
        Reply::refusal_with_headers(status, code, &[])
    }

    pub fn refusal_with_headers(status: u16, code: &str, headers: &[(&str, &str)]) -> Reply {
        let body =
            format!(r#"{{"RequestId":"R-{code}","Code":"{code}","Message":"It is {code}."}}"#);
        Reply::with_headers(status, headers, &body)
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub headers: BTreeMap<String, String>,
    pub query: BTreeMap<String, String>,
}

impl Seen {
    pub fn operation(&self) -> &str {
        &self.headers["x-acs-action"]
    }

    pub fn nonce(&self) -> &str {
        &self.headers["x-acs-signature-nonce"]
    }
}

pub struct TestServer {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl TestServer {
    /// Plays `replies`, one for each request; what comes after them is refused with the code `ScriptEnded`.
    pub async fn start(replies: Vec<Reply>) -> TestServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::default();
        let kept = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut replies = replies.into_iter();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let reply = replies
                    .next()
                    .unwrap_or_else(|| Reply::refusal(400, "ScriptEnded"));
                tokio::spawn(serve(stream, reply, Arc::clone(&kept)));
            }
        });
        TestServer { port, seen, task }
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&format!("http://127.0.0.1:{}", self.port)).unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// From here on connections are refused.
    pub async fn stop(mut self) {
        self.task.abort();
        assert!(
            (&mut self.task)
                .await
                .is_err_and(|error| error.is_cancelled())
        );
    }

    /// Settings of a client of this server that does not wait long.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new(credentials(), channel());
        settings.endpoint = Some(self.endpoint());
        settings.channel.policy = Policy {
            base: Duration::from_millis(2),
            cap: Duration::from_millis(10),
            ..Policy::default()
        };
        settings
    }

    pub fn client(&self) -> Client {
        Client::new(self.settings())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A channel of its own for each test.
pub fn channel() -> Channel {
    channel_with(Limits::default())
}

pub fn channel_with(limits: Limits) -> Channel {
    Channel::new(Transport::new("test-agent/1.0", limits, Trust::default()))
}

pub fn credentials() -> Arc<dyn Source> {
    Arc::new(StaticPair::new(
        "the test",
        ("id", "secret"),
        Some(ACCESS_KEY_ID.to_owned()),
        Some(Secret::new(SECRET)),
        Some(Secret::new(TOKEN)),
    ))
}

async fn serve(mut stream: TcpStream, reply: Reply, kept: Arc<Mutex<Vec<Seen>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // A client that gave up while it was connecting sends nothing.
        let Ok(byte) = stream.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let seen = parse(&String::from_utf8(head).unwrap());
    kept.lock().unwrap().push(seen);
    match reply {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Reply::Close => {}
        Reply::Hang => std::future::pending().await,
    }
}

fn parse(head: &str) -> Seen {
    let mut lines = head.split("\r\n");
    let target = lines
        .next()
        .and_then(|line| line.strip_prefix("POST /?"))
        .and_then(|line| line.strip_suffix(" HTTP/1.1"))
        .unwrap_or_else(|| panic!("a POST with a query: {head}"));
    let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let query = target
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let seen = Seen { headers, query };
    check_signature(&seen);
    seen
}

fn check_signature(seen: &Seen) {
    let signed: BTreeMap<String, String> = seen
        .headers
        .iter()
        .filter(|(name, _)| *name == "host" || name.starts_with("x-acs-"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let request = v3::Request {
        method: "POST",
        path: "/",
        query: &seen.query,
        headers: &signed,
    };
    assert_eq!(
        seen.headers["authorization"],
        v3::authorization(&request, ACCESS_KEY_ID, SECRET)
    );
}
