//! The provider block of the tests: where the cloud is, whose credentials, how long to try.

use std::path::Path;

use terraform_provider_alivpn::tf::value::Value;

/// How long the provider is to try, and to wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// As for people.
    Usual,
    /// For what stays, so that it ends soon.
    Short,
    /// For what hangs: an answer that does not come is soon no longer waited for.
    Impatient,
    /// Both.
    ShortImpatient,
}

/// The provider block.
pub fn block(
    endpoint: &str,
    credentials: Vec<(&'static str, Value)>,
    budget: Budget,
) -> Vec<(&'static str, Value)> {
    let mut block = vec![
        ("region", Value::from("cn-hangzhou")),
        (
            "endpoints",
            Value::map([("vpc", Value::from(endpoint)), ("sts", Value::Null)]),
        ),
    ];
    if matches!(budget, Budget::Short | Budget::ShortImpatient) {
        block.push(("max_retries", Value::from(3)));
        block.push(("retry_max_elapsed", Value::from("3s")));
    }
    if matches!(budget, Budget::Impatient | Budget::ShortImpatient) {
        block.push(("read_timeout", Value::from("1s")));
    }
    block.extend(credentials);
    block
}

pub fn pair() -> Vec<(&'static str, Value)> {
    vec![
        ("access_key", Value::from("testid")),
        ("secret_key", Value::from("testsecret")),
    ]
}

/// A program that gives one temporary pair the first time, and another from then on.
pub fn renewing(folder: &Path) -> Vec<(&'static str, Value)> {
    program(folder, &format!("echo '{}'", temporary(2, "second")))
}

/// A program that gives a temporary pair the first time, and fails from then on.
pub fn ending(folder: &Path) -> Vec<(&'static str, Value)> {
    program(folder, "echo 'log in again' >&2; exit 3")
}

fn temporary(number: u8, secret: &str) -> String {
    format!(
        r#"{{"mode":"StsToken","access_key_id":"STS.{number}","access_key_secret":"{secret}","sts_token":"token{number}"}}"#
    )
}

/// A program that gives a temporary pair the first time, and from then on does the other.
fn program(folder: &Path, later: &str) -> Vec<(&'static str, Value)> {
    let script = folder.join("credentials.sh");
    let text = format!(
        "if [ -e {0}/asked ]; then {later}; else touch {0}/asked; echo '{1}'; fi\n",
        folder.display(),
        temporary(1, "first"),
    );
    std::fs::write(&script, text).unwrap();
    let command = format!("sh {}", script.display());
    vec![("process_command", Value::from(command))]
}
