//! Connections that can be broken off. An injected reset must reach the client as one: a TCP RST, never an HTTP answer. So every accepted
//! connection hands its requests a [`Connection`], through which a handler breaks it, and all of them break when the emulator stops.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A handle to the connection that a request came on.
#[derive(Debug, Clone)]
pub struct Connection {
    broken: CancellationToken,
    abortive: Arc<AtomicBool>,
}

impl Connection {
    /// Breaks the connection off with a TCP reset.
    pub fn reset(&self) {
        self.abortive.store(true, Ordering::Release);
        self.broken.cancel();
    }
}

impl Connected<IncomingStream<'_, BreakableListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        stream.io().connection.clone()
    }
}

/// Accepts connections that break when `stopped` is cancelled.
#[derive(Debug)]
pub struct BreakableListener {
    listener: TcpListener,
    stopped: CancellationToken,
}

impl BreakableListener {
    /// Takes a bound listener over.
    pub fn new(listener: TcpListener, stopped: CancellationToken) -> Self {
        Self { listener, stopped }
    }
}

impl Listener for BreakableListener {
    type Io = BreakableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (BreakableStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Answers are small and must not wait for more; where this fails they are merely late.
        let _ = stream.set_nodelay(true);
        let connection = Connection {
            broken: self.stopped.child_token(),
            abortive: Arc::default(),
        };
        let broken = Box::pin(connection.broken.clone().cancelled_owned());
        let stream = BreakableStream {
            stream,
            connection,
            broken,
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A TCP stream that fails from the moment it is broken off.
#[derive(Debug)]
pub struct BreakableStream {
    stream: TcpStream,
    connection: Connection,
    broken: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl BreakableStream {
    /// Fails once the connection is broken off, and wakes the task when that happens.
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.connection.broken.is_cancelled() || self.broken.as_mut().poll(context).is_ready() {
            if self.connection.abortive.load(Ordering::Acquire) {
                self.stream.set_zero_linger()?;
            }
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl AsyncRead for BreakableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
