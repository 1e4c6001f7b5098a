//! The official Python SDKs against the emulator: what speaks to the cloud speaks to it, in both signature versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::Emulator;

/// The Python that has the SDKs.
fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_alivpn"))
        .ancestors()
        .nth(2)
        .unwrap();
    let python = target.join("sdk/bin/python");
    assert!(
        python.exists(),
        "the official SDKs are not in {}: run tests/sdk/install",
        target.join("sdk").display()
    );
    python
}

/// What a script saw on a new emulator, with the emulator's own record of its calls.
async fn life(script: &str, signature_version: &str) {
    let emulator = Emulator::start(&[
        "--converge",
        "0.2s",
        "--status-lag",
        "0s",
        "--describe-lag",
        "0.1s",
        "--converge-certs",
        "0.1s",
    ]);
    let output = Command::new(python())
        .arg(format!("{}/tests/sdk/{script}", env!("CARGO_MANIFEST_DIR")))
        .arg(emulator.host())
        .env_clear()
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let saw: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(saw["server_id"], saw["created_id"]);
    assert_eq!(saw["name"], "office, 办公室 & more");
    assert_eq!(
        (&saw["port"], &saw["compress"]),
        (&json!(1194), &json!(false))
    );
    assert_eq!(saw["renamed"], "headquarters");
    assert_eq!(
        saw["certificate"],
        json!(["ann", "normal", saw["server_id"]])
    );
    for certificate in ["ca_cert", "client_cert"] {
        let pem = saw[certificate].as_str().unwrap();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    }
    assert_eq!(saw["has_key"], true);
    assert_eq!(saw["listed"], json!([[saw["certificate_id"], "bob"]]));
    assert_eq!(
        (&saw["certificates_left"], &saw["servers_left"]),
        (&json!(0), &json!(0))
    );
    let refusal = &saw["refusal"];
    assert_eq!(refusal["code"], "InvalidSslVpnServerId.NotFound");
    assert_eq!(refusal["status"], 404);

    let calls = emulator.calls().await;
    let refused = calls
        .iter()
        .find(|call| call["request_id"] == refusal["request_id"])
        .unwrap();
    assert_eq!(refused["operation"], "DeleteSslVpnServer");
    for call in &calls {
        assert_eq!(call["signature_version"], signature_version, "{call}");
    }
}

#[tokio::test]
async fn a_server_and_a_certificate_live_and_end_with_the_current_sdk() {
    life("life_v3.py", "V3").await;
}

#[tokio::test]
async fn a_server_and_a_certificate_live_and_end_with_the_older_sdk() {
    life("life_v1.py", "V1").await;
}

#[test]
fn what_the_emulator_prints_for_the_sdk_is_a_client_of_it() {
    is_a_client(&[], &[]);
    // A session's secrets are not printed: whoever named them fills them in.
    is_a_client(
        &["--access-key", "mine:hidden:hidden-too"],
        &[
            ("access_key_secret=\"...\"", "access_key_secret=\"hidden\""),
            ("security_token=\"...\"", "security_token=\"hidden-too\""),
        ],
    );
}

fn is_a_client(flags: &[&str], filled_in: &[(&str, &str)]) {
    let (_emulator, text) = Emulator::printing(flags, "Ctrl-C");
    let (_, printed) = text.split_once("\nThe Python SDK").unwrap();
    let lines = printed.lines().skip(1);
    let snippet = lines.take_while(|line| line.is_empty() || line.starts_with("  "));
    let mut snippet: String = snippet
        .map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line)))
        .collect();
    for (printed, filled_in) in filled_in {
        assert!(snippet.contains(printed), "no {printed} in {snippet}");
        snippet = snippet.replace(printed, filled_in);
    }
    let use_it = "from alibabacloud_vpc20160428.models import DescribeVpnGatewaysRequest
gateways = client.describe_vpn_gateways(DescribeVpnGatewaysRequest(region_id=\"cn-hangzhou\")).body.vpn_gateways.vpn_gateway
print(\",\".join(sorted(gateway.vpn_gateway_id for gateway in gateways)))
";
    let output = Command::new(python())
        .args(["-c", &format!("{snippet}{use_it}")])
        .env_clear()
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{snippet}\n{errors}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "vpn-bp1emulator0001,vpn-bp1emulator0002,vpn-bp1emulator0003"
    );
}
