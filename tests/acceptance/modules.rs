//! The modules of `examples/modules`: their own tests pass, what they are given is checked, and secrets are where they were asked for.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::emulator::{Emulator, GATEWAY, of, text};
use crate::terraform::{Core, EPHEMERAL_RESOURCES, Workspace, is_left_out};

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
    // OpenTofu 1.12 ends with success and calls nothing any more: it trips over the ephemeral resource in its own state.
    if !Core::at_hand().is_opentofu {
        assert!(emulator.servers().is_empty());
        assert!(emulator.certificates().is_empty());
    }
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
        ("name", &"n".repeat(101), "office", "1 to 100 characters"),
        (
            "client_ip_pool",
            "10.0.0.0/30",
            "10.30.0.0/24",
            "/16 to /29",
        ),
        (
            "client_ip_pool",
            "10.30.30.7/24",
            "10.30.0.0/24",
            "without host bits",
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
            "[\"10.1.0.0/16\", \"10.2.0.0/16\", \"10.3.0.0/16\", \"10.4.0.0/16\", \"10.5.0.0/16\", \"10.6.0.0/16\"]",
            "[\"192.168.0.0/16\"]",
            "one to five",
        ),
        (
            "local_subnets",
            "[\"x\"]",
            "[\"192.168.0.0/16\"]",
            "one to five",
        ),
        ("people", "{\"a b\" = {}}", "{}", "letters, digits"),
        ("people", "{\"../ann\" = {}}", "{}", "letters, digits"),
        (
            "people",
            &format!("{{{} = {{}}}}", "a".repeat(101)),
            "{}",
            "letters, digits",
        ),
        ("protocol", "tcp", "TCP", "\"TCP\" or \"UDP\""),
        ("cipher", "AES", "AES-128-CBC", "or \"none\""),
        ("port", "443", "1194", "keeps for itself"),
        ("port", "0", "1194", "from 1 to 65535"),
        ("port", "65536", "1194", "from 1 to 65535"),
        ("port", "1194.5", "1194", "a whole number"),
        ("renew_before", "soon", "720h", "such as \"720h\""),
        ("renew_before", "", "720h", "above zero"),
        ("renew_before", "0h", "720h", "above zero"),
        ("renew_before", "8760h1s", "720h", "at most a year"),
        ("renew_before", "1.2.3h", "720h", "such as \"720h\""),
        (
            "people",
            "{ann = {renew_before = \"0h\"}}",
            "{}",
            "above zero",
        ),
        (
            "people",
            "{ann = {}, bob = {renew_before = \"99999999h\"}}",
            "{}",
            "at most a year",
        ),
    ] {
        let variable = format!("TF_VAR_{name}");
        workspace.environment(&variable, value);
        workspace.plan().exits(1).says(said);
        workspace.environment(&variable, usual);
    }
    for renew_before in ["0.5s", "8760h", "1h30m", "365.0h"] {
        workspace.environment("TF_VAR_renew_before", renew_before);
        workspace.environment(
            "TF_VAR_people",
            &format!("{{ann = {{renew_before = {renew_before:?}}}}}"),
        );
        workspace.plan().exits(2);
    }
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
fn the_most_that_a_name_and_the_networks_may_be_is_taken() {
    if is_too_old() {
        return;
    }
    let emulator = Emulator::quick();
    let mut workspace = ssl_vpn(&emulator, "tests/wrapper");
    let networks: Vec<String> = (1..=5)
        .map(|number| format!("10.{number}.0.0/16"))
        .collect();
    workspace.environment("TF_VAR_name", &"n".repeat(100));
    workspace.environment("TF_VAR_local_subnets", &json!(networks).to_string());
    workspace.environment("TF_VAR_people", &format!("{{{} = {{}}}}", "a".repeat(100)));
    workspace.apply().exits(0);
    assert_eq!(emulator.server()["Name"], "n".repeat(100));
    assert_eq!(emulator.certificate()["Name"], "a".repeat(100));
    workspace.destroy().exits(0);
}

/// Where the profiles are not wanted, nobody reads them.
#[test]
fn without_delivery_there_are_no_ephemeral_profiles_and_no_key_is_read() {
    if is_too_old() {
        return;
    }
    let emulator = Emulator::quick();
    let mut workspace = ssl_vpn(&emulator, ".");
    workspace.enter("root");
    fs::create_dir(workspace.path()).expect("a folder");
    for (deliver, seen, keys_read) in [("false", "null", 0), ("true", "of ann bob", 2)] {
        workspace.write(&format!(
            r#"module "ssl_vpn" {{
  source = "../"

  vpn_gateway_id = {GATEWAY:?}
  name           = "office"
  client_ip_pool = "10.30.30.0/24"
  local_subnets  = ["192.168.0.0/16"]
  people         = {{ ann = {{}}, bob = {{}} }}
  deliver        = {deliver}
}}

resource "terraform_data" "seen" {{
  triggers_replace = [{deliver}, module.ssl_vpn.certificates]

  provisioner "local-exec" {{
    command     = "printf %s \"$SEEN\" >seen"
    environment = {{ SEEN = module.ssl_vpn.ephemeral_profiles == null ? "null" : "of ${{join(" ", keys(module.ssl_vpn.ephemeral_profiles))}}" }}
  }}
}}
"#
        ));
        workspace.terraform(&["get", "-no-color"]).exits(0);
        workspace.apply().exits(0);
        let saw = fs::read_to_string(workspace.path().join("seen")).expect("it was seen");
        assert_eq!(saw, seen);
        let calls = emulator.calls_of(|| {
            workspace.plan().exits(0);
        });
        assert_eq!(of(&calls, "DescribeSslVpnClientCert").len(), keys_read);
    }
    workspace.destroy().exits(0);
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

/// The one file stands in for the other: what they say beside the core's version is the same.
#[test]
fn both_cores_are_told_the_same_but_for_their_version() {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/modules/ssl-vpn");
    let [terraform, opentofu] = ["versions.tf", "versions.tofu"].map(|name| {
        let text = fs::read_to_string(module.join(name)).expect("it is there");
        let is_version = |line: &&str| line.contains("required_version");
        let version = text.lines().find(is_version).unwrap_or_default().to_owned();
        let others = text
            .lines()
            .filter(|line| !is_version(line) && !line.contains('#'));
        (version, others.map(str::to_owned).collect::<Vec<_>>())
    });
    assert_eq!(terraform.1, opentofu.1);
    let since = |(major, minor)| format!("  required_version = \">= {major}.{minor}\"");
    assert_eq!(terraform.0, since(EPHEMERAL_RESOURCES.terraform));
    assert_eq!(Some(opentofu.0), EPHEMERAL_RESOURCES.opentofu.map(since));
}
