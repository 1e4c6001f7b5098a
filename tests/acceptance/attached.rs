//! Terraform attached to a provider that a developer started with `-debug`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::emulator::Emulator;
use crate::terraform::{Workspace, server};

/// For what should take milliseconds, on a machine that may be busy.
const SOON: Duration = Duration::from_secs(10);

/// A provider under a developer's eyes; it is killed when dropped.
struct Debugged(Child);

impl Drop for Debugged {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Debugged {
    /// Starts it with the emulator's keys in its own environment, and reads what Terraform is to be told.
    fn start(folder: &Path) -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_terraform-provider-alivpn"))
            .arg("-debug")
            .env_clear()
            .env("TMPDIR", folder)
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the provider starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let provider = Self(child);
        let attach = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let value = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='")?;
                Some(value.strip_suffix('\'')?.to_owned())
            })
            .expect("a line that says how to attach");
        (provider, attach)
    }

    /// Ends it as a developer does, and waits for it.
    fn end(mut self) -> bool {
        let pid = Pid::from_raw(self.0.id().try_into().expect("a process ID fits"));
        kill(pid, Signal::SIGINT).expect("it takes a signal");
        let begun = Instant::now();
        while begun.elapsed() < SOON {
            if let Some(status) = self.0.try_wait().expect("it can be waited for") {
                return status.success();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

#[test]
fn terraform_works_attached_and_leaves_the_process_to_the_developer() {
    let emulator = Emulator::start(&["--converge", "0.3s"]);
    let mut workspace = Workspace::empty();
    let (mut provider, attach) = Debugged::start(&workspace.temporary_files());
    workspace.environment("TF_REATTACH_PROVIDERS", &attach);
    // No binary that Terraform could start instead, and no key but those of the process.
    workspace.write_file("nothing.tfrc", "");
    let nothing = workspace.path().join("nothing.tfrc");
    workspace.environment("TF_CLI_CONFIG_FILE", &nothing.display().to_string());
    workspace.provider(&format!(
        "  region = \"cn-hangzhou\"\n  endpoints {{\n    vpc = \"{}\"\n  }}",
        emulator.endpoint()
    ));

    workspace.write(&server("this", "  name = \"before\""));
    workspace.apply().exits(0);
    workspace.plan().exits(0);
    workspace.write(&server("this", "  name = \"after\""));
    workspace.apply().exits(0);
    assert_eq!(workspace.attributes()["name"], "after");
    assert_eq!(emulator.servers().len(), 1);
    workspace.destroy().exits(0);
    assert_eq!(emulator.servers().len(), 0);

    let running = provider.0.try_wait().expect("it can be waited for");
    assert_eq!(running, None, "five runs later it serves on");
    assert!(provider.end(), "Ctrl-C is a good end");
    let left = std::fs::read_dir(workspace.temporary_files()).expect("a folder can be listed");
    assert_eq!(left.count(), 0, "neither socket nor folder");
}
