//! One gateway at a time: changes of a gateway take turns, and all who wait for it share what anyone sees of it.
//!
//! There is no background task. Whoever is due first looks, and everybody who waits hears of it and counts it as a look of
//! their own; so N who wait make about as many calls as one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OnceCell, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::cloud::error::Error;
use crate::cloud::vpc::VpnGateway;

/// The time between two looks grows with the time waited, within these bounds.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long to pause before the next look: a tenth of the time already waited, so that what is added to the cloud's own time
/// is at most a tenth, and the number of calls grows with the logarithm of the wait.
pub fn pause(waited: Duration) -> Duration {
    (waited / 10).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

type ByRegionAndId<T> = Mutex<HashMap<(String, String), T>>;

/// The gateways that somebody is changing or waiting for.
#[derive(Debug, Default)]
pub struct Gateways {
    in_use: ByRegionAndId<Weak<Gateway>>,
    /// The gateway's ID by the server's: a server never moves.
    of_servers: ByRegionAndId<Arc<OnceCell<String>>>,
}

impl Gateways {
    /// The gateway, the same one for all who hold it at a time.
    pub fn get(&self, region: &str, id: &str) -> Arc<Gateway> {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.retain(|_, gateway| gateway.strong_count() > 0);
        let key = (region.to_owned(), id.to_owned());
        if let Some(gateway) = in_use.get(&key).and_then(Weak::upgrade) {
            return gateway;
        }
        let gateway = Arc::new(Gateway {
            region: region.to_owned(),
            id: id.to_owned(),
            turn: Arc::default(),
            pace: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
            sightings: watch::Sender::new(None),
        });
        in_use.insert(key, Arc::downgrade(&gateway));
        gateway
    }

    /// The gateway that carries a server; `None` where there is no such server. `describe`, which ends when `cancel` fires, gives its
    /// ID, and is asked once a process however many want to know.
    ///
    /// # Errors
    /// That of `describe`; whoever wants to know next asks again. [`Error::Cancelled`] of whom is called off while another asks.
    pub async fn of_server(
        &self,
        region: &str,
        server_id: &str,
        describe: impl Future<Output = Result<Option<String>, Error>>,
        cancel: &CancellationToken,
    ) -> Result<Option<Arc<Gateway>>, Error> {
        let known = {
            let mut of_servers = self
                .of_servers
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let key = (region.to_owned(), server_id.to_owned());
            Arc::clone(of_servers.entry(key).or_default())
        };
        let ask = async || describe.await.map_err(Some)?.ok_or(None);
        let known = tokio::select! {
            biased;
            known = known.get_or_try_init(ask) => known,
            // Another asks, for as long as that one has time.
            () = cancel.cancelled() => Err(Some(Error::Cancelled {
                operation: "DescribeSslVpnServers",
                sent: false,
                last: None,
            })),
        };
        match known {
            Ok(id) => Ok(Some(self.get(region, id))),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }
}

/// A gateway that somebody is changing or waiting for.
#[derive(Debug)]
pub struct Gateway {
    region: String,
    id: String,
    turn: Arc<RwLock<()>>,
    pace: Mutex<Pace>,
    looking: tokio::sync::Mutex<()>,
    sightings: watch::Sender<Option<Sighting>>,
}

/// What those who have the turn tell the next one.
#[derive(Debug, Default)]
struct Pace {
    /// When the last change was accepted.
    accepted: Option<Instant>,
    /// Whether one was refused because of the one before it.
    keeps_busy: bool,
}

/// What somebody saw of a gateway.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// When the call began: the gateway was so at this moment or later.
    pub began: Instant,
    /// The gateway; `None` when it does not exist.
    pub gateway: Option<Arc<VpnGateway>>,
}

impl Gateway {
    /// The gateway's ID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The gateway's region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Waits for the turn to change the gateway, alone; it lasts until the guard is dropped.
    pub async fn turn(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.turn).write_owned().await
    }

    /// Waits for a turn that others may have at the same time, but nobody alone.
    pub async fn turn_beside(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.turn).read_owned().await
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the change that has the turn is worth sending: at once, unless the changes before it were seen to keep the gateway busy.
    pub fn due(&self) -> Option<Instant> {
        let pace = self.pace();
        let accepted = pace.accepted.filter(|_| pace.keeps_busy)?;
        Some(accepted + SHORTEST_PAUSE)
    }

    /// The change that has the turn was accepted.
    pub fn accepted(&self) {
        self.pace().accepted = Some(Instant::now());
    }

    /// The change that has the turn was refused as soon as it was sent.
    pub fn refused(&self) {
        let mut pace = self.pace();
        pace.keeps_busy |= pace.accepted.is_some();
    }

    /// Watches the gateway from now on: what was seen earlier does not count.
    pub fn watch(self: &Arc<Self>) -> Watch {
        Watch {
            gateway: Arc::clone(self),
            since: Instant::now(),
            last: None,
            sightings: self.sightings.subscribe(),
        }
    }

    /// Looks, unless somebody has since `due`, and tells all who wait.
    async fn look(
        &self,
        due: Instant,
        describe: impl Future<Output = Result<Option<VpnGateway>, Error>>,
        cancel: &CancellationToken,
    ) -> Result<Sighting, Error> {
        let stopped = || Error::Cancelled {
            operation: "DescribeVpnGateway",
            sent: false,
            last: None,
        };
        let _looking = cancel
            .run_until_cancelled(self.looking.lock())
            .await
            .ok_or_else(stopped)?;
        let latest = self.sightings.borrow().clone();
        if let Some(latest) = latest.filter(|latest| latest.began >= due) {
            return Ok(latest);
        }
        let began = Instant::now();
        let gateway = describe.await?;
        let sighting = Sighting {
            began,
            gateway: gateway.map(Arc::new),
        };
        self.sightings.send_replace(Some(sighting.clone()));
        Ok(sighting)
    }
}

