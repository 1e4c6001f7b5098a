//! One change of what stands on a gateway, from its turn to its convergence: the thin part that touches network and clock.
//!
//! A change waits for its gateway's turn, sends the call (and waits for a busy gateway before sending it again, under the same
//! token), and where the cloud goes on in the background, looks until it has converged. Every wait ends at the resource's
//! timeout and at Stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use super::explain;
use super::gateway::{Gateway, Sighting, Watch, pause};
use super::settling::{Hopeless, Settling, Verdict};
use crate::cloud::error::{Class, Error};
use crate::cloud::vpc::{Client, VpnGateway};
use crate::tf::diagnostics::Diagnostic;

const ANOTHER_CHANGE: &str = "another change of the same gateway was still going on";
/// What a timeout of a call that was sent is for want of.
pub const NO_ANSWER: &str = "the call was not answered";

/// Why a change did not come to its end, in words that others go on after: without a full stop.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The cloud said no, or could not be asked.
    #[error("{}", .0.to_string().trim_end_matches('.'))]
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
    /// However it ended, the cloud may have carried the change out before.
    #[error(
        "{then}. An earlier attempt may have been carried out: {}",
        clause(attempt)
    )]
    InDoubt {
        /// How it ended; never by an error of the cloud, which carries its doubt itself.
        then: Box<Failure>,
        /// How the attempt ended.
        attempt: Error,
    },
}

/// The attempt at a change whose outcome is not known, if there was one. It is noted after every attempt, and whatever ends the change
/// takes it along: that something may have happened matters more than what happened last.
#[derive(Debug, Default)]
pub struct Doubt(Option<Error>);

impl Doubt {
    /// An attempt ended so.
    pub fn note(&mut self, error: &Error) {
        if let Some(attempt) = error.doubtful_attempt() {
            self.0 = Some(attempt.clone());
        }
    }

    /// How the change ended, with the doubt.
    pub fn carried<T>(self, ended: Result<T, Failure>) -> Result<T, Failure> {
        ended.map_err(|failure| match (failure, self.0) {
            (Failure::Cloud(error), Some(attempt)) => {
                Failure::Cloud(error.in_doubt_since(&attempt))
            }
            (failure @ Failure::InDoubt { .. }, _) | (failure, None) => failure,
            (failure, Some(attempt)) => Failure::InDoubt {
                then: Box::new(failure),
                attempt,
            },
        })
    }
}

impl Failure {
    /// Whether the cloud may have carried the change out all the same.
    pub fn may_have_acted(&self) -> bool {
        match self {
            Failure::Cloud(error) => error.may_have_acted(),
            Failure::InDoubt { .. } => true,
            Failure::Stopped | Failure::TimedOut { .. } | Failure::Hopeless(_) => false,
        }
    }

    /// An error about a change (`create`, `update`, `delete`) that was not accepted, or not seen to be. `in_doubt` says what the next
    /// apply does about one that the cloud may have carried out all the same.
    pub fn diagnostic(&self, summary: String, change: &str, in_doubt: &str) -> Diagnostic {
        let doubtful = |diagnostic: Diagnostic| {
            let detail = format!(
                "{}\n\nThe call was sent and its answer did not arrive, so the cloud may have carried it out. {in_doubt}",
                diagnostic.detail
            );
            diagnostic.detail(detail)
        };
        let as_far_as_known = format!("{summary}, as far as known");
        let next = match self {
            Failure::Cloud(error) if error.may_have_acted() => {
                return doubtful(explain::diagnostic(as_far_as_known, error));
            }
            Failure::InDoubt { .. } => {
                let advice = self.advice(change);
                return doubtful(
                    Diagnostic::error(as_far_as_known).detail(format!("{self}.{advice}")),
                );
            }
            Failure::Cloud(error) => return explain::diagnostic(summary, error),
            Failure::Hopeless(Hopeless::PaymentLocked) => {
                "Settle the overdue payment for the VPN gateway in the console, then apply again."
            }
            Failure::Hopeless(_) => {
                "Run `terraform plan` to see what is left; a new server needs another gateway."
            }
            Failure::Stopped | Failure::TimedOut { .. } => "Run `terraform apply` again.",
        };
        let advice = self.advice(change);
        Diagnostic::error(summary).detail(format!("Nothing was changed: {self}.\n\n{next}{advice}"))
    }

