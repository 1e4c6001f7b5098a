//! Programs that a test puts into a folder and then starts.

use std::path::Path;
use std::process::Command;

/// Puts a copy of this file there that can be executed.
///
/// By a process of its own: a file that is open for writing cannot be executed (`ETXTBSY`), and a process that another
/// thread starts while this one writes would hold it open for as long as it takes to become another program.
pub fn install(from: &Path, to: &Path) {
    let status = Command::new("install")
        .args(["-m", "755"])
        .args([from, to])
        .status();
    assert!(
        status.expect("a program of every system").success(),
        "{}",
        to.display()
    );
}

/// Puts a program of these bytes there.
pub fn write(program: &[u8], to: &Path) {
    let written = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(written.path(), program).expect("a file can be written");
    install(written.path(), to);
}
