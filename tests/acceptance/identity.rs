//! What a server is known by, for cores that keep identities.

use std::fs;

use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::terraform::{IDENTITIES, Workspace, in_region, is_left_out, server};

fn known_by(id: &str) -> Value {
    json!({"id": id, "region": "cn-hangzhou"})
}

#[test]
fn a_state_holds_the_identity_and_one_that_does_not_gets_it_by_a_refresh() {
    if is_left_out("identities", IDENTITIES) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  name = \"office\""));
    workspace.apply().exits(0);
    let identity = known_by(&emulator.server_id());
    assert_eq!(workspace.instance()["identity"], identity);

    // As an older core leaves it.
    let mut state: Value = serde_json::from_str(&workspace.state()).expect("the state is JSON");
    let instance = state["resources"][0]["instances"][0].as_object_mut();
    instance
        .expect("an instance is an object")
        .remove("identity");
    fs::write(
        workspace.path().join("terraform.tfstate"),
        state.to_string(),
    )
    .expect("the state can be written");
    workspace.plan().exits(0);
    workspace
        .terraform(&[
            "apply",
            "-no-color",
            "-input=false",
            "-auto-approve",
            "-refresh-only",
        ])
        .exits(0);
    assert_eq!(workspace.instance()["identity"], identity);
    workspace.plan_refresh_only().exits(0);

    workspace.write(&server("this", "  name = \"annex\""));
    workspace.apply().exits(0).says("1 changed");
    assert_eq!(workspace.instance()["identity"], identity);
}

#[test]
fn another_server_in_the_place_of_the_first_has_an_identity_of_its_own() {
    if is_left_out("identities", IDENTITIES) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let first = emulator.server_id();
    workspace
        .terraform(&[
            "apply",
            "-no-color",
            "-input=false",
            "-auto-approve",
            "-replace=alivpn_ssl_vpn_server.this",
        ])
        .exits(0)
        .says("1 added, 0 changed, 1 destroyed");
    let second = emulator.server_id();
    assert_ne!(first, second);
    assert_eq!(workspace.instance()["identity"], known_by(&second));
    workspace.plan().exits(0);
    workspace.destroy().exits(0);
}

#[test]
fn an_import_by_identity_generates_a_configuration_that_is_accepted_unchanged() {
    if is_left_out("identities", IDENTITIES) {
        return;
    }
    let emulator = Emulator::quick();
    let first = Workspace::new(&emulator);
    first.write(&server("this", "  name = \"office\"\n  port = 11194"));
    first.apply().exits(0);
    let id = emulator.server_id();

    for (region, identity) in [
        ("cn-hangzhou", format!("id = \"{id}\"")),
        (
            "cn-shanghai",
            format!("id = \"{id}\", region = \"cn-hangzhou\""),
        ),
    ] {
        let workspace = Workspace::new(&emulator);
        workspace.provider(&in_region(&emulator, region));
        workspace.write(&format!(
            "import {{\n  to = alivpn_ssl_vpn_server.this\n  identity = {{ {identity} }}\n}}\n"
        ));
        workspace
            .terraform(&[
                "plan",
                "-no-color",
                "-input=false",
                "-generate-config-out=generated.tf",
            ])
            .exits(0)
            .says("1 to import, 0 to add, 0 to change, 0 to destroy");
        let generated = fs::read_to_string(workspace.path().join("generated.tf"))
            .expect("a configuration was generated");
        assert!(!generated.contains("internet_ip"), "{generated}");
        workspace.apply().exits(0).says("1 imported, 0 added");
        assert_eq!(workspace.instance()["identity"], known_by(&id));
        workspace.plan().exits(0);
    }
}

#[test]
fn an_identity_of_no_server_is_an_error_that_shows_the_form() {
    if is_left_out("identities", IDENTITIES) {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    for (id, said) in [
        ("office", "vss-"),
        ("vss-doesnotexist0001", "vss-doesnotexist0001"),
    ] {
        workspace.write(&format!(
            "{}\nimport {{\n  to = alivpn_ssl_vpn_server.this\n  identity = {{ id = \"{id}\" }}\n}}\n",
            server("this", "")
        ));
        workspace.plan().exits(1).says(said);
    }
}
