//! Terraform for the demo: finding it, finding or building the provider, running a command in the work folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::process::Command;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::folder::CLI_CONFIGURATION;

/// After Ctrl-C, which reaches Terraform as well, it has this long to save its state.
const GRACE: Duration = Duration::from_secs(5);

/// Variables of the user's that would change what the demo does.
const FOREIGN: [&str; 3] = ["TF_", "ALIBABA_CLOUD_", "ALICLOUD_"];

/// Terraform in the work folder.
pub struct Terraform {
    binary: PathBuf,
    folder: PathBuf,
    interrupt: CancellationToken,
}

/// A command that came to its end.
#[derive(Debug)]
pub struct Run {
    /// As a person would type it.
    pub command: String,
    /// The exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// What it printed, errors last.
    pub printed: String,
    /// From start to end.
    pub elapsed: Duration,
}

impl Terraform {
    /// Runs this binary in that folder until interrupted.
    pub fn new(binary: PathBuf, folder: &Path, interrupt: CancellationToken) -> Self {
        Self {
            binary,
            folder: folder.to_owned(),
            interrupt,
        }
    }

    /// The binary's own name, `terraform` or `tofu`.
    pub fn name(&self) -> String {
        self.binary
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    /// Runs a command to its end, whatever that is.
    ///
    /// # Errors
    /// When it cannot be started, or Ctrl-C was pressed.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<Run> {
        ensure!(!self.interrupt.is_cancelled(), "interrupted");
        let begun = Instant::now();
        let child = Command::new(&self.binary)
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| !is_foreign(name)))
            .env("TF_CLI_CONFIG_FILE", self.folder.join(CLI_CONFIGURATION))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.binary.display()))?;
        let mut end = Box::pin(child.wait_with_output());
        let output = tokio::select! {
            output = &mut end => output.context("lost sight of Terraform")?,
            () = self.interrupt.cancelled() => {
                let _ = timeout(GRACE, end).await;
                bail!("interrupted");
            }
        };
        let printed =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        Ok(Run {
            command: as_typed(&self.name(), arguments),
            status: output.status.code(),
            printed: printed.concat(),
            elapsed: begun.elapsed(),
        })
    }
}

/// The command without the arguments that only a program needs.
fn as_typed(name: &str, arguments: &[&str]) -> String {
    const NOT_FOR_PEOPLE: [&str; 3] = ["-no-color", "-input=false", "-auto-approve"];
    let mut words = vec![name];
    words.extend(
        arguments
            .iter()
            .filter(|argument| !NOT_FOR_PEOPLE.contains(argument)),
    );
    words.join(" ")
}

fn is_foreign(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    FOREIGN.iter().any(|prefix| name.starts_with(prefix))
}

/// Terraform on PATH, or else OpenTofu.
///
/// # Errors
/// When there is neither.
pub fn find() -> anyhow::Result<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    find_in(&folders).context(
        "neither terraform nor tofu is on PATH: the demo runs the real one. \
         Install Terraform 1.0 or newer, or OpenTofu, and run the demo again",
    )
}

fn find_in(folders: &OsString) -> Option<PathBuf> {
    let named = |name: &str| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(folders)
            .map(|folder| folder.join(&file))
            .find(|path| is_program(path))
    };
    named("terraform").or_else(|| named("tofu"))
}

fn is_program(path: &Path) -> bool {
    let Ok(about) = path.metadata() else {
        return false;
    };
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let executable = true;
    about.is_file() && executable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_settings_do_not_reach_terraform() {
        for (name, foreign) in [
            ("TF_LOG", true),
            ("ALIBABA_CLOUD_REGION", true),
            ("ALICLOUD_ACCESS_KEY", true),
            ("PATH", false),
            ("HOME", false),
        ] {
            assert_eq!(is_foreign(&name.into()), foreign, "{name}");
        }
    }

    #[test]
    fn a_command_is_shown_as_a_person_types_it() {
        assert_eq!(
            as_typed("terraform", &["apply", "-no-color", "-auto-approve"]),
            "terraform apply"
        );
        assert_eq!(
            as_typed("tofu", &["plan", "-refresh-only"]),
            "tofu plan -refresh-only"
        );
    }

    #[test]
    fn only_programs_are_found_and_terraform_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().as_os_str().to_owned();
        assert_eq!(find_in(&path), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let program = |name: &str, mode: u32| {
                let file = folder.path().join(name);
                std::fs::write(&file, "").unwrap();
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
                file
            };
            program("terraform", 0o644);
            let tofu = program("tofu", 0o755);
            assert_eq!(find_in(&path), Some(tofu));
            let terraform = program("terraform", 0o755);
            assert_eq!(find_in(&path), Some(terraform));
        }
    }
}
