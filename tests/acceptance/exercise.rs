//! What no resource of the product needs yet, with a real core: the small provider of `tests/support/exercise`.

use serde_json::json;

use crate::exercise_program::exercise;
use crate::terraform::{MOVES_BETWEEN_TYPES, Since, Workspace, is_left_out};

/// OpenTofu has no actions.
const ACTIONS: Since = Since {
    terraform: (1, 14),
    opentofu: None,
};

/// Ephemeral resources and write-only attributes together.
const WRITE_ONLY: Since = Since {
    terraform: (1, 11),
    opentofu: Some((1, 11)),
};

/// A folder whose configuration begins with what it `requires`, by name and source address; the exercise provider serves all.
fn workspace(requires: &[(&str, &str)], configuration: &str) -> Workspace {
    let workspace = Workspace::empty();
    let folders: Vec<_> = requires
        .iter()
        .map(|(name, address)| (*address, workspace.provider_folder(name, &exercise())))
        .collect();
    let folders: Vec<_> = folders
        .iter()
        .map(|(address, folder)| (*address, folder.as_path()))
        .collect();
    workspace.install(&folders);
    let required: String = requires
        .iter()
        .map(|(name, address)| format!("    {name} = {{\n      source = {address:?}\n    }}\n"))
        .collect();
    workspace.write(&format!(
        "terraform {{\n  required_providers {{\n{required}  }}\n}}\n{configuration}"
    ));
    workspace
}

const EXERCISE: (&str, &str) = ("exercise", "alivpn/exercise");

fn greeting(name: &str) -> String {
    format!(
        r#"
resource "exercise_thing" "it" {{
  name = "it"

  lifecycle {{
    action_trigger {{
      events  = [after_create]
      actions = [action.exercise_greet.hello]
    }}
  }}
}}

action "exercise_greet" "hello" {{
  config {{
    name  = {name:?}
    times = 2
  }}
}}
"#
    )
}

#[test]
fn an_action_is_planned_and_invoked_and_tells_its_progress() {
    if is_left_out("actions", ACTIONS) {
        return;
    }
    let workspace = workspace(&[EXERCISE], &greeting("ann"));
    workspace.plan().exits(2).says("exercise_greet");
    workspace
        .apply()
        .exits(0)
        .says("hello ann 1")
        .says("hello ann 2");
    let invoke = [
        "apply",
        "-no-color",
        "-auto-approve",
        "-invoke=action.exercise_greet.hello",
    ];
    workspace.terraform(&invoke).exits(0).says("hello ann 2");
}

#[test]
fn an_action_that_fails_is_an_error_of_the_apply_and_what_triggered_it_is_kept() {
    if is_left_out("actions", ACTIONS) {
        return;
    }
    let workspace = workspace(&[EXERCISE], &greeting("fail"));
    workspace.apply().exits(1).says("Not amused");
    let addresses = workspace.terraform(&["state", "list"]);
    addresses.exits(0).says("exercise_thing.it");
}

#[test]
fn an_action_that_panics_is_an_error_of_the_run() {
    if is_left_out("actions", ACTIONS) {
        return;
    }
    let workspace = workspace(&[EXERCISE], &greeting("panic"));
    workspace.apply().exits(1).says("asked to panic");
}

#[test]
fn a_secret_passes_from_an_ephemeral_resource_into_a_write_only_argument_and_is_stored_nowhere() {
    if is_left_out("ephemeral resources and write-only arguments", WRITE_ONLY) {
        return;
    }
    let workspace = workspace(
        &[EXERCISE],
        r#"
ephemeral "exercise_token" "it" {
  name = "ann"
}

resource "exercise_keeper" "it" {
  name           = "it"
  secret         = ephemeral.exercise_token.it.secret
  secret_version = 1
}

output "length" {
  value = exercise_keeper.it.secret_length
}
"#,
    );
    let plan = ["plan", "-no-color", "-input=false", "-out=saved.tfplan"];
    workspace.terraform(&plan).exits(0).does_not_say("hush-ann");
    workspace
        .terraform(&["apply", "-no-color", "saved.tfplan"])
        .exits(0)
        .says("length = 8");
    let shown = workspace.terraform(&["show", "-json", "saved.tfplan"]);
    shown.exits(0).does_not_say("hush-ann");
    assert!(!workspace.state().contains("hush-ann"));
    workspace.plan().exits(0);
}

#[test]
fn what_a_module_says_of_itself_reaches_the_resource() {
    let workspace = workspace(
        &[EXERCISE],
        r#"
terraform {
  provider_meta "exercise" {
    module_name = "root"
  }
}

resource "exercise_keeper" "it" {
  name = "it"
}

output "module" {
  value = exercise_keeper.it.module_name
}
"#,
    );
    workspace.apply().exits(0).says("module = \"root\"");
    workspace.plan().exits(0);
}

/// A state with one object of a provider.
fn state(mode: &str, ty: &str, address: &str, instance: &serde_json::Value) -> String {
    json!({
        "version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "b1c9bdb8-6b8f-7a45-4b3f-5bb1ab8e7f5e", "outputs": {},
        "resources": [{
            "mode": mode, "type": ty, "name": "it",
            "provider": format!("provider[\"registry.terraform.io/{address}\"]"),
            "instances": [instance],
        }],
    })
    .to_string()
}

const VERSIONED: &str = r#"
resource "exercise_versioned" "it" {
  name = "first"
  size = 12
}
"#;

#[test]
fn a_state_of_the_first_version_is_upgraded_step_by_step_and_nothing_is_planned() {
    let workspace = workspace(&[EXERCISE], VERSIONED);
    let first = json!({
        "schema_version": 0,
        "attributes": { "title": "first", "size": "12", "long_forgotten": true },
    });
    workspace.write_file(
        "terraform.tfstate",
        &state("managed", "exercise_versioned", EXERCISE.1, &first),
    );
    workspace.plan().exits(0);
    workspace.apply().exits(0);
    let stored: serde_json::Value =
        serde_json::from_str(&workspace.state()).expect("a state is JSON");
    let instance = &stored["resources"][0]["instances"][0];
    assert_eq!(instance["schema_version"], 2, "{stored}");
    assert_eq!(instance["attributes"]["size"], 12, "{stored}");
}

#[test]
fn a_state_of_a_newer_version_is_refused_and_kept() {
    let workspace = workspace(&[EXERCISE], VERSIONED);
    let newer = json!({ "schema_version": 7, "attributes": { "name": "first" } });
    let text = state("managed", "exercise_versioned", EXERCISE.1, &newer);
    workspace.write_file("terraform.tfstate", &text);
    workspace.plan().exits(1).says("newer");
    assert_eq!(workspace.state(), text);
}

#[test]
fn an_object_of_another_provider_is_moved_and_one_that_cannot_be_is_kept() {
    if is_left_out("moves between types", MOVES_BETWEEN_TYPES) {
        return;
    }
    let old = json!({ "schema_version": 0, "attributes": { "label": "first" } });
    for (ty, exits, said) in [
        ("old_thing", 2, "0 to add, 1 to change, 0 to destroy"),
        ("old_other", 1, "old_other"),
    ] {
        let moved = format!(
            "{VERSIONED}\nmoved {{\n  from = {ty}.it\n  to   = exercise_versioned.it\n}}\n"
        );
        let workspace = workspace(&[EXERCISE, ("old", "example/old")], &moved);
        let text = state("managed", ty, "example/old", &old);
        workspace.write_file("terraform.tfstate", &text);
        workspace.plan().exits(exits).says(said);
        assert_eq!(workspace.state(), text);
    }
}
