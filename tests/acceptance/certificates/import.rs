//! Taking over a certificate that exists.

use serde_json::{Value, json};

use super::{TYPE, applied, attributes, both, cert, changes};
use crate::emulator::{Emulator, OTHER_GATEWAY};
use crate::terraform::{IDENTITIES, IMPORT_BLOCKS, Workspace, in_region, is_left_out, server};

const ADDRESS: &str = "alivpn_ssl_vpn_client_cert.this";

/// A configuration that says of the certificate what is true of it.
fn same(emulator: &Emulator) -> String {
    cert(&format!(
        "  ssl_vpn_server_id = {:?}\n  name = \"ann\"",
        emulator.server_id()
    ))
}

#[test]
fn a_certificate_is_imported_by_id_and_by_id_and_region_and_the_plan_is_empty() {
    let emulator = Emulator::quick();
    let maker = applied(&emulator, "  name = \"ann\"");
    let id = emulator.certificate_id();
    for (region, import_id) in [
        ("cn-hangzhou", id.clone()),
        ("cn-shanghai", format!("{id}@cn-hangzhou")),
    ] {
        let workspace = Workspace::new(&emulator);
        workspace.provider(&in_region(&emulator, region));
        workspace.write(&same(&emulator));
        let calls = emulator.calls_of(|| {
            workspace
                .import_to(ADDRESS, &import_id)
                .exits(0)
                .says("Import successful");
            workspace.plan().exits(0);
            workspace.plan_refresh_only().exits(0);
        });
        assert_eq!(changes(&calls), [""; 0]);
        assert!(
            calls
                .iter()
                .all(|call| call.parameter("RegionId") == "cn-hangzhou"),
            "{calls:#?}"
        );
        assert_eq!(attributes(&workspace), attributes(&maker));
        assert!(!workspace.state().contains("PRIVATE KEY"));
    }
}

#[test]
fn what_names_no_certificate_is_an_error_that_shows_the_forms() {
    let emulator = Emulator::quick();
    let _maker = applied(&emulator, "  name = \"ann\"");
    let id = emulator.certificate_id();
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.write(&same(&emulator));
    for (import_id, words) in [
        ("ann", "names no client certificate"),
        ("vss-1", "vsc-...@region"),
        ("vsc-unknown", "No client certificate vsc-unknown to import"),
        (id.as_str(), "imported as \"vsc-...@region\""),
    ] {
        let outcome = workspace.import_to(ADDRESS, import_id);
        outcome.exits(1).says(words);
        if words.ends_with("to import") {
            outcome
                .says("InvalidSslVpnClientCertId.NotFound")
                .says("RequestId");
        }
        assert_eq!(workspace.instance_of(TYPE, "this"), Value::Null);
    }
}

#[test]
fn a_certificate_of_another_server_is_imported_with_a_warning_before_anything_is_lost() {
    let emulator = Emulator::quick();
    let maker = Workspace::new(&emulator);
    let other = server("other", &format!("  vpn_gateway_id = {OTHER_GATEWAY:?}"));
    maker.write(&format!("{}\n{other}", both("  name = \"ann\"")));
    maker.apply().exits(0);
    let (id, server_id) = (
        emulator.certificate_id(),
        attributes(&maker)["ssl_vpn_server_id"].clone(),
    );
    let others = maker.instance_of("alivpn_ssl_vpn_server", "other")["attributes"]["id"].clone();
    let workspace = Workspace::new(&emulator);
    workspace.write(&cert(&format!(
        "  ssl_vpn_server_id = {others}\n  name = \"ann\""
    )));
    workspace.import_to(ADDRESS, &id).exits(0);
    let calls = emulator.calls_of(|| {
        workspace
            .plan()
            .exits(2)
            .says("A client certificate belongs to another server")
            .says(&format!(
                "{id} belongs to SSL server {} and cannot move to {}",
                server_id.as_str().unwrap_or_default(),
                others.as_str().unwrap_or_default()
            ))
            .says("terraform state rm");
    });
    assert_eq!(changes(&calls), [""; 0]);
    workspace.terraform(&["state", "rm", ADDRESS]).exits(0);
    assert_eq!(emulator.certificate_id(), id);
}

