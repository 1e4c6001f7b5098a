//! The emulator, in this process, and what a test asks and orders behind the API.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value as Json, json};
use terraform_provider_alivpn::emulator::{AccessKey, Emulator, Running, Settings, Timing};

/// A gateway that every emulator has.
pub const GATEWAY: &str = "vpn-bp1emulator0001";

pub struct Cloud {
    running: Running,
    http: reqwest::Client,
}

impl Cloud {
    /// A cloud whose changes take a third of a second, with a key pair and two temporary ones.
    pub async fn start() -> Self {
        let keys = [
            "testid:testsecret",
            "STS.1:first:token1",
            "STS.2:second:token2",
        ];
        let settings = Settings {
            timing: Timing {
                converge: Duration::from_millis(300),
                status_lag: Duration::ZERO,
                describe_lag: Duration::ZERO,
                converge_certs: Duration::from_millis(200),
            },
            access_keys: keys.map(|key| key.parse::<AccessKey>().unwrap()).to_vec(),
            ..Settings::default()
        };
        Self {
            running: Emulator::start(settings).await.unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        self.running.addr().to_string()
    }

    /// The objects of a kind as they truly are: `ssl_vpn_servers`, `ssl_vpn_client_certs`.
    pub async fn objects(&self, kind: &str) -> Vec<Json> {
        let state = self.control(reqwest::Method::GET, "state", None).await;
        state[kind].as_array().unwrap().clone()
    }

    /// The operations that were called, in order.
    pub async fn operations(&self) -> Vec<String> {
        let calls = self.control(reqwest::Method::GET, "calls", None).await;
        let calls = calls.as_array().unwrap();
        let operation = |call: &Json| call["operation"].as_str().unwrap().to_owned();
        calls.iter().map(operation).collect()
    }

    /// The client tokens of an operation's calls, each once.
    pub async fn client_tokens(&self, operation: &str) -> BTreeSet<String> {
        let calls = self.control(reqwest::Method::GET, "calls", None).await;
        let calls = calls.as_array().unwrap().iter();
        let of_it = calls.filter(|call| call["operation"] == operation);
        let token = |call: &Json| {
            call["parameters"]["ClientToken"]
                .as_str()
                .map(str::to_owned)
        };
        of_it.map(|call| token(call).unwrap_or_default()).collect()
    }

    /// Adds a gateway.
    pub async fn add_gateway(&self, id: &str) {
        let gateway = json!({"VpnGatewayId": id, "VpcId": format!("vpc-{id}")});
        self.control(reqwest::Method::POST, "vpn-gateways", Some(gateway))
            .await;
    }

    pub async fn forget_calls(&self) {
        self.control(reqwest::Method::DELETE, "calls", None).await;
    }

    /// Waits until an operation was called so often.
    pub async fn until_called(&self, operation: &str, times: usize) {
        let called = async {
            while self
                .operations()
                .await
                .iter()
                .filter(|called| *called == operation)
                .count()
                < times
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let limit = tokio::time::timeout(Duration::from_secs(30), called).await;
        limit.unwrap_or_else(|_| panic!("{operation} is not called {times} times"));
    }

    /// What the callers said they are, call by call.
    pub async fn user_agents(&self) -> Vec<String> {
        let calls = self.control(reqwest::Method::GET, "calls", None).await;
        let calls = calls.as_array().unwrap();
        let agent = |call: &Json| call["user_agent"].as_str().unwrap_or_default().to_owned();
        calls.iter().map(agent).collect()
    }

    pub async fn order(&self, fault: Json) {
        self.control(reqwest::Method::POST, "faults", Some(fault))
            .await;
    }

    pub async fn clear_faults(&self) {
        self.control(reqwest::Method::DELETE, "faults", None).await;
    }

    /// Puts the cloud's clock an hour ahead of everybody else's.
    pub async fn an_hour_ahead(&self) {
        let ahead = json!({"ahead": "1h"});
        self.control(reqwest::Method::PATCH, "clock", Some(ahead))
            .await;
    }

    async fn control(&self, method: reqwest::Method, path: &str, body: Option<Json>) -> Json {
        let url = format!("http://{}/_emulator/{path}", self.running.addr());
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = self
            .http
            .request(method, url)
            .body(body)
            .send()
            .await
            .unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}
