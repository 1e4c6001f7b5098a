//! The nonces of the last half hour: longer than a request's date is accepted, so that no request passes twice.

use std::collections::{HashSet, VecDeque};

use crate::emulator::error::{self, ApiError};

/// Twice the tolerance of the clock.
const KEPT_MS: u64 = 2 * super::CLOCK_TOLERANCE_MS;

/// What was used already.
#[derive(Debug, Default)]
pub struct Nonces {
    seen: HashSet<String>,
    by_age: VecDeque<(u64, String)>,
}

impl Nonces {
    /// Uses a nonce up.
    ///
    /// # Errors
    /// `SignatureNonceUsed`.
    pub fn take(&mut self, nonce: &str, unix_ms: u64) -> Result<(), ApiError> {
        while let Some((_, old)) = self
            .by_age
            .pop_front_if(|(taken, _)| taken.saturating_add(KEPT_MS) < unix_ms)
        {
            self.seen.remove(&old);
        }
        if !self.seen.insert(nonce.to_owned()) {
            return Err(error::SIGNATURE_NONCE_USED.into());
        }
        self.by_age.push_back((unix_ms, nonce.to_owned()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_once_in_half_an_hour() {
        let mut nonces = Nonces::default();
        assert_eq!(nonces.take("a", 0), Ok(()));
        assert_eq!(nonces.take("b", 0), Ok(()));
        assert_eq!(
            nonces.take("a", KEPT_MS).unwrap_err().code,
            "SignatureNonceUsed"
        );
        assert_eq!(nonces.take("a", KEPT_MS + 1), Ok(()));
    }
}
