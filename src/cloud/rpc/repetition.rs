//! Attempts of one call until there is an answer, an error worth showing, or the caller calls it off. What an attempt is, this does
//! not know: it waits, and keeps what later attempts must not make forgotten.
//!
//! A change whose answer was lost may have been carried out, whatever becomes of it afterwards. So there is one way out of here for
//! all errors, and each takes that doubt along.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Channel;
use crate::cloud::credentials::{Credentials, Source};
use crate::cloud::error::{Class, Error};
use crate::cloud::request::Operation;
use crate::cloud::retry::{Decision, Fault, Situation, Unreachable};

/// How long a change that was sent may wait for its answer after it was called off: the answer holds the ID of what was
/// created, and an object that nobody knows of is worse than two seconds more. Who calls it off waits longer
/// than that before it kills.
const GRACE: Duration = Duration::from_secs(2);

/// An attempt that brought no answer, and what is known besides.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub error: Error,
    /// How long the cloud asked to wait.
    pub retry_after: Option<Duration>,
    /// What time it is for who answered.
    pub date: Option<OffsetDateTime>,
    /// Whether the process ever had a connection to where the attempt went.
    pub was_reached: bool,
}

/// How one call is repeated.
pub(super) struct Repetition<'a> {
    pub channel: &'a Channel,
    pub operation: Operation,
    /// Who signs; nobody does where the parameters prove who asks.
    pub source: Option<&'a Arc<dyn Source>>,
    pub cancel: &'a CancellationToken,
}

/// What there was to a call so far.
struct Tried {
    attempts: u32,
    /// How many of them flow control refused.
    throttled: u32,
    began: Instant,
    /// How long the call waited for its turn.
    queued: Duration,
    /// The attempts in a row that found no connection, and when the first of them began.
    unreachable: Option<(u32, Instant)>,
    clock_corrected: bool,
    credentials_refreshed: bool,
    /// How the last attempt ended, when it is to be repeated.
    last: Option<Error>,
    /// The last attempt at a change that the cloud may have carried out.
    in_doubt: Option<Error>,
    /// Whether the budget ended it.
    is_exhausted: bool,
}

impl Tried {
    fn new() -> Tried {
        Tried {
            attempts: 0,
            throttled: 0,
            began: Instant::now(),
            queued: Duration::ZERO,
            unreachable: None,
            clock_corrected: false,
            credentials_refreshed: false,
            last: None,
            in_doubt: None,
            is_exhausted: false,
        }
    }

    /// Takes in an attempt that began then and failed.
    fn note(&mut self, began: Instant, failure: &Failure, is_change: bool) {
        let error = &failure.error;
        self.throttled += u32::from(error.class() == Class::Throttle);
        self.unreachable = match (error.fault(), self.unreachable) {
            (Fault::Unreachable, Some((attempts, first))) => Some((attempts + 1, first)),
            (Fault::Unreachable, None) => Some((1, began)),
            _ => None,
        };
        if is_change && error.leaves_doubt() {
            self.in_doubt = Some(error.clone());
        }
    }

    fn situation(&self, failure: &Failure) -> Situation {
        Situation {
            fault: failure.error.fault(),
            attempt: self.attempts,
            throttled: self.throttled,
            elapsed: self.began.elapsed().saturating_sub(self.queued),
            unreachable: self.unreachable.map(|(attempts, first)| Unreachable {
                attempts,
                elapsed: first.elapsed(),
                was_reached: failure.was_reached,
            }),
            retry_after: failure.retry_after,
            clock_corrected: self.clock_corrected,
            credentials_refreshed: self.credentials_refreshed,
            random: random(),
        }
    }

