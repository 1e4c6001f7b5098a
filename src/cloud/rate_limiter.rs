//! All calls of a process at the pace that [`RateLimit`] finds out: the thin part that waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep};

use super::rate_limit::RateLimit;

/// Who calls asks here first. A clone is the same limiter.
#[derive(Debug, Clone, Default)]
pub struct RateLimiter(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    limit: Mutex<RateLimit>,
    /// Who holds it waits for the next permit; who waits for it comes after, in the order of coming.
    turn: tokio::sync::Mutex<()>,
}

impl RateLimiter {
    /// Waits until one call may be sent: not at all in a process that was never refused for flow control. Who drops the future
    /// has taken no permit.
    pub async fn admit(&self) {
        if !self.limit().is_limited() {
            return;
        }
        let _turn = self.0.turn.lock().await;
        loop {
            let admitted = self.limit().admit(Instant::now());
            match admitted {
                Ok(()) => return,
                Err(wait) => sleep(wait).await,
            }
        }
    }

    /// A call that was sent at `sent` passed the flow control.
    pub fn taken(&self, sent: Instant) {
        self.limit().taken(sent);
    }

    /// A call that was sent at `sent` was refused for flow control.
    pub fn refused(&self, sent: Instant) {
        let now = Instant::now();
        let mut limit = self.limit();
        limit.refused(sent, now);
        tracing::debug!(
            calls_a_second = limit.rate(now),
            "the cloud throttles: all calls are slowed"
        );
    }

    fn limit(&self) -> MutexGuard<'_, RateLimit> {
        self.0.limit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_was_never_refused_never_waits() {
        let (limiter, begun) = (RateLimiter::default(), Instant::now());
        join_all((0..1_000).map(|_| limiter.admit())).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn permits_are_given_in_the_order_of_asking_and_who_leaves_takes_none() {
        let limiter = RateLimiter::default();
        limiter.refused(Instant::now());
        let order = Mutex::new(Vec::new());
        let ask = |name: u32| {
            let (limiter, order) = (&limiter, &order);
            async move {
                limiter.admit().await;
                order.lock().unwrap().push((name, Instant::now()));
            }
        };
        let gives_up = async {
            let wait = tokio::time::timeout(Duration::from_millis(10), limiter.admit());
            assert!(wait.await.is_err());
        };
        let begun = Instant::now();
        tokio::join!(ask(1), gives_up, ask(2), ask(3));
        let order = order.into_inner().unwrap();
        let names: Vec<u32> = order.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, [1, 2, 3]);
        // From seven tenths of a call a second to one and more.
        let waited = order[2].1 - begun;
        assert!(
            waited > Duration::from_secs(2) && waited < Duration::from_secs(4),
            "{waited:?}"
        );
    }
}
