//! A call: attempts until there is an answer, an error worth showing, or the caller calls it off.
//!
//! What to do after a failed attempt is [`Policy`]'s to decide, [`repetition`] carries it out, and this file makes the attempts. Every
//! one is signed anew, with a fresh nonce and date, while the parameters (a change's `ClientToken` among them) stay the same.

mod repetition;

use std::sync::Arc;

use tokio::time::Instant;
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
use super::retry::Policy;
use super::transport::{Fault, HttpAnswer, Transport};
use repetition::{Failure, Repetition};

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

impl Rpc {
    /// Calls until there is an answer. When `cancel` fires, every wait ends at once; a change that is being sent has
    /// two seconds for its answer.
    ///
    /// # Errors
    ///
    /// Every variant of [`Error`]; [`Error::Exhausted`] when more than one attempt was made and the budget is spent,
    /// [`Error::InDoubt`] when an attempt at a change may have had an effect.
    pub async fn call<T: Read>(
        &self,
        call: &Call<'_>,
        cancel: &CancellationToken,
    ) -> Result<T, Error> {
        let repetition = Repetition {
            channel: &self.channel,
            operation: call.operation,
            source: self.credentials.as_ref(),
            cancel,
        };
        let attempt = |credentials: Option<Credentials>, number| async move {
            self.attempt(call, credentials.as_ref(), number).await
        };
        repetition.run(attempt).await
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
        let failure = |error| Failure {
            error,
            retry_after: None,
            date: None,
            was_reached: self.channel.transport.has_reached(call.endpoint),
        };
        let request = self.request(call, credentials).map_err(failure)?;
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
                retry_after: answer.retry_after,
                date: answer.date,
                ..failure(error)
            }),
            Err(fault) => Err(failure(no_answer(operation, call.endpoint, fault))),
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

#[cfg(test)]
mod tests;
