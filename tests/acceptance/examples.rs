//! What people copy runs as it stands.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::emulator::{Emulator, GATEWAY};
use crate::terraform::{EPHEMERAL_RESOURCES, IMPORT_BLOCKS, Workspace, is_left_out};

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

/// The example of the certificates, applied as it stands beside that of the server.
fn with_certificates() -> (Emulator, Workspace) {
    let (emulator, mut workspace) = applied();
    workspace.environment("TF_VAR_ssl_vpn_server_id", &emulator.server_id());
    workspace.write_file(
        "certificates.tf",
        &example("resources/alivpn_ssl_vpn_client_cert/resource.tf"),
    );
    workspace.apply().exits(0).says("2 added");
    (emulator, workspace)
}

#[test]
fn the_examples_of_certificates_apply_as_they_stand() {
    let (emulator, workspace) = with_certificates();
    workspace.plan().exits(0);
    // Another person, who takes away nothing of the others'.
    let example = example("resources/alivpn_ssl_vpn_client_cert/resource.tf");
    let more = example.replace("[\"ann\", \"bob\"]", "[\"ann\", \"bob\", \"eve\"]");
    assert_ne!(more, example);
    workspace.write_file("certificates.tf", &more);
    workspace
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 0 destroyed");
    assert_eq!(emulator.certificates().len(), 3);
    workspace.destroy().exits(0);
}

#[test]
fn the_example_of_the_data_source_of_a_certificate_finds_it() {
    let (emulator, _maker) = with_certificates();
    let mut workspace = Workspace::new(&emulator);
    workspace.environment("TF_VAR_ssl_vpn_server_id", &emulator.server_id());
    workspace.write(&example(
        "data-sources/alivpn_ssl_vpn_client_cert/data-source.tf",
    ));
    workspace.apply().exits(0).says("ann_ends = \"20");
}

#[test]
fn the_example_of_the_ephemeral_resource_delivers_the_profile_to_its_owner_alone() {
    if is_left_out("ephemeral resources", EPHEMERAL_RESOURCES) {
        return;
    }
    let (emulator, maker) = with_certificates();
    let mut workspace = Workspace::new(&emulator);
    let cert = maker.instance_of("alivpn_ssl_vpn_client_cert", "person");
    let id = cert["attributes"]["id"].as_str().expect("an ID");
    workspace.environment("TF_VAR_ssl_vpn_client_cert_id", id);
    workspace.write(&example(
        "ephemeral-resources/alivpn_ssl_vpn_client_cert/ephemeral-resource.tf",
    ));
    workspace.apply().exits(0).does_not_say("PRIVATE KEY");
    let file = workspace.path().join("ann.ovpn");
    let profile = fs::read_to_string(&file).expect("the profile was delivered");
    assert!(profile.contains("<key>\n-----BEGIN"), "no profile");
    let mode = fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o077, 0, "others can read it: {mode:o}");
    assert!(!workspace.state().contains("PRIVATE KEY"));
}

#[test]
fn the_example_of_an_import_block_adopts_the_certificate_under_the_name_that_the_example_uses() {
    if is_left_out("import blocks", IMPORT_BLOCKS) {
        return;
    }
    let (_emulator, workspace) = with_certificates();
    let cert = workspace.instance_of("alivpn_ssl_vpn_client_cert", "person");
    assert_eq!(cert["index_key"], "ann");
    let id = cert["attributes"]["id"].as_str().expect("an ID").to_owned();
    workspace
        .terraform(&["state", "rm", "alivpn_ssl_vpn_client_cert.person[\"ann\"]"])
        .exits(0);
    let block = example("resources/alivpn_ssl_vpn_client_cert/import-by-block.tf")
        .replace("vsc-bp1n8wcf134yl0osr0000", &id);
    assert!(block.contains(&id), "{block}");
    workspace.write_file("import.tf", &block);
    // renew_before is no part of the certificate: it is taken up as a change.
    workspace
        .apply()
        .exits(0)
        .says("1 imported, 0 added, 1 changed");
    workspace.plan().exits(0);
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
