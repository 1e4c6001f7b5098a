//! Started by a developer with `-debug`.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::ChildStdout;
use tokio::time::timeout;
use tonic::transport::Channel;

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

#[tokio::test]
async fn it_ends_with_its_terminal() {
    serves_until(Signal::SIGHUP).await;
}

/// Whoever watches a caller's end would end with this shell.
#[tokio::test]
async fn it_outlives_the_shell_that_started_it() {
    let product = Launch::default().program;
    let launch = by_a_developer(Launch {
        arguments: vec![
            "-c".into(),
            r#""$1" -debug & wait"#.into(),
            "sh".into(),
            product.into(),
        ],
        program: "/bin/sh".into(),
        ..Launch::default()
    });
    let directory = tempfile::tempdir().unwrap();
    let mut shell = launch.spawn(&directory);
    let mut stdout = BufReader::new(shell.stdout.take().unwrap()).lines();
    let attach = attachment(&mut stdout).await;
    let provider = &attach["alivpn/alivpn"];
    shell.kill().await.unwrap();
    // As long as an orphan that a caller started may take.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        health(&attached(provider), "plugin").await.unwrap(),
        SERVING
    );

    let pid = i32::try_from(provider["Pid"].as_i64().unwrap()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
    let ended = async { while let Ok(Some(_)) = stdout.next_line().await {} };
    timeout(SOON, ended).await.expect("SIGTERM ends it");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// Without what a caller sets.
fn by_a_developer(launch: Launch) -> Launch {
    let environment = [
        ("TF_PLUGIN_MAGIC_COOKIE", None),
        ("PLUGIN_PROTOCOL_VERSIONS", None),
    ];
    Launch {
        environment: environment.into(),
        identity: None,
        ..launch
    }
}

/// What a process says about how to attach to it.
async fn attachment(stdout: &mut Lines<BufReader<ChildStdout>>) -> Value {
    loop {
        let line = timeout(SOON, stdout.next_line()).await.unwrap().unwrap();
        let line = line.expect("no line to attach");
        if let Some(value) = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='") {
            return serde_json::from_str(value.strip_suffix('\'').unwrap()).unwrap();
        }
    }
}

fn attached(provider: &Value) -> Channel {
    let socket = provider["Addr"]["String"].as_str().unwrap();
    Handshake::parse(&format!("1|5|unix|{socket}|grpc|")).connect(None)
}

async fn serves_until(signal: Signal) {
    let launch = by_a_developer(Launch {
        arguments: vec!["-debug".into()],
        ..Launch::default()
    });
    let directory = tempfile::tempdir().unwrap();
    let mut child = launch.spawn(&directory);
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let attach = attachment(&mut stdout).await;
    let provider = &attach["alivpn/alivpn"];
    let pid = child.id().unwrap();
    assert_eq!(provider["Protocol"], "grpc");
    assert_eq!(provider["ProtocolVersion"], 5);
    assert_eq!(provider["Pid"], pid);
    assert_eq!(provider["Test"], true);
    assert_eq!(provider["Addr"]["Network"], "unix");
    let channel = attached(provider);
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
