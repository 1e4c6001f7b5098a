//! `--scenario FILE`: what an emulator begins with, and how a mistake in it is said.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::Emulator;

fn example(name: &str) -> String {
    format!("{}/examples/emulator/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test]
async fn every_example_is_a_scenario() {
    let mut names: Vec<String> = fs::read_dir(example(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "bad-day.toml",
            "office.toml",
            "refusals.toml",
            "slow-cloud.toml"
        ]
    );
    for name in names {
        let state = Emulator::start(&["--scenario", &example(&name)])
            .state()
            .await;
        assert!(
            !state["vpn_gateways"].as_array().unwrap().is_empty(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_office_is_there_from_the_start_with_its_certificates() {
    let emulator = Emulator::start(&["--scenario", &example("office.toml")]);
    let servers = emulator.servers().await;
    assert_eq!(servers.len(), 1);
    assert_eq!(
        (&servers[0]["Name"], &servers[0]["MaxConnections"]),
        (&json!("office"), &json!(10))
    );
    let certificates = emulator.certificates(&[]).await;
    let shown: Vec<(&Value, &Value)> = certificates
        .iter()
        .map(|certificate| (&certificate["Name"], &certificate["Status"]))
        .collect();
    let expected = json!([
        ["ann", "normal"],
        ["bob", "expiring-soon"],
        ["eve", "expired"]
    ]);
    assert_eq!(json!(shown), expected);
    let id = [("SslVpnClientCertId", "vsc-bp1ann0001")];
    let whole = emulator.call("DescribeSslVpnClientCert", &id).await.done();
    let key = whole["ClientKey"].as_str().unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"));
}

#[tokio::test]
async fn times_and_faults_are_those_of_the_scenario_and_a_flag_counts_more() {
    let slow = example("slow-cloud.toml");
    let emulator = Emulator::start(&["--scenario", &slow, "--converge", "7s"]);
    let timing = emulator
        .control(reqwest::Method::GET, "timing", "")
        .await
        .done();
    let expected = json!({"converge": "7s", "status_lag": "2s", "describe_lag": "13s", "converge_certs": "5s"});
    assert_eq!(timing, expected);

    let emulator = Emulator::start(&["--scenario", &example("bad-day.toml")]);
    for _ in 0..2 {
        assert_eq!(emulator.create(&[]).await.code(), "SystemBusy");
    }
    let faults = emulator
        .control(reqwest::Method::GET, "faults", "")
        .await
        .done();
    assert_eq!(faults[0]["reset"], "after", "{faults}");
}

#[test]
fn a_mistake_names_the_file_the_line_the_key_and_what_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let run = |text: Option<&str>| {
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_alivpn"))
            .args(["emulator", "--listen", "127.0.0.1:0", "--scenario"])
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let absent = run(None);
    assert!(absent.contains("mine.toml cannot be read"), "{absent}");
    let unknown = run(Some("[[gateways]]\nid = \"vpn-1\"\nnam = \"x\"\n"));
    for part in [
        "mine.toml",
        "line 3",
        "unknown key `nam`",
        "`name`",
        "3 | nam = \"x\"",
    ] {
        assert!(unknown.contains(part), "{part}: {unknown}");
    }
    let port = "[[servers]]\nid = \"vss-1\"\nvpn_gateway_id = \"vpn-bp1emulator0001\"\nclient_ip_pool = \"10.30.0.0/24\"\n\
                local_subnets = [\"192.168.0.0/16\"]\nport = 443\n";
    let refused = run(Some(port));
    for part in ["mine.toml", "line 6", "servers.port", "443", "1 to 65535"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
}