    /// A timeout that was too short is the configuration's to change, and a permission somebody's to give; empty for everything else.
    pub fn advice(&self, change: &str) -> String {
        match self {
            Failure::Cloud(error) if error.class() == Class::Permission => {
                let operation = error.operation();
                format!(" Whoever applies needs the RAM action vpc:{operation}.")
            }
            Failure::InDoubt { then, .. } => then.advice(change),
            Failure::TimedOut { .. } => {
                format!(" If the cloud needs longer, raise `{change}` in the timeouts block.")
            }
            _ => String::new(),
        }
    }
}

/// How long a change may go on: until its timeout, which counts from here, and until Terraform says Stop.
#[derive(Debug, Clone, Copy)]
pub struct Bounds<'a> {
    timeout: Duration,
    deadline: Instant,
    stop: &'a CancellationToken,
}

impl<'a> Bounds<'a> {
    /// From now on.
    pub fn new(timeout: Duration, stop: &'a CancellationToken) -> Self {
        Self {
            timeout,
            deadline: Instant::now() + timeout,
            stop,
        }
    }

    /// Runs a call, which ends when its token is cancelled: by Stop, or here at the deadline. A change already sent gets the
    /// client's grace for its answer. `missing` is what a timeout would be for want of.
    pub async fn run<T, F>(
        &self,
        missing: &str,
        call: impl FnOnce(CancellationToken) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let token = self.stop.child_token();
        let mut running = std::pin::pin!(call(token.clone()));
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
                sent: false,
                last: Some(last),
                ..
            } => self.timed_out(&format!("{missing}: {}", clause(&last))),
            Error::Cancelled { sent: false, .. } => self.timed_out(missing),
            error => Failure::Cloud(error),
        })
    }

    /// Waits for what may not come in time.
    pub async fn wait<T>(
        &self,
        missing: &str,
        event: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Failure::Stopped),
            came = timeout_at(self.deadline, event) => came.map_err(|_| self.timed_out(missing)),
        }
    }

    /// Looks until it is there, at once and then as [`pause`] says. A look that failed for a passing reason is no look.
    pub async fn until<T, F>(
        &self,
        missing: &str,
        look: impl Fn(CancellationToken) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<Option<T>, Error>>,
    {
        let (began, mut missing) = (Instant::now(), missing.to_owned());
        loop {
            let seen = self.run(&missing, &look).await;
            if let Some(found) = tolerate(seen, &mut missing)?.flatten() {
                return Ok(found);
            }
            let next = Instant::now() + pause(began.elapsed());
            self.wait(&missing, sleep_until(next)).await?;
        }
    }

    fn timed_out(&self, missing: &str) -> Failure {
        Failure::TimedOut {
            timeout: self.timeout,
            missing: missing.to_owned(),
        }
    }
}

/// What a change holds of its gateway until it is dropped.
#[derive(Debug)]
#[allow(dead_code, reason = "held, not read")]
enum Turn {
    Alone(OwnedRwLockWriteGuard<()>),
    Beside(OwnedRwLockReadGuard<()>),
}

/// A change that has its gateway's turn.
#[derive(Debug)]
pub struct Change<'a> {
    client: &'a Client,
    gateway: Arc<Gateway>,
    bounds: Bounds<'a>,
    _turn: Turn,
}

impl<'a> Change<'a> {
    /// Waits for the gateway's turn, alone: a change that makes the gateway busy.
    pub async fn begin(
        client: &'a Client,
        gateway: Arc<Gateway>,
        bounds: Bounds<'a>,
    ) -> Result<Self, Failure> {
        let turn = bounds.wait(ANOTHER_CHANGE, gateway.turn()).await?;
        Ok(Self {
            client,
            gateway,
            bounds,
            _turn: Turn::Alone(turn),
        })
    }

    /// Waits until nobody changes the gateway alone: a change that the cloud carries out at once, beside others like it.
    pub async fn beside(
        client: &'a Client,
        gateway: Arc<Gateway>,
        bounds: Bounds<'a>,
    ) -> Result<Self, Failure> {
        let turn = bounds.wait(ANOTHER_CHANGE, gateway.turn_beside()).await?;
        Ok(Self {
            client,
            gateway,
            bounds,
            _turn: Turn::Beside(turn),
        })
    }

