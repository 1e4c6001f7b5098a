//! A call: attempts until there is an answer, an error worth showing, or the caller calls it off.
//!
//! What to do after a failed attempt is [`Policy`]'s to decide; this file carries it out. Every attempt is signed anew, with a
//! fresh nonce and date, while the parameters (a change's `ClientToken` among them) stay the same.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::answer::{Object, Read};
use super::clock::Clock;
use super::credentials::{self, Credentials, Source};
use super::endpoint::Endpoint;
use super::error::{ApiError, Class, Error};
use super::error_table;
use super::rate_limiter::RateLimiter;
use super::request::{self, Operation, Parameters, Request};
use super::retry::{Decision, Policy, Situation};
use super::transport::{Fault, HttpAnswer, Transport};

/// How long a change that was sent may wait for its answer after it was called off: the answer holds the ID of what was
/// created, and an object that nobody knows of is worse than two seconds more. Terraform itself waits longer before it kills.
const GRACE: Duration = Duration::from_secs(2);

/// What all calls of a process share, whichever API they are of. A clone shares it too.
#[derive(Debug, Clone)]
pub struct Channel {
    /// The connections.
    pub transport: Transport,
    /// How fast.
    pub limiter: RateLimiter,
    /// How often.
    pub policy: Policy,
    /// When it is.
    pub clock: Clock,
}

impl Channel {
    /// A channel over these connections, with the defaults for all else.
    pub fn new(transport: Transport) -> Channel {
        Channel {
            transport,
            limiter: RateLimiter::default(),
            policy: Policy::default(),
            clock: Clock::default(),
        }
    }
}

/// Calls of RPC-style APIs, all signed by the same source.
#[derive(Debug)]
pub struct Rpc {
    /// How they travel.
    pub channel: Channel,
    /// Who signs; nobody does where the parameters prove who asks.
    pub credentials: Option<Arc<dyn Source>>,
}

/// What is called, where and with what.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The operation.
    pub operation: Operation,
    /// Where to.
    pub endpoint: &'a Endpoint,
    /// With what.
    pub parameters: &'a Parameters,
}

/// An attempt that brought no answer, and what its answer's headers said.
struct Failure {
    error: Error,
    retry_after: Option<Duration>,
    date: Option<OffsetDateTime>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure {
            error,
            retry_after: None,
            date: None,
        }
    }
}

impl Rpc {
    /// Calls until there is an answer. When `cancel` fires, every wait ends at once; a change that is being sent has
    /// two seconds for its answer.
    ///
    /// # Errors
    ///
    /// Every variant of [`Error`]; [`Error::Exhausted`] when more than one attempt was made and the budget is spent, or when an
    /// earlier attempt may have had an effect.
    pub async fn call<T: Read>(
        &self,
        call: &Call<'_>,
        cancel: &CancellationToken,
    ) -> Result<T, Error> {
        let operation = call.operation.name;
        let mut last = None;
        let cancelled = |sent, last: Option<Error>| Error::Cancelled {
            operation,
            sent,
            last: last.map(Box::new),
        };
        let mut credentials = match &self.credentials {
            None => None,
            Some(source) => unless_cancelled(cancel, source.credentials())
                .await
                .ok_or_else(|| cancelled(false, None))?
                .map(Some)
                .map_err(|error| Error::Credentials { operation, error })?,
        };
        let (mut clock_corrected, mut credentials_refreshed) = (false, false);
        let mut may_have_acted = false;
        let (mut attempt, mut throttled) = (0, 0);
        let (started, mut queued) = (Instant::now(), Duration::ZERO);
        loop {
            attempt += 1;
            let queueing = Instant::now();
            let admitted = unless_cancelled(cancel, self.channel.limiter.admit()).await;
            if admitted.is_none() {
                return Err(cancelled(may_have_acted, last));
            }
            queued += queueing.elapsed();
            let sending = self.attempt(call, credentials.as_ref(), attempt);
            let failure = match with_grace(call.operation.is_change, cancel, sending).await {
                Some(Ok(answer)) => return Ok(answer),
                Some(Err(failure)) => failure,
                None => return Err(cancelled(call.operation.is_change, last)),
            };
            may_have_acted |= call.operation.is_change && failure.error.may_have_acted();
            throttled += u32::from(failure.error.class() == Class::Throttle);
            let decision = self.channel.policy.decide(&Situation {
                fault: failure.error.fault(),
                attempt,
                throttled,
                elapsed: started.elapsed().saturating_sub(queued),
                retry_after: failure.retry_after,
                clock_corrected,
                credentials_refreshed,
                random: random(),
            });
            let repeated = |last: Error| Error::Exhausted {
                attempts: attempt,
                elapsed: started.elapsed(),
                last: Box::new(last),
                may_have_acted,
            };
            match decision {
                Decision::Retry { after } => {
                    last = Some(failure.error);
                    if unless_cancelled(cancel, sleep(after)).await.is_none() {
                        return Err(cancelled(may_have_acted, last));
                    }
                }
                Decision::CorrectClock => match failure.date {
                    Some(date) => {
                        self.channel.clock.correct(date);
                        clock_corrected = true;
                    }
                    None => return Err(failure.error),
                },
                Decision::RefreshCredentials => {
                    let (Some(source), Some(refused)) = (&self.credentials, &credentials) else {
                        return Err(failure.error);
                    };
                    let refreshing = source.refresh(refused);
                    let refreshed = unless_cancelled(cancel, refreshing)
                        .await
                        .ok_or_else(|| cancelled(may_have_acted, None))?
                        .map_err(|error| Error::Credentials { operation, error })?;
                    if refreshed == *refused {
                        return Err(failure.error);
                    }
                    credentials = Some(refreshed);
                    credentials_refreshed = true;
                }
                // That this attempt had no effect is not the whole story when an earlier one may have had one.
                Decision::Final if may_have_acted && attempt > 1 => {
                    return Err(repeated(failure.error));
                }
                Decision::Final => return Err(failure.error),
                Decision::Exhausted if attempt > 1 => return Err(repeated(failure.error)),
                Decision::Exhausted => return Err(failure.error),
            }
        }
    }

