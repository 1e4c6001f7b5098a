//! The emulator for a test: the real `alivpn emulator` on a free port, and its control endpoint.
//!
//! What a test asserts of the cloud it takes from here: the calls that arrived, and the truth behind them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

/// A gateway that every emulator starts with, in cn-hangzhou.
pub const GATEWAY: &str = "vpn-bp1emulator0001";
/// Another one.
pub const OTHER_GATEWAY: &str = "vpn-bp1emulator0002";

/// How long a test waits for something that the cloud should see.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running emulator; it ends with the value.
pub struct Emulator {
    process: Child,
    address: String,
    // Closing the pipe would make the emulator's next line on standard output fail.
    _output: BufReader<ChildStdout>,
}

/// One call as the emulator received it.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// Milliseconds since the emulator started.
    pub at_ms: u64,
    pub operation: String,
    /// Without signature and secrets.
    pub parameters: BTreeMap<String, String>,
    pub signature_version: Option<String>,
    /// 0 when the connection was reset instead of an answer.
    pub http_status: u16,
    /// The API's error code, when the answer was an error.
    pub code: Option<String>,
    pub request_id: String,
}

impl Call {
    /// Whether the call was carried out.
    pub fn accepted(&self) -> bool {
        self.code.is_none() && self.http_status == 200
    }

    /// Whether it asks for a change.
    pub fn is_change(&self) -> bool {
        !self.operation.starts_with("Describe")
    }

    /// The value of a parameter, empty when it was not sent.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The names of the parameters, in alphabetical order.
    pub fn parameter_names(&self) -> Vec<&str> {
        self.parameters.keys().map(String::as_str).collect()
    }

    /// The networks of `LocalSubnet`, sorted.
    pub fn local_subnets(&self) -> Vec<&str> {
        let mut subnets: Vec<&str> = self.parameter("LocalSubnet").split(',').collect();
        subnets.sort_unstable();
        subnets
    }
}

/// The calls of one operation.
pub fn of<'a>(calls: &'a [Call], operation: &str) -> Vec<&'a Call> {
    calls
        .iter()
        .filter(|call| call.operation == operation)
        .collect()
}

/// The one call of an operation that was carried out.
#[track_caller]
pub fn only<'a>(calls: &'a [Call], operation: &str) -> &'a Call {
    let found: Vec<&Call> = of(calls, operation)
        .into_iter()
        .filter(|call| call.accepted())
        .collect();
    let [call] = found.as_slice() else {
        panic!(
            "{} accepted calls of {operation} instead of one:\n{calls:#?}",
            found.len()
        );
    };
    call
}