#[test]
fn an_import_block_beside_a_configuration_that_would_delete_the_certificate_is_an_error_and_nothing_is_lost()
 {
    if is_left_out("import blocks", IMPORT_BLOCKS) {
        return;
    }
    let emulator = Emulator::quick();
    let maker = Workspace::new(&emulator);
    let other = server("other", &format!("  vpn_gateway_id = {OTHER_GATEWAY:?}"));
    maker.write(&format!("{}\n{other}", both("  name = \"ann\"")));
    maker.apply().exits(0);
    let (id, server_id) = (
        emulator.certificate_id(),
        attributes(&maker)["ssl_vpn_server_id"].clone(),
    );
    let others = maker.instance_of("alivpn_ssl_vpn_server", "other")["attributes"]["id"].clone();
    let refused = format!("Client certificate {id} would be deleted by its import");
    let block = format!("import {{\n  to = {ADDRESS}\n  id = {id:?}\n}}\n");
    let of_others = format!("  ssl_vpn_server_id = {others}");
    let elsewhere = format!("  ssl_vpn_server_id = {server_id}\n  region = \"cn-shanghai\"");
    let to_come = "  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id".to_owned();
    for (body, words) in [
        (of_others, format!("set ssl_vpn_server_id = {server_id}")),
        (elsewhere, "set region = \"cn-hangzhou\"".to_owned()),
        (to_come, "known only after the apply".to_owned()),
    ] {
        let workspace = Workspace::new(&emulator);
        let new_server = if body.contains("server.this.id") {
            server("this", "")
        } else {
            String::new()
        };
        workspace.write(&format!("{block}{}{new_server}", cert(&body)));
        for run in [Workspace::plan, Workspace::apply] {
            let calls = emulator.calls_of(|| {
                run(&workspace).exits(1).says(&refused).says(&words);
            });
            assert_eq!(changes(&calls), [""; 0]);
        }
        assert_eq!(workspace.instance_of(TYPE, "this"), Value::Null);
    }
    assert_eq!(emulator.certificate_id(), id);

    // What can be changed in place is.
    let workspace = Workspace::new(&emulator);
    let renamed = cert(&format!(
        "  ssl_vpn_server_id = {server_id}\n  name = \"bob\"\n  renew_before = \"720h\""
    ));
    workspace.write(&format!("{block}{renamed}"));
    workspace
        .apply()
        .exits(0)
        .says("1 imported, 0 added, 1 changed");
    assert_eq!(emulator.certificate_id(), id);
}

#[test]
fn an_expired_certificate_is_imported_with_a_warning() {
    let emulator = Emulator::quick();
    let _maker = applied(&emulator, "  name = \"ann\"");
    let id = emulator.certificate_id();
    emulator.edit_certificate(&id, json!({"EndTime": 1_600_000_000_000_u64}));
    let workspace = Workspace::new(&emulator);
    workspace.write(&same(&emulator));
    workspace
        .import_to(ADDRESS, &id)
        .exits(0)
        .says("has expired");
    assert_eq!(attributes(&workspace)["status"], "expired");
}

#[test]
fn import_by_block_generates_a_configuration_that_is_accepted_unchanged() {
    if is_left_out("import blocks", IMPORT_BLOCKS) {
        return;
    }
    let emulator = Emulator::quick();
    let _maker = applied(&emulator, "  name = \"ann\"");
    let workspace = Workspace::new(&emulator);
    workspace.write(&format!(
        "import {{\n  to = {ADDRESS}\n  id = \"{}@cn-hangzhou\"\n}}\n",
        emulator.certificate_id()
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
    workspace
        .apply()
        .exits(0)
        .says("1 imported, 0 added, 0 changed, 0 destroyed");
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
}

#[test]
fn the_state_holds_the_identity_and_an_import_goes_by_it() {
    if is_left_out("identities", IDENTITIES) {
        return;
    }
    let emulator = Emulator::quick();
    let maker = applied(&emulator, "  name = \"ann\"");
    let id = emulator.certificate_id();
    let identity = json!({"id": id, "region": "cn-hangzhou"});
    assert_eq!(maker.instance_of(TYPE, "this")["identity"], identity);
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.write(&format!(
        "import {{\n  to = {ADDRESS}\n  identity = {{ id = {id:?}, region = \"cn-hangzhou\" }}\n}}\n{}",
        same(&emulator)
    ));
    workspace.apply().exits(0).says("1 imported, 0 added");
    assert_eq!(workspace.instance_of(TYPE, "this")["identity"], identity);
}
