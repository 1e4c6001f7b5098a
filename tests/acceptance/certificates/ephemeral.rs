//! The key and the profile reach who needs them while Terraform runs, and stay nowhere.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{applied, both};
use crate::emulator::{Emulator, of};
use crate::terraform::{EPHEMERAL_RESOURCES, Workspace, is_left_out, server};

/// Hands every part of the certificate to a command, which writes each into a file outside of Terraform's folders.
fn delivered(body: &str, folder: &Path) -> String {
    let parts = [
        "ca_cert",
        "client_cert",
        "client_key",
        "client_config",
        "profile",
    ];
    let environment: Vec<String> = parts
        .iter()
        .map(|part| format!("      {part} = ephemeral.alivpn_ssl_vpn_client_cert.this.{part}"))
        .collect();
    let commands: Vec<String> = parts
        .iter()
        .map(|part| format!("printenv {part} > {}/{part}", folder.display()))
        .collect();
    format!(
        r#"
ephemeral "alivpn_ssl_vpn_client_cert" "this" {{
{body}
}}

resource "terraform_data" "delivery" {{
  provisioner "local-exec" {{
    command     = "{}"
    environment = {{
{}
    }}
  }}
}}
"#,
        commands.join(" && "),
        environment.join("\n")
    )
}

const OF_THIS: &str = "  id = alivpn_ssl_vpn_client_cert.this.id";

/// A piece of the key that stands nowhere else.
fn unmistakable(key: &str) -> &str {
    let line = key.lines().nth(3).expect("a key has lines");
    assert!(line.len() > 40, "{line}");
    line
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let kind = entry.file_type().expect("a type");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found
}

#[test]
fn the_key_is_delivered_and_is_in_no_state_plan_file_log_or_output() {
    if is_left_out("ephemeral resources", EPHEMERAL_RESOURCES) {
        return;
    }
    let emulator = Emulator::quick();
    let mut workspace = Workspace::new(&emulator);
    let delivery = tempfile::tempdir().expect("a folder");
    let log = workspace.path().join("trace.log");
    workspace.environment("TF_LOG", "trace");
    workspace.environment("TF_LOG_PATH", &log.display().to_string());

    let mut printed = String::new();
    let mut run = |arguments: &[&str]| {
        let outcome = workspace.terraform(arguments);
        outcome.exits(0);
        printed.push_str(&format!("{outcome:?}"));
    };
    // Made and opened in one apply, then with a plan that is saved while everything is there.
    workspace.write(&format!(
        "{}\n{}",
        both("  name = \"ann\""),
        delivered(OF_THIS, delivery.path())
    ));
    run(&["plan", "-no-color", "-input=false", "-out=first.tfplan"]);
    run(&["apply", "-no-color", "-input=false", "first.tfplan"]);
    run(&[
        "plan",
        "-no-color",
        "-input=false",
        "-out=second.tfplan",
        "-replace=terraform_data.delivery",
    ]);
    run(&["show", "-json", "second.tfplan"]);
    run(&["apply", "-no-color", "-input=false", "second.tfplan"]);
    run(&["show", "-json"]);

    let id = emulator.certificate_id();
    let whole = emulator.whole_certificate(&id);
    let part =
        |name: &str| fs::read_to_string(delivery.path().join(name)).expect("it was delivered");
    for (name, attribute) in [
        ("ca_cert", "CaCert"),
        ("client_cert", "ClientCert"),
        ("client_key", "ClientKey"),
        ("client_config", "ClientConfig"),
    ] {
        let expected = whole[attribute].as_str().expect("a text");
        assert_eq!(part(name).trim_end(), expected.trim_end(), "{name}");
    }
    let key = part("client_key");
    let secret = unmistakable(&key);
    let profile = part("profile");
    assert!(profile.contains(secret) && profile.contains("<key>"));

    assert!(!printed.contains(secret), "in the output");
    let left = files(workspace.path().parent().expect("a workspace's folder"));
    assert!(left.contains(&log) && left.len() >= 4, "{left:?}");
    for file in left {
        let bytes = fs::read(&file).expect("a file");
        assert!(
            !contains(&bytes, secret.as_bytes()),
            "the key is in {}",
            file.display()
        );
    }
    // A plan file is an archive; what is packed in it does not show in its bytes.
    for plan in ["first.tfplan", "second.tfplan"] {
        let bytes = unpacked(&workspace.path().join(plan));
        assert!(contains(&bytes, super::TYPE.as_bytes()), "{plan}");
        assert!(!contains(&bytes, secret.as_bytes()), "the key is in {plan}");
    }
    let text = fs::read_to_string(&log).expect("Terraform wrote its log");
    assert!(
        text.contains("DescribeSslVpnClientCert"),
        "the provider's own lines are in the log"
    );
}

