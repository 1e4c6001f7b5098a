//! `terraform query`: servers and certificates that nobody manages yet are found, and their import is written.

use serde_json::json;

use crate::emulator::{Emulator, OTHER_GATEWAY};
use crate::terraform::{Since, Workspace, is_left_out, server};

/// OpenTofu has no `query`.
pub const QUERIES: Since = Since {
    terraform: (1, 14),
    opentofu: None,
};

#[test]
fn servers_are_found_by_filters_and_imported_from_what_was_found() {
    if is_left_out("terraform query", QUERIES) {
        return;
    }
    let emulator = Emulator::quick();
    let maker = Workspace::new(&emulator);
    let other = format!("  vpn_gateway_id = {OTHER_GATEWAY:?}\n  name = \"lab\"");
    maker.write(&format!(
        "{}\n{}",
        server("one", "  name = \"office\""),
        server("other", &other)
    ));
    maker.apply().exits(0);

    let workspace = Workspace::new(&emulator);
    let query = |config: &str| {
        workspace.write_file(
            "find.tfquery.hcl",
            &format!("list \"alivpn_ssl_vpn_server\" \"found\" {{\n  provider = alivpn\n\n  config {{\n{config}\n  }}\n}}\n"),
        );
    };
    query("    name_regex = \"^off\"");
    let found = workspace.terraform(&["query", "-no-color", "-generate-config-out=found.tf"]);
    found
        .exits(0)
        .says("office (vss-")
        .does_not_say("lab (vss-");
    workspace
        .plan()
        .exits(2)
        .says("1 to import, 0 to add, 0 to change, 0 to destroy");
    workspace
        .apply()
        .exits(0)
        .says("1 imported, 0 added, 0 changed");
    workspace.plan().exits(0);

    query("    region = \"cn-shanghai\"");
    workspace
        .terraform(&["query", "-no-color"])
        .exits(0)
        .does_not_say("vss-");
}

#[test]
fn certificates_are_found_by_filters_and_imported_from_what_was_found() {
    if is_left_out("terraform query", QUERIES) {
        return;
    }
    let emulator = Emulator::quick();
    let maker = Workspace::new(&emulator);
    maker.write(&server("one", ""));
    maker.apply().exits(0);
    let server_id = emulator.server_id();
    for name in ["ann", "bob"] {
        emulator.add_certificate(json!({"SslVpnServerId": server_id, "Name": name}));
    }

    let workspace = Workspace::new(&emulator);
    let query = |config: &str| {
        workspace.write_file(
            "find.tfquery.hcl",
            &format!("list \"alivpn_ssl_vpn_client_cert\" \"found\" {{\n  provider         = alivpn\n  include_resource = true\n\n  config {{\n{config}\n  }}\n}}\n"),
        );
    };
    query(&format!(
        "    ssl_vpn_server_id = {server_id:?}\n    name_regex = \"^a\""
    ));
    let found = workspace.terraform(&["query", "-no-color", "-generate-config-out=found.tf"]);
    found.exits(0).says("ann (vsc-").does_not_say("bob (vsc-");
    workspace
        .apply()
        .exits(0)
        .says("1 imported, 0 added, 0 changed");
    assert!(!workspace.state().contains("PRIVATE KEY"));
    workspace.plan().exits(0);

    query("    status = \"expired\"");
    workspace
        .terraform(&["query", "-no-color"])
        .exits(0)
        .does_not_say("vsc-");
}
