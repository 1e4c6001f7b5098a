use proptest::prelude::*;

use super::*;

/// A cloud that takes so many calls a second, after as many at once. What it refuses costs nothing.
struct Cloud {
    limit: f64,
    left: f64,
    counted_at: Instant,
}

impl Cloud {
    fn takes(&mut self, now: Instant) -> bool {
        let elapsed = now.duration_since(self.counted_at).as_secs_f64();
        self.left = (self.left + elapsed * self.limit).min(self.limit);
        self.counted_at = now;
        let takes = self.left >= 1.0;
        if takes {
            self.left -= 1.0;
        }
        takes
    }
}

/// What a run came to.
#[derive(Debug)]
struct Run {
    seconds: f64,
    refusals: u32,
}

/// `calls` calls, `parallel` of them at a time, each answered after `latency`. Who is refused queues again after a back-off.
fn run(limit: u32, calls: u32, parallel: u32, latency: Duration) -> Run {
    let start = Instant::now();
    let mut cloud = Cloud {
        limit: f64::from(limit),
        left: f64::from(limit),
        counted_at: start,
    };
    let mut pace = RateLimit::default();
    let (mut now, mut done, mut refusals) = (start, 0, 0);
    let mut to_begin = calls;
    // When each who wants to send wants to, and when each answer arrives: sent at, and whether it was taken.
    let mut waiting: VecDeque<Instant> = VecDeque::new();
    let mut answers: VecDeque<(Instant, Instant, bool)> = VecDeque::new();
    for _ in 0..parallel.min(calls) {
        waiting.push_back(start);
        to_begin -= 1;
    }
    while done < calls {
        let mut next = None;
        let mut sooner = |at: Instant| next = Some(next.map_or(at, |next: Instant| next.min(at)));
        while let Some(&(at, sent, taken)) = answers.front() {
            if at > now {
                sooner(at);
                break;
            }
            answers.pop_front();
            if taken {
                pace.taken(sent);
                done += 1;
                if to_begin > 0 {
                    to_begin -= 1;
                    waiting.push_back(now);
                }
            } else {
                pace.refused(sent, now);
                refusals += 1;
                waiting.push_back(now + Duration::from_millis(100));
            }
        }
        while let Some(&wants) = waiting.front() {
            if wants > now {
                sooner(wants);
                break;
            }
            match pace.admit(now) {
                Ok(()) => {
                    waiting.pop_front();
                    answers.push_back((now + latency, now, cloud.takes(now)));
                    sooner(now + latency);
                }
                Err(wait) => {
                    sooner(now + wait);
                    break;
                }
            }
        }
        now = next.map_or(now, |next| next.max(now + Duration::from_micros(100)));
    }
    Run {
        seconds: now.duration_since(start).as_secs_f64(),
        refusals,
    }
}

/// What the cloud's limit alone dictates.
fn ideal(limit: u32, calls: u32) -> f64 {
    f64::from(calls.saturating_sub(limit)) / f64::from(limit)
}

#[test]
fn the_rate_settles_close_to_the_clouds_limit() {
    // Two calls each for 200 certificates, of which 50 are made at a time.
    let run = run(20, 400, 50, Duration::from_millis(20));
    assert!(run.seconds <= 1.15 * ideal(20, 400), "{run:?}");
    assert!(run.refusals <= 60, "{run:?}");
}

#[test]
fn a_refusal_cuts_to_seven_tenths_of_what_was_taken_and_the_rate_comes_back() {
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let mut pace = RateLimit::default();
    assert_eq!(pace.rate(start), f64::INFINITY);
    for call in 0..20 {
        pace.taken(at(call * 40));
    }
    pace.refused(at(800), at(850));
    let rate = |milliseconds: u64| (pace.rate(at(850 + milliseconds)) * 10.0).round() / 10.0;
    assert_eq!(rate(0), 14.0);
    assert_eq!(rate(1_000), 18.7);
    assert_eq!(rate(2_466), 20.0);
    assert_eq!(rate(4_000), 21.4);
    assert!(rate(12_000) > 300.0, "a limit that is no more is forgotten");
}

#[test]
fn calls_that_were_under_way_together_are_one_message() {
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let mut pace = RateLimit::default();
    // Of 50 sent at once the first answer is a refusal; of the others 20 were taken.
    pace.refused(start, at(5));
    assert_eq!(pace.rate(at(5)), CUT * LEAST);
    for _ in 0..20 {
        pace.taken(start);
    }
    for _ in 0..29 {
        pace.refused(start, at(9));
    }
    assert_eq!(pace.rate(at(5)).round(), 14.0);
    // The next refusal is news.
    pace.refused(at(200), at(210));
    assert!(pace.rate(at(210)) < 12.0);
}

#[test]
fn what_was_taken_is_not_remembered_beyond_its_time() {
    let start = Instant::now();
    let mut pace = RateLimit::default();
    for call in 0..10_000 {
        pace.taken(start + Duration::from_millis(call));
    }
    assert!(pace.taken.len() <= 1_000);
    for _ in 0..10_000 {
        pace.taken(start + Duration::from_secs(10));
    }
    assert!(pace.taken.len() <= REMEMBERED);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_limit_the_work_is_done_near_its_time(
        limit in 2u32..=100,
        parallel in 1u32..=60,
        latency in 1u64..=50,
    ) {
        let calls = limit * 15;
        let latency = Duration::from_millis(latency);
        let run = run(limit, calls, parallel, latency);
        let alone = f64::from(calls) / f64::from(parallel) * latency.as_secs_f64();
        let dictated = ideal(limit, calls).max(alone);
        prop_assert!(run.seconds <= 1.25 * dictated + 1.0, "{run:?} instead of {dictated}");
        prop_assert!(run.refusals <= calls / 5 + parallel, "{run:?}");
    }

    /// Whatever happens in whatever order: no panic, no rate below the least, no wait of zero or without an end.
    #[test]
    fn no_history_stops_a_process(events in proptest::collection::vec((0u8..3, 0u64..5_000, 0u64..3_000), 1..200)) {
        let mut now = Instant::now();
        let mut pace = RateLimit::default();
        for (event, passes, ago) in events {
            now += Duration::from_millis(passes);
            let sent = now.checked_sub(Duration::from_millis(ago)).unwrap_or(now);
            match event {
                0 => pace.taken(sent),
                1 => pace.refused(sent, now),
                _ => if let Err(wait) = pace.admit(now) {
                    prop_assert!(wait >= Duration::from_millis(1));
                    prop_assert!(wait <= Duration::from_secs(2), "{wait:?}");
                },
            }
            prop_assert!(pace.rate(now) >= CUT * LEAST - 1e-9);
        }
    }
}
