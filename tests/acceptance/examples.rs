//! What people copy runs as it stands.
//!
//! A kind of example is a folder of `examples/`, and an example a folder in that: each is found there, not listed here, so that a
//! new one is run as well, in a world that has what examples ask for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY, text};
use crate::terraform::{
    EPHEMERAL_RESOURCES, FUNCTIONS, IDENTITIES, IMPORT_BLOCKS, Since, Workspace, is_left_out,
    server,
};

const QUERIES: Since = Since {
    terraform: (1, 14),
    opentofu: None,
};

const CERT: &str = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n";

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

/// A world with a server on the other gateway, Ann's certificate of it, and Ann connected; and a workspace with the example of the
/// provider and with what the examples' variables stand for. `vpn_gateway_id` is the gateway that they speak of.
fn world(vpn_gateway_id: &str) -> (Emulator, Workspace) {
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

    let mut workspace = Workspace::empty();
    for (name, value) in [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret"),
        ("ALIBABA_CLOUD_VPC_ENDPOINT", &emulator.endpoint()),
        ("TF_VAR_vpn_gateway_id", vpn_gateway_id),
        ("TF_VAR_vpc_id", "vpc-bp1emulator0002"),
        ("TF_VAR_ssl_vpn_server_id", &emulator.server_id()),
        ("TF_VAR_ssl_vpn_client_cert_id", "vsc-ann"),
        ("TF_VAR_client_key", KEY),
    ] {
        workspace.environment(name, value);
    }
    workspace.write_file("provider.tf", &example("provider/provider.tf"));
    for (name, text) in [
        ("config.ovpn", "client\nremote 203.0.113.1 1194\n"),
        ("ca.crt", CERT),
        ("client.crt", CERT),
    ] {
        workspace.write_file(name, text);
    }
    (emulator, workspace)
}

/// Applies each example of a kind, sees that nothing is left to do, and destroys what it made.
fn run_all(kind: &str, workspace: &Workspace) {
    for name in names(kind) {
        let files = write_example(workspace, &format!("{kind}/{name}"));
        workspace.apply().exits(0).does_not_say("PRIVATE KEY");
        workspace.plan().exits(0);
        workspace.destroy().exits(0);
        for file in files {
            fs::remove_file(workspace.path().join(file)).expect("it was just written");
        }
    }
}

/// Writes an example's configuration: its `.tf` files but those that speak of objects from elsewhere.
fn write_example(workspace: &Workspace, path: &str) -> Vec<String> {
    let mut files = names(path);
    files.retain(|name| {
        let elsewhere = name.starts_with("import-") || name == "moved.tf";
        name.ends_with(".tf") && !elsewhere
    });
    for name in &files {
        workspace.write_file(name, &example(&format!("{path}/{name}")));
    }
    files
}

#[test]
fn the_examples_are_formatted() {
    // An older core cannot read what calls them.
    if is_left_out("functions of providers", FUNCTIONS) {
        return;
    }
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
            "emulator",
            "ephemeral-resources",
            "functions",
            "list-resources",
            "modules",
            "provider",
            "resources"
        ]
    );
}

#[test]
fn every_example_of_a_resource_applies_and_goes_again() {
    let (emulator, workspace) = world(GATEWAY);
    run_all("resources", &workspace);
    let left = |objects: Vec<Value>| objects.len();
    assert_eq!(
        (left(emulator.servers()), left(emulator.certificates())),
        (1, 1)
    );
}

#[test]
fn every_example_of_a_data_source_applies() {
    let (_emulator, workspace) = world(OTHER_GATEWAY);
    run_all("data-sources", &workspace);
}

#[test]
fn every_example_of_a_function_applies() {
    if is_left_out("functions of providers", FUNCTIONS) {
        return;
    }
    let (emulator, workspace) = world(GATEWAY);
    let calls = emulator.calls_of(|| run_all("functions", &workspace));
    assert!(calls.is_empty(), "{calls:#?}");
}

#[test]
fn every_example_of_an_ephemeral_resource_applies() {
    if is_left_out("ephemeral resources", EPHEMERAL_RESOURCES) {
        return;
    }
    let (_emulator, workspace) = world(OTHER_GATEWAY);
    run_all("ephemeral-resources", &workspace);
}

#[test]
fn the_example_of_an_ephemeral_resource_delivers_the_profile_to_its_owner_alone() {
    if is_left_out("ephemeral resources", EPHEMERAL_RESOURCES) {
        return;
    }
    let (_emulator, workspace) = world(OTHER_GATEWAY);
    write_example(&workspace, "ephemeral-resources/alivpn_ssl_vpn_client_cert");
    workspace.apply().exits(0).does_not_say("PRIVATE KEY");
    let file = workspace.path().join("ann.ovpn");
    let profile = fs::read_to_string(&file).expect("the profile was delivered");
    assert!(profile.contains("<key>\n-----BEGIN"), "no profile");
    let mode = fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o077, 0, "others can read it: {mode:o}");
    assert!(!workspace.state().contains("PRIVATE KEY"));
}

