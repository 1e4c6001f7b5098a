//! `alivpn demo`: what a person runs first.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::terraform::terraform;

/// The demo as it would run outside of cargo, with a folder for temporary files and a PATH.
fn demo(temporary_files: &Path, path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alivpn"));
    command
        .arg("demo")
        .env_clear()
        .env("PATH", path)
        .env("HOME", temporary_files)
        .env("TMPDIR", temporary_files)
        .stdin(Stdio::null());
    command
}

/// A folder that holds nothing but the Terraform of these tests.
fn folder_with_terraform() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::os::unix::fs::symlink(terraform(), folder.path().join("terraform")).expect("a link");
    folder
}

#[track_caller]
fn is_empty(folder: &Path) {
    let left: Vec<_> = fs::read_dir(folder)
        .expect("a folder can be listed")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn the_demo_shows_every_step_and_leaves_nothing_behind() {
    let temporary_files = tempfile::tempdir().expect("a temporary folder");
    let path = folder_with_terraform();
    let output = demo(temporary_files.path(), path.path())
        .output()
        .expect("the demo runs");
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{printed}");
    for step in 1..=7 {
        assert!(
            printed.contains(&format!("{step}/7")),
            "no step {step}:\n{printed}"
        );
    }
    for call in [
        "CreateSslVpnServer",
        "ModifySslVpnServer",
        "DescribeVpnGateway",
        "DeleteSslVpnServer",
    ] {
        assert!(printed.contains(call), "{call} is not shown:\n{printed}");
    }
    is_empty(temporary_files.path());
}

#[test]
fn without_terraform_the_demo_says_what_is_missing() {
    let temporary_files = tempfile::tempdir().expect("a temporary folder");
    let output = demo(temporary_files.path(), temporary_files.path())
        .output()
        .expect("the demo runs");
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(
        printed.contains("terraform") && printed.contains("PATH"),
        "{printed}"
    );
}

#[test]
fn an_interrupted_demo_ends_and_leaves_nothing_behind() {
    let temporary_files = tempfile::tempdir().expect("a temporary folder");
    let path = folder_with_terraform();
    let mut demo = demo(temporary_files.path(), path.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("the demo starts");
    // Anywhere in the first steps.
    thread::sleep(Duration::from_secs(2));
    let group = Pid::from_raw(demo.id().try_into().expect("a process ID fits"));
    killpg(group, Signal::SIGINT).expect("the process group takes a signal");
    let begun = Instant::now();
    while demo
        .try_wait()
        .expect("the demo can be waited for")
        .is_none()
    {
        if begun.elapsed() > Duration::from_secs(15) {
            let _ = killpg(group, Signal::SIGKILL);
            panic!("the demo goes on after Ctrl-C");
        }
        thread::sleep(Duration::from_millis(20));
    }
    is_empty(temporary_files.path());
}
