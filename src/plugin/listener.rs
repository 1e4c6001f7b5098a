//! The socket that the caller connects to, and the files that go with it.
//!
//! A Unix socket is the rule: the file system says who may connect. TCP on loopback is for systems without one; there only
//! the pinned certificate keeps others out.

use std::io;
use std::net::{Ipv4Addr, TcpListener as StdTcpListener};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::handshake::{Address, Terms};

/// A byte stream of either network.
pub(super) trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A bound, listening socket.
#[derive(Debug)]
pub(super) enum Socket {
    /// A Unix socket.
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
    /// A TCP socket on loopback.
    Tcp(TcpListener),
}

impl Socket {
    /// Waits for the next connection. Cancelling loses none.
    ///
    /// # Errors
    /// What the system says; the next connection may still succeed.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn ByteStream>> {
        match self {
            #[cfg(unix)]
            Self::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let stream = listener.accept().await?.0;
                // Nagle's algorithm against delayed acknowledgements costs 40 ms a message.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// Where the process listens. What was created for it is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Listening {
    /// The address for the caller.
    pub(super) address: Address,
    // Before the folder: fields are dropped in this order.
    _socket: Option<tempfile::TempPath>,
    _directory: Option<tempfile::TempDir>,
}

/// Listens as the terms ask: a Unix socket where there are such, TCP otherwise. Needs a runtime.
///
/// # Errors
/// When neither can be had; the sentence names the folder or the ports.
pub(super) fn listen(terms: &Terms) -> Result<(Socket, Listening), ListenError> {
    #[cfg(unix)]
    match unix::listen(terms) {
        Ok(listening) => return Ok(listening),
        // The temporary folder may be too deep for a socket's path. Without TLS anybody on the machine could use the port.
        Err(error) if unix_is_optional(terms) => {
            tracing::warn!(%error, "no Unix socket could be had, listening on TCP instead");
        }
        Err(error) => return Err(error),
    }
    listen_on_tcp(terms.ports.clone())
}

#[cfg(unix)]
fn unix_is_optional(terms: &Terms) -> bool {
    terms.client_certificate.is_some()
        && terms.socket_directory.is_none()
        && terms.socket_group.is_none()
}

fn listen_on_tcp(ports: RangeInclusive<u16>) -> Result<(Socket, Listening), ListenError> {
    let (lowest, highest) = (*ports.start(), *ports.end());
    let bind = |port| {
        let listener = StdTcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = Address::Tcp(listener.local_addr()?);
        Ok((
            Socket::Tcp(TcpListener::from_std(listener)?),
            Listening {
                address,
                _socket: None,
                _directory: None,
            },
        ))
    };
    let mut refusal = io::Error::from(io::ErrorKind::AddrInUse);
    for port in ports {
        match bind(port) {
            Ok(listening) => return Ok(listening),
            Err(error) => refusal = error,
        }
    }
    Err(ListenError::Tcp {
        lowest,
        highest,
        source: refusal,
    })
}

#[cfg(unix)]
mod unix {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::path::Path;

    use nix::unistd::Group;
    use tokio::net::UnixListener;

    use super::*;

    /// The prefix of what is created; short, since a socket's path has about a hundred bytes.
    const PREFIX: &str = "plugin";

    pub(super) fn listen(terms: &Terms) -> Result<(Socket, Listening), ListenError> {
        let group = terms.socket_group.as_deref().map(group_id).transpose()?;
        let (directory, own) = match &terms.socket_directory {
            Some(named) => (named.clone(), None),
            None => {
                let own = private_directory(group)?;
                (own.path().to_owned(), Some(own))
            }
        };
        let failed = |source| ListenError::Unix {
            directory: directory.clone(),
            source,
        };
        let (socket, path) = tempfile::Builder::new()
            .prefix(PREFIX)
            .make_in(&directory, |path| UnixListener::bind(path))
            .map_err(failed)?
            .into_parts();
        share(&path, group, 0o600, 0o660).map_err(failed)?;
        let address = path
            .to_str()
            .filter(|text| !text.contains(['|', '\n', '\r']));
        let Some(address) = address.map(str::to_owned) else {
            return Err(ListenError::Unspeakable { directory });
        };
        let address = Address::Unix(address);
        Ok((
            Socket::Unix(socket),
            Listening {
                address,
                _socket: Some(path),
                _directory: own,
            },
        ))
    }

