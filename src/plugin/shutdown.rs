//! The end of the process: who may ask for it, and who is told.
//!
//! Terraform speaks through RPCs. Ctrl-C reaches the whole process group, so that a plugin that heeded SIGINT would be gone
//! while Terraform still winds up: it is heard and ignored, but for a process that a developer started with `-debug`. A closed
//! terminal is no different: under `nohup` Terraform goes on, and when it ends the orphan's watch follows it.

use std::io;

use tokio_util::sync::CancellationToken;

/// Tells everybody that the process ends. Clones are the same shutdown.
#[derive(Debug, Clone, Default)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// Begins the shutdown. Again is the same as once.
    pub fn begin(&self) {
        self.0.cancel();
    }

    /// Completes when the shutdown has begun; at once if it has already.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        self.0.clone().cancelled_owned()
    }

    /// A token that is cancelled when the shutdown begins. Cancelling it does not begin one.
    pub fn token(&self) -> CancellationToken {
        self.0.child_token()
    }
}

/// What a Ctrl-C, or the end of the terminal, means to this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interrupt {
    /// Nothing: it is meant for the caller.
    Ignored,
    /// The end.
    Ends,
}

/// Listens for signals from now on. Needs a runtime.
///
/// # Errors
/// When the system does not let a handler be installed.
#[cfg(unix)]
pub(super) fn heed_signals(shutdown: &Shutdown, interrupt: Interrupt) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminations = signal(SignalKind::terminate())?;
    let mut interrupts = signal(SignalKind::interrupt())?;
    // What is heard is not deadly, whoever listens.
    let mut hangups = signal(SignalKind::hangup())?;
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminations.recv() => {}
            _ = interrupts.recv(), if interrupt == Interrupt::Ends => {}
            _ = hangups.recv(), if interrupt == Interrupt::Ends => {}
            () = shutdown.begun() => {}
        }
        shutdown.begin();
    });
    Ok(())
}

/// Listens for Ctrl-C from now on. Needs a runtime.
///
/// # Errors
/// When the system does not let a handler be installed.
#[cfg(windows)]
pub(super) fn heed_signals(shutdown: &Shutdown, interrupt: Interrupt) -> io::Result<()> {
    let mut interrupts = tokio::signal::windows::ctrl_c()?;
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        while interrupts.recv().await.is_some() {
            if interrupt == Interrupt::Ends {
                shutdown.begin();
            }
        }
    });
    Ok(())
}
