//! Lists that come in pages.
//!
//! A list decides whether objects are gone, so it is read to its end and doubted: an answer that has neither the list nor a
//! count of nothing is not taken for an empty one, nor one that counts objects and shows none. A server that repeats its pages
//! ends the reading.

use std::collections::HashSet;

use tokio_util::sync::CancellationToken;

use super::Client;
use crate::cloud::answer::{Object, Read, Unreadable};
use crate::cloud::error::{Class, Error};
use crate::cloud::request::Parameters;

/// The most that the API gives at once.
pub const PAGE_SIZE: usize = 50;

/// Far beyond any quota; a server that goes on forever must not keep us.
pub const MOST_PAGES: usize = 400;

/// A kind of object that can be listed.
pub(super) trait Listed: Read {
    /// The operation that lists it.
    const OPERATION: &'static str;
    /// The list's attribute, and the one within it.
    const LIST: (&'static str, &'static str);

    /// The object's ID.
    fn id(&self) -> &str;
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The objects on it.
    pub items: Vec<T>,
    /// How many make a full page; a server may give fewer at once than it was asked for.
    pub size: usize,
    /// How many there are on all pages, where the API says so.
    pub total: Option<usize>,
}

/// How far the reading of a list has come: which page is next, and whether it is at its end. Pure.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// Pages read.
    read: usize,
    /// The IDs on them: what is added or removed meanwhile shifts objects from page to page.
    seen: HashSet<String>,
    /// How many pages there are, as far as is known.
    pages: Option<usize>,
    ended: bool,
}

impl Paging {
    /// The number of the next page; `None` at the list's end.
    pub fn next(&self) -> Option<usize> {
        (!self.ended).then_some(self.read + 1)
    }

    /// How many pages there are, once a page has told how many objects.
    pub fn pages(&self) -> Option<usize> {
        self.pages
    }

    /// Takes in the next page and leaves the objects that no page before it had.
    pub fn take<T>(&mut self, page: Page<T>, id: impl Fn(&T) -> &str) -> Vec<T> {
        let Page {
            mut items,
            size,
            total,
        } = page;
        let length = items.len();
        items.retain(|item| self.seen.insert(id(item).to_owned()));
        self.read += 1;
        let missing = total.map(|total| total.saturating_sub(self.seen.len()));
        // What this page has is what the next ones will have, whatever the server calls their size.
        self.pages = missing.map(|missing| self.read + missing.div_ceil(length.max(1)));
        self.ended = items.is_empty() || missing.map_or(length < size, |missing| missing == 0);
        items
    }
}

impl<T: Listed> Read for Page<T> {
    fn read(answer: &Object) -> Result<Page<T>, Unreadable> {
        let (name, inner) = T::LIST;
        let total: Option<usize> = answer.integer("TotalCount")?;
        let listed = answer.list(name, inner)?;
        if listed.is_none() && total != Some(0) {
            return Err(Unreadable(format!("{name} is missing")));
        }
        let items: Vec<T> = listed
            .unwrap_or_default()
            .iter()
            .map(T::read)
            .collect::<Result<_, _>>()?;
        let is_first = answer.integer("PageNumber")?.unwrap_or(1) == 1;
        if let Some(total) = total.filter(|total| *total > 0 && is_first && items.is_empty()) {
            return Err(Unreadable(format!(
                "TotalCount is {total}, but the list is empty"
            )));
        }
        let size = answer.integer("PageSize").ok().flatten();
        Ok(Page {
            items,
            size: size.unwrap_or(PAGE_SIZE).min(PAGE_SIZE),
            total,
        })
    }
}

/// Whether an object may be among those that were asked for: an attribute that the API leaves out contradicts nothing.
pub(super) fn agrees<T: PartialEq + ?Sized>(asked: Option<&T>, shown: Option<&T>) -> bool {
    match (asked, shown) {
        (Some(asked), Some(shown)) => asked == shown,
        _ => true,
    }
}

/// Whether an object is one of those that were asked for, which without the attribute it is not.
pub(super) fn is_asked_for(asked: Option<&str>, shown: Option<&str>) -> bool {
    asked.is_none() || asked == shown
}

impl Client {
    /// One page of the objects that `filter` leaves.
    pub(super) async fn page<T: Listed>(
        &self,
        region: &str,
        filter: &Parameters,
        number: usize,
        cancel: &CancellationToken,
    ) -> Result<Page<T>, Error> {
        let parameters = filter
            .clone()
            .with("PageNumber", number)
            .with("PageSize", PAGE_SIZE);
        self.read(T::OPERATION, region, parameters, cancel).await
    }

    /// All objects that `filter` leaves; the caller checks that the filter was kept.
    pub(super) async fn list<T: Listed>(
        &self,
        region: &str,
        filter: &Parameters,
        cancel: &CancellationToken,
    ) -> Result<Vec<T>, Error> {
        let mut paging = Paging::default();
        let mut all: Vec<T> = Vec::new();
        while let Some(number) = paging.next() {
            if number > MOST_PAGES {
                return Err(Error::Answer {
                    operation: T::OPERATION,
                    http_status: 200,
                    request_id: None,
                    reason: format!("the list has more than {MOST_PAGES} pages"),
                    class: Class::Unknown,
                });
            }
            let page = self.page(region, filter, number, cancel).await?;
            all.extend(paging.take(page, T::id));
        }
        Ok(all)
    }
}
