//! A certificate whose create was cut off after its effect is found as the guide says, and dealt with.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::both;
use crate::emulator::Emulator;
use crate::terraform::{Workspace, server};

/// The guide's section about it.
fn section() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides/rotating-certificates.md");
    let guide = fs::read_to_string(guide).expect("the guide is there");
    let section = guide
        .split("\n## ")
        .find_map(|section| section.strip_prefix("A certificate that no state holds\n"));
    section
        .expect("the guide has the section that errors point to")
        .to_owned()
}

#[test]
fn a_certificate_left_over_is_found_as_the_guide_says_and_can_be_imported_and_deleted() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    workspace.write(&both("  name = \"ann\""));
    for fault in [
        json!({ "reset": "after" }),
        json!({ "code": "Forbidden.RAM" }),
    ] {
        let mut fault = fault;
        fault["operation"] = "CreateSslVpnClientCert".into();
        emulator.fault(fault);
    }
    // What the error says leads to the guide.
    workspace
        .apply()
        .exits(1)
        .says("as far as known")
        .says("Rotating certificates")
        .says("A certificate that no state holds");
    let left_over = emulator.certificate_id();
    workspace.apply().exits(0);
    assert_eq!(emulator.certificates().len(), 2);

    // A configuration of its own, from the guide.
    let section = section();
    let listing = section
        .split("```terraform\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the guide lists them");
    let lister = Workspace::new(&emulator);
    lister.write(listing);
    let variable = format!("-var=ssl_vpn_server_id={}", emulator.server_id());
    lister
        .terraform(&[
            "apply",
            "-no-color",
            "-input=false",
            "-auto-approve",
            &variable,
        ])
        .exits(0);
    let state: Value = serde_json::from_str(&lister.state()).expect("a state is JSON");
    let listed: Vec<String> =
        serde_json::from_value(state["outputs"]["certificates_by_age"]["value"].clone())
            .expect("the output is a list of lines");
    assert_eq!(listed.len(), 2, "{listed:?}");
    for words in [
        "terraform state list",
        "terraform state show",
        "create_time",
    ] {
        assert!(section.contains(words), "{words}");
    }
    workspace
        .terraform(&["state", "list"])
        .exits(0)
        .says("alivpn_ssl_vpn_client_cert.this");
    let held = workspace.instance_of("alivpn_ssl_vpn_client_cert", "this");
    let held = held["attributes"]["id"]
        .as_str()
        .expect("the state has its ID")
        .to_owned();
    let unheld: Vec<&String> = listed.iter().filter(|line| !line.contains(&held)).collect();
    assert_eq!(unheld.len(), 1, "{listed:?}");
    assert!(
        unheld[0].contains(&format!(" {left_over} ann")),
        "{unheld:?}"
    );

    // Into a resource of its own, and away with that.
    let both = both("  name = \"ann\"");
    let own = "resource \"alivpn_ssl_vpn_client_cert\" \"left_over\" {\n  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id\n}\n";
    workspace.write(&format!("{both}\n{own}"));
    workspace
        .import_to("alivpn_ssl_vpn_client_cert.left_over", &left_over)
        .exits(0);
    workspace.write(&both);
    workspace
        .apply()
        .exits(0)
        .says("0 added, 0 changed, 1 destroyed");
    assert_eq!(emulator.certificate_id(), held);
}