/// A JSON string or number as text: the API writes some of its numbers as strings.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl Emulator {
    /// An emulator with these flags besides the port.
    pub fn start(flags: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_alivpn"))
            .args(["emulator", "--listen", "127.0.0.1:0"])
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator starts");
        let mut output = BufReader::new(process.stdout.take().expect("its output is a pipe"));
        let mut line = String::new();
        output
            .read_line(&mut line)
            .expect("the emulator prints where it listens");
        let Some(address) = line
            .trim()
            .strip_prefix("listening on http://")
            .map(str::to_owned)
        else {
            let _ = process.kill();
            panic!("the emulator began with {line:?} instead of `listening on http://...`");
        };
        Self {
            process,
            address,
            _output: output,
        }
    }

    /// An emulator that begins with a scenario.
    pub fn with_scenario(scenario: &str, flags: &[&str]) -> Self {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(scenario.as_bytes())
            .expect("the scenario is written");
        let path = file.path().display().to_string();
        // It has read the file when it says where it listens.
        Self::start(&[&["--scenario", &path], flags].concat())
    }

    /// An emulator whose changes take half a second, for tests that are not about waiting.
    pub fn quick() -> Self {
        Self::start(&[
            "--converge",
            "0.5s",
            "--status-lag",
            "0.1s",
            "--describe-lag",
            "0.1s",
        ])
    }

    /// `http://127.0.0.1:PORT`, as the provider's endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The SSL servers as they truly are, without lag.
    pub fn servers(&self) -> Vec<Value> {
        self.objects("ssl_vpn_servers")
    }

    /// The only SSL server.
    #[track_caller]
    pub fn server(&self) -> Value {
        let servers = self.servers();
        assert_eq!(servers.len(), 1, "not exactly one SSL server: {servers:#?}");
        servers.into_iter().next().expect("there is one")
    }

    /// The ID of the only SSL server.
    #[track_caller]
    pub fn server_id(&self) -> String {
        text(&self.server()["SslVpnServerId"])
    }

    /// A gateway as it truly is, without lag.
    #[track_caller]
    pub fn gateway(&self, id: &str) -> Value {
        let gateways = self.objects("vpn_gateways");
        let found = gateways
            .iter()
            .find(|gateway| gateway["VpnGatewayId"] == id);
        found
            .unwrap_or_else(|| panic!("no gateway {id}: {gateways:#?}"))
            .clone()
    }

    fn objects(&self, kind: &str) -> Vec<Value> {
        let state = self.control("GET", "state", None);
        state[kind]
            .as_array()
            .unwrap_or_else(|| panic!("no {kind} in {state:#}"))
            .clone()
    }

    /// All calls since the start or since [`Emulator::clear_calls`], in order.
    pub fn calls(&self) -> Vec<Call> {
        serde_json::from_value(self.control("GET", "calls", None)).expect("calls are as documented")
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.control("DELETE", "calls", None);
    }

    /// The calls made while `action` ran.
    pub fn calls_of<R>(&self, action: impl FnOnce() -> R) -> Vec<Call> {
        self.clear_calls();
        action();
        self.calls()
    }

    /// Waits until the calls are as a test wants them.
    #[track_caller]
    pub fn wait_for_calls(&self, what: &str, enough: impl Fn(&[Call]) -> bool) {
        let begun = Instant::now();
        loop {
            let calls = self.calls();
            if enough(&calls) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain for {what}:\n{calls:#?}"
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until a change was accepted and somebody has begun to wait for its convergence.
    #[track_caller]
    pub fn wait_for_convergence_of(&self, operation: &str) {
        self.wait_for_calls(&format!("{operation} and a look at the gateway"), |calls| {
            let accepted = calls
                .iter()
                .position(|call| call.operation == operation && call.accepted());
            accepted.is_some_and(|at| {
                calls[at..]
                    .iter()
                    .any(|call| call.operation == "DescribeVpnGateway")
            })
        });
    }

    /// Changes a server at once, as somebody in the console would.
    pub fn edit_server(&self, id: &str, changes: Value) {
        self.control("PATCH", &format!("ssl-vpn-servers/{id}"), Some(&changes));
    }

    /// Removes a server at once, as somebody in the console would.
    pub fn delete_server(&self, id: &str) {
        self.control("DELETE", &format!("ssl-vpn-servers/{id}"), None);
    }

    /// Adds a gateway.
    pub fn add_gateway(&self, gateway: Value) {
        self.control("POST", "vpn-gateways", Some(&gateway));
    }

    /// Changes a gateway at once.
    pub fn edit_gateway(&self, id: &str, changes: Value) {
        self.control("PATCH", &format!("vpn-gateways/{id}"), Some(&changes));
    }

    /// Makes a gateway busy from now on, as after a change.
    pub fn make_busy(&self, gateway: &str, duration: &str) {
        self.control(
            "POST",
            &format!("vpn-gateways/{gateway}/busy"),
            Some(&json!({ "duration": duration })),
        );
    }

    /// The client certificates as they truly are, without lag and without keys.
    pub fn certificates(&self) -> Vec<Value> {
        self.objects("ssl_vpn_client_certs")
    }

    /// The only client certificate.
    #[track_caller]
    pub fn certificate(&self) -> Value {
        let certificates = self.certificates();
        assert_eq!(
            certificates.len(),
            1,
            "not exactly one certificate: {certificates:#?}"
        );
        certificates.into_iter().next().expect("there is one")
    }

    /// The ID of the only client certificate.
    #[track_caller]
    pub fn certificate_id(&self) -> String {
        text(&self.certificate()["SslVpnClientCertId"])
    }

    /// A client certificate with its key.
    pub fn whole_certificate(&self, id: &str) -> Value {
        self.control("GET", &format!("ssl-vpn-client-certs/{id}"), None)
    }

    /// Changes what the API says of a client certificate, its end for one.
    pub fn edit_certificate(&self, id: &str, changes: Value) {
        let path = format!("ssl-vpn-client-certs/{id}");
        self.control("PATCH", &path, Some(&changes));
    }

    /// Removes a client certificate at once, as somebody in the console would.
    pub fn delete_certificate(&self, id: &str) {
        self.control("DELETE", &format!("ssl-vpn-client-certs/{id}"), None);
    }

    /// Adds a client certificate at once.
    pub fn add_certificate(&self, certificate: Value) {
        self.control("POST", "ssl-vpn-client-certs", Some(&certificate));
    }

    /// Connects a client with this certificate, from this public address.
    pub fn connect_client(&self, certificate: &str, ip: &str) {
        let client = json!({"SslVpnClientCertId": certificate, "Ip": ip});
        self.control("POST", "ssl-vpn-clients", Some(&client));
    }

    /// Injects a fault; see the emulator's documentation for the keys.
    pub fn fault(&self, fault: Value) {
        self.control("POST", "faults", Some(&fault));
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.control("DELETE", "faults", None);
    }

    /// Changes `converge`, `status_lag` and `describe_lag`.
    pub fn timing(&self, timing: Value) {
        self.control("PATCH", "timing", Some(&timing));
    }

    fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream =
            TcpStream::connect(&self.address).expect("the emulator accepts connections");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit can be set");
        // HTTP/1.0: the answer ends where the connection does.
        write!(
            stream,
            "{method} /_emulator/{path} HTTP/1.0\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        )
        .expect("the request is sent");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("the answer is read");
        let (head, body) = answer.split_once("\r\n\r\n").expect("the answer is HTTP");
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        assert!(
            status.starts_with('2'),
            "{method} /_emulator/{path} answered {status}: {body}"
        );
        if body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(body)
            .unwrap_or_else(|error| panic!("{method} /_emulator/{path} answered {body:?}: {error}"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
