//! Whether a call is sent again, and when: a pure decision.
//!
//! Waits grow geometrically and are fully jittered (anything between nothing and the growing bound), so that many callers that
//! were refused together do not come back together. Every budget is bounded in time, and in attempts but for one class: a call that is
//! refused for flow control has only come too early, mostly by our own doing, and is let through in its turn. A busy gateway is not
//! retried here: who made the change waits for the gateway itself.
//!
//! A connection that does not come about is a passing fault like others, where there was one before. Where there never was one the
//! endpoint may be wrong, which should show soon; but one connection that hangs says nothing yet.

use std::time::Duration;

use super::error::Class;

/// Attempts for an answer that cannot be read: a fault of the moment heals, another shape of the API does not.
const UNREADABLE_ATTEMPTS: u32 = 4;

/// How often and for how long. The default is for people who wait at a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The bound of the first wait; it doubles with every attempt.
    pub base: Duration,
    /// No bound grows beyond this.
    pub cap: Duration,
    /// How often a call is sent again. What flow control refused does not count.
    pub max_retries: u32,
    /// No attempt begins later than this after the first, waits for the [rate limiter](super::rate_limiter) left out.
    pub max_elapsed: Duration,
    /// Attempts in a row to reach what was never reached: a wrong endpoint should show soon. There is always a second one.
    pub unreached_attempts: u32,
    /// No third attempt to reach what was never reached begins later than this after the first in the row.
    pub unreached_elapsed: Duration,
    /// A longer wait than this is not taken from the cloud.
    pub longest_retry_after: Duration,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            base: Duration::from_millis(200),
            cap: Duration::from_secs(10),
            max_retries: 9,
            max_elapsed: Duration::from_secs(60),
            unreached_attempts: 3,
            unreached_elapsed: Duration::from_secs(3),
            longest_retry_after: Duration::from_secs(30),
        }
    }
}

/// What went wrong, as far as the decision needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error of this class.
    Class(Class),
    /// No connection came about.
    Unreachable,
    /// It went well, but the answer cannot be read.
    Unreadable,
}

/// The attempts up to now that found no connection, those in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable {
    /// How many, the last included.
    pub attempts: u32,
    /// Time since the first of them began.
    pub elapsed: Duration,
    /// Whether this process ever had a connection to where they went.
    pub was_reached: bool,
}

/// What the decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// How the last attempt ended.
    pub fault: Fault,
    /// Attempts made so far, the last included.
    pub attempt: u32,
    /// How many of them flow control refused.
    pub throttled: u32,
    /// Time since the first attempt began, without what was spent waiting for the rate limiter.
    pub elapsed: Duration,
    /// The last attempts, when they found no connection.
    pub unreachable: Option<Unreachable>,
    /// What the cloud asked to wait.
    pub retry_after: Option<Duration>,
    /// Whether the clock was corrected in this call already.
    pub clock_corrected: bool,
    /// Whether the credentials were refreshed in this call already.
    pub credentials_refreshed: bool,
    /// Between 0 and 1, different every time.
    pub random: f64,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send again after this wait, with a fresh nonce and, a change, under the same client token.
    Retry {
        /// How long to wait.
        after: Duration,
    },
    /// Correct the clock by the answer's date, then send again at once.
    CorrectClock,
    /// Refresh the credentials, then send again at once.
    RefreshCredentials,
    /// Sending again would not help.
    Final,
    /// Sending again might help, but it was done often or long enough.
    Exhausted,
}

impl Policy {
    /// The default, but for what a user says. Who says how often or how long is taken at the word, also where nothing was ever
    /// reached.
    pub fn new(max_retries: Option<u32>, max_elapsed: Option<Duration>) -> Policy {
        let policy = Policy::default();
        let attempts = max_retries.unwrap_or(policy.max_retries);
        let elapsed = max_elapsed.unwrap_or(policy.max_elapsed);
        let is_said = max_retries.is_some() || max_elapsed.is_some();
        let (unreached_attempts, unreached_elapsed) = match is_said {
            true => (attempts.saturating_add(1), elapsed),
            false => (policy.unreached_attempts, policy.unreached_elapsed),
        };
        Policy {
            max_retries: attempts,
            max_elapsed: elapsed,
            unreached_attempts,
            unreached_elapsed,
            ..policy
        }
    }

