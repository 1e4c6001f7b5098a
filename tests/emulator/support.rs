//! An emulator for a test, and calls of its two sides.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use terraform_provider_alivpn::cloud::signature::{canonical_query, v1, v3};
use time::OffsetDateTime;
use time::macros::format_description;

pub const REGION: &str = "cn-hangzhou";
pub const GATEWAY: &str = "vpn-bp1emulator0001";
pub const OTHER_GATEWAY: &str = "vpn-bp1emulator0002";

/// Changes are over at once: for tests that are not about time.
pub const AT_ONCE: &[&str] = &[
    "--converge",
    "0s",
    "--status-lag",
    "0s",
    "--describe-lag",
    "0s",
];

static NONCE: AtomicU64 = AtomicU64::new(0);

pub fn nonce() -> String {
    format!("nonce-{}", NONCE.fetch_add(1, Ordering::Relaxed))
}

/// The date of a request that is `seconds` off.
pub fn date(seconds: i64) -> String {
    let when = OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    when.format(form).unwrap()
}

pub struct Emulator {
    pub child: Child,
    pub base: String,
    pub http: reqwest::Client,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Reply {
    pub fn text(&self, name: &str) -> &str {
        self.json[name].as_str().unwrap_or_default()
    }

    pub fn code(&self) -> &str {
        self.text("Code")
    }

    /// The answer of a call that must succeed.
    #[track_caller]
    pub fn done(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json
    }

    /// Asserts a refusal in every part that clients read.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str, message: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
        assert_eq!(self.text("Message"), message);
        assert_eq!(self.headers["x-acs-request-id"], self.text("RequestId"));
        assert!(self.text("Recommend").contains(code));
    }
}

pub async fn reply(response: reqwest::Response) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Reply {
        status,
        headers,
        text,
        json,
    }
}

pub type Pairs<'a> = &'a [(&'a str, &'a str)];

pub fn owned(pairs: Pairs<'_>) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A call to be signed, by both versions; tests change what they are about.
pub struct Call<'a> {
    pub operation: &'a str,
    pub parameters: Pairs<'a>,
    pub version: &'a str,
    pub id: &'a str,
    pub secret: &'a str,
    pub token: Option<&'a str>,
    pub date: String,
    pub nonce: String,
    pub method: Method,
    pub in_form: bool,
}

impl<'a> Call<'a> {
    pub fn new(operation: &'a str, parameters: Pairs<'a>) -> Self {
        Self {
            operation,
            parameters,
            version: "2016-04-28",
            id: "testid",
            secret: "testsecret",
            token: None,
            date: date(0),
            nonce: nonce(),
            method: Method::POST,
            in_form: false,
        }
    }

    /// The headers that V3 signs, without the signature.
    pub fn v3_headers(&self, host: &str, body: &str) -> BTreeMap<String, String> {
        let mut headers = owned(&[
            ("host", host),
            ("x-acs-action", self.operation),
            ("x-acs-version", self.version),
            ("x-acs-date", &self.date),
            ("x-acs-signature-nonce", &self.nonce),
            ("x-acs-content-sha256", &v3::content_sha256(body.as_bytes())),
        ]);
        if let Some(token) = self.token {
            headers.insert("x-acs-security-token".to_owned(), token.to_owned());
        }
        if !body.is_empty() {
            let form = "application/x-www-form-urlencoded";
            headers.insert("content-type".to_owned(), form.to_owned());
        }
        headers
    }

    pub async fn v3(&self, emulator: &Emulator) -> reqwest::Result<Reply> {
        let all = canonical_query(&owned(self.parameters));
        let (query, body) = if self.in_form {
            (String::new(), all)
        } else {
            (all, String::new())
        };
        let query_pairs = if self.in_form {
            BTreeMap::new()
        } else {
            owned(self.parameters)
        };
        let headers = self.v3_headers(emulator.host(), &body);
        let request = v3::Request {
            method: self.method.as_str(),
            path: "/",
            query: &query_pairs,
            headers: &headers,
        };
        let authorization = v3::authorization(&request, self.id, self.secret);
        emulator
            .send(
                self.method.clone(),
                &query,
                &headers,
                Some(&authorization),
                body,
            )
            .await
    }

    /// The parameters that V1 signs, without the signature.
    pub fn v1_parameters(&self) -> BTreeMap<String, String> {
        let mut all = owned(self.parameters);
        all.extend(owned(&[
            ("Action", self.operation),
            ("Version", self.version),
            ("AccessKeyId", self.id),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", &self.nonce),
            ("Timestamp", &self.date),
            ("Format", "JSON"),
        ]));
        if let Some(token) = self.token {
            all.insert("SecurityToken".to_owned(), token.to_owned());
        }
        all
    }

    pub async fn v1(&self, emulator: &Emulator) -> Reply {
        let all = self.v1_parameters();
        let signature = v1::signature(self.method.as_str(), &all, self.secret);
        emulator.send_v1(self, all, &signature).await
    }
}

impl Emulator {
    pub fn start(arguments: &[&str]) -> Self {
        Self::printing(arguments, "listening on ").0
    }

    /// An emulator, and what it printed up to the line that begins so.
    pub fn printing(arguments: &[&str], last: &str) -> (Self, String) {
        Self::listening_on("127.0.0.1:0", arguments, last)
    }

