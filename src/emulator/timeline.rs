//! How a change becomes visible. Nothing runs in the background: every fact carries the time from which it holds, and whoever asks gives the
//! present. A change is accepted at once; the gateway *shows* `updating` a little later ([`Timing::status_lag`]) and is at rest again after
//! [`Timing::converge`]; what Describe shows follows after [`Timing::describe_lag`], which may be before or after that.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::duration::WrittenDuration;

/// How long things take, each counted from the moment a change was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Until the gateway is `active` again and takes the next change.
    pub converge: Duration,
    /// Until the gateway's status reads `updating`.
    pub status_lag: Duration,
    /// Until Describe shows the new attributes.
    pub describe_lag: Duration,
    /// As `converge`, after a certificate was deleted. Neither lag is longer than fits into it: the status reads `updating` for half
    /// of the time at least, and at its end the certificate is gone for everybody.
    pub converge_certs: Duration,
}

impl Timing {
    /// Until the status reads `updating` after a certificate was deleted.
    pub fn status_lag_of_certs(&self) -> Duration {
        self.status_lag.min(self.converge_certs / 2)
    }

    /// Until Describe no longer shows a certificate that was deleted.
    pub fn describe_lag_of_certs(&self) -> Duration {
        self.describe_lag.min(self.converge_certs)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            converge: Duration::from_secs(1),
            status_lag: Duration::from_millis(300),
            describe_lag: Duration::from_millis(300),
            converge_certs: Duration::from_millis(200),
        }
    }
}

/// Some of the times, as people write them; the others stay as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTiming {
    converge: Option<WrittenDuration>,
    status_lag: Option<WrittenDuration>,
    describe_lag: Option<WrittenDuration>,
    converge_certs: Option<WrittenDuration>,
}

impl WrittenTiming {
    /// What is written, and the rest of `otherwise`.
    pub fn over(&self, otherwise: Timing) -> Timing {
        let or = |written: Option<WrittenDuration>, duration| written.map_or(duration, |it| it.0);
        Timing {
            converge: or(self.converge, otherwise.converge),
            status_lag: or(self.status_lag, otherwise.status_lag),
            describe_lag: or(self.describe_lag, otherwise.describe_lag),
            converge_certs: or(self.converge_certs, otherwise.converge_certs),
        }
    }
}

impl From<Timing> for WrittenTiming {
    fn from(timing: Timing) -> Self {
        Self {
            converge: Some(WrittenDuration(timing.converge)),
            status_lag: Some(WrittenDuration(timing.status_lag)),
            describe_lag: Some(WrittenDuration(timing.describe_lag)),
            converge_certs: Some(WrittenDuration(timing.converge_certs)),
        }
    }
}

/// A change under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// When the status begins to read `updating`.
    shown_from: Instant,
    /// When it is over.
    until: Instant,
}

impl Busy {
    /// Busy from now on.
    pub fn new(now: Instant, status_lag: Duration, duration: Duration) -> Self {
        Self {
            shown_from: now + status_lag,
            until: now + duration,
        }
    }

    /// Whether the change is still under way: every other is refused.
    pub fn is_busy(&self, now: Instant) -> bool {
        now < self.until
    }

    /// Whether the status reads `updating`.
    pub fn is_shown(&self, now: Instant) -> bool {
        self.is_busy(now) && now >= self.shown_from
    }
}

/// A value whose readers lag behind the truth.
#[derive(Debug, Clone)]
pub struct Lagged<T> {
    truth: T,
    shown: T,
    pending: VecDeque<(Instant, T)>,
}

impl<T: Clone> Lagged<T> {
    /// The same for everybody.
    pub fn new(value: T) -> Self {
        Self {
            truth: value.clone(),
            shown: value,
            pending: VecDeque::new(),
        }
    }

    /// True now, shown from `visible_at` on (and not before what was to be shown earlier).
    pub fn change(&mut self, value: T, visible_at: Instant) {
        self.pending.retain(|(at, _)| *at < visible_at);
        self.pending.push_back((visible_at, value.clone()));
        self.truth = value;
    }

    /// An edit that everybody sees at once, also in what is yet to be shown.
    pub fn edit(&mut self, edit: impl Fn(&mut T)) {
        edit(&mut self.truth);
        edit(&mut self.shown);
        self.pending.iter_mut().for_each(|(_, value)| edit(value));
    }

    /// Lets what is due be shown.
    pub fn advance(&mut self, now: Instant) {
        while let Some((_, value)) = self.pending.pop_front_if(|(at, _)| *at <= now) {
            self.shown = value;
        }
    }

    /// What holds.
    pub fn truth(&self) -> &T {
        &self.truth
    }

    /// What Describe says.
    pub fn shown(&self) -> &T {
        &self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_status_lags_and_ends_with_the_change() {
        let start = Instant::now();
        let busy = Busy::new(start, SECOND, 3 * SECOND);
        for (after, is_busy, is_shown) in [
            (0, true, false),
            (1, true, true),
            (2, true, true),
            (3, false, false),
        ] {
            let now = start + after * SECOND;
            assert_eq!(
                (busy.is_busy(now), busy.is_shown(now)),
                (is_busy, is_shown),
                "after {after} s"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lag_longer_than_the_change_never_shows_it() {
        let start = Instant::now();
        let busy = Busy::new(start, 5 * SECOND, 3 * SECOND);
        assert!((0..9).all(|after| !busy.is_shown(start + after * SECOND)));
    }

    #[tokio::test(start_paused = true)]
    async fn readers_see_a_change_when_it_is_due() {
        let mut value = Lagged::new(1);
        value.change(2, Instant::now() + SECOND);
        value.advance(Instant::now());
        assert_eq!((*value.truth(), *value.shown()), (2, 1));
        tokio::time::advance(SECOND).await;
        value.advance(Instant::now());
        assert_eq!((*value.truth(), *value.shown()), (2, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_later_change_is_never_overtaken_by_an_earlier_one() {
        let now = Instant::now();
        let mut value = Lagged::new(1);
        value.change(2, now + 5 * SECOND);
        value.change(3, now + SECOND);
        value.advance(now + SECOND);
        assert_eq!(*value.shown(), 3);
        value.advance(now + 9 * SECOND);
        assert_eq!(*value.shown(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn an_edit_is_seen_at_once_and_stays() {
        let now = Instant::now();
        let mut value = Lagged::new((1, "old"));
        value.change((2, "old"), now + SECOND);
        value.edit(|(_, name)| *name = "new");
        assert_eq!(*value.shown(), (1, "new"));
        value.advance(now + SECOND);
        assert_eq!(*value.shown(), (2, "new"));
    }
}
