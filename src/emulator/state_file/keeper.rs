//! Writes the file after every change, and before the change is answered: who was told that something is done finds it done after a restart.
//! Changes that come while the file is being written share the next write.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Account, StateFile, StateFileError};

/// The file of a running emulator.
#[derive(Debug)]
pub struct Keeper {
    /// The changes that were to be written so far, counted.
    changes: AtomicU64,
    /// How many of them the file has; held while it is written.
    written: tokio::sync::Mutex<u64>,
    file: Arc<Mutex<StateFile>>,
}

impl Keeper {
    /// For a file that this emulator has to itself.
    pub fn new(file: StateFile) -> Self {
        Self {
            changes: AtomicU64::new(0),
            written: tokio::sync::Mutex::new(0),
            file: Arc::new(Mutex::new(file)),
        }
    }

    /// Returns when what was true at the call is in the file; `account` is asked what is true.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn keep(&self, account: impl FnOnce() -> Account) -> Result<(), StateFileError> {
        let change = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut written = self.written.lock().await;
        if *written >= change {
            return Ok(());
        }
        let up_to = self.changes.load(Ordering::SeqCst);
        let account = account();
        let file = Arc::clone(&self.file);
        let write = move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write(&account)
        };
        let result = tokio::task::spawn_blocking(write).await;
        result.unwrap_or_else(|_| {
            let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            Err(StateFileError::Write {
                path: file.path.clone(),
                reason: io::ErrorKind::Interrupted.into(),
            })
        })?;
        *written = up_to;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn changes_that_wait_for_the_file_share_one_write() {
        let folder = tempfile::tempdir().unwrap();
        let (file, _) = StateFile::open(&folder.path().join("state.json")).unwrap();
        let keeper = Keeper::new(file);
        let asked = AtomicU32::new(0);
        let keep = || {
            keeper.keep(|| {
                asked.fetch_add(1, Ordering::SeqCst);
                Account::default()
            })
        };
        // All of them count their change before the first has the file.
        let busy = keeper.written.lock().await;
        let mut waiting: Vec<_> = (0..10).map(|_| Box::pin(keep())).collect();
        for keep in &mut waiting {
            assert!(keep.as_mut().now_or_never().is_none());
        }
        drop(busy);
        for keep in waiting {
            keep.await.unwrap();
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        keep().await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}
