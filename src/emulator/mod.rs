//! The VPC API on a laptop: for the demo, for tests, for people who test their own modules.
//!
//! - [`Emulator::start`] listens and answers until [`Running::stop`]; several can run in one process, each an account of its own.
//! - `api` is the API's side: it verifies who calls ([`AccessKey`]), meets ordered faults, keeps ClientTokens and carries `operations` out.
//! - `policy` says who may call what, `scenario` what the account begins with, `state_file` keeps it over restarts.
//! - `world` holds gateways, servers and certificates, `timeline` says when a change becomes visible. Both are pure: time is an argument.
//! - `page` is what a browser is shown at `/`.
//! - `control` is the other side, `/_emulator/`, where tests and people look behind the API and break things.

mod answer;
mod api;
mod authentication;
mod beginning;
mod calls;
mod certificate_authority;
mod client_config;
mod client_tokens;
mod connection;
mod control;
pub mod duration;
mod error;
mod faults;
mod issue;
mod object_id;
mod operations;
mod page;
mod parameters;
mod policy;
mod quota;
mod regions;
mod request;
mod rules;
mod scenario;
mod service;
mod settings;
mod ssl_vpn_client;
mod ssl_vpn_client_cert;
mod ssl_vpn_server;
mod state_file;
mod throttle;
mod timeline;
mod vpn_gateway;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Response;
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use authentication::{AccessKey, AccessKeyError};
pub use policy::{Policy, PolicyError};
pub use quota::{QuotaError, Quotas};
pub use scenario::{Scenario, ScenarioError};
pub use settings::{GatewaySetting, GatewaySettingError, Settings, default_gateways};
pub use state_file::{AccountError, StateFileError};
pub use timeline::Timing;

use certificate_authority::IssueError;
use connection::{BreakableListener, Connection};
use service::Service;

/// How long [`Running::stop`] waits for connections that are at work.
const LONGEST_STOP: Duration = Duration::from_secs(1);

/// The VPC API on a local port.
#[derive(Debug)]
pub struct Emulator;

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not this machine's alone.
    #[error(
        "{0} can be reached from other machines: the emulator's keys are public and its control endpoint is open. \
         Listen on 127.0.0.1, or add --allow-remote if that is what you want"
    )]
    NotLoopback(SocketAddr),
    /// The region does not exist.
    #[error("there is no region {0}")]
    UnknownRegion(String),
    /// More gateways than the account may have.
    #[error(
        "{given} VPN gateways are more than the account's quota of {quota}; raise it with --quota gateways={given}"
    )]
    TooManyGateways {
        /// How many there are to be.
        given: usize,
        /// How many there may be.
        quota: usize,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}{}", hint(.reason))]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        reason: io::Error,
    },
    /// The state file cannot be used.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// A certificate of the scenario cannot be made.
    #[error("a certificate of the scenario cannot be made: {0}")]
    Certificate(#[from] IssueError),
    /// The runtime is ending.
    #[error("the start was interrupted")]
    Interrupted,
}

fn hint(reason: &io::Error) -> &'static str {
    match reason.kind() {
        io::ErrorKind::AddrInUse => {
            ". Another program has this port, perhaps an emulator: end it, or choose another with --listen (port 0 picks a free one)"
        }
        _ => "",
    }
}

/// An emulator that listens. It ends when stopped or dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    service: Arc<Service>,
    stopped: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

impl Emulator {
    /// Starts to listen; the runtime serves until [`Running::stop`].
    ///
    /// # Errors
    /// When the settings or the address do not allow it.
    pub async fn start(settings: Settings) -> Result<Running, StartError> {
        let listen = settings.listen;
        beginning::check(&settings)?;
        let cannot_listen = |reason| StartError::Listen {
            address: listen,
            reason,
        };
        let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;

        let stopped = CancellationToken::new();
        let service = beginning::service(settings, stopped.clone()).await?;
        let kept = middleware::from_fn_with_state(Arc::clone(&service), control::kept);
        let router = Router::new()
            .route("/", any(root))
            .nest(
                "/_emulator",
                control::routes().layer(kept).merge(page::routes()),
            )
            .fallback(elsewhere)
            .with_state(Arc::clone(&service));
        let serve = axum::serve(
            BreakableListener::new(listener, stopped.clone()),
            router.into_make_service_with_connect_info::<Connection>(),
        )
        .with_graceful_shutdown(stopped.clone().cancelled_owned());
        Ok(Running {
            address,
            service,
            stopped,
            server: tokio::spawn(serve.into_future()),
        })
    }
}

/// The API, and the page for a browser.
async fn root(
    State(service): State<Arc<Service>>,
    connection: ConnectInfo<Connection>,
    request: Request,
) -> Response {
    if page::is_wanted(request.method(), request.uri(), request.headers()) {
        page::page(&service, request.headers())
    } else {
        api::call(State(service), connection, request).await
    }
}

/// The API lives at `/` only.
async fn elsewhere(State(_): State<Arc<Service>>) -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "The API is at /, the control endpoint at /_emulator/state.\n",
    )
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The gateways of the account, each with its region, in the order of their IDs.
    pub fn gateways(&self) -> Vec<(String, String)> {
        let state = self.service.lock();
        let gateways = state.world.gateways_at_rest();
        gateways
            .map(|gateway| (gateway.vpn_gateway_id.clone(), gateway.region_id.clone()))
            .collect()
    }

    /// The region to point a client at: that of the settings, or where the gateways are when none is there.
    pub fn region(&self) -> String {
        self.service.region_with_gateways()
    }

    /// Whether the account is that of an earlier run, from the state file: what the settings have it begin with is then not used.
    pub fn is_continued(&self) -> bool {
        self.service.rules().is_continued
    }

    /// Returns when it has ended by itself: its state file can no longer be written. [`Running::stop`] says why.
    pub async fn ended(&self) {
        self.stopped.cancelled().await;
    }

    /// Ends it: nobody is accepted any more, and every connection is closed, also one that waits for a delayed answer.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub async fn stop(mut self) -> Result<(), StateFileError> {
        self.stopped.cancel();
        if tokio::time::timeout(LONGEST_STOP, &mut self.server)
            .await
            .is_err()
        {
            self.server.abort();
        }
        self.service.take_failure().map_or(Ok(()), Err)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopped.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;

    #[tokio::test]
    async fn several_run_in_one_process_and_each_ends_when_stopped() {
        let first = Emulator::start(Settings::default()).await.unwrap();
        let second = Emulator::start(Settings::default()).await.unwrap();
        assert_ne!(first.addr(), second.addr());

        let address = first.addr();
        let mut idle = TcpStream::connect(address).await.unwrap();
        first.stop().await.unwrap();
        let mut rest = Vec::new();
        let closed = idle.read_to_end(&mut rest).await;
        assert!(matches!(closed, Ok(0) | Err(_)));
        assert!(TcpStream::connect(address).await.is_err());
        assert!(TcpStream::connect(second.addr()).await.is_ok());
    }

    #[tokio::test]
    async fn what_cannot_be_started_says_why() {
        let remote = Settings {
            listen: SocketAddr::from(([0, 0, 0, 0], 0)),
            ..Settings::default()
        };
        assert!(matches!(
            Emulator::start(remote).await,
            Err(StartError::NotLoopback(_))
        ));
        let running = Emulator::start(Settings::default()).await.unwrap();
        let taken = Settings {
            listen: running.addr(),
            ..Settings::default()
        };
        let error = Emulator::start(taken).await.unwrap_err().to_string();
        assert!(error.contains("Another program has this port"), "{error}");
    }
}
