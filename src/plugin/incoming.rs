//! From a listening socket to connections that are ready for gRPC.
//!
//! Every connection shakes hands in a task of its own with a time limit: a peer that is slow, silent or wrong delays nobody.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tonic::transport::server::Connected;

use super::listener::{ByteStream, Socket};

/// How long a peer may take for the TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// The pause after the system refuses to accept, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Ready connections that wait for the server to take them.
const BACKLOG: usize = 16;

/// Says whether anybody is connected. Clones speak of the same connections.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence(Arc<AtomicUsize>);

impl Presence {
    /// Whether a connection is open, ready or still shaking hands.
    pub(super) fn anybody(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn enter(&self) -> Guest {
        self.0.fetch_add(1, Ordering::Relaxed);
        Guest(self.clone())
    }
}

/// Counts as present until it is dropped.
#[derive(Debug)]
struct Guest(Presence);

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Accepts connections for as long as the returned stream lives.
pub(super) fn incoming(
    socket: Socket,
    acceptor: Option<TlsAcceptor>,
    presence: Presence,
) -> impl Stream<Item = Result<Connection, Infallible>> {
    let (ready, connections) = mpsc::channel(BACKLOG);
    tokio::spawn(accept(socket, acceptor, presence, ready));
    unfold(connections, |mut connections| async {
        Some((Ok(connections.recv().await?), connections))
    })
}

async fn accept(
    socket: Socket,
    acceptor: Option<TlsAcceptor>,
    presence: Presence,
    ready: mpsc::Sender<Connection>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            () = ready.closed() => return,
        };
        let stream = match accepted {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let guest = presence.enter();
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            if let Some(stream) = secure(stream, acceptor).await {
                // An error means that the server ends, and the connection with it.
                let _ = ready
                    .send(Connection {
                        stream,
                        _guest: guest,
                    })
                    .await;
            }
        });
    }
}

/// Shakes hands where TLS is asked for; `None` when the peer is not who it should be, or takes too long.
async fn secure(
    stream: Box<dyn ByteStream>,
    acceptor: Option<TlsAcceptor>,
) -> Option<Box<dyn ByteStream>> {
    let Some(acceptor) = acceptor else {
        return Some(stream);
    };
    match timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a connection was refused: its TLS handshake failed");
            None
        }
        Err(_) => {
            tracing::warn!(
                "a connection was refused: its TLS handshake took more than {HANDSHAKE_LIMIT:?}"
            );
            None
        }
    }
}

/// A connection that is ready for gRPC.
pub(super) struct Connection {
    stream: Box<dyn ByteStream>,
    _guest: Guest,
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::plugin::tls;

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_says_nothing_is_let_go() {
        let acceptor = tls::identity(vec![0].into()).unwrap().acceptor;
        let (_silent, stream) = tokio::io::duplex(64);
        let before = Instant::now();
        assert!(secure(Box::new(stream), Some(acceptor)).await.is_none());
        assert_eq!(before.elapsed().as_secs(), HANDSHAKE_LIMIT.as_secs());
    }

    #[test]
    fn somebody_is_present_until_the_last_guest_has_left() {
        let presence = Presence::default();
        let guests = (presence.enter(), presence.enter());
        drop(guests.0);
        assert!(presence.anybody());
        drop(guests.1);
        assert!(!presence.anybody());
    }
}
