use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::cloud::vpc::PAGE_SIZE;

/// What the listing shows is its own ID.
type Ids = Burst<String>;

fn id(number: usize) -> String {
    format!("vss-{number}")
}

/// The page of this number, of so many objects.
fn page(number: usize, objects: usize) -> Page<String> {
    let from = (number - 1) * PAGE_SIZE;
    Page {
        items: (from..objects.min(from + PAGE_SIZE)).map(id).collect(),
        size: PAGE_SIZE,
        total: Some(objects),
    }
}

fn record(burst: &mut Ids, wanted: Wanted, page: Option<Page<String>>) {
    burst.record(wanted, Instant::now(), page, String::as_str);
}

#[track_caller]
fn wanted(step: Step<String>) -> Wanted {
    match step {
        Step::Page(wanted) => wanted,
        other => panic!("no page wanted: {other:?}"),
    }
}

/// A burst with so many reads under way.
fn of(reads: usize) -> Ids {
    let mut burst = Ids::default();
    for _ in 0..reads {
        burst.join(Instant::now());
    }
    burst
}

#[tokio::test(start_paused = true)]
async fn the_first_of_a_burst_is_told_so_and_a_new_burst_begins_after_a_pause() {
    let mut burst = Ids::default();
    assert!(burst.join(Instant::now()));
    tokio::time::advance(QUIET * 2).await;
    // Still under way: however long it takes, it is company.
    assert!(!burst.join(Instant::now()));
    burst.leave(Instant::now());
    burst.leave(Instant::now());
    tokio::time::advance(QUIET).await;
    assert!(!burst.join(Instant::now()));
    burst.leave(Instant::now());
    tokio::time::advance(QUIET + Duration::from_millis(1)).await;
    assert!(burst.join(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn a_listing_serves_nobody_who_comes_long_after_it_began() {
    let mut burst = of(2);
    let first = wanted(burst.step("vss-0"));
    record(&mut burst, first, Some(page(1, 10)));
    tokio::time::advance(LONGEST).await;
    assert!(!burst.join(Instant::now()));
    assert_eq!(burst.step("vss-0"), Step::Take("vss-0".to_owned()));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(burst.join(Instant::now()));
    burst.join(Instant::now());
    assert!(matches!(burst.step("vss-1"), Step::Page(_)));
}

#[test]
fn what_a_listing_shows_serves_one_read() {
    let mut burst = of(2);
    let first = wanted(burst.step("vss-0"));
    record(&mut burst, first, Some(page(1, 60)));
    assert_eq!(burst.step("vss-0"), Step::Take("vss-0".to_owned()));
    assert_eq!(burst.step("vss-0"), Step::AskById);
}

#[test]
fn what_a_whole_listing_lacks_is_asked_for_by_id() {
    let mut burst = of(2);
    let first = wanted(burst.step("vss-absent"));
    record(&mut burst, first, Some(page(1, 10)));
    assert_eq!(burst.step("vss-absent"), Step::AskById);
}

#[test]
fn a_listing_that_was_refused_is_not_asked_for_again() {
    let mut burst = of(9);
    let first = wanted(burst.step("vss-0"));
    record(&mut burst, first, None);
    assert_eq!(burst.step("vss-0"), Step::AskById);
    burst.join(Instant::now());
    assert_eq!(burst.step("vss-1"), Step::AskById);
}

#[test]
fn a_listing_is_read_on_only_if_twice_as_many_pages_as_reads_reach_its_end() {
    // 20 pages.
    let objects = 1_000;
    for (reads, reads_on) in [(2, false), (9, false), (10, true)] {
        let mut burst = of(reads);
        let first = wanted(burst.step("vss-999"));
        record(&mut burst, first, Some(page(1, objects)));
        let step = burst.step("vss-999");
        assert_eq!(matches!(step, Step::Page(_)), reads_on, "{reads} reads");
    }
}

#[test]
fn a_listing_that_counts_nothing_stops_at_twice_as_many_pages_as_reads() {
    let mut burst = of(3);
    let mut pages = 0;
    while let Step::Page(wanted) = burst.step("vss-last") {
        pages += 1;
        assert_eq!(wanted.number, pages);
        let total = None;
        record(
            &mut burst,
            wanted,
            Some(Page {
                total,
                ..page(pages, 100_000)
            }),
        );
    }
    assert_eq!(pages, 6);
    burst.join(Instant::now());
    assert_eq!(wanted(burst.step("vss-last")).number, 7);
}

#[test]
fn a_listing_is_bounded_whatever_the_number_of_reads() {
    let mut burst = of(MOST_PAGES);
    let mut pages = 0;
    while let Step::Page(wanted) = burst.step("vss-last") {
        pages += 1;
        let total = None;
        record(
            &mut burst,
            wanted,
            Some(Page {
                total,
                ..page(pages, usize::MAX)
            }),
        );
    }
    assert_eq!(pages, MOST_PAGES);
}

#[test]
fn what_was_listed_before_a_change_serves_nobody_after_it() {
    let mut burst = of(2);
    let before = wanted(burst.step("vss-0"));
    burst.forget();
    record(&mut burst, before, Some(page(1, 10)));
    assert!(burst.join(Instant::now()), "the first after the change");
    burst.join(Instant::now());
    let after = wanted(burst.step("vss-0"));
    assert_ne!(after, before);
    record(&mut burst, after, Some(page(1, 10)));
    burst.forget();
    assert_eq!(burst.step("vss-0"), Step::AskById);
}

/// What a refresh came to.
#[derive(Debug, Default)]
struct Refresh {
    pages: usize,
    by_id: usize,
}

/// Reads these objects in this order, so many at a time. `whim` decides who is next: one who has an answer, or the listing.
fn refresh(objects: usize, order: &[usize], parallelism: usize, whims: &[bool]) -> Refresh {
    let mut burst = Ids::default();
    let mut to_read: VecDeque<usize> = order.iter().copied().collect();
    let mut whims = whims.iter().cycle();
    let (mut waiting, mut asking, mut begun) = (Vec::new(), 0, 0);
    let mut came_to = Refresh::default();
    loop {
        while waiting.len() + asking < parallelism
            && let Some(number) = to_read.pop_front()
        {
            begun += 1;
            match burst.join(Instant::now()) {
                true => asking += 1,
                false => waiting.push(number),
            }
        }
        if waiting.is_empty() && asking == 0 {
            return came_to;
        }
        if asking > 0 && (waiting.is_empty() || *whims.next().unwrap_or(&true)) {
            asking -= 1;
            came_to.by_id += 1;
            burst.leave(Instant::now());
            continue;
        }
        let mut listing = None;
        waiting.retain(|number| match burst.step(&id(*number)) {
            Step::Take(shown) => {
                assert_eq!(shown, id(*number));
                burst.leave(Instant::now());
                false
            }
            Step::AskById => {
                asking += 1;
                false
            }
            Step::Page(wanted) => {
                listing = Some(wanted);
                true
            }
        });
        if let Some(wanted) = listing {
            came_to.pages += 1;
            assert!(came_to.pages <= 2 * begun, "{came_to:?} for {begun} reads");
            record(&mut burst, wanted, Some(page(wanted.number, objects)));
        }
    }
}

#[test]
fn one_object_is_one_call() {
    let Refresh { pages, by_id } = refresh(1, &[0], 10, &[true]);
    assert_eq!((pages, by_id), (0, 1));
}

#[test]
fn a_few_objects_of_many_are_asked_for_one_by_one() {
    let order: Vec<usize> = (0..10).map(|number| number * 400).collect();
    let Refresh { pages, by_id } = refresh(5_000, &order, 10, &[false]);
    assert_eq!((pages, by_id), (1, 10));
}

/// Some of so many objects, in any order.
fn some_of(most: usize) -> impl Strategy<Value = (usize, Vec<usize>)> {
    (1..=most).prop_flat_map(|objects| {
        let all: Vec<usize> = (0..objects).collect();
        let order = proptest::sample::subsequence(all, 1..=objects).prop_shuffle();
        (Just(objects), order)
    })
}

proptest! {
    #[test]
    fn a_thousand_objects_take_a_fiftieth_of_the_calls_and_ten_more(
        order in Just((0..1_000).collect::<Vec<usize>>()).prop_shuffle(),
        parallelism in 1usize..=50,
        whims in proptest::collection::vec(any::<bool>(), 1..20),
    ) {
        let Refresh { pages, by_id } = refresh(1_000, &order, parallelism, &whims);
        prop_assert!(pages + by_id <= 1_000 / PAGE_SIZE + 10, "{} pages, {} by ID", pages, by_id);
    }

    #[test]
    fn calls_by_id_are_fewer_than_half_as_many_as_the_pages_there_are(
        (objects, order) in some_of(3_000),
        parallelism in 1usize..=20,
        whims in proptest::collection::vec(any::<bool>(), 1..20),
    ) {
        let Refresh { pages, by_id } = refresh(objects, &order, parallelism, &whims);
        let in_all = objects.div_ceil(PAGE_SIZE);
        prop_assert!(pages <= in_all, "{} pages of {}", pages, in_all);
        prop_assert!(by_id <= (in_all - 1).div_euclid(2).max(1), "{} by ID, {} pages", by_id, in_all);
    }

    #[test]
    fn whatever_the_cloud_shows_nobody_gets_another_object_nor_one_from_before_a_change(
        acts in proptest::collection::vec((0u8..5, 0usize..8, proptest::option::of(0usize..200)), 0..200),
    ) {
        // Objects carry the number of changes when they were listed.
        let mut burst: Burst<(String, usize)> = Burst::default();
        let (mut under_way, mut changes, mut listing) = (0, 0, None);
        let mut reads = 0;
        for (act, number, total) in acts {
            match act {
                0 => {
                    reads = if burst.join(Instant::now()) { 1 } else { reads + 1 };
                    under_way += 1;
                }
                1 if under_way > 0 => {
                    burst.leave(Instant::now());
                    under_way -= 1;
                }
                2 => match burst.step(&id(number)) {
                    Step::Take((shown, at)) => prop_assert_eq!((shown, at), (id(number), changes)),
                    Step::Page(wanted) => {
                        prop_assert!(wanted.number <= 2 * reads);
                        listing = Some((wanted, changes));
                    }
                    Step::AskById => {}
                },
                3 => if let Some((wanted, at)) = listing.take() {
                    let items = (number..number + total.unwrap_or(3) % 7).map(|number| (id(number), at)).collect();
                    let page = Page { items, size: 5, total };
                    burst.record(wanted, Instant::now(), Some(page).filter(|_| number != 7), |(id, _)| id);
                },
                4 if number == 0 => {
                    burst.forget();
                    (changes, reads) = (changes + 1, 0);
                }
                _ => {}
            }
        }
    }
}