    /// What to do in this situation.
    pub fn decide(&self, situation: &Situation) -> Decision {
        // What was wrong before there was no connection says nothing of how soon there will be one.
        let row = situation
            .unreachable
            .map(|unreachable| unreachable.attempts);
        let backoff = self.backoff(row.unwrap_or(situation.attempt));
        let jittered = backoff.mul_f64(situation.random.clamp(0.0, 1.0));
        let after = match situation.fault {
            Fault::Unreachable | Fault::Unreadable => jittered,
            Fault::Class(class) => match class {
                // The first clash is chance; a second may be somebody replaying.
                Class::RetryNewNonce if situation.attempt == 1 => Duration::ZERO,
                // The rate limiter spaces out who was throttled.
                Class::Retry | Class::RetryNewNonce | Class::Throttle => jittered,
                // What was asked for is under way: coming back at once cannot help.
                Class::RetrySameToken => (backoff + jittered) / 2,
                Class::Clock if !situation.clock_corrected => return Decision::CorrectClock,
                Class::CredentialsRefresh if !situation.credentials_refreshed => {
                    return Decision::RefreshCredentials;
                }
                Class::Clock
                | Class::CredentialsRefresh
                | Class::Input
                | Class::Permission
                | Class::Credentials
                | Class::Payment
                | Class::Quota
                | Class::NotFound
                | Class::GatewayBusy
                | Class::Defect
                | Class::DryRunPassed
                | Class::Unknown => return Decision::Final,
            },
        };
        // Not before the time asked for, and those who were asked together not together.
        let after = match situation.retry_after {
            Some(asked) => {
                asked.min(self.longest_retry_after)
                    + self.base.mul_f64(situation.random.clamp(0.0, 1.0))
            }
            None => after,
        };
        let attempts = match situation.fault {
            Fault::Class(Class::Throttle) => u32::MAX,
            Fault::Unreadable => self.attempts().min(UNREADABLE_ATTEMPTS),
            Fault::Class(_) | Fault::Unreachable => self.attempts(),
        };
        let counted = situation.attempt.saturating_sub(situation.throttled);
        let is_over = counted >= attempts
            || situation.elapsed.saturating_add(after) > self.max_elapsed
            || situation
                .unreachable
                .is_some_and(|unreachable| self.seems_wrong(&unreachable, after));
        if is_over {
            Decision::Exhausted
        } else {
            Decision::Retry { after }
        }
    }

    /// How often a call is sent in all.
    fn attempts(&self) -> u32 {
        self.max_retries.saturating_add(1)
    }

    /// Whether an endpoint that could not be reached is not worth another attempt after this wait.
    fn seems_wrong(&self, unreachable: &Unreachable, after: Duration) -> bool {
        !unreachable.was_reached
            && unreachable.attempts > 1
            && (unreachable.attempts >= self.unreached_attempts
                || unreachable.elapsed.saturating_add(after) > self.unreached_elapsed)
    }

