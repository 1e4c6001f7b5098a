//! A plugin whose caller was killed ends by itself, on Unix: neither of the signs below is looked for on Windows.
//!
//! Nobody tells a process that its caller is gone, so it looks now and then. Two signs count, each for a way of starting it:
//! the parent is another one (the caller started it directly), or nobody reads standard output any more and nobody is
//! connected (a shell in between outlives the caller). Standard output alone would not do: a caller may close it once
//! it has read the handshake line.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::parent_id;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::incoming::Presence;
use super::shutdown::Shutdown;

/// The time between two looks; two looks must fit into the two seconds in which the process has to be gone.
const INTERVAL: Duration = Duration::from_millis(400);

/// Looks in a row without a reader and without a connection, after which nobody will come any more.
const LONELY_LOOKS: u32 = 2;

/// What one look shows.
#[derive(Debug, Clone, Copy)]
struct Signs {
    parent: u32,
    is_read: bool,
    is_connected: bool,
}

/// What the looks so far say.
#[derive(Debug)]
struct Judgement {
    parent: u32,
    lonely: u32,
}

impl Judgement {
    /// Whether the caller is gone.
    fn after(&mut self, signs: Signs) -> bool {
        let is_lonely = !signs.is_read && !signs.is_connected;
        self.lonely = if is_lonely {
            self.lonely.saturating_add(1)
        } else {
            0
        };
        signs.parent != self.parent || self.lonely >= LONELY_LOOKS
    }
}

/// Begins the shutdown when the caller is gone. `parent` is the parent's id at the start of the process. Needs a runtime.
pub(super) fn watch(parent: u32, presence: Presence, shutdown: Shutdown) {
    let mut judgement = Judgement { parent, lonely: 0 };
    tokio::spawn(async move {
        let mut looks = tokio::time::interval(INTERVAL);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                () = shutdown.begun() => return,
            }
            let signs = Signs {
                parent: parent_id(),
                is_read: standard_output_is_read(),
                is_connected: presence.anybody(),
            };
            if judgement.after(signs) {
                tracing::warn!("the caller is gone, and so is this process");
                shutdown.begin();
            }
        }
    });
}

/// False when standard output is a pipe or a socket whose other end is closed.
fn standard_output_is_read() -> bool {
    let output = io::stdout();
    let mut polled = [PollFd::new(output.as_fd(), PollFlags::empty())];
    let gone = PollFlags::POLLERR | PollFlags::POLLHUP;
    match poll(&mut polled, PollTimeout::ZERO) {
        Ok(_) => !polled
            .iter()
            .any(|fd| fd.revents().is_some_and(|events| events.intersects(gone))),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Signs = Signs {
        parent: 10,
        is_read: true,
        is_connected: true,
    };

    fn judge(looks: &[Signs]) -> bool {
        let mut judgement = Judgement {
            parent: 10,
            lonely: 0,
        };
        looks.iter().any(|signs| judgement.after(*signs))
    }

    #[test]
    fn another_parent_means_that_the_caller_is_gone() {
        assert!(judge(&[FINE, Signs { parent: 1, ..FINE }]));
    }

    #[test]
    fn a_caller_that_closes_standard_output_but_is_connected_is_served() {
        assert!(!judge(
            &[Signs {
                is_read: false,
                ..FINE
            }; 100]
        ));
    }

    #[test]
    fn a_caller_that_has_not_connected_yet_is_waited_for() {
        assert!(!judge(
            &[Signs {
                is_connected: false,
                ..FINE
            }; 100]
        ));
    }

    #[test]
    fn without_a_reader_and_without_a_connection_twice_in_a_row_the_caller_is_gone() {
        let lonely = Signs {
            is_read: false,
            is_connected: false,
            ..FINE
        };
        assert!(!judge(&[lonely]));
        assert!(!judge(&[lonely, FINE, lonely]));
        assert!(judge(&[FINE, lonely, lonely]));
    }
}
