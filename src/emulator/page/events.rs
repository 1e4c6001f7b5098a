//! What keeps an open page up to date: server-sent events, each with the parts that differ from the event before.
//!
//! What is shown changes with time as well as with calls (a gateway is `active` again), so an open page is looked at twice a second; only what
//! differs is sent. The stream ends with the emulator, as every connection does.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};

use super::view::Parts;
use crate::emulator::service::Service;

/// How often an open page is looked at.
const PERIOD: Duration = Duration::from_millis(500);

/// So often at least something is sent, so that it is found out when nobody listens any more.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `GET /_emulator/page-events`: each event's data is a JSON object of HTML by the `id` of the element that it belongs in.
pub async fn events(
    State(service): State<Arc<Service>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let sent = BTreeMap::new();
    let events = stream::unfold((service, sent), |(service, sent)| async move {
        let (changed, parts) = next(&service, &sent).await?;
        let event = Event::default().data(changed);
        Some((Ok(event), (service, parts)))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

type Shown = BTreeMap<&'static str, String>;

/// Waits for a change: what differs as JSON, and all that is shown then. Nothing when the emulator ends.
async fn next(service: &Service, sent: &Shown) -> Option<(String, Shown)> {
    loop {
        let parts = Parts::of(service).by_id();
        let changed: BTreeMap<&str, &str> = parts
            .iter()
            .filter(|(id, html)| sent.get(*id) != Some(*html))
            .map(|(id, html)| (*id, html.as_str()))
            .collect();
        if !changed.is_empty() {
            let json = serde_json::to_string(&changed).unwrap_or_default();
            return Some((json, parts));
        }
        if !service.wait(PERIOD).await {
            return None;
        }
    }
}
