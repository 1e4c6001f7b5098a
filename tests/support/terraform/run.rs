//! A run of Terraform: its start, its signals, its limit, and what came of it.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;

/// A run under way; it is killed when dropped.
pub struct Running {
    child: Child,
    command: String,
    stdout: PathBuf,
    stderr: PathBuf,
    begun: Instant,
}

impl Running {
    /// Starts a process in a group of its own, with its output in these files; `shown` is what failures call it.
    pub(super) fn start(
        mut command: Command,
        shown: String,
        stdout: PathBuf,
        stderr: PathBuf,
    ) -> Self {
        let child = command
            .stdout(File::create(&stdout).expect("a file for the output"))
            .stderr(File::create(&stderr).expect("a file for the errors"))
            .process_group(0)
            .spawn()
            .expect("Terraform starts");
        Self {
            child,
            command: shown,
            stdout,
            stderr,
            begun: Instant::now(),
        }
    }

    /// Ctrl-C: SIGINT to the whole process group.
    pub fn interrupt(&self) {
        killpg(self.group(), Signal::SIGINT).expect("the process group takes a signal");
    }

    /// Waits for the end; past the limit the run is stopped and the test fails.
    #[track_caller]
    pub fn wait(mut self, limit: Duration) -> Outcome {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the run can be waited for") {
                break status.code();
            }
            if begun.elapsed() > limit {
                let _ = killpg(self.group(), Signal::SIGKILL);
                break None;
            }
            thread::sleep(Duration::from_millis(10));
        };
        let outcome = Outcome {
            command: self.command.clone(),
            status,
            stdout: fs::read_to_string(&self.stdout).unwrap_or_default(),
            stderr: fs::read_to_string(&self.stderr).unwrap_or_default(),
            elapsed: self.begun.elapsed(),
        };
        assert!(
            begun.elapsed() <= limit,
            "not at its end after {limit:?}: {outcome:?}"
        );
        outcome
    }

    fn group(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().expect("a process ID fits"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = killpg(self.group(), Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

/// What a run came to.
pub struct Outcome {
    command: String,
    /// The exit status, none when a signal ended the run.
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// From the start of the process to its end.
    pub elapsed: Duration,
}

impl Outcome {
    /// Fails the test, with the run's output, unless this was the exit status.
    #[track_caller]
    pub fn exits(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }

    /// Fails the test, with the run's output, unless this stands in it, wherever Terraform broke the lines.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "not said: {words:?}\n{self:?}");
        self
    }

    /// The opposite of [`Outcome::says`].
    #[track_caller]
    pub fn does_not_say(&self, words: &str) -> &Self {
        assert!(!self.text().contains(words), "said: {words:?}\n{self:?}");
        self
    }

    /// Fails the test unless the run was shorter than this.
    #[track_caller]
    pub fn within(&self, limit: Duration) -> &Self {
        assert!(self.elapsed < limit, "longer than {limit:?}: {self:?}");
        self
    }

    /// The lines of a run with `-json`.
    pub fn events(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The diagnostics of a run with `-json` that have this severity.
    pub fn diagnostics(&self, severity: &str) -> Vec<Value> {
        let events = self
            .events()
            .into_iter()
            .filter(|event| event["type"] == "diagnostic");
        events
            .map(|event| event["diagnostic"].clone())
            .filter(|diagnostic| diagnostic["severity"] == severity)
            .collect()
    }

    /// Everything that was printed, on one line, without the frames of diagnostics.
    fn text(&self) -> String {
        let printed = format!("{}\n{}", self.stdout, self.stderr);
        let words: Vec<&str> = printed
            .split_whitespace()
            .filter(|word| !["│", "╷", "╵"].contains(word))
            .collect();
        words.join(" ")
    }
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            command,
            status,
            stdout,
            stderr,
            elapsed,
        } = self;
        write!(
            f,
            "`{command}` ended with {status:?} after {elapsed:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
        )
    }
}
