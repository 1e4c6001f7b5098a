//! RPCs that answer with a stream of events.
//!
//! The work runs on a thread of its own, since it may compute, and waits when its events are not taken: a slow reader slows it. Dropping the stream, as
//! a caller who cancels does, cancels the work's token; so does Stop. Errors and panics become the last event.

use std::pin::Pin;

use futures_util::StreamExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Response, Status};

use super::call::guarded;
use super::stop::StopSwitch;
use crate::tf::diagnostics::Diagnostics;

/// How many events the work may be ahead of what goes out.
const AHEAD: usize = 8;

/// A stream of events on its way out.
pub(super) type Events<E> = Pin<Box<dyn Stream<Item = Result<E, Status>> + Send>>;

/// An event that can say why there are no more.
pub(super) trait Event: Send + 'static {
    /// The last event of work that failed.
    fn failed(diagnostics: Diagnostics) -> Self;
}

/// Runs the work, which is given where its events go and the token that ends it.
pub(super) fn stream<E, W>(
    rpc: &'static str,
    type_name: String,
    stop: &StopSwitch,
    work: impl FnOnce(mpsc::Sender<E>, CancellationToken) -> W,
) -> Result<Response<Events<E>>, Status>
where
    E: Event,
    W: Future<Output = Result<(), Diagnostics>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let cancel = stop.token().child_token();
    let work = work(sender.clone(), cancel.clone());
    let work = async move {
        if let Err(diagnostics) = guarded(rpc, &type_name, work, |()| None).await {
            // Nobody is left to read it when this fails.
            let _ = sender.send(E::failed(diagnostics)).await;
        }
    };
    let runtime = Handle::current();
    spawn_blocking(move || runtime.block_on(work));
    let dropped = cancel.drop_guard();
    let events = ReceiverStream::new(receiver).map(move |event| {
        let _alive = &dropped;
        Ok(event)
    });
    Ok(Response::new(Box::pin(events)))
}
