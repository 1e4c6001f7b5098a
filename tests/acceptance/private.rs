//! Private data of a state: the provider's own decisions never get into it, and what is in it stays.

use std::fs;

use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::terraform::{Workspace, server};

/// Private data that this provider did not write, as a state file holds them.
const FOREIGN: &str = "c29tZWJvZHkgZWxzZSdz";

#[test]
fn private_data_survive_reads_and_both_update_paths_byte_for_byte() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", "  name = \"before\""));
    workspace.apply().exits(0);
    assert_eq!(
        workspace.instance()["private"],
        Value::Null,
        "the provider stores nothing of its own"
    );

    let mut state: Value = serde_json::from_str(&workspace.state()).expect("the state is JSON");
    state["resources"][0]["instances"][0]["private"] = json!(FOREIGN);
    fs::write(
        workspace.path().join("terraform.tfstate"),
        state.to_string(),
    )
    .expect("the state can be written");
    workspace.plan_refresh_only().exits(0);

    for body in ["  name = \"after\"", "  name = \"after\"\n  port = 1195"] {
        workspace.write(&server("this", body));
        workspace.apply().exits(0).says("1 changed");
        assert_eq!(workspace.instance()["private"], FOREIGN, "after {body}");
    }
    workspace.plan_refresh_only().exits(0);
}
