//! How many calls a second the cloud takes from this process, as its refusals tell. Pure: times go in, permits and waits come
//! out.
//!
//! Nothing is limited before the first refusal for flow control. It opens a token bucket whose rate follows the cubic curve of
//! TCP (RFC 9438) and of the adaptive mode of AWS's SDKs: cut to seven tenths of what the cloud took in the second before, soon
//! back near there, lingering, then ever faster, to find out whether more is taken by now. A limit that is no more is so
//! forgotten within seconds.
//!
//! Many calls under way meet the same limit together. They are one message, not many: who was sent before the cut and is refused after it
//! changes nothing, and who was sent before it and is taken after it corrects what the cloud is thought to take.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// What a refusal leaves of the rate.
const CUT: f64 = 0.7;
/// How fast the rate grows, in calls a second per second cubed.
const GROWTH: f64 = 0.4;
/// The cloud is thought to take at least so many calls a second: who asks less often does not learn that it takes more.
const LEAST: f64 = 1.0;
/// What the cloud takes is counted over this time.
const WINDOW: Duration = Duration::from_secs(1);
/// No more of what was taken is remembered: more in a window is no different from this.
const REMEMBERED: usize = 4096;

/// What is known of the cloud's flow control.
#[derive(Debug, Default)]
pub struct RateLimit {
    /// When the calls that were taken had been sent, in the order of their answers; little more than a window's.
    taken: VecDeque<Instant>,
    /// None while nothing was ever refused.
    bucket: Option<Bucket>,
}

/// The pace since the last cut.
#[derive(Debug)]
struct Bucket {
    cut_at: Instant,
    /// How many of the calls that were sent in the window before the cut were taken.
    taken: f64,
    /// What they may be taken for at most: the rate before the cut.
    most: f64,
    tokens: f64,
    filled_at: Instant,
}

impl RateLimit {
    /// Takes a permit for one call, or says how long to wait before asking again.
    ///
    /// # Errors
    ///
    /// The wait, which is above zero.
    pub fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        self.bucket
            .as_mut()
            .map_or(Ok(()), |bucket| bucket.admit(now))
    }

    /// Whether a call would have to wait for others that wait.
    pub fn is_limited(&self) -> bool {
        self.bucket.is_some()
    }

    /// A call that was sent at `sent` passed the flow control, whatever became of it then.
    pub fn taken(&mut self, sent: Instant) {
        if let Some(bucket) = &mut self.bucket {
            bucket.taken_late(sent);
        }
        let is_over = |taken: &mut Instant| *taken + WINDOW <= sent;
        while self.taken.pop_front_if(is_over).is_some() {}
        self.taken.push_back(sent);
        if self.taken.len() > REMEMBERED {
            self.taken.pop_front();
        }
    }

    /// A call that was sent at `sent` was refused for flow control, as is known `now`.
    pub fn refused(&mut self, sent: Instant, now: Instant) {
        let most = match &self.bucket {
            Some(bucket) if sent <= bucket.cut_at => return,
            Some(bucket) => bucket.rate(now),
            None => f64::INFINITY,
        };
        let in_window = |taken: &&Instant| **taken + WINDOW > now;
        let taken = self.taken.iter().filter(in_window).count();
        self.bucket = Some(Bucket {
            cut_at: now,
            taken: u32::try_from(taken).map_or(f64::INFINITY, f64::from),
            most,
            tokens: 0.0,
            filled_at: now,
        });
    }

    /// Calls a second at this time; infinite when nothing is limited.
    pub fn rate(&self, now: Instant) -> f64 {
        self.bucket
            .as_ref()
            .map_or(f64::INFINITY, |bucket| bucket.rate(now))
    }
}

impl Bucket {
    /// The rate at which the cloud refused.
    fn ceiling(&self) -> f64 {
        self.taken.min(self.most).max(LEAST)
    }

    /// How long after the cut the rate is at its ceiling again, in seconds.
    fn recovery(&self) -> f64 {
        (self.ceiling() * (1.0 - CUT) / GROWTH).cbrt()
    }

    /// Seconds since the ceiling was reached; before that below zero.
    fn beyond(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.cut_at).as_secs_f64() - self.recovery()
    }

    fn rate(&self, now: Instant) -> f64 {
        self.ceiling() + GROWTH * self.beyond(now).powi(3)
    }

    fn fill(&mut self, now: Instant) {
        let (from, to) = (self.beyond(self.filled_at), self.beyond(now));
        // The integral of the rate.
        let filled = self.ceiling() * (to - from) + GROWTH / 4.0 * (to.powi(4) - from.powi(4));
        // A second's worth may be saved up, as it may in the cloud.
        let room = self.rate(now).max(1.0);
        self.tokens = (self.tokens + filled.max(0.0)).min(room);
        self.filled_at = self.filled_at.max(now);
    }

    fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        self.fill(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        // The rate only grows: by then there is a token. Never zero, or who waits would spin.
        let wait = Duration::from_secs_f64((1.0 - self.tokens) / self.rate(now));
        Err(wait.max(Duration::from_millis(1)))
    }

    /// A call from before the cut was taken after all.
    fn taken_late(&mut self, sent: Instant) {
        if sent <= self.cut_at && sent + WINDOW > self.cut_at {
            self.taken += 1.0;
        }
    }
}

#[cfg(test)]
mod tests;
