//! The modules of `examples/modules`: their own tests pass, what they are given is checked, and secrets are where they were asked for.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::emulator::{Emulator, GATEWAY, text};
use crate::terraform::{EPHEMERAL_RESOURCES, Workspace, is_left_out};

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder is readable");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file can be copied");
        }
    }
}

/// The module `ssl-vpn` in a workspace of its own, below its wrapper's `main.tf`; and what its variables need.
fn ssl_vpn(emulator: &Emulator, inner: &str) -> Workspace {
    let mut workspace = Workspace::empty();
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/modules/ssl-vpn");
    copy(&module, &workspace.path());
    let folder = workspace.path().display().to_string();
    for (name, value) in [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret"),
        ("ALIBABA_CLOUD_REGION", "cn-hangzhou"),
        ("ALIBABA_CLOUD_VPC_ENDPOINT", &emulator.endpoint()),
        ("TF_VAR_vpn_gateway_id", GATEWAY),
        ("TF_VAR_folder", &folder),
    ] {
        workspace.environment(name, value);
    }
    workspace.enter(inner);
    // `init` would ask the registry for the provider, which comes from dev_overrides here.
    workspace.terraform(&["get", "-no-color"]).exits(0);
    workspace
}

fn is_too_old() -> bool {
    is_left_out("ephemeral resources", EPHEMERAL_RESOURCES)
}

#[test]
fn the_modules_own_tests_pass_and_leave_nothing() {
    if is_too_old() {
        return;
    }
    let emulator = Emulator::quick();
    let workspace = ssl_vpn(&emulator, ".");
    workspace
        .terraform(&["test", "-no-color"])
        .exits(0)
        .says("2 passed, 0 failed");
    assert!(emulator.servers().is_empty());
    assert!(emulator.certificates().is_empty());
}

#[test]
fn what_the_module_is_given_is_checked_before_any_call() {
    if is_too_old() {
        return;
    }
    let emulator = Emulator::quick();
    let mut workspace = ssl_vpn(&emulator, "tests/wrapper");
    for (name, value, usual, said) in [
        ("vpn_gateway_id", "vpc-1", GATEWAY, "begins with \"vpn-\""),
        ("name", "https://office", "office", "1 to 100 characters"),
        ("name", "", "office", "1 to 100 characters"),
        (
            "client_ip_pool",
            "10.0.0.0/30",
            "10.30.0.0/24",
            "/16 to /29",
        ),
        (
            "client_ip_pool",
            "10.0.0.0/15",
            "10.30.0.0/24",
            "/16 to /29",
        ),
        ("client_ip_pool", "office/24", "10.30.0.0/24", "/16 to /29"),
        ("local_subnets", "[]", "[\"192.168.0.0/16\"]", "one to five"),
        (
            "local_subnets",
            "[\"x\"]",
            "[\"192.168.0.0/16\"]",
            "one to five",
        ),
        ("people", "{\"a b\" = {}}", "{}", "letters, digits"),
        ("people", "{\"../ann\" = {}}", "{}", "letters, digits"),
        ("renew_before", "soon", "720h", "such as \"720h\""),
    ] {
        let variable = format!("TF_VAR_{name}");
        workspace.environment(&variable, value);
        workspace.plan().exits(1).says(said);
        workspace.environment(&variable, usual);
    }
    workspace.plan().exits(2);
    assert!(emulator.calls().iter().all(|call| !call.is_change()));
}

#[test]
fn profiles_are_in_the_state_for_who_asks_and_only_then() {
    if is_too_old() {
        return;
    }
    let emulator = Emulator::quick();
    let mut workspace = ssl_vpn(&emulator, "tests/wrapper");
    workspace.environment("TF_VAR_people", "{ann = {}}");
    let profiles = |workspace: &Workspace| -> Value {
        workspace.apply().exits(0).does_not_say("PRIVATE KEY");
        let output = workspace.terraform(&["output", "-json", "-no-color"]);
        let outputs: Value = serde_json::from_str(&output.stdout).expect("outputs are JSON");
        outputs["profiles"]["value"].clone()
    };
    assert_eq!(profiles(&workspace), Value::Null);
    assert!(!workspace.state().contains("PRIVATE KEY"));
    let delivered = fs::read_to_string(workspace.path().join("../../ann.ovpn"));
    let delivered = delivered.expect("the profile was delivered");
    assert!(delivered.contains("PRIVATE KEY"));

    workspace.environment("TF_VAR_profiles_in_state", "true");
    assert_eq!(
        profiles(&workspace)["ann"],
        delivered.trim_end_matches('\n').to_owned() + "\n"
    );
    workspace.plan().exits(0);
    workspace.environment("TF_VAR_profiles_in_state", "false");
    assert_eq!(profiles(&workspace), Value::Null);
    assert!(!workspace.state().contains("PRIVATE KEY"));
    workspace.destroy().exits(0);
    assert!(emulator.servers().is_empty());
}

#[test]
fn a_certificate_that_ends_is_exchanged_and_its_new_profile_delivered_in_the_same_run() {
    if is_too_old() {
        return;
    }
    let emulator = Emulator::quick();
    let mut workspace = ssl_vpn(&emulator, "tests/wrapper");
    workspace.environment(
        "TF_VAR_people",
        "{ann = {}, bob = {renew_before = \"24h\"}}",
    );
    workspace.apply().exits(0);
    let profile = |person: &str| {
        let file = workspace.path().join(format!("../../{person}.ovpn"));
        fs::read_to_string(file).expect("a profile")
    };
    let before = (profile("ann"), profile("bob"));
    // Both end in five days: near for Ann, not for Bob.
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("after 1970").as_millis();
    let end = u64::try_from(now).expect("not so far") + 5 * 86_400_000;
    for cert in emulator.certificates() {
        let id = text(&cert["SslVpnClientCertId"]);
        emulator.edit_certificate(&id, json!({ "EndTime": end }));
    }
    let calls = emulator.calls_of(|| {
        workspace
            .apply()
            .exits(0)
            .says("2 added, 0 changed, 2 destroyed");
    });
    let changes: Vec<&str> = calls
        .iter()
        .filter(|call| call.is_change() && call.accepted())
        .map(|call| call.operation.as_str())
        .collect();
    assert_eq!(
        changes,
        ["CreateSslVpnClientCert", "DeleteSslVpnClientCert"]
    );
    let after = (profile("ann"), profile("bob"));
    assert_ne!(after.0, before.0);
    assert_eq!(after.1, before.1);
}
