//! gRPC over the incoming connections, from the handshake line to the shutdown.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::Stream;
use tonic::service::Routes;
use tonic::transport::Server;

use super::incoming::Connection;
use super::shutdown::Shutdown;

/// How long answers that are under way may take once the shutdown has begun: the process must be gone within 100 ms.
const GRACE: Duration = Duration::from_millis(50);

/// Bytes a caller may send ahead on one stream: states can be large, and each wait for a window is a round trip.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;

/// The same for all streams of a connection together.
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;

/// Serves until the shutdown.
///
/// # Errors
/// Those of the transport as a whole; a connection that fails is no error.
pub(super) async fn serve(
    incoming: impl Stream<Item = Result<Connection, Infallible>>,
    routes: Routes,
    shutdown: &Shutdown,
) -> Result<(), tonic::transport::Error> {
    let serving = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .serve_with_incoming_shutdown(routes.prepare(), incoming, shutdown.begun());
    let out_of_patience = async {
        shutdown.begun().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = serving => outcome,
        () = out_of_patience => Ok(()),
    }
}
