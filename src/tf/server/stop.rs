//! Terraform's Stop: cut short what runs, and serve what comes afterwards.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// Hands every call a token and cancels all that are out.
#[derive(Debug, Default)]
pub(super) struct StopSwitch {
    current: Mutex<CancellationToken>,
}

impl StopSwitch {
    /// The token of a call that begins now.
    pub(super) fn token(&self) -> CancellationToken {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Cancels every call under way; calls that begin later are not affected.
    pub(super) fn stop(&self) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *current).cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_cancels_what_runs_and_nothing_that_comes_later() {
        let switch = StopSwitch::default();
        let running = switch.token();
        switch.stop();
        assert!(running.is_cancelled());
        assert!(!switch.token().is_cancelled());
    }
}
