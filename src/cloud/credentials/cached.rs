//! Temporary credentials, kept while they last.
//!
//! They are renewed well before their end, and one renewal serves all who ask meanwhile. While the old ones are still valid
//! nobody waits for a renewal but the caller that makes it, and one that fails is no error: it is tried again a minute later.
//! Only when there is nothing valid to give does a failure reach the callers, the same one all who waited for it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::sync::MutexGuard;
use tokio::time::timeout;

use super::{Credentials, Error, Source};
use crate::cloud::clock::Clock;
use crate::cloud::sts::Issued;

/// New credentials are used at least so long, whatever this machine's clock makes of their end, and a renewal that failed is
/// not tried again before.
const PAUSE: Duration = Duration::from_secs(60);

/// A renewal ahead of time may hold its caller up so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that makes temporary credentials, at a price: a call, a process.
#[async_trait]
pub(super) trait Issuer: fmt::Debug + Send + Sync {
    /// As of [`Source::origin`].
    fn origin(&self) -> String;

    /// New credentials.
    async fn issue(&self) -> Result<Issued, Error>;

    /// How long before their end credentials are renewed; never before half of their life is over.
    fn margin(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    /// As of [`Source::region`].
    async fn region(&self) -> Option<String> {
        None
    }
}

/// An issuer asked as seldom as possible.
#[derive(Debug)]
pub(super) struct Cached<I> {
    issuer: I,
    clock: Clock,
    held: Mutex<Option<Held>>,
    /// Renewals that ended so far.
    rounds: AtomicU64,
    /// Held by who is renewing; keeps how the last renewal failed, if it did.
    renewal: tokio::sync::Mutex<Option<Error>>,
}

#[derive(Debug, Clone)]
struct Held {
    credentials: Credentials,
    /// When to renew, and when they end; `None` for never.
    times: Option<(OffsetDateTime, OffsetDateTime)>,
}

enum Age {
    Fresh,
    Due,
    Ended,
}

impl Held {
    fn new(issued: Issued, now: OffsetDateTime, margin: Duration) -> Held {
        let times = issued.expiration.map(|expiration| {
            let soonest = after(now, PAUSE);
            let ends = expiration.max(soonest);
            let margin = margin.min((ends - now).unsigned_abs() / 2);
            ((ends - margin).max(soonest), ends)
        });
        Held {
            credentials: issued.credentials,
            times,
        }
    }

    fn age(&self, now: OffsetDateTime) -> Age {
        match self.times {
            Some((_, ends)) if now >= ends => Age::Ended,
            Some((due, _)) if now >= due => Age::Due,
            _ => Age::Fresh,
        }
    }
}

/// However far off the cloud's dates are.
fn after(time: OffsetDateTime, duration: Duration) -> OffsetDateTime {
    time.saturating_add(time::Duration::try_from(duration).unwrap_or(time::Duration::MAX))
}

impl<I: Issuer> Cached<I> {
    pub(super) fn new(issuer: I, clock: Clock) -> Cached<I> {
        Cached {
            issuer,
            clock,
            held: Mutex::new(None),
            rounds: AtomicU64::new(0),
            renewal: tokio::sync::Mutex::new(None),
        }
    }

    fn held(&self) -> Option<Held> {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn hold(&self, held: Held) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }

    /// Credentials newer than those held at the call.
    async fn renewed(&self) -> Result<Credentials, Error> {
        let rounds = self.rounds.load(Ordering::SeqCst);
        let renewal = self.renewal.lock().await;
        if self.rounds.load(Ordering::SeqCst) > rounds {
            // Somebody's renewal ended while this call waited for its turn.
            match (renewal.as_ref(), self.held()) {
                (Some(error), _) => return Err(error.clone()),
                (None, Some(held)) => return Ok(held.credentials),
                (None, None) => {}
            }
        }
        self.renew(renewal).await
    }

    async fn renew(
        &self,
        mut renewal: MutexGuard<'_, Option<Error>>,
    ) -> Result<Credentials, Error> {
        let issued = self.issuer.issue().await;
        self.rounds.fetch_add(1, Ordering::SeqCst);
        *renewal = issued.as_ref().err().cloned();
        let issued = issued?;
        tracing::debug!(origin = self.issuer.origin(), expiration = ?issued.expiration, "new credentials");
        let credentials = issued.credentials.clone();
        self.hold(Held::new(issued, self.clock.now(), self.issuer.margin()));
        Ok(credentials)
    }

    /// Renewed credentials if that goes well and soon, else those that are valid still.
    async fn renew_early(&self, held: Held, renewal: MutexGuard<'_, Option<Error>>) -> Credentials {
        let failed = match timeout(PATIENCE, self.renew(renewal)).await {
            Ok(Ok(credentials)) => return credentials,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("it took longer than {} s", PATIENCE.as_secs()),
        };
        tracing::warn!(
            origin = self.issuer.origin(),
            failed,
            "credentials could not be renewed ahead of time; those at hand are still valid"
        );
        let next = after(self.clock.now(), PAUSE);
        self.hold(Held {
            credentials: held.credentials.clone(),
            times: held.times.map(|(_, ends)| (next, ends)),
        });
        held.credentials
    }
}

#[async_trait]
impl<I: Issuer> Source for Cached<I> {
    fn origin(&self) -> String {
        self.issuer.origin()
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        let Some(held) = self.held() else {
            return self.renewed().await;
        };
        match held.age(self.clock.now()) {
            Age::Fresh => Ok(held.credentials),
            Age::Due => match self.renewal.try_lock() {
                Ok(renewal) => Ok(self.renew_early(held, renewal).await),
                Err(_) => Ok(held.credentials),
            },
            Age::Ended => self.renewed().await,
        }
    }

    async fn refresh(&self, refused: &Credentials) -> Result<Credentials, Error> {
        match self.held() {
            Some(held) if held.credentials != *refused => Ok(held.credentials),
            _ => self.renewed().await,
        }
    }

    async fn region(&self) -> Option<String> {
        self.issuer.region().await
    }
}

#[cfg(test)]
mod tests;
