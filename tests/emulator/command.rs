//! The command: where it listens, how it refuses, how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::{Emulator, GATEWAY};

fn run(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_alivpn"))
        .arg("emulator")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, errors)
}

#[test]
fn another_address_than_loopback_has_to_be_asked_for() {
    let (output, errors) = run(&["--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors.contains("--allow-remote") && errors.contains("0.0.0.0"),
        "{errors}"
    );
    assert!(output.stdout.is_empty());
    drop(Emulator::start(&["--allow-remote"]));
}

#[test]
fn a_port_in_use_is_said_so() {
    let emulator = Emulator::start(&[]);
    let (output, errors) = run(&["--listen", emulator.host()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors.contains(emulator.host()) && errors.contains("Another program"),
        "{errors}"
    );
}

#[test]
fn wrong_arguments_are_refused_without_repeating_a_secret() {
    for (arguments, word) in [
        (["--converge", "soon"], "soon"),
        (["--gateway", "vpn-1"], "ID=VPC"),
        (["--region", "cn-nowhere"], "cn-nowhere"),
        (["--access-key", ":hunter2"], "ID:SECRET"),
        (["--converge-certs", "soon"], "soon"),
        (["--quota", "servers=2"], "certificates and gateways"),
        (["--quota", "gateways=many"], "gateways=many"),
        (["--throttle", "0"], "--throttle"),
    ] {
        let (output, errors) = run(&arguments);
        assert!(!output.status.success());
        assert!(errors.contains(word), "{errors}");
        assert!(!errors.contains("hunter2"), "{errors}");
    }
}

#[tokio::test]
async fn it_ends_at_once_on_both_signals_also_with_a_call_under_way() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut emulator = Emulator::start(&[]);
        emulator.fault(r#"{"operation":"*","delay":"1m"}"#).await;
        tokio::select! {
            reply = emulator.call("DescribeRegions", &[]) => panic!("{reply:?}"),
            () = emulator.until_called() => {}
        }
        let start = Instant::now();
        let pid = i32::try_from(emulator.child.id()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
        let status = emulator.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(start.elapsed() < Duration::from_secs(2), "{signal}");
    }
}

#[tokio::test]
async fn it_has_three_gateways_or_those_that_are_named_in_the_region_that_is_named() {
    let state = Emulator::start(&[]).state().await;
    let gateways = state["vpn_gateways"].as_array().unwrap();
    assert_eq!(gateways.len(), 3);
    assert_eq!(gateways[0]["VpnGatewayId"], GATEWAY);
    let named = Emulator::start(&["--region", "eu-central-1", "--gateway", "vpn-1=vpc-9"])
        .state()
        .await;
    let gateway = &named["vpn_gateways"][0];
    assert_eq!(
        (&gateway["RegionId"], &gateway["VpcId"]),
        (&"eu-central-1".into(), &"vpc-9".into())
    );
}

#[test]
fn the_help_shows_a_provider_block() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_alivpn"))
        .args(["emulator", "--listen", "127.0.0.1:0"])
        .args(["--access-key", "mine:hidden"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        text.push_str(&line.unwrap());
        text.push('\n');
        if text.contains("Ctrl-C") {
            break;
        }
    }
    kill(
        Pid::from_raw(i32::try_from(child.id()).unwrap()),
        Signal::SIGTERM,
    )
    .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(text.starts_with("listening on http://127.0.0.1:"), "{text}");
    for part in [
        "provider \"alivpn\"",
        "access_key = \"mine\"",
        "endpoints {",
        GATEWAY,
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("hidden"), "{text}");
}
