//! What the API and the control endpoint share: the state behind one lock that is never held across a wait, the clocks, and the stop.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::authentication::{AccessKey, Nonces};
use super::calls::Calls;
use super::client_tokens::ClientTokens;
use super::faults::Faults;
use super::operations::Moment;
use super::policy::Policy;
use super::state_file::{Account, Keeper, StateFileError};
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
    rules: Rules,
    keeper: Option<Keeper>,
    started: Moment,
    /// Milliseconds to add to this machine's time.
    clock_ahead_ms: AtomicU64,
    stopped: CancellationToken,
    /// Why it stopped by itself.
    failure: Mutex<Option<StateFileError>>,
}

/// What never changes while an emulator runs.
#[derive(Debug)]
pub struct Rules {
    /// The pairs that are accepted.
    pub access_keys: Vec<AccessKey>,
    /// What all callers may do; everything without one.
    pub policy: Option<Policy>,
    /// Where gateways are unless said otherwise.
    pub region_id: String,
    /// Whether the account is that of an earlier run.
    pub is_continued: bool,
}

impl Service {
    /// Starts the clock.
    pub fn new(
        state: State,
        rules: Rules,
        keeper: Option<Keeper>,
        stopped: CancellationToken,
    ) -> Self {
        Self {
            state: Mutex::new(state),
            rules,
            keeper,
            started: Moment::now(),
            clock_ahead_ms: AtomicU64::new(0),
            stopped,
            failure: Mutex::new(None),
        }
    }

    /// The state, for as long as the guard lives. A panic elsewhere does not take it away.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What never changes.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The region to point a client at, so that it finds gateways: the one that was named, unless they are all elsewhere.
    pub fn region_with_gateways(&self) -> String {
        let named = &self.rules.region_id;
        let state = self.lock();
        let mut regions = state.world.gateways_at_rest().map(|it| &it.region_id);
        let first = regions.next();
        let is_there = first == Some(named) || regions.any(|region| region == named);
        first.filter(|_| !is_there).unwrap_or(named).clone()
    }

    /// When it started.
    pub fn started(&self) -> Moment {
        self.started
    }

    /// The present, by the account's clock.
    pub fn now(&self) -> Moment {
        let now = Moment::now();
        Moment {
            unix_ms: now
                .unix_ms
                .saturating_add(self.clock_ahead_ms.load(Ordering::Relaxed)),
            ..now
        }
    }

    /// From here on the account's clock is so far ahead of this machine's.
    pub fn set_clock_ahead(&self, ahead: Duration) {
        let ahead = u64::try_from(ahead.as_millis()).unwrap_or(u64::MAX);
        self.clock_ahead_ms.store(ahead, Ordering::Relaxed);
    }

    /// Milliseconds since the start.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.instant.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns when what is true now is in the state file, if there is one. When it cannot be written the emulator ends, so that what is in
    /// the file stays what was answered.
    pub async fn keep(&self) {
        let Some(keeper) = &self.keeper else {
            return;
        };
        if let Err(error) = keeper.keep(|| Account::of(&self.lock())).await {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(error);
            self.stopped.cancel();
        }
    }

    /// Why it stopped by itself, if it did.
    pub fn take_failure(&self) -> Option<StateFileError> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.take()
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
