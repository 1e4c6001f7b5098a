//! Every call on a thread of its own: one that computes delays nobody, neither another call nor a signal nor the shutdown.
//!
//! The main thread moves bytes, keeps the time and hears signals. It never computes, and moves also the bytes that a call waits
//! for, of the cloud for example: the call's thread only polls the call.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::service::Routes;

/// How many threads there may be besides the main one. Those that nobody needs for some seconds end.
pub(super) const THREADS: usize = 1024;

/// How many calls may run at once; more wait. Fewer than threads: a call needs another thread for a while when it reads a file
/// or looks up a host's name, and calls that hold every thread would wait for themselves.
const CALLS: usize = THREADS / 2;

/// The same routes; their calls run on threads of their own.
pub(super) fn apart(routes: Routes) -> Routes {
    let places = Arc::new(Semaphore::new(CALLS));
    let layer = from_fn(move |request, next| on_a_thread(Arc::clone(&places), request, next));
    routes.into_axum_router().layer(layer).into()
}

/// Dropped, as when the caller gives up, it ends the call where that next waits for something.
async fn on_a_thread(places: Arc<Semaphore>, request: Request, next: Next) -> Response {
    let place = places.acquire_owned().await;
    let given_up = CancellationToken::new();
    let _giving_up = given_up.clone().drop_guard();
    let runtime = Handle::current();
    let call = spawn_blocking(move || {
        let _place = place;
        runtime.block_on(given_up.run_until_cancelled(next.run(request)))
    });
    match call.await {
        Ok(Some(answer)) => answer,
        // What panics below an RPC is a diagnostic already.
        Ok(None) | Err(_) => Status::internal("the call broke off").into_http(),
    }
}
