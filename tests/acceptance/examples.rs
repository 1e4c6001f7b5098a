//! What people copy runs as it stands.

use std::fs;
use std::path::Path;

use crate::emulator::{Emulator, GATEWAY};
use crate::terraform::{IMPORT_BLOCKS, Workspace, is_left_out};

fn folder() -> String {
    format!("{}/examples", env!("CARGO_MANIFEST_DIR"))
}

fn example(path: &str) -> String {
    fs::read_to_string(Path::new(&folder()).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_examples_are_formatted() {
    let workspace = Workspace::empty();
    workspace
        .terraform(&[
            "fmt",
            "-no-color",
            "-check",
            "-diff",
            "-recursive",
            &folder(),
        ])
        .exits(0);
}

/// The examples of the provider and of the server, applied as they stand.
fn applied() -> (Emulator, Workspace) {
    let emulator = Emulator::quick();
    let mut workspace = Workspace::empty();
    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    workspace.environment("ALIBABA_CLOUD_VPC_ENDPOINT", &emulator.endpoint());
    workspace.environment("TF_VAR_vpn_gateway_id", GATEWAY);
    workspace.write_file("provider.tf", &example("provider/provider.tf"));
    workspace.write(&example("resources/alivpn_ssl_vpn_server/resource.tf"));
    workspace.apply().exits(0).says("1 added");
    (emulator, workspace)
}

#[test]
fn the_examples_of_the_provider_and_of_the_server_apply_as_they_stand() {
    let (_emulator, workspace) = applied();
    workspace.plan().exits(0);
    workspace.destroy().exits(0);
}

#[test]
fn the_example_of_an_import_block_adopts_the_server_under_the_name_that_the_example_uses() {
    if is_left_out("import blocks", IMPORT_BLOCKS) {
        return;
    }
    let (emulator, workspace) = applied();
    let id = emulator.server_id();
    workspace
        .terraform(&["state", "rm", "alivpn_ssl_vpn_server.office"])
        .exits(0);
    let block = example("resources/alivpn_ssl_vpn_server/import-by-block.tf")
        .replace("vss-bp18q7hzj6largv4v0000", &id);
    assert!(
        block.contains(&id),
        "the example's ID is not the one that this test replaces: {block}"
    );
    workspace.write_file("import.tf", &block);
    workspace
        .apply()
        .exits(0)
        // The timeouts of the configuration are no part of the object, and so of no import: they are taken up as a change.
        .says("1 imported, 0 added, 1 changed");
    workspace.plan().exits(0);
    workspace.destroy().exits(0);
}
