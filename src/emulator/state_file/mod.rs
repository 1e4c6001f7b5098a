//! `--state FILE`: what the account has outlives the emulator.
//!
//! `account` is what the file holds, pure; `keeper` writes it after every change. Here is the file itself: it is replaced as a whole or not at all, only its owner can read it, one
//! emulator at a time has it, and what is no emulator's state is left as it is.

mod account;
mod keeper;

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

pub use account::{Account, AccountError};
pub use keeper::Keeper;

/// A state file that this emulator has to itself.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Locked; none while the file is not there yet.
    held: Option<File>,
}

/// Why a state is not kept.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// The file is there and cannot be read.
    #[error("the state file {} cannot be read: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The file cannot be written.
    #[error("the state file {} cannot be written: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// Another emulator has it.
    #[error(
        "another emulator keeps its state in {}: end it, or name another file with --state",
        .0.display()
    )]
    InUse(PathBuf),
    /// Something else's, or damaged.
    #[error(
        "{} holds no state that this emulator can go on with: {reason}. It was left as it is; restore it, or name another file with --state",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: AccountError,
    },
}

impl StateFile {
    /// Takes a file for this emulator, with the account in it; none in a file that is not there yet.
    ///
    /// # Errors
    /// When the file is no state, cannot be read, or is another emulator's.
    pub fn open(path: &Path) -> Result<(Self, Option<Account>), StateFileError> {
        // A link keeps pointing at the file that is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let unreadable = |reason| StateFileError::Read {
            path: path.clone(),
            reason,
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Self { path, held: None }, None));
            }
            Err(error) => return Err(unreadable(error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateFileError::InUse(path)),
            Err(TryLockError::Error(error)) => return Err(unreadable(error)),
        }
        let text = io::read_to_string(&file)
            .map(Zeroizing::new)
            .map_err(unreadable)?;
        let account = text.parse().map_err(|reason| StateFileError::Foreign {
            path: path.clone(),
            reason,
        })?;
        let held = Some(file);
        Ok((Self { path, held }, Some(account)))
    }

    /// Replaces the file. It blocks until the bytes are on the disk.
    ///
    /// # Errors
    /// When it cannot be written: it then is as it was.
    pub fn write(&mut self, account: &Account) -> Result<(), StateFileError> {
        self.replace(&account.to_text())
            .map_err(|reason| StateFileError::Write {
                path: self.path.clone(),
                reason,
            })
    }

    fn replace(&mut self, text: &str) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // Only its owner can read a temporary file, and so the file that it becomes.
        let mut next = NamedTempFile::new_in(folder)?;
        next.write_all(text.as_bytes())?;
        next.as_file().sync_all()?;
        next.as_file().try_lock()?;
        let file = match &self.held {
            Some(_) => next.persist(&self.path)?,
            // What somebody else put there meanwhile is not ours.
            None => next.persist_noclobber(&self.path)?,
        };
        self.held = Some(file);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn empty() -> Account {
        Account::default()
    }

    #[test]
    fn a_new_file_is_for_its_owner_alone_and_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let (mut file, account) = StateFile::open(&path).unwrap();
        assert!(account.is_none() && !path.exists());
        file.write(&empty()).unwrap();
        file.write(&empty()).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["state.json"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn one_emulator_at_a_time_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let (mut first, _) = StateFile::open(&path).unwrap();
        for _ in 0..2 {
            first.write(&empty()).unwrap();
            let second = StateFile::open(&path);
            assert!(
                matches!(second, Err(StateFileError::InUse(_))),
                "{second:?}"
            );
        }
        drop(first);
        assert!(StateFile::open(&path).unwrap().1.is_some());
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let (mut file, _) = StateFile::open(&path).unwrap();
        fs::write(&path, "somebody else's").unwrap();
        assert!(matches!(
            file.write(&empty()),
            Err(StateFileError::Write { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody else's");
    }

    #[test]
    fn what_is_no_state_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        for text in ["", "resource {}", "{}", "[1]"] {
            fs::write(&path, text).unwrap();
            let error = StateFile::open(&path).unwrap_err().to_string();
            assert!(
                error.contains("state.json") && error.contains("left as it is"),
                "{error}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_folder_is_no_file_and_a_missing_folder_takes_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            StateFile::open(folder.path()),
            Err(StateFileError::Read { .. })
        ));
        let (mut file, _) = StateFile::open(&folder.path().join("none/state.json")).unwrap();
        assert!(matches!(
            file.write(&empty()),
            Err(StateFileError::Write { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_goes_on_pointing_at_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("state.json"), folder.path().join("link"));
        StateFile::open(&path).unwrap().0.write(&empty()).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let (mut file, account) = StateFile::open(&link).unwrap();
        assert!(account.is_some());
        file.write(&empty()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
