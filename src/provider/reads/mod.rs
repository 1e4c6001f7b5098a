//! Reads that scale: a lone read asks for its object, those that come together share a listing.
//!
//! [`burst`] decides; this file carries it out. As with gateways there is no background task: whoever needs the next page has
//! it read, one at a time, and everybody who waits looks at it. Who is called off, or fails, takes nobody along: the next one
//! reads that page. A listing that the cloud would not give is asked for once; then each asks for its own object, which is
//! also the only way to be told that an object is gone.

pub mod burst;
mod source;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use source::{Source, SslVpnClientCerts, SslVpnServers};

use crate::cloud::error::Error;
use burst::{Burst, Step};

/// The reads of one kind of object that this process makes.
#[derive(Debug)]
pub struct Reads<T> {
    regions: Mutex<HashMap<String, Arc<Shared<T>>>>,
}

impl<T> Default for Reads<T> {
    fn default() -> Self {
        Self {
            regions: Mutex::default(),
        }
    }
}

/// The reads in one region.
#[derive(Debug)]
struct Shared<T> {
    burst: Mutex<Burst<T>>,
    /// Held while a page is read.
    turn: tokio::sync::Mutex<()>,
    /// Told after every page.
    pages: watch::Sender<()>,
}

impl<T> Reads<T> {
    /// The object of an ID as it is now, or as it was when a listing that is still fresh began.
    ///
    /// # Errors
    /// Those of the call by ID; never that of a listing, nor another read's.
    pub async fn read<S: Source<Object = T>>(
        &self,
        source: &S,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<T>, Error> {
        let shared = self.of(region);
        let read = shared.begin();
        if !read.is_first
            && let Some(object) = shared.listed(source, region, id, cancel).await?
        {
            return Ok(Some(object));
        }
        source.by_id(region, id, cancel).await
    }

    /// A change of the region's objects begins. It ends when the guard is dropped, and what began to be listed before that
    /// serves no read any more.
    pub fn changing(&self, region: &str) -> Changing<T> {
        Changing(self.of(region))
    }

    fn of(&self, region: &str) -> Arc<Shared<T>> {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(regions.entry(region.to_owned()).or_default())
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            burst: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            pages: watch::Sender::default(),
        }
    }
}

impl<T> Shared<T> {
    fn burst(&self) -> MutexGuard<'_, Burst<T>> {
        self.burst.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> Reading<'_, T> {
        Reading {
            is_first: self.burst().join(Instant::now()),
            shared: self,
        }
    }

    /// The object as the listing shows it; `None` when it is to be asked for by ID.
    async fn listed<S: Source<Object = T>>(
        &self,
        source: &S,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<T>, Error> {
        // Before the first look, so that no page is missed.
        let mut pages = self.pages.subscribe();
        loop {
            match self.burst().step(id) {
                Step::Take(object) => return Ok(Some(object)),
                Step::AskById => return Ok(None),
                Step::Page(_) => {}
            }
            let _turn = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Error::Cancelled { operation: S::OPERATION, sent: false, last: None }),
                _ = pages.changed() => continue,
                turn = self.turn.lock() => turn,
            };
            // Another may have had the turn, and this page read, since.
            let wanted = match self.burst().step(id) {
                Step::Take(object) => return Ok(Some(object)),
                Step::AskById => return Ok(None),
                Step::Page(wanted) => wanted,
            };
            let began = Instant::now();
            let page = match source.page(region, wanted.number, cancel).await {
                Ok(page) => Some(page),
                // Called off is this read, not the listing.
                Err(error @ Error::Cancelled { .. }) => return Err(error),
                Err(error) => {
                    tracing::info!(%error, region, "no listing: every object is asked for by ID");
                    None
                }
            };
            self.burst().record(wanted, began, page, S::id);
            self.pages.send_replace(());
        }
    }
}

/// A read under way.
struct Reading<'a, T> {
    is_first: bool,
    shared: &'a Shared<T>,
}

impl<T> Drop for Reading<'_, T> {
    fn drop(&mut self) {
        self.shared.burst().leave(Instant::now());
    }
}

/// A change under way: see [`Reads::changing`].
#[derive(Debug)]
pub struct Changing<T>(Arc<Shared<T>>);

impl<T> Drop for Changing<T> {
    fn drop(&mut self) {
        self.0.burst().forget();
    }
}

#[cfg(test)]
mod tests;