    /// The bound of the wait after this attempt.
    fn backoff(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn situation(fault: Fault, attempt: u32) -> Situation {
        Situation {
            fault,
            attempt,
            throttled: 0,
            elapsed: Duration::ZERO,
            unreachable: None,
            retry_after: None,
            clock_corrected: false,
            credentials_refreshed: false,
            random: 1.0,
        }
    }

    fn decide(situation: &Situation) -> Decision {
        Policy::default().decide(situation)
    }

    fn wait(situation: &Situation) -> Duration {
        match decide(situation) {
            Decision::Retry { after } => after,
            other => panic!("{other:?} for {situation:?}"),
        }
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits: Vec<u128> = (1..=8)
            .map(|attempt| wait(&situation(Fault::Class(Class::Retry), attempt)).as_millis())
            .collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 6400, 10000, 10000]);
    }

    #[test]
    fn waits_are_fully_jittered_but_for_what_is_under_way() {
        for (class, least) in [
            (Class::Retry, 0),
            (Class::Throttle, 0),
            (Class::RetrySameToken, 100),
        ] {
            let lucky = Situation {
                random: 0.0,
                ..situation(Fault::Class(class), 1)
            };
            assert_eq!(wait(&lucky), Duration::from_millis(least), "{class:?}");
        }
    }

    #[test]
    fn what_sending_again_cannot_help_is_final() {
        for class in [
            Class::Input,
            Class::Permission,
            Class::Credentials,
            Class::Payment,
            Class::Quota,
            Class::NotFound,
            Class::GatewayBusy,
            Class::Defect,
            Class::DryRunPassed,
            Class::Unknown,
        ] {
            assert_eq!(
                decide(&situation(Fault::Class(class), 1)),
                Decision::Final,
                "{class:?}"
            );
        }
    }

    #[test]
    fn a_used_nonce_is_replaced_at_once() {
        let nonce = Fault::Class(Class::RetryNewNonce);
        assert_eq!(wait(&situation(nonce, 1)), Duration::ZERO);
        assert!(wait(&situation(nonce, 2)) > Duration::ZERO);
    }

    #[test]
    fn the_clock_is_corrected_once_and_the_credentials_are_refreshed_once() {
        let clock = situation(Fault::Class(Class::Clock), 1);
        assert_eq!(decide(&clock), Decision::CorrectClock);
        let again = Situation {
            clock_corrected: true,
            ..clock
        };
        assert_eq!(decide(&again), Decision::Final);
        let expired = situation(Fault::Class(Class::CredentialsRefresh), 1);
        assert_eq!(decide(&expired), Decision::RefreshCredentials);
        let again = Situation {
            credentials_refreshed: true,
            ..expired
        };
        assert_eq!(decide(&again), Decision::Final);
    }

    #[test]
    fn the_wait_that_the_cloud_asks_for_is_kept_up_to_a_bound() {
        let asked = |ms| Situation {
            retry_after: Some(Duration::from_millis(ms)),
            random: 0.0,
            ..situation(Fault::Class(Class::Throttle), 1)
        };
        assert_eq!(wait(&asked(1500)), Duration::from_millis(1500));
        assert_eq!(wait(&asked(u64::MAX)), Duration::from_secs(30));
    }

    /// The last attempt of a call found no connection, nor did those before it in the row.
    fn unreachable(attempt: u32, row: u32, elapsed: u64, was_reached: bool) -> Situation {
        Situation {
            unreachable: Some(Unreachable {
                attempts: row,
                elapsed: Duration::from_secs(elapsed),
                was_reached,
            }),
            elapsed: Duration::from_secs(elapsed),
            ..situation(Fault::Unreachable, attempt)
        }
    }

    #[test]
    fn a_wrong_endpoint_shows_soon() {
        assert!(wait(&unreachable(2, 2, 0, false)) < Duration::from_secs(1));
        assert_eq!(decide(&unreachable(3, 3, 0, false)), Decision::Exhausted);
        assert_eq!(decide(&unreachable(2, 2, 10, false)), Decision::Exhausted);
    }

    #[test]
    fn who_says_how_often_or_how_long_is_taken_at_the_word() {
        assert_eq!(Policy::new(None, None), Policy::default());
        let last = Situation {
            random: 0.0,
            ..unreachable(9, 9, 59, false)
        };
        let retries = |policy: Policy| matches!(policy.decide(&last), Decision::Retry { .. });
        let minute = Duration::from_secs(60);
        assert!(retries(Policy::new(Some(9), None)));
        assert!(retries(Policy::new(None, Some(minute))));
        assert!(!retries(Policy::new(Some(8), None)));
        assert!(!retries(Policy::new(None, Some(minute / 2))));
        assert!(!retries(Policy::default()));
    }

    #[test]
    fn a_connection_that_hangs_once_is_tried_again_however_long_it_hung() {
        wait(&unreachable(1, 1, 5, false));
        wait(&unreachable(1, 1, 50, false));
    }

    #[test]
    fn an_endpoint_that_was_reached_before_has_the_whole_budget() {
        wait(&unreachable(9, 9, 45, true));
        assert_eq!(decide(&unreachable(10, 10, 0, true)), Decision::Exhausted);
        assert_eq!(decide(&unreachable(9, 9, 60, true)), Decision::Exhausted);
    }

    #[test]
    fn what_failed_otherwise_before_is_not_counted_as_unreachable() {
        wait(&unreachable(4, 1, 0, false));
        wait(&unreachable(5, 2, 0, false));
    }

    #[test]
    fn an_answer_that_stays_unreadable_is_not_asked_for_long() {
        assert_eq!(
            decide(&situation(Fault::Unreadable, 4)),
            Decision::Exhausted
        );
    }

    #[test]
    fn what_flow_control_refused_does_not_count_but_its_time_does() {
        let throttled = Situation {
            throttled: 500,
            random: 0.0,
            ..situation(Fault::Class(Class::Throttle), 501)
        };
        wait(&throttled);
        let busy = Situation {
            fault: Fault::Class(Class::Retry),
            ..throttled
        };
        wait(&busy);
        let too_often = Situation {
            attempt: 510,
            ..busy
        };
        assert_eq!(decide(&too_often), Decision::Exhausted);
        let too_long = Situation {
            elapsed: Duration::from_secs(61),
            ..throttled
        };
        assert_eq!(decide(&too_long), Decision::Exhausted);
    }

    #[test]
    fn who_wants_no_retries_gets_none() {
        let policy = Policy {
            max_retries: 0,
            ..Policy::default()
        };
        for fault in [
            Fault::Class(Class::Retry),
            Fault::Class(Class::RetrySameToken),
            Fault::Unreadable,
        ] {
            assert_eq!(policy.decide(&situation(fault, 1)), Decision::Exhausted);
        }
        for was_reached in [false, true] {
            let unreachable = unreachable(1, 1, 0, was_reached);
            assert_eq!(policy.decide(&unreachable), Decision::Exhausted);
        }
    }

    proptest! {
        #[test]
        fn no_budget_is_ever_exceeded(
            attempt in 1u32..=u32::MAX,
            max_retries in 0u32..200,
            max_elapsed in 1u64..300_000,
            elapsed in 0u64..200_000,
            retry_after in proptest::option::of(any::<u64>()),
            random in 0.0f64..=1.0,
            row in proptest::option::of((1u32..20, any::<bool>())),
            fault in prop_oneof![
                Just(Fault::Class(Class::Retry)), Just(Fault::Class(Class::Throttle)),
                Just(Fault::Class(Class::RetryNewNonce)), Just(Fault::Class(Class::RetrySameToken)),
                Just(Fault::Unreachable), Just(Fault::Unreadable),
            ],
        ) {
            let policy = Policy {
                max_retries,
                max_elapsed: Duration::from_millis(max_elapsed),
                ..Policy::default()
            };
            let elapsed = Duration::from_millis(elapsed);
            let situation = Situation {
                elapsed,
                unreachable: row.map(|(attempts, was_reached)| Unreachable { attempts, elapsed, was_reached }),
                retry_after: retry_after.map(Duration::from_millis),
                random,
                ..situation(fault, attempt)
            };
            if let Decision::Retry { after } = policy.decide(&situation) {
                prop_assert!(fault == Fault::Class(Class::Throttle) || attempt <= max_retries);
                prop_assert!(elapsed + after <= policy.max_elapsed);
            }
        }
    }
}
