//! What the API and the control endpoint share: the state behind one lock that is never held across a wait, the clocks, and the stop.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::authentication::{AccessKey, Nonces};
use super::calls::Calls;
use super::client_tokens::ClientTokens;
use super::faults::Faults;
use super::operations::Moment;
use super::throttle::Throttle;
use super::world::World;

/// Everything that changes.
#[derive(Debug, Default)]
pub struct State {
    /// Gateways, servers, certificates.
    pub world: World,
    /// Flow control, if there is any.
    pub throttle: Option<Throttle>,
    /// Faults on order.
    pub faults: Faults,
    /// The record of calls.
    pub calls: Calls,
    /// Tokens that were used.
    pub client_tokens: ClientTokens,
    /// Nonces that were used.
    pub nonces: Nonces,
}

/// A running emulator's inside.
#[derive(Debug)]
pub struct Service {
    state: Mutex<State>,
    access_keys: Vec<AccessKey>,
    region_id: String,
    started: Instant,
    /// Milliseconds to add to this machine's time.
    clock_ahead_ms: AtomicU64,
    stopped: CancellationToken,
}

impl Service {
    /// Starts the clock.
    pub fn new(
        world: World,
        access_keys: Vec<AccessKey>,
        region_id: String,
        stopped: CancellationToken,
    ) -> Self {
        Self {
            state: Mutex::new(State {
                world,
                ..State::default()
            }),
            access_keys,
            region_id,
            started: Instant::now(),
            clock_ahead_ms: AtomicU64::new(0),
            stopped,
        }
    }

    /// The state, for as long as the guard lives. A panic elsewhere does not take it away.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pairs that are accepted.
    pub fn access_keys(&self) -> &[AccessKey] {
        &self.access_keys
    }

    /// Where gateways are unless said otherwise.
    pub fn region_id(&self) -> &str {
        &self.region_id
    }

    /// The present.
    pub fn now(&self) -> Moment {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let unix_ms = u64::try_from(unix.as_millis()).unwrap_or(u64::MAX);
        Moment {
            instant: Instant::now(),
            unix_ms: unix_ms.saturating_add(self.clock_ahead_ms.load(Ordering::Relaxed)),
        }
    }

    /// From here on the account's clock is so far ahead of this machine's.
    pub fn set_clock_ahead(&self, ahead: Duration) {
        let ahead = u64::try_from(ahead.as_millis()).unwrap_or(u64::MAX);
        self.clock_ahead_ms.store(ahead, Ordering::Relaxed);
    }

    /// Milliseconds since the start.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits; false when the emulator was stopped meanwhile.
    pub async fn wait(&self, duration: Duration) -> bool {
        if duration.is_zero() {
            return true;
        }
        tokio::select! {
            () = tokio::time::sleep(duration) => true,
            () = self.stopped.cancelled() => false,
        }
    }
}
