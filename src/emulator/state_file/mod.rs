//! `--state FILE`: what the account has outlives the emulator.
//!
//! `account` is what the file holds, pure; `keeper` writes it after every change. Here is the file itself: it is replaced as a whole or not
//! at all, only its owner can read it, one emulator at a time has it, and what is no emulator's state is left as it is.

mod account;
mod keeper;

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
        let name = next_name(&self.path);
        remove_left_over(&folder.join(&name)).map_err(|error| {
            let text = format!("{} is in the way: {error}", name.display());
            io::Error::new(error.kind(), text)
        })?;
        // Only its owner can read a temporary file, and so the file that it becomes. It is always the same one, and nothing before it.
        let mut next = tempfile::Builder::new()
            .prefix(&name)
            .rand_bytes(0)
            .tempfile_in(folder)?;
        next.as_file().try_lock()?;
        next.write_all(text.as_bytes())?;
        next.as_file().sync_all()?;
        let file = match &self.held {
            Some(_) => next.persist(&self.path)?,
            // What somebody else put there meanwhile is not ours.
            None => next.persist_noclobber(&self.path)?,
        };
        self.held = Some(file);
        // That the file has its name is the folder's to remember. Some file systems do not sync folders; it is written all the same.
        #[cfg(unix)]
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// The name of the temporary file beside the state: hidden, and nobody else's.
fn next_name(path: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".alivpn-next");
    name
}

/// Removes the temporary file of an emulator that was killed amid a write: it has private keys. Not that of one that is just writing.
fn remove_left_over(path: &Path) -> io::Result<()> {
    let _held = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(metadata) if metadata.is_file() => {
            let file = File::open(path)?;
            file.try_lock()?;
            Some(file)
        }
        // Where a link points is nobody's business here.
        Ok(_) => None,
    };
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(names_in(folder.path()), ["state.json"]);
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

    fn names_in(folder: &Path) -> Vec<std::ffi::OsString> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_emulator_left_of_a_write_goes_with_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let next = folder.path().join(".state.json.alivpn-next");
        for _ in 0..2 {
            fs::write(&next, "half of a state with keys").unwrap();
            let (mut file, _) = StateFile::open(&path).unwrap();
            file.write(&empty()).unwrap();
            assert_eq!(names_in(folder.path()), ["state.json"]);
        }
    }

    #[test]
    fn what_another_emulator_is_just_writing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let next = folder.path().join(".state.json.alivpn-next");
        fs::write(&next, "half").unwrap();
        let writing = File::open(&next).unwrap();
        writing.try_lock().unwrap();
        let (mut file, _) = StateFile::open(&folder.path().join("state.json")).unwrap();
        assert!(matches!(
            file.write(&empty()),
            Err(StateFileError::Write { .. })
        ));
        assert_eq!(names_in(folder.path()), [".state.json.alivpn-next"]);
        assert_eq!(fs::read_to_string(&next).unwrap(), "half");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_next_state_is_not_followed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "somebody's").unwrap();
        let path = folder.path().join("state.json");
        std::os::unix::fs::symlink(&elsewhere, folder.path().join(".state.json.alivpn-next"))
            .unwrap();
        let (mut file, _) = StateFile::open(&path).unwrap();
        file.write(&empty()).unwrap();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "somebody's");
        assert_eq!(names_in(folder.path()), ["elsewhere", "state.json"]);
        let metadata = fs::symlink_metadata(&path).unwrap();
        assert!(metadata.is_file() && metadata.permissions().mode() & 0o777 == 0o600);
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
