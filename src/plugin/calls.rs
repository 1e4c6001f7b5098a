//! Calls run on threads of their own: one that computes delays neither a signal nor the shutdown. Other calls it delays when as many
//! compute as there are threads, or when it has to do with them. What waits for no thread, its services name ([`Prompt`]):
//! Terraform's Stop runs on the main thread, and what waits is told at once, though its answer needs a thread again. A call that has
//! none yet when the Stop comes has not begun, and begins.
//!
//! The main thread moves bytes, with the encryption and the framing that they need, keeps the time and hears signals; no call computes
//! there. It does so for the calls too: what they wait for, the cloud's answers for example, arrives there and wakes them, whatever the
//! other calls do.

use std::future::poll_fn;
use std::io;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tonic::Status;
use tonic::service::Routes;

use super::Prompt;

/// Calls rarely compute for long, and each thread costs the start of the process and memory.
const THREADS: usize = 4;

/// The threads for the calls.
///
/// # Errors
/// When the system refuses them.
pub(super) fn threads() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(THREADS).build()
}

/// The same routes, whose calls run on these threads, but for those of these paths.
pub(super) fn apart(routes: Routes, threads: Handle, prompt: Prompt) -> Routes {
    let layer = from_fn(move |request: Request, next: Next| {
        let threads = threads.clone();
        async move {
            if prompt.contains(&request.uri().path()) {
                next.run(request).await
            } else {
                on_a_thread(threads, request, next).await
            }
        }
    });
    routes.into_axum_router().layer(layer).into()
}

/// Dropped, as when the caller gives up, it ends the call where that next waits for something.
async fn on_a_thread(threads: Handle, request: Request, next: Next) -> Response {
    let main = Handle::current();
    let mut call = Box::pin(next.run(request));
    let call = poll_fn(move |context| {
        let _sockets_and_timers_are_mains = main.enter();
        call.as_mut().poll(context)
    });
    // A set of one: dropped, it ends what is in it.
    let mut running = JoinSet::new();
    running.spawn_on(call, &threads);
    match running.join_next().await {
        Some(Ok(answer)) => answer,
        // What panics below an RPC is a diagnostic already.
        Some(Err(_)) | None => Status::internal("the call broke off").into_http(),
    }
}
