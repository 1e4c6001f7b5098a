//! The provider's functions, in cores that know functions of providers.

use serde_json::Value;

use crate::emulator::Emulator;
use crate::terraform::{FUNCTIONS, Workspace, is_left_out};

const CERT: &str = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n";

fn example(name: &str) -> String {
    let path = format!(
        "{}/examples/functions/{name}/function.tf",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_examples_of_the_functions_apply_as_they_stand() {
    if is_left_out("functions of providers", FUNCTIONS) {
        return;
    }
    let emulator = Emulator::quick();
    let mut workspace = Workspace::new(&emulator);
    workspace.write(&format!(
        "{}\n{}",
        example("client_pool_prefix"),
        example("ovpn_profile")
    ));
    workspace.write_file(
        "config.ovpn",
        "client\nremote 203.0.113.1 1194\nca ca.crt\n",
    );
    workspace.write_file("ca.crt", CERT);
    workspace.write_file("client.crt", CERT);
    workspace.environment("TF_VAR_client_key", KEY);
    workspace.apply().exits(0).does_not_say("PRIVATE KEY");
    let outputs = workspace.terraform(&["output", "-json", "-no-color"]);
    outputs.exits(0);
    let outputs: Value = serde_json::from_str(&outputs.stdout).expect("outputs are JSON");
    assert_eq!(outputs["client_ip_pool"]["value"], "10.30.0.0/23");
    let expected = format!(
        "client\nremote 203.0.113.1 1194\nremote-cert-tls server\n<ca>\n{CERT}</ca>\n<cert>\n{CERT}</cert>\n<key>\n{KEY}</key>\n"
    );
    assert_eq!(outputs["profile"]["value"], expected.as_str());
    let calls = emulator.calls();
    assert!(calls.is_empty(), "{calls:#?}");
}

#[test]
fn an_argument_that_is_none_is_an_error_that_says_what_is_allowed() {
    if is_left_out("functions of providers", FUNCTIONS) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    for (call, said) in [
        ("client_pool_prefix(20000)", "1 to 16384"),
        (
            "ovpn_profile(\"client\", \"\", \"\", \"\")",
            "no `remote` line",
        ),
    ] {
        workspace.write(&format!(
            "output \"it\" {{\n  value = provider::alivpn::{call}\n}}\n"
        ));
        workspace.plan().exits(1).says(said);
    }
}
