//! Started by a developer with `-debug`.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::time::timeout;

use crate::plugin_caller::{Handshake, Launch};
use crate::{SERVING, SOON, health};

#[tokio::test]
async fn it_says_how_to_attach_serves_without_tls_and_ends_with_ctrl_c() {
    serves_until(Signal::SIGINT).await;
}

#[tokio::test]
async fn it_ends_with_sigterm_too() {
    serves_until(Signal::SIGTERM).await;
}

async fn serves_until(signal: Signal) {
    let environment = [
        ("TF_PLUGIN_MAGIC_COOKIE", None),
        ("PLUGIN_PROTOCOL_VERSIONS", None),
    ]
    .into();
    let launch = Launch {
        arguments: vec!["-debug".into()],
        environment,
        identity: None,
        ..Launch::default()
    };
    let directory = tempfile::tempdir().unwrap();
    let mut child = launch.spawn(&directory);
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let attach = loop {
        let line = timeout(SOON, stdout.next_line())
            .await
            .unwrap()
            .unwrap()
            .expect("no line to attach");
        if let Some(value) = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='") {
            break serde_json::from_str::<Value>(value.strip_suffix('\'').unwrap()).unwrap();
        }
    };
    let provider = &attach["alivpn/alivpn"];
    let pid = child.id().unwrap();
    assert_eq!(provider["Protocol"], "grpc");
    assert_eq!(provider["ProtocolVersion"], 5);
    assert_eq!(provider["Pid"], pid);
    assert_eq!(provider["Test"], true);
    assert_eq!(provider["Addr"]["Network"], "unix");
    let socket = provider["Addr"]["String"].as_str().unwrap();
    let channel = Handshake::parse(&format!("1|5|unix|{socket}|grpc|")).connect(None);
    assert_eq!(health(&channel, "plugin").await.unwrap(), SERVING);

    // What closes its streams here is a terminal, not a caller.
    drop(stdout);
    drop(channel);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(
        child.try_wait().unwrap(),
        None,
        "a developer's process waits for the next Terraform"
    );

    kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
    assert!(
        timeout(SOON, child.wait())
            .await
            .unwrap()
            .unwrap()
            .success(),
        "{signal}"
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    let mut words = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut words)
        .await
        .unwrap();
    assert_eq!(words, "", "calm");
}
