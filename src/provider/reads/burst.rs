//! What the reads of one kind of object in one region do that come together: who asks for its own object, who waits for a
//! page of the listing that they share, and when that is not worth reading on. Pure: every question is given the present.
//!
//! The first read of a burst may be the only one, and asks for its own object: one call. Those that follow share a listing. How
//! many are still to come nobody knows, and an account may have far more objects than this state. So the listing may cost
//! twice as many calls as the reads so far would have cost without it, and is read on only if its end lies within that; until
//! then they ask by ID. With P pages in all that is what fewer than P/2 reads do: N objects cost N/50 calls and at most half as
//! many more.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::cloud::vpc::{MOST_PAGES, Page, Paging};

/// A read that begins so long after the last one ended is the first of another burst.
pub const QUIET: Duration = Duration::from_secs(5);

/// No read is served from a listing that began longer ago than this.
pub const LONGEST: Duration = Duration::from_secs(120);

/// What a read does.
#[derive(Debug, PartialEq)]
pub enum Step<T> {
    /// Here it is, as the listing showed it.
    Take(T),
    /// Ask for it by ID.
    AskById,
    /// Have this page of the listing read, then look again.
    Page(Wanted),
}

/// A page of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Counted from 1.
    pub number: usize,
    listing: u64,
}

/// The reads that come together.
#[derive(Debug)]
pub struct Burst<T> {
    /// So far.
    reads: usize,
    under_way: usize,
    last_ended: Option<Instant>,
    listing: Listing<T>,
}

#[derive(Debug)]
struct Listing<T> {
    /// Tells it from those before it.
    number: u64,
    began: Option<Instant>,
    paging: Paging,
    refused: bool,
    /// What it has shown, by ID; `None` once a read has taken it.
    shown: HashMap<String, Option<T>>,
}

impl<T> Listing<T> {
    fn new(number: u64) -> Self {
        Self {
            number,
            began: None,
            paging: Paging::default(),
            refused: false,
            shown: HashMap::new(),
        }
    }
}

impl<T> Default for Burst<T> {
    fn default() -> Self {
        Self {
            reads: 0,
            under_way: 0,
            last_ended: None,
            listing: Listing::new(0),
        }
    }
}

impl<T> Burst<T> {
    /// A read begins. Whether it is the first of its burst, which asks for its own object.
    pub fn join(&mut self, now: Instant) -> bool {
        let longer_than = |since: Option<Instant>, limit| {
            since.is_some_and(|since| now.saturating_duration_since(since) > limit)
        };
        let is_over = self.under_way == 0 && longer_than(self.last_ended, QUIET);
        if is_over || longer_than(self.listing.began, LONGEST) {
            self.forget();
        }
        self.reads += 1;
        self.under_way += 1;
        self.reads == 1
    }

    /// A read has ended, in whatever way.
    pub fn leave(&mut self, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.last_ended = Some(now);
    }

    /// Begins anew: what was listed so far, or is being listed now, serves nobody any more.
    pub fn forget(&mut self) {
        self.reads = 0;
        self.listing = Listing::new(self.listing.number + 1);
    }

    /// What the read of this object does now. What a listing has shown serves one read: who asks once more wants to see it anew.
    pub fn step(&mut self, id: &str) -> Step<T> {
        if let Some(object) = self.listing.shown.get_mut(id) {
            return object.take().map_or(Step::AskById, Step::Take);
        }
        match self.listing.paging.next() {
            Some(number) if self.is_worth(number) => Step::Page(Wanted {
                number,
                listing: self.listing.number,
            }),
            _ => Step::AskById,
        }
    }

    /// Whether the listing is to be read on with this page.
    fn is_worth(&self, number: usize) -> bool {
        let end = self.listing.paging.pages().unwrap_or(number);
        !self.listing.refused && end.max(number) <= self.limit()
    }

    /// How many pages the reads so far are worth.
    fn limit(&self) -> usize {
        self.reads.saturating_mul(2).min(MOST_PAGES)
    }

    /// Takes in a page that was asked for at `began`; `None` when the cloud would not give it: then there is no listing.
    pub fn record(
        &mut self,
        wanted: Wanted,
        began: Instant,
        page: Option<Page<T>>,
        id: impl Fn(&T) -> &str,
    ) {
        if wanted.listing != self.listing.number {
            return;
        }
        let listing = &mut self.listing;
        listing.began.get_or_insert(began);
        match page {
            None => listing.refused = true,
            Some(page) => {
                let new = listing.paging.take(page, &id);
                let new = new.into_iter();
                let shown = new.map(|object| (id(&object).to_owned(), Some(object)));
                listing.shown.extend(shown);
            }
        }
    }
}

#[cfg(test)]
mod tests;
