//! Taking over a server that exists: by command, and by block with a generated configuration.

use serde_json::Value;

use crate::emulator::{Emulator, of};
use crate::terraform::{IMPORT_BLOCKS, Workspace, in_region, is_left_out, server};

const BODY: &str = "  name = \"office\"\n  port = 11194";

/// An emulator with a server that another state holds.
fn with_a_server() -> (Emulator, String) {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", BODY));
    workspace.apply().exits(0);
    let id = emulator.server_id();
    (emulator, id)
}

#[test]
fn import_by_id_then_an_empty_plan() {
    let (emulator, id) = with_a_server();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", BODY));
    workspace.import(&id).exits(0).says("Import successful");
    assert_eq!(workspace.attributes()["region"], "cn-hangzhou");
    assert_eq!(workspace.attributes()["port"], 11194);
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn what_the_configuration_leaves_out_is_imported_without_a_plan_to_change_it() {
    let (emulator, id) = with_a_server();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.import(&id).exits(0);
    workspace.plan().exits(0);
}

#[test]
fn import_by_id_and_region_reaches_another_region_than_the_providers() {
    let (emulator, id) = with_a_server();
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.write(&server("this", BODY));

    // The error of a server that is not here names the form that reaches it.
    workspace
        .import(&id)
        .exits(1)
        .says(&id)
        .says("cn-shanghai")
        .says("@");
    assert_eq!(workspace.instance(), Value::Null);

    emulator.clear_calls();
    workspace.import(&format!("{id}@cn-hangzhou")).exits(0);
    assert_eq!(workspace.attributes()["id"], id.as_str());
    assert_eq!(workspace.attributes()["region"], "cn-hangzhou");
    workspace.plan().exits(0);
    let calls = emulator.calls();
    assert!(
        of(&calls, "DescribeSslVpnServers")
            .iter()
            .all(|call| call.parameter("RegionId") == "cn-hangzhou"),
        "{calls:#?}"
    );
}

#[test]
fn the_region_of_an_import_is_that_of_the_state_and_another_in_the_configuration_replaces() {
    let (emulator, id) = with_a_server();
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    let of = |region: &str| server("this", &format!("{BODY}\n  region = \"{region}\""));
    workspace.write(&of("cn-hangzhou"));
    workspace.import(&format!("{id}@cn-hangzhou")).exits(0);
    workspace.plan().exits(0);
    workspace.write(&of("cn-beijing"));
    workspace
        .plan()
        .exits(2)
        .says("must be replaced")
        .says("\"cn-hangzhou\" -> \"cn-beijing\" # forces replacement");
}

#[test]
fn import_by_block_generates_a_configuration_that_is_accepted_unchanged() {
    if is_left_out("import blocks", IMPORT_BLOCKS) {
        return;
    }
    let (emulator, id) = with_a_server();
    let workspace = Workspace::new(&emulator);
    workspace.write(&format!(
        "import {{\n  to = alivpn_ssl_vpn_server.this\n  id = \"{id}@cn-hangzhou\"\n}}\n"
    ));
    let arguments = [
        "plan",
        "-no-color",
        "-input=false",
        "-generate-config-out=generated.tf",
    ];
    workspace
        .terraform(&arguments)
        .exits(0)
        .says("1 to import, 0 to add, 0 to change, 0 to destroy");

    emulator.clear_calls();
    workspace
        .apply()
        .exits(0)
        .says("1 imported, 0 added, 0 changed, 0 destroyed");
    let calls = emulator.calls();
    assert!(calls.iter().all(|call| !call.is_change()), "{calls:#?}");
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn an_id_that_is_none_is_an_error_that_shows_the_forms() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", BODY));
    workspace
        .import("office")
        .exits(1)
        .says("office")
        .says("vss-");
    workspace
        .import("vss-doesnotexist00000001")
        .exits(1)
        .says("vss-doesnotexist00000001");
    assert_eq!(workspace.instance(), Value::Null);
}
