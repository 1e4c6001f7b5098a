use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;

use super::burst::QUIET;
use super::*;
use crate::cloud::error::{Class, TransportFault};
use crate::cloud::vpc::Page;

const REGION: &str = "cn-hangzhou";

/// How long a call of the cloud takes.
const CALL: Duration = Duration::from_millis(100);

/// A cloud with servers `0` to `objects`, which shows them with the number of changes so far.
struct Cloud {
    objects: usize,
    size: usize,
    lacking: BTreeSet<usize>,
    listing_fails_as: Option<Class>,
    changes: AtomicUsize,
    pages: AtomicUsize,
    by_id: AtomicUsize,
}

impl Cloud {
    fn with(objects: usize) -> Self {
        Self {
            objects,
            size: 50,
            lacking: BTreeSet::new(),
            listing_fails_as: None,
            changes: AtomicUsize::new(0),
            pages: AtomicUsize::new(0),
            by_id: AtomicUsize::new(0),
        }
    }

    fn calls(&self) -> (usize, usize) {
        (
            self.pages.load(Ordering::Relaxed),
            self.by_id.load(Ordering::Relaxed),
        )
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Object {
    id: String,
    changes: usize,
}

async fn call<T>(cancel: &CancellationToken, answer: impl FnOnce() -> T) -> Result<T, Error> {
    cancel
        .run_until_cancelled(tokio::time::sleep(CALL))
        .await
        .map(|()| answer())
        .ok_or(Error::Cancelled {
            operation: Cloud::OPERATION,
            sent: false,
            last: None,
        })
}

impl Source for Cloud {
    type Object = Object;

    const OPERATION: &'static str = "DescribeThings";

    fn id(object: &Object) -> &str {
        &object.id
    }

    async fn page(
        &self,
        _region: &str,
        number: usize,
        cancel: &CancellationToken,
    ) -> Result<Page<Object>, Error> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        let changes = self.changes.load(Ordering::Relaxed);
        call(cancel, || ()).await?;
        if let Some(class) = self.listing_fails_as {
            return Err(Error::Answer {
                operation: Self::OPERATION,
                http_status: 403,
                request_id: None,
                reason: "it fails".to_owned(),
                class,
            });
        }
        let all: Vec<usize> = (0..self.objects)
            .filter(|number| !self.lacking.contains(number))
            .collect();
        let of_page = all.iter().skip((number - 1) * self.size).take(self.size);
        Ok(Page {
            items: of_page
                .map(|number| Object {
                    id: number.to_string(),
                    changes,
                })
                .collect(),
            size: self.size,
            total: Some(all.len()),
        })
    }

    async fn by_id(
        &self,
        _region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<Object>, Error> {
        self.by_id.fetch_add(1, Ordering::Relaxed);
        let changes = self.changes.load(Ordering::Relaxed);
        let number: usize = id.parse().unwrap();
        call(cancel, || {
            (number < self.objects).then(|| Object {
                id: id.to_owned(),
                changes,
            })
        })
        .await
    }
}

async fn read(reads: &Reads<Object>, cloud: &Cloud, number: usize) -> Option<Object> {
    let cancel = CancellationToken::new();
    reads
        .read(cloud, REGION, &number.to_string(), &cancel)
        .await
        .unwrap()
}

/// Reads these, so many at a time, and checks that each is the one that was asked for.
async fn refresh(reads: &Reads<Object>, cloud: &Cloud, numbers: Vec<usize>, parallelism: usize) {
    let queue = Mutex::new(numbers.into_iter());
    let next = || queue.lock().unwrap().next();
    let walkers = (0..parallelism).map(|_| async {
        while let Some(number) = next() {
            let object = read(reads, cloud, number).await.unwrap();
            assert_eq!(object.id, number.to_string());
        }
    });
    join_all(walkers).await;
}

#[tokio::test(start_paused = true)]
async fn one_read_is_one_call_by_id_and_so_is_a_later_one() {
    let (reads, cloud) = (Reads::default(), Cloud::with(100));
    for number in [3, 4] {
        read(&reads, &cloud, number).await.unwrap();
        tokio::time::advance(QUIET * 2).await;
    }
    assert_eq!(cloud.calls(), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn reads_that_come_together_or_one_after_the_other_share_a_listing() {
    for parallelism in [1, 10] {
        let (reads, cloud) = (Reads::default(), Cloud::with(50));
        let began = Instant::now();
        refresh(&reads, &cloud, (0..50).rev().collect(), parallelism).await;
        assert_eq!(cloud.calls(), (1, 1), "{parallelism} at a time");
        assert!(began.elapsed() <= 2 * CALL);
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_reads_take_a_page_for_fifty_in_any_order() {
    for step in [1, 7, 333] {
        let (reads, cloud) = (Reads::default(), Cloud::with(1_000));
        let order = (0..1_000).map(|number| number * step % 1_000).collect();
        refresh(&reads, &cloud, order, 10).await;
        let (pages, by_id) = cloud.calls();
        assert!(pages + by_id <= 30, "{pages} pages, {by_id} by ID");
    }
}

#[tokio::test(start_paused = true)]
async fn regions_have_listings_of_their_own() {
    let (reads, cloud) = (Reads::default(), Cloud::with(10));
    let cancel = CancellationToken::new();
    for region in ["cn-hangzhou", "cn-shanghai"] {
        let object = reads.read(&cloud, region, "1", &cancel).await.unwrap();
        assert_eq!(object.unwrap().id, "1");
    }
    assert_eq!(cloud.calls(), (0, 2), "each is the first of its region");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_a_listing_lacks_is_asked_for_by_id_before_it_is_called_gone() {
    let mut cloud = Cloud::with(10);
    cloud.lacking = BTreeSet::from([5]);
    let reads = Reads::default();
    refresh(&reads, &cloud, vec![0, 1, 2], 3).await;
    assert_eq!(read(&reads, &cloud, 5).await.unwrap().id, "5");
    assert_eq!(read(&reads, &cloud, 10).await, None);
    assert_eq!(cloud.calls(), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn where_listing_fails_each_asks_for_its_own_and_listing_is_tried_once() {
    for class in [Class::Permission, Class::Throttle, Class::Unknown] {
        let mut cloud = Cloud::with(100);
        cloud.listing_fails_as = Some(class);
        let reads = Reads::default();
        refresh(&reads, &cloud, (0..100).collect(), 10).await;
        assert_eq!(cloud.calls(), (1, 100), "{class:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_called_off_takes_nobody_along() {
    let (reads, cloud) = (Reads::default(), Cloud::with(10));
    let (first, leader, follower) = (
        CancellationToken::new(),
        CancellationToken::new(),
        CancellationToken::new(),
    );
    let read = |id, cancel| reads.read(&cloud, REGION, id, cancel);
    let stop = async {
        tokio::time::sleep(CALL / 2).await;
        leader.cancel();
    };
    let (one, two, three, ()) = tokio::join!(
        read("1", &first),
        read("2", &leader),
        read("3", &follower),
        stop
    );
    assert_eq!(one.unwrap().unwrap().id, "1");
    assert!(matches!(two, Err(Error::Cancelled { sent: false, .. })));
    assert_eq!(three.unwrap().unwrap().id, "3");
    assert_eq!(cloud.calls(), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_dropped_leaves_its_page_to_the_next() {
    let (reads, cloud) = (Reads::default(), Cloud::with(10));
    read(&reads, &cloud, 0).await;
    let dropped = tokio::time::timeout(CALL / 2, read(&reads, &cloud, 1));
    let (dropped, follower) = tokio::join!(dropped, read(&reads, &cloud, 2));
    assert!(dropped.is_err());
    assert_eq!(follower.unwrap().id, "2");
    tokio::time::advance(QUIET * 2).await;
    read(&reads, &cloud, 3).await;
    assert_eq!(cloud.calls(), (2, 2), "nobody is left under way");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_every_wait_at_once() {
    let (reads, cloud, stop) = (
        Reads::default(),
        Cloud::with(1_000),
        CancellationToken::new(),
    );
    let all = (0..20).map(|number: usize| {
        let (reads, cloud, stop) = (&reads, &cloud, &stop);
        async move { reads.read(cloud, REGION, &number.to_string(), stop).await }
    });
    let began = Instant::now();
    let (ends, ()) = tokio::join!(join_all(all), async {
        tokio::time::sleep(CALL / 2).await;
        stop.cancel();
    });
    assert_eq!(began.elapsed(), CALL / 2);
    let called_off = |end: &Result<_, _>| matches!(end, Err(Error::Cancelled { .. }));
    assert!(ends.iter().all(called_off), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_after_our_own_change_sees_it_whatever_was_being_listed() {
    let (reads, cloud) = (Reads::default(), Cloud::with(200));
    let change = async {
        let changing = reads.changing(REGION);
        tokio::time::sleep(CALL + CALL / 2).await;
        // The first page has been read, and the second is under way.
        cloud.changes.store(1, Ordering::Relaxed);
        drop(changing);
        join_all([7, 8, 9, 199].map(|number| read(&reads, &cloud, number))).await
    };
    let before = refresh(&reads, &cloud, (10..60).collect(), 10);
    let ((), after) = tokio::join!(before, change);
    for object in after {
        assert_eq!(object.unwrap().changes, 1);
    }
    assert!(cloud.calls().0 > 1, "{:?}", cloud.calls());
}

#[tokio::test(start_paused = true)]
async fn the_error_that_is_shown_is_that_of_the_objects_own_call() {
    struct Unreachable;
    impl Source for Unreachable {
        type Object = Object;
        const OPERATION: &'static str = Cloud::OPERATION;

        fn id(object: &Object) -> &str {
            &object.id
        }

        async fn page(
            &self,
            _: &str,
            _: usize,
            _: &CancellationToken,
        ) -> Result<Page<Object>, Error> {
            Err(unreachable("the list"))
        }

        async fn by_id(
            &self,
            _: &str,
            id: &str,
            _: &CancellationToken,
        ) -> Result<Option<Object>, Error> {
            Err(unreachable(id))
        }
    }
    fn unreachable(what: &str) -> Error {
        Error::Transport {
            operation: Cloud::OPERATION,
            endpoint: "http://127.0.0.1:1".to_owned(),
            fault: TransportFault::Unreachable,
            reason: format!("no connection for {what}"),
        }
    }
    let reads = Reads::default();
    let cancel = CancellationToken::new();
    for id in ["1", "2", "3"] {
        let error = reads.read(&Unreachable, REGION, id, &cancel).await;
        assert_eq!(error, Err(unreachable(id)));
    }
}
