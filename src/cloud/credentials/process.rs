//! Credentials that a program of the user's own writes to its standard output.
//!
//! The command is split into words as a shell would split it, but no shell runs: nothing in it is expanded or substituted.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::cached::Issuer;
use super::{Credentials, Error};
use crate::cloud::answer::{Object, Unreadable};
use crate::cloud::secret::Secret;
use crate::cloud::sts::Issued;

/// It may ask a vault, but nobody answers questions: it has no terminal.
const LIMIT: Duration = Duration::from_secs(60);

/// Longer output is none that is expected.
const LONGEST_OUTPUT: usize = 64 * 1024;

/// A program that writes credentials.
#[derive(Debug)]
pub(super) struct Process {
    /// As it was given. Its arguments may be secrets.
    pub(super) command: Secret,
}

/// The words of a command: quotes and backslashes as in a POSIX shell.
///
/// # Errors
///
/// Says what is wrong, as the end of a sentence about the command.
pub fn split(command: &str) -> Result<Vec<String>, &'static str> {
    match shlex::split(command) {
        None => Err("a quote in it is not closed"),
        Some(words) => match words.first() {
            None => Err("it is empty"),
            // Its value may be a secret, and would be named as the program.
            Some(first) if is_assignment(first) => Err(
                "it begins with an assignment, which is a shell's to make: let it begin with `env`",
            ),
            Some(_) => Ok(words),
        },
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

impl Process {
    fn unusable(&self, reason: impl Into<String>) -> Error {
        Error::Unusable {
            origin: self.origin(),
            reason: reason.into(),
        }
    }

    async fn output(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let words = split(self.command.expose()).map_err(|reason| self.unusable(reason))?;
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| self.unusable("it is empty"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // What goes wrong there may be said with a secret in it.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.unusable(format!("it cannot be started: {error}")))?;
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| self.unusable("its output cannot be read"))?;
        // Room for all of it: a buffer that grows leaves copies behind.
        let mut output = Zeroizing::new(Vec::with_capacity(LONGEST_OUTPUT + 1));
        let read = stdout
            .take(LONGEST_OUTPUT as u64 + 1)
            .read_to_end(&mut output)
            .await
            .map_err(|error| self.unusable(format!("its output cannot be read: {error}")))?;
        if read > LONGEST_OUTPUT {
            return Err(self.unusable(format!("it wrote more than {LONGEST_OUTPUT} bytes")));
        }
        let status = child
            .wait()
            .await
            .map_err(|error| self.unusable(format!("its end cannot be awaited: {error}")))?;
        if !status.success() {
            return Err(self.unusable(format!(
                "it ended with {status}; run it in a terminal to see what it says"
            )));
        }
        Ok(output)
    }
}

fn read(output: &[u8]) -> Result<Issued, Unreadable> {
    let object = Object::parse(output)?;
    let token = object.text("sts_token")?.map(Secret::new);
    let token = match (object.text("mode")?.as_deref(), token) {
        (Some("AK"), _) => None,
        (Some("StsToken"), Some(token)) => Some(token),
        (Some("StsToken"), None) => return Err(Unreadable("sts_token is missing".to_owned())),
        (None, token) => token,
        (Some(_), _) => return Err(Unreadable("mode is neither AK nor StsToken".to_owned())),
    };
    Ok(Issued {
        credentials: Credentials {
            access_key_id: object.required_text("access_key_id")?,
            secret: Secret::new(object.required_text("access_key_secret")?),
            security_token: token,
        },
        expiration: object.time("expiration")?,
    })
}

#[async_trait]
impl Issuer for Process {
    /// Names the program, not its arguments.
    fn origin(&self) -> String {
        match split(self.command.expose()).ok().as_deref() {
            Some([program, ..]) => format!("the process {program}"),
            _ => "the external process".to_owned(),
        }
    }

    async fn issue(&self) -> Result<Issued, Error> {
        let output = timeout(LIMIT, self.output())
            .await
            .map_err(|_| self.unusable(format!("it did not end within {} s", LIMIT.as_secs())))??;
        read(&output).map_err(|error| self.unusable(format!("its output cannot be used: {error}")))
    }

    fn margin(&self) -> Duration {
        Duration::from_secs(3 * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(command: &str) -> Process {
        Process {
            command: Secret::new(command),
        }
    }

    async fn failure(command: &str) -> String {
        process(command).issue().await.unwrap_err().to_string()
    }

    #[test]
    fn words_are_split_as_a_shell_splits_them_and_nothing_is_expanded() {
        let words = split(r#"vault read 'a b' "c \" d" e\ f $HOME `id` $(id) x;y"#).unwrap();
        assert_eq!(
            words,
            [
                "vault", "read", "a b", "c \" d", "e f", "$HOME", "`id`", "$(id)", "x;y"
            ]
        );
        assert!(split("TOKEN=x vault read").is_err());
        assert!(split("env TOKEN=x vault read").is_ok());
        assert!(split("/a=b/vault read").is_ok());
        assert!(split("vault 'read").is_err());
        assert!(split("  ").is_err());
    }

    #[tokio::test]
    async fn no_shell_runs() {
        let output = process("echo $HOME; echo `id` > /nowhere/x")
            .output()
            .await
            .unwrap();
        assert_eq!(output.as_slice(), b"$HOME; echo `id` > /nowhere/x\n");
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_does_not_end_is_given_up() {
        let told = failure("sleep 600").await;
        assert_eq!(
            told,
            "the credentials from the process sleep cannot be used: it did not end within 60 s"
        );
    }

    #[tokio::test]
    async fn a_failure_names_the_program_and_not_its_arguments() {
        for (command, reason) in [
            ("/nowhere/vault --token hunter2", "cannot be started"),
            ("TOKEN=hunter2 vault read", "begin with `env`"),
            ("sh -c 'echo hunter2 >&2; exit 3'", "exit status: 3"),
            ("echo hunter2", "it is not JSON"),
            (
                r#"echo '{"mode":"StsToken","access_key_id":"id","access_key_secret":"hunter2"}'"#,
                "sts_token is missing",
            ),
            (
                r#"echo '{"mode":"hunter2","access_key_id":"id"}'"#,
                "neither AK nor StsToken",
            ),
            ("sh -c 'yes hunter2'", "more than 65536 bytes"),
        ] {
            let told = failure(command).await;
            assert!(told.contains(reason), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
