//! The command: where it listens, how it refuses, how it ends.

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
        (["--gateway", "summary=vpc-1"], "vpn- and letters"),
        (["--gateway", "vpn-1=vpn-1"], "vpc-bp1example"),
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

/// The lines of what was printed under a heading, to the next that stands at the left.
fn below<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text
        .split_once(&format!("\n{heading}"))
        .unwrap_or_else(|| panic!("no {heading:?} in {text}"));
    let end = rest.match_indices('\n').find(|(at, _)| {
        let next = rest[at + 1..].chars().next();
        next.is_some_and(|next| !next.is_whitespace())
    });
    end.map_or(rest, |(at, _)| &rest[..at])
}

#[test]
fn it_prints_how_to_point_terraform_the_sdk_and_the_cli_at_it_without_a_secret() {
    let (emulator, text) = Emulator::printing(&["--access-key", "mine:hidden"], "Ctrl-C");
    let host = emulator.host();
    for (heading, parts) in [
        (
            "Terraform,",
            &[
                "provider \"alivpn\" {".to_owned(),
                "region     = \"cn-hangzhou\"".to_owned(),
                "access_key = \"mine\"".to_owned(),
                "endpoints {".to_owned(),
                format!("vpc = \"http://{host}\""),
            ][..],
        ),
        (
            "The Python SDK",
            &[
                "from alibabacloud_vpc20160428.client import Client".to_owned(),
                format!("protocol=\"http\", endpoint=\"{host}\", region_id=\"cn-hangzhou\""),
                "access_key_id=\"mine\", access_key_secret=\"...\"".to_owned(),
            ],
        ),
        (
            "The aliyun CLI",
            &[
                format!(
                    "aliyun vpc DescribeVpnGateways --insecure --endpoint {host} --region cn-hangzhou"
                ),
                "--mode AK --access-key-id mine --access-key-secret ...".to_owned(),
            ],
        ),
        ("VPN gateways:", &[GATEWAY.to_owned()]),
    ] {
        let below = below(&text, heading);
        for part in parts {
            assert!(
                below.contains(part),
                "{part:?} is not under {heading:?}: {text}"
            );
        }
    }
    assert!(!text.contains("hidden"), "{text}");
    for of_a_session in ["security_token", "StsToken", "--sts-token"] {
        assert!(!text.contains(of_a_session), "{text}");
    }
}

#[test]
fn what_it_prints_has_a_place_for_the_token_of_a_session() {
    let (_emulator, text) =
        Emulator::printing(&["--access-key", "mine:hidden:hidden-too"], "Ctrl-C");
    for (heading, part) in [
        ("Terraform,", "    security_token = \"...\"\n"),
        ("The Python SDK", " security_token=\"...\"))"),
        (
            "The aliyun CLI",
            "--mode StsToken --access-key-id mine --access-key-secret ... --sts-token ...",
        ),
    ] {
        let below = below(&text, heading);
        assert!(
            below.contains(part),
            "{part:?} is not under {heading:?}: {text}"
        );
    }
    assert!(!text.contains("hidden"), "{text}");
}

#[test]
fn what_it_prints_names_a_region_that_has_gateways() {
    let scenario = tempfile::NamedTempFile::new().unwrap();
    let write = |regions: &[&str]| {
        let gateways = regions.iter().enumerate().map(|(number, region)| {
            format!("[[gateways]]\nid = \"vpn-{number}\"\nregion_id = \"{region}\"\n")
        });
        std::fs::write(scenario.path(), gateways.collect::<String>()).unwrap();
    };
    let path = scenario.path().display().to_string();
    let printed = || Emulator::printing(&["--scenario", &path], "Ctrl-C").1;

    write(&["cn-shanghai"]);
    let text = printed();
    for part in [
        "region     = \"cn-shanghai\"",
        "region_id=\"cn-shanghai\"",
        "--region cn-shanghai ",
        "VPN gateways:  vpn-0\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    write(&["cn-shanghai", "cn-hangzhou"]);
    let text = printed();
    for part in [
        "region     = \"cn-hangzhou\"",
        "VPN gateways:  vpn-0 (cn-shanghai), vpn-1\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[tokio::test]
async fn an_account_that_is_kept_counts_more_than_a_scenario_and_named_gateways_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json").display().to_string();
    let (emulator, text) = Emulator::printing(&["--state", &state], "Ctrl-C");
    assert!(!text.contains("Account:"), "{text}");
    drop(emulator);

    let scenario = folder.path().join("office.toml");
    std::fs::write(
        &scenario,
        "[timings]\nconverge = \"7s\"\n[[gateways]]\nid = \"vpn-mine\"\n",
    )
    .unwrap();
    let scenario = scenario.display().to_string();
    for (flags, said) in [
        (
            ["--scenario", scenario.as_str()],
            "of the scenario only times and faults count",
        ),
        (["--gateway", "vpn-mine=vpc-1"], "--gateway has no effect"),
    ] {
        let arguments = [&["--state", &state], &flags[..]].concat();
        let (emulator, text) = Emulator::printing(&arguments, "Ctrl-C");
        let line = below(&text, "Account:");
        assert!(
            line.contains("an earlier run") && line.contains(said),
            "{text}"
        );
        let gateways = &emulator.state().await["vpn_gateways"];
        assert_eq!(gateways[0]["VpnGatewayId"], GATEWAY);
        assert_eq!(gateways.as_array().unwrap().len(), 3);
        if flags[0] == "--scenario" {
            let timing = emulator.control(reqwest::Method::GET, "timing", "");
            assert_eq!(timing.await.done()["converge"], "7s");
        }
    }
}

#[test]
fn what_it_prints_of_an_address_for_all_can_be_reached() {
    let (emulator, text) = Emulator::listening_on("0.0.0.0:0", &["--allow-remote"], "Ctrl-C");
    let (_, port) = emulator.host().rsplit_once(':').unwrap();
    let printed = text.split_once('\n').unwrap().1;
    assert!(!printed.contains("0.0.0.0"), "{text}");
    for part in [
        format!("vpc = \"http://127.0.0.1:{port}\""),
        format!("ssh -N -L {port}:127.0.0.1:{port} HOST"),
    ] {
        assert!(text.contains(&part), "{part:?} is not in {text}");
    }
}
