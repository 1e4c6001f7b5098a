//! `alivpn demo`: what a person runs first.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::executable;
use crate::terraform::{Core, terraform};

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

/// A folder that holds nothing but the Terraform of these tests, or their OpenTofu.
fn folder_with_terraform() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let link = folder.path().join(Core::at_hand().program());
    std::os::unix::fs::symlink(terraform(), link).expect("a link");
    folder
}

#[track_caller]
fn is_empty(folder: &Path) {
    if Core::at_hand().is_opentofu {
        // Whatever its command, OpenTofu itself makes this folder in the home. Only when empty can it be removed so.
        let _ = fs::remove_dir(folder.join(".terraform.d"));
    }
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
    let (_, drift) = printed.split_once("5/7").expect("a step of drift");
    let findings: Vec<&str> = drift
        .lines()
        .filter_map(|line| line.trim().strip_prefix("ok: "))
        .collect();
    assert!(findings[0].starts_with("drift found"), "{printed}");
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

/// Ends a demo in its first steps by `end`, and sees that neither a process nor a file of it is left.
fn ended_by(end: impl FnOnce(Pid)) {
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
    end(group);
    let begun = Instant::now();
    let is_late = || begun.elapsed() > Duration::from_secs(15);
    let status = loop {
        if let Some(status) = demo.try_wait().expect("the demo can be waited for") {
            break status;
        }
        if is_late() {
            let _ = killpg(group, Signal::SIGKILL);
            panic!("the demo goes on");
        }
        thread::sleep(Duration::from_millis(20));
    };
    // A group without a process takes no signal, not even the one that is none.
    while killpg(group, None).is_ok() {
        if is_late() {
            let _ = killpg(group, Signal::SIGKILL);
            panic!("a process of the demo goes on");
        }
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(status.code(), Some(1));
    is_empty(temporary_files.path());
}

#[test]
fn an_interrupted_demo_ends_and_leaves_nothing_behind() {
    ended_by(|group| killpg(group, Signal::SIGINT).expect("the process group takes a signal"));
}

#[test]
fn a_demo_that_alone_is_told_to_end_leaves_nothing_behind() {
    ended_by(|demo| kill(demo, Signal::SIGTERM).expect("the demo takes a signal"));
}

#[test]
fn a_demo_that_nobody_reads_still_tells_by_its_status_what_went_wrong() {
    let temporary_files = tempfile::tempdir().expect("a temporary folder");
    let path = tempfile::tempdir().expect("a temporary folder");
    executable::write(b"#!/bin/sh\n", &path.path().join("terraform"));
    let mut demo = demo(temporary_files.path(), path.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    drop(demo.stdout.take());
    let output = demo.wait_with_output().expect("the demo can be waited for");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("expected one successful CreateSslVpnServer"),
        "{errors}"
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_named_with_the_way_out() {
    let path = folder_with_terraform();
    let output = demo(Path::new("/nonexistent"), path.path())
        .output()
        .expect("the demo runs");
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(
        printed.contains("/nonexistent/") && printed.contains("TMPDIR"),
        "{printed}"
    );
}
