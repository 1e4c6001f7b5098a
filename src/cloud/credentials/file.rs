//! Files of credentials, read whole, off the runtime's threads, and wiped from memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;
use zeroize::Zeroizing;

/// Larger files hold something else.
const LIMIT: u64 = 1024 * 1024;

/// It may be a pipe to which nobody writes, or on a disk that has gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// It does not exist.
    Missing,
    /// Something else.
    Other(String),
}

/// The text of a file.
pub(super) async fn read(path: &Path) -> Result<Zeroizing<String>, Unreadable> {
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || read_now(&path));
    match timeout(PATIENCE, reading).await {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => Err(Unreadable::Other(error.to_string())),
        Err(_) => Err(Unreadable::Other(format!(
            "nothing came of it within {} s",
            PATIENCE.as_secs()
        ))),
    }
}

fn read_now(path: &Path) -> Result<Zeroizing<String>, Unreadable> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Other(error.to_string()),
    };
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    // Room for all of it: a buffer that grows leaves copies behind.
    let room = usize::try_from(size.min(LIMIT)).unwrap_or(0) + 1;
    let mut text = Zeroizing::new(String::with_capacity(room));
    let read = file
        .take(LIMIT + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    if read as u64 > LIMIT {
        return Err(Unreadable::Other(format!(
            "it is larger than {LIMIT} bytes"
        )));
    }
    Ok(text)
}
