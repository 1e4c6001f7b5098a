//! What time it is for the cloud: requests carry a date, and one that is off by more than a quarter of an hour is refused.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

/// The machine's clock with a correction learnt from the cloud's own, shared by all calls of a client.
#[derive(Clone)]
pub struct Clock {
    machine: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    /// Seconds to add to the machine's time.
    skew: Arc<AtomicI64>,
}

impl Clock {
    /// A clock over another source of time than the machine's.
    pub fn new(machine: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Clock {
        Clock {
            machine: Arc::new(machine),
            skew: Arc::new(AtomicI64::new(0)),
        }
    }

    /// The time, corrected.
    pub fn now(&self) -> OffsetDateTime {
        let machine = (self.machine)();
        machine
            .checked_add(Duration::seconds(self.skew.load(Ordering::Relaxed)))
            .unwrap_or(machine)
    }

    /// From here on, `server_time` is what it is now.
    pub fn correct(&self, server_time: OffsetDateTime) {
        let skew = (server_time - (self.machine)()).whole_seconds();
        self.skew.store(skew, Ordering::Relaxed);
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::new(OffsetDateTime::now_utc)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock(skew {} s)", self.skew.load(Ordering::Relaxed))
    }
}

/// The time in an HTTP `Date` header, `None` when it is not one.
pub fn parse_http_date(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_corrected_clock_runs_on_from_the_servers_time() {
        let clock = Clock::new(|| datetime!(2026-01-01 00:00:00 UTC));
        let server = parse_http_date("Thu, 01 Jan 2026 01:00:05 GMT").unwrap();
        clock.correct(server);
        assert_eq!(clock.now(), datetime!(2026-01-01 01:00:05 UTC));
    }

    #[test]
    fn what_is_no_date_is_none() {
        assert_eq!(parse_http_date("yesterday"), None);
        assert_eq!(parse_http_date(""), None);
    }
}
