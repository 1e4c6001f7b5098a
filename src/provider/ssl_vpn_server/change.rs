//! One change of one gateway's server, from its turn to its convergence: the thin part that touches network and clock.
//!
//! Create, full update, rename and delete take the same way: wait for the gateway's turn, send the call (and wait for a busy
//! gateway before sending it again, under the same token), then look until it has converged. Every wait ends at the
//! resource's timeout and at Stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use super::convergence::{Convergence, Hopeless, Settled, Settling, Verdict};
use crate::cloud::error::{Class, Error};
use crate::cloud::vpc::{self, Client};
use crate::provider::gateway::{Gateway, Sighting, Watch};

/// Why a change did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The cloud said no, or could not be asked.
    #[error(transparent)]
    Cloud(#[from] Error),
    /// Terraform said Stop.
    #[error("Terraform was interrupted")]
    Stopped,
    /// The resource's timeout is over; what was still missing.
    #[error("the timeout of {timeout:?} was over and {missing}")]
    TimedOut {
        /// The resource's timeout.
        timeout: Duration,
        /// What was waited for last.
        missing: String,
    },
    /// Waiting longer would be pointless.
    #[error(transparent)]
    Hopeless(#[from] Hopeless),
}

/// A change that has its gateway's turn.
#[derive(Debug)]
pub struct Change<'a> {
    client: &'a Client,
    gateway: Arc<Gateway>,
    timeout: Duration,
    deadline: Instant,
    stop: &'a CancellationToken,
    _turn: OwnedMutexGuard<()>,
}

impl<'a> Change<'a> {
    /// Waits for the gateway's turn. `timeout` counts from here.
    pub async fn begin(
        client: &'a Client,
        gateway: Arc<Gateway>,
        timeout: Duration,
        stop: &'a CancellationToken,
    ) -> Result<Self, Failure> {
        let deadline = Instant::now() + timeout;
        let turn = tokio::select! {
            biased;
            () = stop.cancelled() => return Err(Failure::Stopped),
            turn = timeout_at(deadline, gateway.turn()) => turn,
        };
        let missing = || "another change of the same gateway was still going on".to_owned();
        let turn = turn.map_err(|_| Failure::TimedOut {
            timeout,
            missing: missing(),
        })?;
        Ok(Self {
            client,
            gateway,
            timeout,
            deadline,
            stop,
            _turn: turn,
        })
    }

    /// Sends the call until it is taken; a busy gateway is waited for and not hammered.
    pub async fn send<T, F>(&self, call: impl Fn(CancellationToken) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        // Set when an attempt may have been carried out: that matters more than why the next one was not made.
        let mut in_doubt: Option<Error> = None;
        let cut_short = |in_doubt: Option<Error>, failure| in_doubt.map_or(failure, Failure::Cloud);
        loop {
            let token = self.stop.child_token();
            let refused = match self
                .bounded("the call was not answered", &token, call(token.clone()))
                .await
            {
                Err(Failure::Cloud(error)) if error.class() == Class::GatewayBusy => error,
                Err(failure @ (Failure::Stopped | Failure::TimedOut { .. })) => {
                    return Err(cut_short(in_doubt, failure));
                }
                result => return result,
            };
            if refused.may_have_acted() {
                in_doubt = Some(refused.clone());
            }
            tracing::info!(
                gateway = self.gateway.id(),
                "the gateway is busy with another change: waiting for it"
            );
            if let Err(failure) = self.settled().await {
                let failure = match failure {
                    Failure::TimedOut { timeout, missing } => Failure::TimedOut {
                        timeout,
                        missing: format!(
                            "the gateway was still busy with another change ({missing}): {}",
                            clause(&refused)
                        ),
                    },
                    failure => failure,
                };
                return Err(cut_short(in_doubt, failure));
            }
        }
    }

    /// Waits until a gateway that refused a call as busy is done.
    async fn settled(&self) -> Result<(), Failure> {
        let mut watch = self.gateway.watch();
        let mut settling = Settling::default();
        let mut missing = "it was not looked at yet".to_owned();
        loop {
            let Some(sighting) = self.sighting(&mut watch, &mut missing).await? else {
                continue;
            };
            match settling.look(watch.since(&sighting), sighting.gateway.as_deref()) {
                Settled::Yes => return Ok(()),
                Settled::NotYet(what) => missing = what,
                Settled::Never(hopeless) => return Err(hopeless.into()),
            }
        }
    }

    /// Waits until the change has converged; returns the server as it was seen last.
    pub async fn converge(
        &self,
        id: &str,
        mut convergence: Convergence<'_>,
    ) -> Result<Option<vpc::SslVpnServer>, Failure> {
        let mut watch = self.gateway.watch();
        let mut missing = "the gateway was not looked at yet".to_owned();
        loop {
            let Some(sighting) = self.sighting(&mut watch, &mut missing).await? else {
                continue;
            };
            let token = self.stop.child_token();
            let describe = self
                .client
                .describe_ssl_vpn_server(self.gateway.region(), id, &token);
            let described = self.bounded(&missing, &token, describe).await;
            let Some(server) = tolerate(described, &mut missing)? else {
                continue;
            };
            match convergence.look(
                watch.since(&sighting),
                sighting.gateway.as_deref(),
                server.as_ref(),
            ) {
                Verdict::Converged => {
                    tracing::info!(
                        server = id,
                        waited_ms = watch.waited().as_secs_f64() * 1e3,
                        "converged"
                    );
                    return Ok(server);
                }
                Verdict::NotYet(what) => missing = what,
                Verdict::Never(hopeless) => return Err(hopeless.into()),
            }
        }
    }

    /// The next sighting of the gateway; `None` when it could not be seen for a passing reason.
    async fn sighting(
        &self,
        watch: &mut Watch,
        missing: &mut String,
    ) -> Result<Option<Sighting>, Failure> {
        let token = self.stop.child_token();
        let describe = async {
            match self
                .client
                .describe_vpn_gateway(self.gateway.region(), self.gateway.id(), &token)
                .await
            {
                Ok(gateway) => Ok(Some(gateway)),
                Err(error) if error.class() == Class::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        };
        let seen = self
            .bounded(missing, &token, watch.next(describe, &token))
            .await;
        tolerate(seen, missing)
    }

    /// Runs a call that ends when `token` is cancelled: by Stop, or here at the deadline. A change already sent gets the
    /// client's grace for its answer.
    async fn bounded<T>(
        &self,
        missing: &str,
        token: &CancellationToken,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let mut running = std::pin::pin!(call);
        let result = tokio::select! {
            biased;
            result = &mut running => result,
            () = sleep_until(self.deadline) => {
                token.cancel();
                running.await
            }
        };
        result.map_err(|error| match error {
            Error::Cancelled { sent: false, .. } if self.stop.is_cancelled() => Failure::Stopped,
            Error::Cancelled {
                sent: false, last, ..
            } => Failure::TimedOut {
                timeout: self.timeout,
                missing: match last {
                    Some(last) => format!("{missing}: {}", clause(&last)),
                    None => missing.to_owned(),
                },
            },
            error => Failure::Cloud(error),
        })
    }
}

/// An error's sentence as part of another one.
fn clause(error: &Error) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

/// A look that failed for a passing reason is no look; the wait goes on until its own end.
fn tolerate<T>(result: Result<T, Failure>, missing: &mut String) -> Result<Option<T>, Failure> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Failure::Cloud(error))
            if matches!(
                error.class(),
                Class::Retry | Class::RetryNewNonce | Class::Throttle
            ) =>
        {
            *missing = format!("it could not be seen: {}", clause(&error));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}
