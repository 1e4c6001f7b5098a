//! The demo's emulator on a free port, and its control endpoint. It runs in the demo's own process: however that ends, no emulator
//! is left behind, and on Ctrl-C it still answers the Terraform that is winding up.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use terraform_provider_alivpn::emulator::{self, Running, Settings, Timing};

use super::calls::Call;

/// The time that a change takes the emulated cloud: long enough to be seen.
pub const CONVERGENCE: Duration = Duration::from_secs(3);

/// The key pair that every emulator accepts.
pub const ACCESS_KEY: (&str, &str) = ("testid", "testsecret");

/// A gateway that every emulator starts with, in cn-hangzhou.
pub const GATEWAY: &str = "vpn-bp1emulator0001";

/// Everything here is on this machine.
const LIMIT: Duration = Duration::from_secs(10);

/// A running emulator; it ends with the value.
pub struct Emulator {
    endpoint: String,
    client: reqwest::Client,
    _running: Running,
}

impl Emulator {
    /// Starts one.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start() -> anyhow::Result<Self> {
        let settings = Settings {
            timing: Timing {
                converge: CONVERGENCE,
                ..Timing::default()
            },
            ..Settings::default()
        };
        let running = emulator::Emulator::start(settings)
            .await
            .context("cannot start the emulator")?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(LIMIT)
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self {
            endpoint: format!("http://{}", running.addr()),
            client,
            _running: running,
        })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The calls since the start or since [`Emulator::forget_calls`], in order.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn calls(&self) -> anyhow::Result<Vec<Call>> {
        let answer = self.control(reqwest::Method::GET, "calls", None).await?;
        serde_json::from_value(answer).context("the emulator's calls are not readable")
    }

    /// Forgets the calls so far.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn forget_calls(&self) -> anyhow::Result<()> {
        self.control(reqwest::Method::DELETE, "calls", None)
            .await
            .map(drop)
    }

    /// The SSL servers as they truly are, without lag.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn servers(&self) -> anyhow::Result<Vec<Value>> {
        let state = self.control(reqwest::Method::GET, "state", None).await?;
        let servers = state.get("ssl_vpn_servers").and_then(Value::as_array);
        Ok(servers
            .context("the emulator's state has no servers")?
            .clone())
    }

    /// Changes a server at once, as somebody in the console would.
    ///
    /// # Errors
    /// When the emulator does not answer, or has no such server.
    pub async fn edit_server(&self, id: &str, changes: &Value) -> anyhow::Result<()> {
        let path = format!("ssl-vpn-servers/{id}");
        self.control(reqwest::Method::PATCH, &path, Some(changes))
            .await
            .map(drop)
    }

    async fn control(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let url = format!("{}/_emulator/{path}", self.endpoint);
        let mut request = self.client.request(method.clone(), &url);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("no answer to {method} {url}"))?;
        let status = answer.status();
        let body = answer
            .bytes()
            .await
            .with_context(|| format!("no answer to {method} {url}"))?;
        ensure!(
            status.is_success(),
            "{method} {url} answered {status}: {}",
            String::from_utf8_lossy(&body)
        );
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).with_context(|| format!("{method} {url} answered no JSON"))
    }
}
