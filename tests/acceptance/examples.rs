//! What people copy runs as it stands.
//!
//! A kind of example is a folder of `examples/`, and an example a folder in that: each is found there, not listed here, so that a
//! new one is run as well, in a world that has what examples ask for.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY};
use crate::terraform::{IDENTITIES, IMPORT_BLOCKS, Since, Workspace, is_left_out, server};

const FUNCTIONS: Since = Since {
    terraform: (1, 8),
    opentofu: Some((1, 7)),
};
const QUERIES: Since = Since {
    terraform: (1, 14),
    opentofu: None,
};

/// The ID of a server in the examples.
const SERVER: &str = "vss-bp18q7hzj6largv4v0000";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn example(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names in a folder of `examples/`, sorted.
fn names(path: &str) -> Vec<String> {
    let entries = fs::read_dir(folder().join(path)).expect("a folder of examples is there");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("a folder of examples is readable");
        entry.file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// A workspace with the example of the provider, and with what the examples' variables stand for.
fn workspace(emulator: &Emulator, vpn_gateway_id: &str) -> Workspace {
    let mut workspace = Workspace::empty();
    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    workspace.environment("ALIBABA_CLOUD_VPC_ENDPOINT", &emulator.endpoint());
    workspace.environment("TF_VAR_vpn_gateway_id", vpn_gateway_id);
    workspace.environment("TF_VAR_vpc_id", "vpc-bp1emulator0002");
    workspace.environment("TF_VAR_client_key", KEY);
    workspace.write_file("provider.tf", &example("provider/provider.tf"));
    for (name, text) in [
        ("config.ovpn", "client\nremote 203.0.113.1 1194\n"),
        ("ca.crt", CERT),
        ("client.crt", CERT),
    ] {
        workspace.write_file(name, text);
    }
    workspace
}

const CERT: &str = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n";

/// Writes the configuration of an example's folder: its `.tf` files but those that speak of objects from elsewhere.
fn write_example(workspace: &Workspace, path: &str) {
    for name in names(path) {
        let elsewhere = name.starts_with("import-") || name == "moved.tf";
        if name.ends_with(".tf") && !elsewhere {
            workspace.write_file(&name, &example(&format!("{path}/{name}")));
        }
    }
}

/// A world with a server on the other gateway, its certificate, and a client that is connected.
fn world() -> (Emulator, Workspace) {
    let emulator = Emulator::quick();
    let maker = Workspace::new(&emulator);
    let body = format!("  vpn_gateway_id = {OTHER_GATEWAY:?}\n  name = \"office-1\"");
    maker.write(&server("this", &body));
    maker.apply().exits(0);
    emulator.add_certificate(json!({
        "SslVpnServerId": emulator.server_id(),
        "SslVpnClientCertId": "vsc-ann",
        "Name": "ann",
    }));
    emulator.connect_client("vsc-ann", "203.0.113.9");
    let mut workspace = workspace(&emulator, OTHER_GATEWAY);
    workspace.environment("TF_VAR_ssl_vpn_server_id", &emulator.server_id());
    (emulator, workspace)
}

/// Applies an example, sees that nothing is left to do, and destroys what it made.
fn run(workspace: &Workspace, path: &str) {
    write_example(workspace, path);
    workspace.apply().exits(0);
    workspace.plan().exits(0);
    workspace.destroy().exits(0);
    for name in names(path) {
        let _ = fs::remove_file(workspace.path().join(name));
    }
}

#[test]
fn the_examples_are_formatted() {
    let workspace = Workspace::empty();
    let folder = folder();
    let folder = folder.to_str().expect("a path in UTF-8");
    workspace
        .terraform(&["fmt", "-no-color", "-check", "-diff", "-recursive", folder])
        .exits(0);
}

#[test]
fn there_is_no_kind_of_example_that_these_tests_do_not_know() {
    assert_eq!(
        names(""),
        [
            "data-sources",
            "functions",
            "list-resources",
            "provider",
            "resources"
        ]
    );
}

#[test]
fn every_example_of_a_resource_applies_and_goes_again() {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator, GATEWAY);
    for name in names("resources") {
        run(&workspace, &format!("resources/{name}"));
        assert!(emulator.servers().is_empty(), "{name} left a server behind");
    }
}

#[test]
fn every_example_of_a_data_source_applies() {
    let (_emulator, workspace) = world();
    for name in names("data-sources") {
        run(&workspace, &format!("data-sources/{name}"));
    }
}

#[test]
fn every_example_of_a_function_applies() {
    if is_left_out("functions of providers", FUNCTIONS) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator, GATEWAY);
    for name in names("functions") {
        run(&workspace, &format!("functions/{name}"));
    }
    assert!(emulator.calls().is_empty());
}

#[test]
fn every_example_of_a_list_resource_finds_what_there_is() {
    if is_left_out("terraform query", QUERIES) {
        return;
    }
    let (_emulator, workspace) = world();
    for name in names("list-resources") {
        let file = format!("list-resources/{name}/list-resource.tfquery.hcl");
        workspace.write_file("find.tfquery.hcl", &example(&file));
        workspace
            .terraform(&["query", "-no-color"])
            .exits(0)
            .says("office-1 (vss-");
    }
}

/// The example of the server, applied and then forgotten by Terraform.
fn forgotten() -> (Emulator, Workspace, String) {
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator, GATEWAY);
    write_example(&workspace, "resources/alivpn_ssl_vpn_server");
    workspace.apply().exits(0).says("1 added");
    workspace
        .terraform(&["state", "rm", "alivpn_ssl_vpn_server.office"])
        .exits(0);
    let id = emulator.server_id();
    (emulator, workspace, id)
}

/// An example about imports, of this server instead of the one that it speaks of.
fn import_of(name: &str, id: &str) -> String {
    let text = example(&format!("resources/alivpn_ssl_vpn_server/{name}"));
    assert!(text.contains(SERVER), "{name} speaks of another ID: {text}");
    text.replace(SERVER, id)
}

#[test]
fn the_examples_of_import_blocks_adopt_the_server_under_the_name_that_the_example_uses() {
    for (name, feature, since) in [
        ("import-by-string-id.tf", "import blocks", IMPORT_BLOCKS),
        ("import-by-identity.tf", "identities", IDENTITIES),
    ] {
        if is_left_out(feature, since) {
            continue;
        }
        let (_emulator, workspace, id) = forgotten();
        workspace.write_file("import.tf", &import_of(name, &id));
        workspace
            .apply()
            .exits(0)
            // The timeouts of the configuration are no part of the object, and so of no import: they are taken up as a change.
            .says("1 imported, 0 added, 1 changed");
        workspace.plan().exits(0);
        workspace.destroy().exits(0);
    }
}

#[test]
fn the_examples_of_import_commands_adopt_the_server() {
    let (_emulator, workspace, id) = forgotten();
    let script = import_of("import.sh", &id);
    let commands: Vec<&str> = script
        .lines()
        .filter_map(|line| line.strip_prefix("terraform "))
        .collect();
    assert_eq!(commands.len(), 2, "{script}");
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        workspace.terraform(&arguments).exits(0);
        let forget = ["state", "rm", "alivpn_ssl_vpn_server.office"];
        workspace.terraform(&forget).exits(0);
    }
}