    /// The request of one attempt.
    fn request(
        &self,
        call: &Call<'_>,
        credentials: Option<&Credentials>,
    ) -> Result<Request, Error> {
        let (operation, endpoint, parameters) = (call.operation, call.endpoint, call.parameters);
        let (date, nonce) = (self.channel.clock.now(), Uuid::new_v4().to_string());
        let (Some(source), Some(credentials)) = (&self.credentials, credentials) else {
            return Ok(request::anonymous(
                operation, endpoint, parameters, date, &nonce,
            ));
        };
        request::signed(operation, endpoint, parameters, credentials, date, &nonce).map_err(
            |unsendable| Error::Credentials {
                operation: operation.name,
                error: credentials::Error::Unusable {
                    origin: source.origin(),
                    reason: unsendable.to_string(),
                },
            },
        )
    }

    /// One attempt, and its line in the log: never a parameter, a header or a body.
    async fn attempt<T: Read>(
        &self,
        call: &Call<'_>,
        credentials: Option<&Credentials>,
        attempt: u32,
    ) -> Result<T, Failure> {
        let operation = call.operation.name;
        let begun = Instant::now();
        let request = self.request(call, credentials)?;
        let sent = self.channel.transport.send(call.endpoint, request).await;
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, header_request_id) = match &sent {
            Ok(answer) => (Some(answer.status), answer.request_id.clone()),
            Err(_) => (None, None),
        };
        let redact = |text: &str| {
            let text = call.parameters.redact(text);
            credentials.map_or_else(|| text.clone(), |credentials| credentials.redact(&text))
        };
        let outcome = match sent {
            Ok(answer) => judge(operation, &answer, redact).map_err(|error| Failure {
                error,
                retry_after: answer.retry_after,
                date: answer.date,
            }),
            Err(fault) => Err(Failure::from(no_answer(operation, call.endpoint, fault))),
        };
        let error = outcome.as_ref().err().map(|failure| &failure.error);
        match error {
            Some(error) if error.class() == Class::Throttle => self.channel.limiter.refused(begun),
            // Nobody knows whether it came so far.
            Some(Error::Transport { .. }) => {}
            _ => self.channel.limiter.taken(begun),
        }
        tracing::debug!(
            operation,
            attempt,
            status,
            code = error.and_then(Error::code),
            request_id = match (&outcome, error) {
                (Ok(answered), _) => answered.1.as_deref().or(header_request_id.as_deref()),
                (Err(_), error) => error.and_then(Error::request_id),
            },
            duration_ms,
            reason = error
                .filter(|error| error.code().is_none())
                .map(ToString::to_string),
            "API call"
        );
        outcome.map(|(answer, _)| answer)
    }
}

/// What an answer says: the object and its RequestId, or why not.
fn judge<T: Read>(
    operation: &'static str,
    answer: &HttpAnswer,
    redact: impl Fn(&str) -> String,
) -> Result<(T, Option<String>), Error> {
    let success = (200..300).contains(&answer.status);
    let unreadable = |reason: String| Error::Answer {
        operation,
        http_status: answer.status,
        request_id: answer.request_id.clone(),
        reason,
        class: if success {
            Class::Retry
        } else {
            error_table::by_status(answer.status)
        },
    };
    let object = Object::parse(&answer.body).map_err(|error| unreadable(error.to_string()))?;
    if success && !object.is_refusal() {
        let read = T::read(&object).map_err(|error| unreadable(error.to_string()))?;
        let request_id = object.text("RequestId").ok().flatten();
        return Ok((read, request_id));
    }
    let refusal = ApiError::read(
        operation,
        answer.status,
        answer.request_id.as_deref(),
        &object,
        redact,
    );
    Err(match refusal {
        Some(refusal) => Error::Api(refusal),
        None => unreadable("it is an error without a code".to_owned()),
    })
}

fn no_answer(operation: &'static str, endpoint: &Endpoint, fault: Fault) -> Error {
    match fault {
        Fault::Transport { fault, reason } => Error::Transport {
            operation,
            endpoint: endpoint.origin(),
            fault,
            reason,
        },
        Fault::TooLarge {
            status,
            request_id,
            limit,
        } => Error::Answer {
            operation,
            http_status: status,
            request_id,
            reason: format!("it is larger than {limit} bytes"),
            class: error_table::by_status(status),
        },
    }
}

/// The future's output, or `None` as soon as the caller calls it off.
async fn unless_cancelled<F: Future>(cancel: &CancellationToken, future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        output = future => Some(output),
    }
}

/// As [`unless_cancelled`], but a change that is under way has [`GRACE`] to end.
async fn with_grace<F: Future>(
    is_change: bool,
    cancel: &CancellationToken,
    future: F,
) -> Option<F::Output> {
    tokio::pin!(future);
    match unless_cancelled(cancel, &mut future).await {
        Some(output) => Some(output),
        None if is_change => timeout(GRACE, future).await.ok(),
        None => None,
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