    fn private_directory(group: Option<u32>) -> Result<tempfile::TempDir, ListenError> {
        let failed = |source| ListenError::Unix {
            directory: std::env::temp_dir(),
            source,
        };
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(failed)?;
        share(directory.path(), group, 0o700, 0o710).map_err(failed)?;
        Ok(directory)
    }

    /// Gives `path` the mode `alone`, or to the group with the mode `shared`.
    fn share(path: &Path, group: Option<u32>, alone: u32, shared: u32) -> io::Result<()> {
        match group {
            None => set_permissions(path, Permissions::from_mode(alone)),
            Some(group) => {
                chown(path, None, Some(group))?;
                set_permissions(path, Permissions::from_mode(shared))
            }
        }
    }

    fn group_id(group: &str) -> Result<u32, ListenError> {
        if let Ok(id) = group.parse() {
            return Ok(id);
        }
        match Group::from_name(group) {
            Ok(Some(found)) => Ok(found.gid.as_raw()),
            Ok(None) | Err(_) => Err(ListenError::Group {
                group: group.to_owned(),
            }),
        }
    }
}

/// Why the process could not listen.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListenError {
    /// No Unix socket in the folder.
    #[error("cannot create a socket in {}: {source}", directory.display())]
    Unix {
        /// The caller's folder, or the one for temporary files.
        directory: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The path cannot be written into the handshake line.
    #[error("cannot tell the caller of a socket in {}: the path has a \"|\", a line break or is not UTF-8", directory.display())]
    Unspeakable {
        /// The folder.
        directory: PathBuf,
    },
    /// `PLUGIN_UNIX_SOCKET_GROUP` names no group.
    #[error("PLUGIN_UNIX_SOCKET_GROUP is {group:?}, which is neither a group nor a number")]
    Group {
        /// The value.
        group: String,
    },
    /// No port of the range could be had.
    #[error("cannot listen on 127.0.0.1, ports {lowest} to {highest}: {source}")]
    Tcp {
        /// The lower end.
        lowest: u16,
        /// The upper end.
        highest: u16,
        /// What the system said of the last port.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(listening: &Listening) -> u16 {
        match listening.address {
            Address::Tcp(address) => address.port(),
            Address::Unix(_) => panic!("{:?}", listening.address),
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_passed_over_and_a_range_without_a_free_one_is_an_error() {
        // Three neighbours that were free a moment ago; tried again when another test takes one of them.
        for _ in 0..50 {
            let (first, at_first) = listen_on_tcp(0..=0).unwrap();
            let lowest = port(&at_first);
            let Ok((second, at_second)) = listen_on_tcp(lowest..=lowest.saturating_add(1)) else {
                continue;
            };
            assert_eq!(port(&at_second), lowest + 1);
            let error = listen_on_tcp(lowest..=lowest + 1).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!(
                    "cannot listen on 127.0.0.1, ports {lowest} to {}",
                    lowest + 1
                )),
                "{error}"
            );
            drop((first, second));
            return;
        }
        panic!("never two free ports side by side");
    }

    #[tokio::test]
    async fn tcp_connections_do_not_wait_for_acknowledgements() {
        let (socket, listening) = listen_on_tcp(0..=0).unwrap();
        let Socket::Tcp(listener) = &socket else {
            panic!("{socket:?}")
        };
        let client = tokio::net::TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(client, socket.accept());
        accepted.unwrap();
        client.unwrap();
        assert_eq!(listening.address.network(), "tcp");
    }
}