fn contains(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece)
}

/// Everything in an archive.
fn unpacked(archive: &Path) -> Vec<u8> {
    let output = std::process::Command::new("unzip")
        .arg("-p")
        .arg(archive)
        .output()
        .unwrap_or_else(|error| panic!("this test looks into plan files: install unzip ({error})"));
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[test]
fn what_cannot_be_opened_is_an_error_that_says_why_and_loses_nothing() {
    if is_left_out("ephemeral resources", EPHEMERAL_RESOURCES) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    let (id, server_id) = (emulator.certificate_id(), emulator.server_id());
    let state = workspace.state();
    let opened = |body: &str| {
        let block = format!("ephemeral \"alivpn_ssl_vpn_client_cert\" \"this\" {{\n{body}\n}}\n");
        workspace.write(&format!("{}\n{block}", both("  name = \"ann\"")));
        workspace.plan()
    };
    opened(&format!(
        "  id = {id:?}\n  ssl_vpn_server_id = {server_id:?}"
    ))
    .exits(0);
    opened("  id = \"vsc-unknown\"")
        .exits(1)
        .says("No client certificate \"vsc-unknown\"")
        .says("InvalidSslVpnClientCertId.NotFound")
        .says("RequestId")
        .says("Region cn-hangzhou has no such client certificate");
    opened(&format!("  id = {id:?}\n  region = \"cn-shanghai\""))
        .exits(1)
        .says("Region cn-shanghai has no such client certificate");
    opened(&format!(
        "  id = {id:?}\n  ssl_vpn_server_id = \"vss-another\""
    ))
    .exits(1)
    .says(&format!("Client certificate {id} is of another server"))
    .says(&format!(
        "It belongs to SSL server {server_id}, not to vss-another"
    ));
    emulator.fault(json!({
        "operation": "DescribeSslVpnClientCert", "http_status": 403, "code": "Forbidden.RAM", "message": "No."
    }));
    opened(&format!("  id = {id:?}"))
        .exits(1)
        .says("vpc:DescribeSslVpnClientCert")
        .says("RequestId");
    emulator.edit_certificate(&id, json!({"EndTime": 1_600_000_000_000_u64}));
    opened(&format!("  id = {id:?}"))
        .exits(1)
        .says(&format!("Client certificate {id} has expired"))
        .says("It held until 2020-09-13T12:26:40Z")
        .says("which disconnects every client of its server")
        .says("Or take the ephemeral block out");
    assert_eq!(workspace.state(), state);
    workspace.write(&both("  name = \"ann\""));
    workspace.destroy().exits(0);
}

#[test]
fn one_that_is_not_made_yet_is_opened_only_once_it_is() {
    if is_left_out("ephemeral resources", EPHEMERAL_RESOURCES) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let delivery = tempfile::tempdir().expect("a folder");
    workspace.write(&format!(
        "{}\n{}",
        both(""),
        delivered(OF_THIS, delivery.path())
    ));
    let calls = emulator.calls_of(|| {
        workspace.plan().exits(2);
    });
    // The server's plan asks what its gateway takes.
    assert!(
        calls
            .iter()
            .all(|call| call.operation == "DescribeVpnGateway"),
        "{calls:#?}"
    );
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0);
    });
    // By the create, and by the ephemeral resource.
    assert_eq!(of(&calls, "DescribeSslVpnClientCert").len(), 2);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    assert_eq!(workspace.instance_of(super::TYPE, "this"), Value::Null);
}