/// Somebody's wait for a gateway.
#[derive(Debug)]
pub struct Watch {
    gateway: Arc<Gateway>,
    since: Instant,
    last: Option<Instant>,
    sightings: watch::Receiver<Option<Sighting>>,
}

impl Watch {
    /// How long this wait has lasted.
    pub fn waited(&self) -> Duration {
        self.since.elapsed()
    }

    /// Takes in that the gateway has just refused a change as busy, which is a look: the next one waits its time. That counts from
    /// the change of ours that made it busy, if there was one.
    pub fn refused(&mut self) {
        let now = Instant::now();
        self.last = Some(match self.last {
            None => self.gateway.pace().accepted.unwrap_or(now),
            Some(_) => now,
        });
    }

    /// How long after the wait began a sighting began.
    pub fn since(&self, sighting: &Sighting) -> Duration {
        sighting.began.saturating_duration_since(self.since)
    }

    /// The next sighting: at once the first time, then as [`pause`] says, or earlier when another looks earlier.
    ///
    /// `describe` asks for the gateway; it is begun only when nobody else's look serves.
    pub async fn next(
        &mut self,
        describe: impl Future<Output = Result<Option<VpnGateway>, Error>>,
        cancel: &CancellationToken,
    ) -> Result<Sighting, Error> {
        let due = self.last.map_or(self.since, |last| {
            last + pause(last.saturating_duration_since(self.since))
        });
        loop {
            tokio::select! {
                biased;
                // The look that follows says so.
                () = cancel.cancelled() => break,
                () = sleep_until(due) => break,
                changed = self.sightings.changed() => {
                    // The gateway holds the sender, and this wait holds the gateway.
                    if changed.is_err() { break }
                    let seen = self.sightings.borrow_and_update().clone();
                    let news = |seen: &Sighting| seen.began >= self.since && self.last.is_none_or(|last| seen.began > last);
                    if let Some(seen) = seen.filter(news) {
                        self.last = Some(seen.began);
                        return Ok(seen);
                    }
                }
            }
        }
        let sighting = self.gateway.look(due, describe, cancel).await;
        // A failed look was a look too: the next one waits its time.
        self.last = Some(
            sighting
                .as_ref()
                .map_or_else(|_| Instant::now(), |sighting| sighting.began),
        );
        sighting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn a_pause_is_a_tenth_of_the_wait_within_bounds() {
        for (waited, expected) in [
            (0, 200),
            (1_000, 200),
            (2_000, 200),
            (5_000, 500),
            (60_000, 6_000),
            (100_000, 10_000),
            (600_000, 10_000),
        ] {
            assert_eq!(
                pause(Duration::from_millis(waited)),
                Duration::from_millis(expected),
                "after {waited} ms"
            );
        }
    }

    #[test]
    fn all_who_hold_a_gateway_hold_the_same_one_and_nobody_else_keeps_it() {
        let gateways = Gateways::default();
        let one = gateways.get("cn-hangzhou", "vpn-1");
        assert!(Arc::ptr_eq(&one, &gateways.get("cn-hangzhou", "vpn-1")));
        assert!(!Arc::ptr_eq(&one, &gateways.get("cn-shanghai", "vpn-1")));
        drop(one);
        gateways.get("cn-hangzhou", "vpn-2");
        assert_eq!(gateways.in_use.lock().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn changes_that_keep_the_gateway_busy_are_sent_with_a_pause_and_others_at_once() {
        let gateway = Gateways::default().get("cn-hangzhou", "vpn-1");
        gateway.refused();
        gateway.accepted();
        assert_eq!(gateway.due(), None, "somebody else's change kept it busy");
        gateway.refused();
        gateway.accepted();
        let accepted = Instant::now();
        tokio::time::advance(Duration::from_millis(50)).await;
        assert_eq!(gateway.due(), Some(accepted + SHORTEST_PAUSE));
    }

    #[tokio::test]
    async fn some_have_a_turn_beside_each_other_and_one_alone() {
        let gateway = Gateways::default().get("cn-hangzhou", "vpn-1");
        let (one, other) = (gateway.turn_beside().await, gateway.turn_beside().await);
        let mut alone = std::pin::pin!(gateway.turn());
        assert!((&mut alone).now_or_never().is_none());
        // Who comes after it does not overtake it.
        let mut late = std::pin::pin!(gateway.turn_beside());
        assert!((&mut late).now_or_never().is_none());
        drop((one, other));
        let alone = alone.await;
        assert!((&mut late).now_or_never().is_none());
        drop(alone);
        late.await;
    }

    #[tokio::test]
    async fn the_gateway_of_a_server_is_asked_for_once_and_again_only_while_it_is_not_known() {
        let (gateways, asked) = (Gateways::default(), Mutex::new(0));
        let cancel = CancellationToken::new();
        let ask = |answer: Result<Option<&str>, Error>| {
            let answer = answer.map(|id| id.map(str::to_owned));
            let describe = async {
                *asked.lock().unwrap() += 1;
                tokio::task::yield_now().await;
                answer
            };
            gateways.of_server("cn-hangzhou", "vss-1", describe, &cancel)
        };
        let stopped = Error::Cancelled {
            operation: "DescribeSslVpnServers",
            sent: false,
            last: None,
        };
        assert_eq!(ask(Err(stopped.clone())).await.unwrap_err(), stopped);
        assert!(ask(Ok(None)).await.unwrap().is_none());
        let (one, other) = tokio::join!(ask(Ok(Some("vpn-1"))), ask(Ok(Some("vpn-1"))));
        assert!(Arc::ptr_eq(
            &one.unwrap().unwrap(),
            &other.unwrap().unwrap()
        ));
        assert_eq!(*asked.lock().unwrap(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_anothers_question_waits_no_longer_than_it_has_time() {
        let gateways = Gateways::default();
        let (patient, hasty) = (CancellationToken::new(), CancellationToken::new());
        let asks = |cancel| {
            let never = std::future::pending();
            gateways.of_server("cn-hangzhou", "vss-1", never, cancel)
        };
        let began = Instant::now();
        tokio::select! {
            biased;
            _ = asks(&patient) => panic!("nobody answers"),
            (outcome, ()) = async {
                tokio::join!(asks(&hasty), async {
                    tokio::time::sleep(SHORTEST_PAUSE).await;
                    hasty.cancel();
                })
            } => assert!(matches!(outcome, Err(Error::Cancelled { sent: false, .. }))),
        }
        assert_eq!(began.elapsed(), SHORTEST_PAUSE);
    }

    /// Waits through a gateway's 60 s of `updating`, counting the calls of all who wait.
    async fn wait_out(gateway: Arc<Gateway>, calls: Arc<Mutex<u32>>, end: Instant) -> u32 {
        let mut watch = gateway.watch();
        let mut looks = 0;
        loop {
            let describe = async {
                *calls.lock().unwrap() += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(Some(VpnGateway::default()))
            };
            let sighting = watch
                .next(describe, &CancellationToken::new())
                .await
                .unwrap();
            looks += 1;
            if sighting.began >= end {
                return looks;
            }
        }
    }

    async fn calls_of(waiters: usize) -> (u32, Duration) {
        let gateway = Gateways::default().get("cn-hangzhou", "vpn-1");
        let (calls, began) = (Arc::new(Mutex::new(0)), Instant::now());
        let end = began + Duration::from_secs(60);
        let waits = (0..waiters).map(|_| wait_out(Arc::clone(&gateway), Arc::clone(&calls), end));
        futures_util::future::join_all(waits).await;
        let calls = *calls.lock().unwrap();
        (calls, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_adds_at_most_a_tenth_with_calls_that_grow_with_its_logarithm() {
        let (calls, waited) = calls_of(1).await;
        assert!(waited <= Duration::from_millis(66_250), "{waited:?}");
        assert!(calls <= 50, "{calls} calls");
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_wait_for_one_gateway_share_its_looks() {
        let (alone, _) = calls_of(1).await;
        let (together, _) = calls_of(20).await;
        assert!(
            together <= alone + 1,
            "{together} calls for twenty, {alone} for one"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_seen_before_a_wait_began_does_not_count_for_it() {
        let gateway = Gateways::default().get("cn-hangzhou", "vpn-1");
        let cancel = CancellationToken::new();
        let look = || async { Ok(Some(VpnGateway::default())) };
        gateway.watch().next(look(), &cancel).await.unwrap();
        tokio::time::advance(Duration::from_millis(5)).await;
        let mut later = gateway.watch();
        let since = later.since;
        assert!(later.next(look(), &cancel).await.unwrap().began >= since);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_pause_of_who_is_refused_counts_from_the_change_that_made_the_gateway_busy() {
        let gateway = Gateways::default().get("cn-hangzhou", "vpn-1");
        let cancel = CancellationToken::new();
        let look = || async { Ok(Some(VpnGateway::default())) };
        let mut pauses = Vec::new();
        for is_ours in [false, true] {
            if is_ours {
                gateway.accepted();
            }
            tokio::time::advance(SHORTEST_PAUSE / 4).await;
            let mut watch = gateway.watch();
            for _ in 0..2 {
                let refused = Instant::now();
                watch.refused();
                watch.next(look(), &cancel).await.unwrap();
                pauses.push(refused.elapsed());
            }
        }
        let (whole, rest) = (SHORTEST_PAUSE, SHORTEST_PAUSE * 3 / 4);
        assert_eq!(pauses, [whole, whole, rest, whole]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_the_pause_between_two_looks_at_once() {
        let gateway = Gateways::default().get("cn-hangzhou", "vpn-1");
        let (mut watch, cancel, began) =
            (gateway.watch(), CancellationToken::new(), Instant::now());
        watch
            .next(async { Ok(Some(VpnGateway::default())) }, &cancel)
            .await
            .unwrap();
        cancel.cancel();
        let stopped = async {
            Err(Error::Cancelled {
                operation: "DescribeVpnGateway",
                sent: false,
                last: None,
            })
        };
        assert!(watch.next(stopped, &cancel).await.is_err());
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
