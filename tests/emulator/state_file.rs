//! `--state FILE`: what was answered is there after a restart, whatever ended the emulator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{AT_ONCE, Emulator, GATEWAY};

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state.json")
    }

    /// An emulator with this state; dropping it kills it, as `kill -9` does.
    fn start(&self, flags: &[&str]) -> Emulator {
        let path = self.path();
        let mut arguments = vec!["--state", path.to_str().unwrap()];
        arguments.extend(flags);
        Emulator::start(&arguments)
    }
}

/// How the emulator refuses to start with this state, and exits with 1.
fn refusal(path: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_alivpn"))
        .args(["emulator", "--listen", "127.0.0.1:0", "--state"])
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A certificate with its keys.
async fn keys(emulator: &Emulator, id: &str) -> Value {
    let path = format!("ssl-vpn-client-certs/{id}");
    emulator.control(Method::GET, &path, "").await.done()
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_emulator_was_killed() {
    let place = Place::new();
    let first = place.start(AT_ONCE);
    let server = first
        .created(&[("Name", "office"), ("ClientToken", "create")])
        .await;
    let certificate = first.certified(&server, &[("Name", "ann")]).await;
    let whole = keys(&first, &certificate).await;
    let before = first.state().await;
    drop(first);

    let second = place.start(AT_ONCE);
    assert_eq!(second.state().await, before);
    let again = keys(&second, &certificate).await;
    for part in ["CaCert", "ClientCert", "ClientKey", "ClientConfig"] {
        assert!(again[part] == whole[part], "{part} is another one");
    }
    let another = second.certified(&server, &[]).await;
    let another = keys(&second, &another).await;
    assert!(another["CaCert"] == whole["CaCert"], "another authority");

    let repeated = second
        .create(&[("Name", "office"), ("ClientToken", "create")])
        .await
        .done();
    assert_eq!(repeated["SslVpnServerId"], *server);
    let other = second.create(&[("ClientToken", "create")]).await;
    assert_eq!(other.code(), "IdempotentParameterMismatch");
}

#[tokio::test]
async fn edits_behind_the_api_are_kept_too_and_a_change_under_way_is_over() {
    let place = Place::new();
    let first = place.start(&["--converge", "1h", "--describe-lag", "1h"]);
    let gateway = format!("vpn-gateways/{GATEWAY}");
    let edited = first
        .control(Method::PATCH, &gateway, r#"{"Name":"main"}"#)
        .await;
    edited.done();
    let created = first.create(&[]).await.done();
    assert!(first.servers().await.is_empty());
    drop(first);

    let second = place.start(AT_ONCE);
    assert_eq!(second.status(GATEWAY).await, "active");
    let shown = second.servers().await;
    assert_eq!(shown[0]["SslVpnServerId"], created["SslVpnServerId"]);
    assert_eq!(second.state().await["vpn_gateways"][0]["Name"], "main");
}

#[tokio::test]
async fn the_file_is_for_its_owner_alone_and_nothing_is_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let emulator = place.start(AT_ONCE);
    let server = emulator.created(&[]).await;
    emulator.certified(&server, &[]).await;
    let mode = fs::metadata(place.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names: Vec<_> = fs::read_dir(place.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["state.json"]);
}

#[tokio::test]
async fn what_is_no_state_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let emulator = place.start(AT_ONCE);
    emulator.created(&[]).await;
    drop(emulator);
    let whole = fs::read_to_string(place.path()).unwrap();
    for (text, words) in [
        (String::new(), "it is empty"),
        (r#"{"version":4,"resources":[]}"#.to_owned(), "no state of"),
        (whole[..whole.len() - 20].to_owned(), "it is damaged: EOF"),
        (
            whole.replace("\"TCP\"", "\"SCTP\""),
            "unknown variant `SCTP`",
        ),
    ] {
        fs::write(place.path(), &text).unwrap();
        let errors = refusal(&place.path());
        assert!(
            errors.contains("state.json") && errors.contains(words),
            "{errors}"
        );
        assert_eq!(fs::read_to_string(place.path()).unwrap(), text);
    }
}

#[tokio::test]
async fn one_emulator_at_a_time_has_a_state() {
    let place = Place::new();
    let emulator = place.start(AT_ONCE);
    emulator.created(&[]).await;
    let errors = refusal(&place.path());
    assert!(
        errors.contains("another emulator keeps its state in"),
        "{errors}"
    );
    assert_eq!(emulator.servers().await.len(), 1);
}

#[tokio::test]
async fn an_emulator_that_cannot_keep_its_state_ends_rather_than_answer() {
    let place = Place::new();
    let mut emulator = place.start(AT_ONCE);
    fs::remove_dir_all(place.folder.path()).unwrap();
    let answered = emulator
        .try_call(
            "CreateSslVpnServer",
            &[
                ("VpnGatewayId", GATEWAY),
                ("ClientIpPool", "10.30.30.0/24"),
                ("LocalSubnet", "10.20.20.0/24"),
            ],
        )
        .await;
    assert!(answered.is_err(), "{answered:?}");
    assert_eq!(emulator.child.wait().unwrap().code(), Some(1));
    let errors = refusal(&place.path());
    assert!(errors.contains("cannot be written"), "{errors}");
}

#[tokio::test]
async fn a_state_counts_more_than_what_an_emulator_would_begin_with() {
    let place = Place::new();
    drop(place.start(&["--gateway", "vpn-mine=vpc-mine"]));
    let office = format!(
        "{}/examples/emulator/office.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let again = place.start(&["--scenario", &office]);
    let gateways = &again.state().await["vpn_gateways"];
    assert_eq!(gateways.as_array().unwrap().len(), 1);
    assert_eq!(gateways[0]["VpnGatewayId"], "vpn-mine");
    assert_eq!(again.state().await["ssl_vpn_servers"], json!([]));
}