    /// What the call ends in: the error, with the doubt that an attempt left.
    fn conclude(self, error: Error) -> Error {
        let error = match error {
            Error::Cancelled {
                operation, sent, ..
            } => Error::Cancelled {
                operation,
                sent: sent || self.in_doubt.is_some(),
                last: self.last.map(Box::new),
            },
            error if self.is_exhausted && self.attempts > 1 => Error::Exhausted {
                attempts: self.attempts,
                elapsed: self.began.elapsed(),
                last: Box::new(error),
            },
            error => error,
        };
        match self.in_doubt {
            Some(attempt) => error.in_doubt_since(&attempt),
            None => error,
        }
    }
}

impl Repetition<'_> {
    /// Makes attempts, which are numbered from 1, until one has an answer. When the caller calls it off, every wait ends at once; a
    /// change that is being sent has [`GRACE`] for its answer.
    pub(super) async fn run<T, F>(
        &self,
        attempt: impl FnMut(Option<Credentials>, u32) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut tried = Tried::new();
        let outcome = self.attempts(&mut tried, attempt).await;
        outcome.map_err(|error| tried.conclude(error))
    }

    async fn attempts<T, F>(
        &self,
        tried: &mut Tried,
        mut attempt: impl FnMut(Option<Credentials>, u32) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let operation = self.operation.name;
        let mut credentials = match self.source {
            None => None,
            Some(source) => {
                let given = self.unless_cancelled(source.credentials()).await?;
                Some(given.map_err(|error| Error::Credentials { operation, error })?)
            }
        };
        loop {
            tried.attempts += 1;
            let queueing = Instant::now();
            self.unless_cancelled(self.channel.limiter.admit()).await?;
            tried.queued += queueing.elapsed();

            let began = Instant::now();
            let sending = attempt(credentials.clone(), tried.attempts);
            let failure = match self.with_grace(sending).await? {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            tried.note(began, &failure, self.operation.is_change);
            match self.channel.policy.decide(&tried.situation(&failure)) {
                Decision::Retry { after } => {
                    tried.last = Some(failure.error);
                    self.unless_cancelled(sleep(after)).await?;
                }
                Decision::CorrectClock => {
                    let Some(date) = failure.date else {
                        return Err(failure.error);
                    };
                    self.channel.clock.correct(date);
                    tried.clock_corrected = true;
                    tried.last = Some(failure.error);
                }
                Decision::RefreshCredentials => {
                    let (Some(source), Some(refused)) = (self.source, &credentials) else {
                        return Err(failure.error);
                    };
                    tried.last = Some(failure.error.clone());
                    match self.unless_cancelled(source.refresh(refused)).await? {
                        Ok(newer) if newer != *refused => credentials = Some(newer),
                        Ok(_) => return Err(failure.error),
                        Err(error) => {
                            return Err(Error::Unrefreshed {
                                refused: Box::new(failure.error),
                                error,
                            });
                        }
                    }
                    tried.credentials_refreshed = true;
                }
                Decision::Final => return Err(failure.error),
                Decision::Exhausted => {
                    tried.is_exhausted = true;
                    return Err(failure.error);
                }
            }
        }
    }

    /// The future's output, or the end as soon as the caller calls it off.
    async fn unless_cancelled<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(self.cancelled(false)),
            output = future => Ok(output),
        }
    }

    /// As [`Repetition::unless_cancelled`], but a change that is under way has [`GRACE`] to end.
    async fn with_grace<F: Future>(&self, sending: F) -> Result<F::Output, Error> {
        tokio::pin!(sending);
        match self.unless_cancelled(&mut sending).await {
            Err(_) if self.operation.is_change => {
                let answered = timeout(GRACE, sending).await;
                answered.map_err(|_| self.cancelled(true))
            }
            outcome => outcome,
        }
    }

    fn cancelled(&self, sent: bool) -> Error {
        Error::Cancelled {
            operation: self.operation.name,
            sent,
            last: None,
        }
    }
}

/// Between 0 and 1.
fn random() -> f64 {
    // The first 32 of a random UUID's bits are random.
    let bits = u32::try_from(Uuid::new_v4().as_u128() >> 96).unwrap_or(0);
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests;
