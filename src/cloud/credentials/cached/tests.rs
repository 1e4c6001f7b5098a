use std::collections::VecDeque;
use std::sync::Arc;

use tokio::time::{Instant, sleep};

use super::*;
use crate::cloud::secret::Secret;
use time::macros::datetime;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// The machine's time, on tokio's clock.
fn clock() -> Clock {
    let begun = Instant::now();
    Clock::new(move || datetime!(2026-01-01 00:00:00 UTC) + begun.elapsed())
}

/// What the next renewals bring, each after a while; afterwards an hour each, at once.
#[derive(Debug)]
struct Script {
    clock: Clock,
    outcomes: Mutex<VecDeque<(Duration, Result<Duration, &'static str>)>>,
    issued: AtomicU64,
}

#[async_trait]
impl Issuer for Arc<Script> {
    fn origin(&self) -> String {
        "the script".to_owned()
    }

    async fn issue(&self) -> Result<Issued, Error> {
        let next = self.outcomes.lock().unwrap().pop_front();
        let (after, outcome) = next.unwrap_or((Duration::ZERO, Ok(HOUR)));
        let number = self.issued.fetch_add(1, Ordering::SeqCst) + 1;
        sleep(after).await;
        let lasts = outcome.map_err(|reason| Error::Unusable {
            origin: self.origin(),
            reason: reason.to_owned(),
        })?;
        Ok(Issued {
            credentials: credentials(number),
            expiration: Some(self.clock.now() + lasts),
        })
    }
}

fn credentials(number: u64) -> Credentials {
    Credentials {
        access_key_id: format!("STS.{number}"),
        secret: Secret::new("hunter2"),
        security_token: Some(Secret::new("token3")),
    }
}

type Outcomes = Vec<(Duration, Result<Duration, &'static str>)>;

fn cached(outcomes: Outcomes) -> (Arc<Script>, Arc<Cached<Arc<Script>>>) {
    let script = Arc::new(Script {
        clock: clock(),
        outcomes: Mutex::new(outcomes.into()),
        issued: AtomicU64::new(0),
    });
    let cached = Cached::new(Arc::clone(&script), script.clock.clone());
    (script, Arc::new(cached))
}

async fn id(cached: &Cached<Arc<Script>>) -> String {
    cached.credentials().await.unwrap().access_key_id
}

#[tokio::test(start_paused = true)]
async fn credentials_are_kept_until_a_quarter_of_an_hour_before_their_end() {
    let (_, cached) = cached(vec![]);
    assert_eq!(id(&cached).await, "STS.1");
    sleep(45 * MINUTE - Duration::from_secs(1)).await;
    assert_eq!(id(&cached).await, "STS.1");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(id(&cached).await, "STS.2");
}

#[tokio::test(start_paused = true)]
async fn credentials_of_a_quarter_of_an_hour_serve_for_half_of_it() {
    let (_, cached) = cached(vec![(Duration::ZERO, Ok(15 * MINUTE))]);
    assert_eq!(id(&cached).await, "STS.1");
    sleep(7 * MINUTE).await;
    assert_eq!(id(&cached).await, "STS.1");
    sleep(MINUTE).await;
    assert_eq!(id(&cached).await, "STS.2");
}

#[tokio::test(start_paused = true)]
async fn a_hundred_who_ask_at_once_cause_one_renewal() {
    let (script, cached) = cached(vec![(Duration::from_secs(2), Ok(HOUR))]);
    let asking = (0..100).map(|_| id(&cached));
    let ids = futures_util::future::join_all(asking).await;
    assert!(ids.iter().all(|id| id == "STS.1"));
    assert_eq!(script.issued.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_who_were_refused_at_once_cause_one_renewal() {
    let (script, cached) = cached(vec![]);
    let refused = cached.credentials().await.unwrap();
    let refreshing = (0..100).map(|_| cached.refresh(&refused));
    for refreshed in futures_util::future::join_all(refreshing).await {
        assert_eq!(refreshed.unwrap().access_key_id, "STS.2");
    }
    // Who was refused with the old ones and comes late gets the new ones too.
    assert_eq!(
        cached.refresh(&refused).await.unwrap().access_key_id,
        "STS.2"
    );
    assert_eq!(script.issued.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_by_all_who_waited_for_it_and_not_remembered() {
    let (script, cached) = cached(vec![(Duration::from_secs(50), Err("no answer"))]);
    let begun = Instant::now();
    let asking = (0..100).map(|_| cached.credentials());
    for answer in futures_util::future::join_all(asking).await {
        let error = answer.unwrap_err().to_string();
        assert!(error.contains("no answer"), "{error}");
    }
    assert_eq!(begun.elapsed(), Duration::from_secs(50));
    assert_eq!(script.issued.load(Ordering::SeqCst), 1);
    assert_eq!(id(&cached).await, "STS.2");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_ahead_of_time_is_no_error_and_tried_again_a_minute_later() {
    let (script, cached) = cached(vec![
        (Duration::ZERO, Ok(HOUR)),
        (Duration::ZERO, Err("no answer")),
    ]);
    assert_eq!(id(&cached).await, "STS.1");
    sleep(50 * MINUTE).await;
    assert_eq!(id(&cached).await, "STS.1");
    assert_eq!(id(&cached).await, "STS.1");
    assert_eq!(script.issued.load(Ordering::SeqCst), 2);
    sleep(MINUTE).await;
    assert_eq!(id(&cached).await, "STS.3");
}

#[tokio::test(start_paused = true)]
async fn while_credentials_are_valid_a_slow_renewal_holds_up_nobody_else() {
    let (script, cached) = cached(vec![
        (Duration::ZERO, Ok(HOUR)),
        (Duration::from_secs(30), Ok(HOUR)),
    ]);
    assert_eq!(id(&cached).await, "STS.1");
    sleep(50 * MINUTE).await;
    let begun = Instant::now();
    let renewing = tokio::spawn({
        let cached = Arc::clone(&cached);
        async move { id(&cached).await }
    });
    sleep(Duration::from_millis(1)).await;
    assert_eq!(id(&cached).await, "STS.1");
    assert_eq!(begun.elapsed(), Duration::from_millis(1));
    assert_eq!(renewing.await.unwrap(), "STS.1");
    assert_eq!(begun.elapsed(), PATIENCE);
    assert_eq!(script.issued.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn who_renews_and_is_called_off_leaves_the_renewal_to_the_next() {
    let (script, cached) = cached(vec![(HOUR, Ok(HOUR)), (Duration::from_secs(1), Ok(HOUR))]);
    let first = tokio::spawn({
        let cached = Arc::clone(&cached);
        async move { id(&cached).await }
    });
    sleep(Duration::from_millis(1)).await;
    let second = tokio::spawn({
        let cached = Arc::clone(&cached);
        async move { id(&cached).await }
    });
    sleep(Duration::from_millis(1)).await;
    first.abort();
    assert_eq!(second.await.unwrap(), "STS.2");
    assert_eq!(script.issued.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn credentials_that_seem_to_have_ended_serve_for_a_minute_before_new_ones_are_asked_for() {
    // As when this machine's clock is an hour ahead.
    let (script, cached) = cached(vec![(Duration::ZERO, Ok(Duration::ZERO))]);
    assert_eq!(id(&cached).await, "STS.1");
    sleep(Duration::from_secs(59)).await;
    assert_eq!(id(&cached).await, "STS.1");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(id(&cached).await, "STS.2");
    assert_eq!(script.issued.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_does_not_print() {
    let (_, cached) = cached(vec![]);
    cached.credentials().await.unwrap();
    let printed = format!("{cached:?}");
    assert!(printed.contains("STS.1"));
    assert!(!printed.contains("hunter2") && !printed.contains("token3"));
}
