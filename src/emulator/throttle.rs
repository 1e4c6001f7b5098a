//! User flow control: so many calls a second, after a burst of as many. A call that is refused costs nothing.

use std::num::NonZeroU32;

use tokio::time::Instant;

/// A bucket that holds a second's worth of calls.
#[derive(Debug)]
pub struct Throttle {
    calls_per_second: f64,
    /// Calls that may be made at once.
    left: f64,
    counted_at: Instant,
}

impl Throttle {
    /// A full bucket.
    pub fn new(calls_per_second: NonZeroU32, now: Instant) -> Self {
        let calls_per_second = f64::from(calls_per_second.get());
        Self {
            calls_per_second,
            left: calls_per_second,
            counted_at: now,
        }
    }

    /// Whether a call may be made now, which it then counts.
    pub fn admits(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.counted_at);
        self.left =
            (self.left + elapsed.as_secs_f64() * self.calls_per_second).min(self.calls_per_second);
        self.counted_at = now;
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_admitted_and_then_the_rate() {
        let start = Instant::now();
        let mut throttle = Throttle::new(NonZeroU32::new(20).unwrap(), start);
        let admitted =
            |throttle: &mut Throttle, now| (0..100).filter(|_| throttle.admits(now)).count();
        assert_eq!(admitted(&mut throttle, start), 20);
        assert_eq!(
            admitted(&mut throttle, start + Duration::from_millis(260)),
            5
        );
        assert_eq!(admitted(&mut throttle, start + Duration::from_secs(60)), 20);
    }
}