#[test]
fn every_example_of_a_list_resource_finds_what_there_is() {
    if is_left_out("terraform query", QUERIES) {
        return;
    }
    let (_emulator, workspace) = world(GATEWAY);
    for name in names("list-resources") {
        let file = format!("list-resources/{name}/list-resource.tfquery.hcl");
        workspace.write_file("find.tfquery.hcl", &example(&file));
        let found = workspace.terraform(&["query", "-no-color"]);
        found.exits(0).says(match name.as_str() {
            "alivpn_ssl_vpn_client_cert" => "ann (vsc-",
            _ => "office-1 (vss-",
        });
    }
}

#[test]
fn one_more_person_takes_away_nothing_of_the_others() {
    let (emulator, workspace) = world(GATEWAY);
    write_example(&workspace, "resources/alivpn_ssl_vpn_client_cert");
    workspace.apply().exits(0).says("2 added");
    let example = example("resources/alivpn_ssl_vpn_client_cert/resource.tf");
    let more = example.replace("[\"ann\", \"bob\"]", "[\"ann\", \"bob\", \"eve\"]");
    assert_ne!(more, example);
    workspace.write_file("resource.tf", &more);
    workspace
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 0 destroyed");
    assert_eq!(emulator.certificates().len(), 4);
}

/// A resource whose examples speak of imports.
struct Imported {
    type_name: &'static str,
    /// Its address in the examples.
    address: &'static str,
    /// Its ID in the examples.
    id: &'static str,
}

const IMPORTED: [Imported; 2] = [
    Imported {
        type_name: "alivpn_ssl_vpn_server",
        address: "alivpn_ssl_vpn_server.office",
        id: "vss-bp18q7hzj6largv4v0000",
    },
    Imported {
        type_name: "alivpn_ssl_vpn_client_cert",
        address: "alivpn_ssl_vpn_client_cert.person[\"ann\"]",
        id: "vsc-bp1n8wcf134yl0osr0000",
    },
];

impl Imported {
    /// The example, applied and then forgotten by Terraform; and the object's ID.
    fn forgotten(&self) -> (Emulator, Workspace, String) {
        let (emulator, workspace) = world(GATEWAY);
        write_example(&workspace, &format!("resources/{}", self.type_name));
        workspace.apply().exits(0);
        let (_, name) = self.address.split_once('.').expect("a type and a name");
        let name = name.split('[').next().expect("a name");
        let id = text(&workspace.instance_of(self.type_name, name)["attributes"]["id"]);
        workspace.terraform(&["state", "rm", self.address]).exits(0);
        (emulator, workspace, id)
    }

    /// An example about imports, of this object instead of the one that it speaks of.
    fn example(&self, name: &str, id: &str) -> String {
        let text = example(&format!("resources/{}/{name}", self.type_name));
        assert!(text.contains(self.id), "{name} has another ID: {text}");
        text.replace(self.id, id)
    }
}

#[test]
fn every_resource_has_examples_of_imports() {
    assert_eq!(
        names("resources").len(),
        IMPORTED.len(),
        "a resource is missing here"
    );
}

#[test]
fn the_examples_of_import_blocks_adopt_the_object_under_the_name_that_the_example_uses() {
    if !is_left_out("import blocks", IMPORT_BLOCKS) {
        adopts("import-by-string-id.tf");
    }
}

#[test]
fn the_examples_of_imports_by_identity_adopt_the_object_under_the_name_that_the_example_uses() {
    if !is_left_out("identities", IDENTITIES) {
        adopts("import-by-identity.tf");
    }
}

fn adopts(name: &str) {
    for imported in &IMPORTED {
        let (_emulator, workspace, id) = imported.forgotten();
        workspace.write_file("import.tf", &imported.example(name, &id));
        workspace
            .apply()
            .exits(0)
            // What is Terraform's own (timeouts, renew_before) is no part of the object, and so of no import: it is taken up as a change.
            .says("1 imported, 0 added, 1 changed");
        workspace.plan().exits(0);
    }
}

#[test]
fn the_examples_of_import_commands_adopt_the_object() {
    for imported in &IMPORTED {
        let (_emulator, workspace, id) = imported.forgotten();
        let script = imported.example("import.sh", &id);
        let commands: Vec<&str> = script
            .lines()
            .filter_map(|line| line.strip_prefix("terraform "))
            .collect();
        assert_eq!(commands.len(), 2, "{script}");
        for command in commands {
            let words: Vec<&str> = command
                .split_whitespace()
                .map(|word| word.trim_matches('\''))
                .collect();
            workspace.terraform(&words).exits(0);
            workspace
                .terraform(&["state", "rm", imported.address])
                .exits(0);
        }
    }
}
