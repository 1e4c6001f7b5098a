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
const PAGE_SIZE: usize = 50;

/// Far beyond any quota; a server that goes on forever must not keep us.
const MOST_PAGES: usize = 400;

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
struct Page<T> {
    items: Vec<T>,
    /// How many make a full page; a server may give fewer at once than it was asked for.
    size: usize,
    /// How many there are on all pages, where the API says so.
    total: Option<usize>,
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

impl Client {
    /// All objects that `filter` leaves; the caller checks that the filter was kept.
    pub(super) async fn list<T: Listed>(
        &self,
        region: &str,
        filter: &Parameters,
        cancel: &CancellationToken,
    ) -> Result<Vec<T>, Error> {
        let mut seen = HashSet::new();
        let mut all: Vec<T> = Vec::new();
        for number in 1..=MOST_PAGES {
            let parameters = filter
                .clone()
                .with("PageNumber", number)
                .with("PageSize", PAGE_SIZE);
            let page: Page<T> = self.read(T::OPERATION, region, parameters, cancel).await?;
            let length = page.items.len();
            let before = all.len();
            for item in page.items {
                if seen.insert(item.id().to_owned()) {
                    all.push(item);
                }
            }
            let brought_nothing_new = all.len() == before;
            match page.total {
                Some(total) if all.len() >= total => return Ok(all),
                None if length < page.size => return Ok(all),
                _ if brought_nothing_new => return Ok(all),
                _ => {}
            }
        }
        Err(Error::Answer {
            operation: T::OPERATION,
            http_status: 200,
            request_id: None,
            reason: format!("the list has more than {MOST_PAGES} pages"),
            class: Class::Unknown,
        })
    }
}
