//! Started by a person.

use crate::outcome;
use crate::plugin_caller::Launch;

/// A launch as from a shell: no cookie, nothing of go-plugin's.
fn by_hand(arguments: &[&str]) -> Launch {
    let variables = [
        "TF_PLUGIN_MAGIC_COOKIE",
        "PLUGIN_PROTOCOL_VERSIONS",
        "PLUGIN_MIN_PORT",
        "PLUGIN_MAX_PORT",
    ];
    Launch {
        arguments: arguments.iter().map(Into::into).collect(),
        environment: variables.map(|name| (name, None)).into(),
        identity: None,
        ..Launch::default()
    }
}

#[tokio::test]
async fn without_the_cookie_it_says_what_it_is_and_touches_nothing() {
    let (output, leftovers) = outcome(by_hand(&[])).await;
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("terraform-provider-alivpn "), "{text}");
    assert!(text.contains("source = \"alivpn/alivpn\""), "{text}");
    assert!(text.contains("alivpn demo"), "{text}");
    assert!(
        output.stdout.is_empty(),
        "standard output is for the handshake"
    );
    assert_eq!(leftovers, 0);
}

#[tokio::test]
async fn a_wrong_cookie_is_none() {
    let mut launch = by_hand(&[]);
    launch
        .environment
        .insert("TF_PLUGIN_MAGIC_COOKIE", Some("another plugin's".into()));
    let (output, leftovers) = outcome(launch).await;
    assert_eq!((output.status.code(), leftovers), (Some(1), 0));
}

#[tokio::test]
async fn version_prints_the_version() {
    for argument in ["-version", "--version"] {
        let (output, _) = outcome(by_hand(&[argument])).await;
        let expected = concat!(
            "terraform-provider-alivpn ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        );
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
        assert!(output.status.success());
    }
}

#[tokio::test]
async fn help_names_the_options() {
    let (output, _) = outcome(by_hand(&["--help"])).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(
        text.contains("-debug") && text.contains("-version"),
        "{text}"
    );
}

#[tokio::test]
async fn an_argument_that_is_not_understood_is_named() {
    let (output, leftovers) = outcome(by_hand(&["--demo"])).await;
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), leftovers), (Some(2), 0));
    assert!(
        text.contains("\"--demo\" is not understood") && text.contains("Usage:"),
        "{text}"
    );
}
