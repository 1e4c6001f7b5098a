//! Whether a call is sent again, and when: a pure decision.
//!
//! Waits grow geometrically and are fully jittered (anything between nothing and the growing bound), so that many callers that
//! were refused together do not come back together. Every budget is bounded in time, and in attempts but for one class: a call that is
//! refused for flow control has only come too early, mostly by our own doing, and is let through in its turn. A busy gateway is not
//! retried here: who made the change waits for the gateway itself.

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
    /// Attempts in all when there is no connection: a wrong endpoint should show soon.
    pub unreachable_attempts: u32,
    /// No attempt for want of a connection begins later than this after the first.
    pub unreachable_elapsed: Duration,
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
            unreachable_attempts: 3,
            unreachable_elapsed: Duration::from_secs(3),
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
    /// What to do in this situation.
    pub fn decide(&self, situation: &Situation) -> Decision {
        let backoff = self.backoff(situation.attempt);
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
        let all = self.max_retries.saturating_add(1);
        let (attempts, elapsed) = match situation.fault {
            Fault::Class(Class::Throttle) => (u32::MAX, self.max_elapsed),
            Fault::Class(_) => (all, self.max_elapsed),
            Fault::Unreadable => (all.min(UNREADABLE_ATTEMPTS), self.max_elapsed),
            Fault::Unreachable => (
                all.min(self.unreachable_attempts),
                self.max_elapsed.min(self.unreachable_elapsed),
            ),
        };
        let counted = situation.attempt.saturating_sub(situation.throttled);
        if counted >= attempts || situation.elapsed.saturating_add(after) > elapsed {
            Decision::Exhausted
        } else {
            Decision::Retry { after }
        }
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

    #[test]
    fn a_wrong_endpoint_shows_within_seconds() {
        assert!(wait(&situation(Fault::Unreachable, 2)) < Duration::from_secs(1));
        assert_eq!(
            decide(&situation(Fault::Unreachable, 3)),
            Decision::Exhausted
        );
        let slow = Situation {
            elapsed: Duration::from_secs(5),
            ..situation(Fault::Unreachable, 1)
        };
        assert_eq!(decide(&slow), Decision::Exhausted);
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
            Fault::Unreachable,
            Fault::Unreadable,
        ] {
            assert_eq!(policy.decide(&situation(fault, 1)), Decision::Exhausted);
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