    /// [`Emulator::printing`] of one that listens elsewhere.
    pub fn listening_on(listen: &str, arguments: &[&str], last: &str) -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_alivpn"))
            .args(["emulator", "--listen", listen])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        loop {
            let before = text.len();
            assert!(output.read_line(&mut text).unwrap() > 0, "{text}");
            if text[before..].starts_with(last) {
                break;
            }
        }
        let base = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("listening on "))
            .unwrap_or_else(|| panic!("the first line is not where it listens: {text}"))
            .to_owned();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        (Self { child, base, http }, text)
    }

    pub fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    pub async fn send(
        &self,
        method: Method,
        query: &str,
        headers: &BTreeMap<String, String>,
        authorization: Option<&str>,
        body: String,
    ) -> reqwest::Result<Reply> {
        let mut request = self
            .http
            .request(method, format!("{}/?{query}", self.base))
            .body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        Ok(reply(request.send().await?).await)
    }

    pub async fn send_v1(
        &self,
        call: &Call<'_>,
        mut all: BTreeMap<String, String>,
        signature: &str,
    ) -> Reply {
        all.insert("Signature".to_owned(), signature.to_owned());
        let encoded = canonical_query(&all);
        let (query, body) = if call.in_form {
            (String::new(), encoded)
        } else {
            (encoded, String::new())
        };
        let mut headers = BTreeMap::new();
        if call.in_form {
            headers = owned(&[("content-type", "application/x-www-form-urlencoded")]);
        }
        self.send(call.method.clone(), &query, &headers, None, body)
            .await
            .unwrap()
    }

    /// A V3 call in the default region.
    pub async fn call(&self, operation: &str, parameters: Pairs<'_>) -> Reply {
        self.try_call(operation, parameters).await.unwrap()
    }

    pub async fn try_call(&self, operation: &str, parameters: Pairs<'_>) -> reqwest::Result<Reply> {
        let mut all = parameters.to_vec();
        if !all.iter().any(|(name, _)| *name == "RegionId") {
            all.push(("RegionId", REGION));
        }
        Call::new(operation, &all).v3(self).await
    }

    /// Creates a server that differs from the plain one in `parameters`.
    pub async fn create(&self, parameters: Pairs<'_>) -> Reply {
        let mut all = owned(&[
            ("VpnGatewayId", GATEWAY),
            ("ClientIpPool", "10.30.30.0/24"),
            ("LocalSubnet", "10.20.20.0/24"),
        ]);
        all.extend(owned(parameters));
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.call("CreateSslVpnServer", &all).await
    }

    /// A server's ID; the gateway is idle again.
    pub async fn created(&self, parameters: Pairs<'_>) -> String {
        let created = self.create(parameters).await.done();
        self.until_idle(GATEWAY).await;
        created["SslVpnServerId"].as_str().unwrap().to_owned()
    }

    /// A certificate's ID.
    pub async fn certified(&self, server_id: &str, parameters: Pairs<'_>) -> String {
        let mut all = vec![("SslVpnServerId", server_id)];
        all.extend(parameters);
        let created = self.call("CreateSslVpnClientCert", &all).await.done();
        created["SslVpnClientCertId"].as_str().unwrap().to_owned()
    }

    /// The certificates that Describe shows.
    pub async fn certificates(&self, parameters: Pairs<'_>) -> Vec<Value> {
        let shown = self
            .call("DescribeSslVpnClientCerts", parameters)
            .await
            .done();
        shown["SslVpnClientCertKeys"]["SslVpnClientCertKey"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// The servers that Describe shows.
    pub async fn servers(&self) -> Vec<Value> {
        let shown = self.call("DescribeSslVpnServers", &[]).await.done();
        shown["SslVpnServers"]["SslVpnServer"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// The status that DescribeVpnGateway shows.
    pub async fn status(&self, gateway: &str) -> String {
        let shown = self
            .call("DescribeVpnGateway", &[("VpnGatewayId", gateway)])
            .await
            .done();
        shown["Status"].as_str().unwrap().to_owned()
    }

    pub async fn control(&self, method: Method, path: &str, body: &str) -> Reply {
        let request = self
            .http
            .request(method, format!("{}/_emulator/{path}", self.base))
            .body(body.to_owned());
        reply(request.send().await.unwrap()).await
    }

    pub async fn state(&self) -> Value {
        self.control(Method::GET, "state", "").await.done()
    }

    pub async fn calls(&self) -> Vec<Value> {
        let calls = self.control(Method::GET, "calls", "").await.done();
        calls.as_array().unwrap().clone()
    }

    pub async fn fault(&self, body: &str) {
        let ordered = self.control(Method::POST, "faults", body).await;
        assert_eq!(ordered.status, 201, "{}", ordered.text);
    }

    /// Waits until a call has come in.
    pub async fn until_called(&self) {
        while self.calls().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the gateway truly takes changes.
    pub async fn until_idle(&self, gateway: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            let state = self.state().await;
            let gateways = state["vpn_gateways"].as_array().unwrap();
            if gateways
                .iter()
                .any(|g| g["VpnGatewayId"] == gateway && g["Status"] == "active")
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{gateway} is not active after 10 s");
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