    /// Sends the call until it is taken; a busy gateway is waited for and not hammered.
    pub async fn send<T, F>(&self, call: impl Fn(CancellationToken) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        if let Some(due) = self.gateway.due() {
            self.bounds.wait(ANOTHER_CHANGE, sleep_until(due)).await?;
        }
        let sent = match self.bounds.run(NO_ANSWER, &call).await {
            Err(Failure::Cloud(error)) if error.class() == Class::GatewayBusy => {
                self.gateway.refused();
                self.send_again(error, call).await
            }
            result => result,
        };
        if sent.is_ok() {
            self.gateway.accepted();
        }
        sent
    }

    /// As [`Change::send`], for a call that the gateway has just refused as busy.
    pub async fn send_again<T, F>(
        &self,
        refused: Error,
        call: impl Fn(CancellationToken) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut doubt = Doubt::default();
        let sent = self.insist(refused, call, &mut doubt).await;
        doubt.carried(sent)
    }

    /// Sends a call whenever the gateway, which refused it as busy, has come to rest.
    async fn insist<T, F>(
        &self,
        mut refused: Error,
        call: impl Fn(CancellationToken) -> F,
        doubt: &mut Doubt,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let (mut watch, mut settling) = (self.gateway.watch(), Settling::default());
        loop {
            doubt.note(&refused);
            tracing::info!(
                gateway = self.gateway.id(),
                "the gateway is busy with another change: waiting for it"
            );
            // Its refusal was a look, and says more than its status.
            watch.refused();
            settling.refused();
            let settled = self.settled(&mut watch, &mut settling).await;
            settled.map_err(|failure| match failure {
                Failure::TimedOut { timeout, missing } => Failure::TimedOut {
                    timeout,
                    missing: format!(
                        "the gateway was still busy with another change ({missing}): {}",
                        clause(&refused)
                    ),
                },
                failure => failure,
            })?;
            refused = match self.bounds.run(NO_ANSWER, &call).await {
                Err(Failure::Cloud(error)) if error.class() == Class::GatewayBusy => error,
                result => return result,
            };
        }
    }

    /// Waits until a gateway that refused a call as busy is done.
    async fn settled(&self, watch: &mut Watch, settling: &mut Settling) -> Result<(), Failure> {
        let mut missing = "it was not looked at yet".to_owned();
        loop {
            let Some(sighting) = self.sighting(watch, &mut missing).await? else {
                continue;
            };
            match settling.look(watch.since(&sighting), sighting.gateway.as_deref()) {
                Verdict::Done => return Ok(()),
                Verdict::NotYet(what) => missing = what,
                Verdict::Never(hopeless) => return Err(hopeless.into()),
            }
        }
    }

    /// Waits until the change has converged: looks at the gateway and, by `describe`, at what stands on it, until `judge` says
    /// so. Returns what was described last.
    pub async fn converge<T, F>(
        &self,
        describe: impl Fn(CancellationToken) -> F,
        mut judge: impl FnMut(Duration, Option<&VpnGateway>, &T) -> Verdict,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut watch = self.gateway.watch();
        let mut missing = "the gateway was not looked at yet".to_owned();
        loop {
            let Some(sighting) = self.sighting(&mut watch, &mut missing).await? else {
                continue;
            };
            let described = self.bounds.run(&missing, &describe).await;
            let Some(described) = tolerate(described, &mut missing)? else {
                continue;
            };
            match judge(
                watch.since(&sighting),
                sighting.gateway.as_deref(),
                &described,
            ) {
                Verdict::Done => {
                    tracing::info!(
                        gateway = self.gateway.id(),
                        waited_ms = watch.waited().as_secs_f64() * 1e3,
                        "converged"
                    );
                    return Ok(described);
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
        let look = async |token: CancellationToken| {
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
            watch.next(describe, &token).await
        };
        let seen = self.bounds.run(missing, look).await;
        tolerate(seen, missing)
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

#[cfg(test)]
mod tests;
