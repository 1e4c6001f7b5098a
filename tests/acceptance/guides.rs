//! What the documentation shows is valid under the schemas that there are, and what it tells readers to do comes out as it says.

mod emulator;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::emulator::{Emulator, of};
use crate::terraform::{
    EPHEMERAL_RESOURCES, REQUIRED_PROVIDERS, Workspace, is_left_out, server, terraform,
};

/// The pages below a folder of the documentation, by path.
fn pages(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder of the documentation is there") {
        let path = entry.expect("it is readable").path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else {
            let text = fs::read_to_string(&path).expect("a page is text");
            found.insert(path, text);
        }
    }
    found
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// What stands in the fences of a language.
fn fenced(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let fences = text.split(&opening).skip(1);
    fences
        .map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned() + "\n")
        .collect()
}

/// Each configuration stands for itself: it names everything that it refers to.
#[test]
fn every_configuration_in_a_guide_is_valid() {
    if is_left_out("what guides show", EPHEMERAL_RESOURCES) {
        return;
    }
    let mut seen = 0;
    for (path, text) in pages(&docs().join("guides")) {
        for configuration in fenced(&text, "terraform") {
            let workspace = Workspace::empty();
            if !configuration.contains("required_providers") {
                workspace.write_file("required.tf", REQUIRED_PROVIDERS);
            }
            workspace.write(&configuration);
            let diagnostics = workspace.validate();
            assert!(
                diagnostics.is_empty(),
                "{}:\n{configuration}\n{diagnostics:#?}",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 5, "only {seen} configurations were found");
}

/// A file of the project.
fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_configuration_that_is_shown_is_formatted() {
    if is_left_out("what guides show", EPHEMERAL_RESOURCES) {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut shown = pages(&docs());
    for path in ["README.md", "examples/modules/ssl-vpn/README.md"] {
        shown.insert(root.join(path), document(path));
    }
    let workspace = Workspace::empty();
    let mut seen = 0;
    for (path, text) in shown {
        // Fragments too, and test files: what they are is another language's block in the same form.
        for language in ["terraform", "hcl"] {
            for configuration in fenced(&text, language) {
                seen += 1;
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                workspace.write_file(&format!("{name}-{seen}.tf"), &configuration);
            }
        }
    }
    assert!(seen > 20, "only {seen} configurations were found");
    workspace
        .terraform(&["fmt", "-no-color", "-check", "-diff"])
        .exits(0);
}

/// The first block is a whole configuration; each of the others goes with it.
#[test]
fn every_configuration_in_the_readme_is_valid() {
    if is_left_out("what the README shows", EPHEMERAL_RESOURCES) {
        return;
    }
    let blocks = fenced(&document("README.md"), "hcl");
    let (first, others) = blocks.split_first().expect("the README has some");
    assert!(others.len() >= 4, "{others:#?}");
    let no_provider = "provider \"alivpn\" {}\n";
    assert!(first.contains(no_provider), "{first}");
    for other in others {
        let workspace = Workspace::empty();
        let has_provider = other.contains("provider \"alivpn\" {\n");
        let first = if has_provider {
            first.replace(no_provider, "")
        } else {
            first.clone()
        };
        workspace.write(&format!("{first}\n{other}"));
        let diagnostics = workspace.validate();
        assert!(diagnostics.is_empty(), "{other}\n{diagnostics:#?}");
    }
}

/// What the guide has its reader run and write, step by step; only the emulator's port and the approvals differ.
#[test]
fn who_follows_getting_started_has_a_server_changes_it_and_destroys_it() {
    let guide = document("docs/guides/getting-started.md");
    let emulator = Emulator::quick();
    let mut workspace = Workspace::empty();
    let home = workspace.path().join("home");
    fs::create_dir(&home).expect("a home");
    workspace.write_file("empty.tfrc", "");
    for (name, value) in [
        ("HOME", home.display().to_string()),
        (
            "TF_CLI_CONFIG_FILE",
            workspace.path().join("empty.tfrc").display().to_string(),
        ),
    ] {
        workspace.environment(name, &value);
    }
    let shell = fenced(&guide, "shell").concat();
    assert!(shell.contains("\ntarget/debug/alivpn install\n"), "{shell}");
    let installed = Command::new(env!("CARGO_BIN_EXE_alivpn"))
        .arg("install")
        .env("HOME", &home)
        .output();
    assert!(installed.expect("it starts").status.success());

    let main = fenced(&guide, "terraform").concat();
    let endpoint = "http://127.0.0.1:8500";
    assert!(main.contains(endpoint), "{main}");
    let mut main = main.replace(endpoint, &emulator.endpoint());
    let commands: Vec<&str> = shell
        .lines()
        .filter(|line| line.starts_with("terraform "))
        .collect();
    assert_eq!(
        commands,
        ["terraform init", "terraform apply", "terraform destroy"]
    );
    workspace.write(&main);
    workspace
        .terraform(&["init", "-no-color", "-input=false"])
        .exits(0);
    workspace.apply().exits(0).says("vpn_address");

    // A bullet a change: the argument as it is to be.
    let changes = guide.lines().filter_map(|line| {
        let written = line.strip_prefix("- `")?.split_once('`')?.0;
        written.split_once(" = ")
    });
    let changes: Vec<(&str, &str)> = changes.collect();
    assert_eq!(changes.len(), 4, "{changes:?}");
    for (step, (name, value)) in changes.into_iter().enumerate() {
        let begins = |line: &&str| line.trim_start().split(' ').next() == Some(name);
        let old = main.lines().find(begins).map(str::to_owned);
        let new = format!("  {name} = {value}");
        main = match old {
            Some(old) => main.replace(&old, &new),
            None => main.replace("  name ", &format!("{new}\n  name ")),
        };
        workspace.write(&main);
        let calls = emulator.calls_of(|| {
            let outcome = workspace.apply();
            match step {
                0 | 1 => outcome.exits(0).says("1 changed"),
                2 => outcome.exits(1).says("Overlapping networks"),
                _ => outcome.exits(0).says("No changes"),
            };
        });
        let modified = of(&calls, "ModifySslVpnServer").len();
        assert_eq!(modified, usize::from(step < 2), "{new}: {calls:#?}");
    }
    workspace.destroy().exits(0);
    assert!(emulator.servers().is_empty());
}

/// What a shell that has the core at hand as `terraform` makes of this: its exit status, and all that was said.
fn shell(workspace: &Workspace, arguments: &[&str]) -> (Option<i32>, String) {
    let programs = workspace.path().join("bin");
    if !programs.exists() {
        fs::create_dir(&programs).expect("a folder");
        std::os::unix::fs::symlink(terraform(), programs.join("terraform")).expect("a link");
    }
    let core = workspace.command(&[]);
    let path = std::env::var("PATH").expect("a PATH");
    let output = Command::new("sh")
        .args(arguments)
        .current_dir(workspace.path())
        .env_clear()
        .envs(
            core.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("PATH", format!("{}:{path}", programs.display()))
        .output()
        .expect("a shell starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said + &errors)
}

#[test]
fn the_script_for_drift_tells_what_somebody_changed_from_what_time_did_and_from_outputs() {
    let scripts = fenced(&document("docs/guides/drift-detection.md"), "sh");
    let [script] = scripts.as_slice() else {
        panic!("not one script: {scripts:?}");
    };
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let configuration = format!(
        "{}\n{}",
        server("this", "  port = 1194"),
        "resource \"alivpn_ssl_vpn_client_cert\" \"ann\" {\n  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id\n  name = \"ann\"\n  renew_before = \"720h\"\n}\n"
    );
    workspace.write(&configuration);
    workspace.write_file("drift.sh", script);
    let run = || shell(&workspace, &["drift.sh"]);
    let apply_what_is_there = || {
        workspace
            .terraform(&["apply", "-no-color", "-auto-approve", "-refresh-only"])
            .exits(0);
    };
    workspace.apply().exits(0);
    apply_what_is_there();
    let (status, said) = run();
    assert_eq!(status, Some(0), "{said}");

    // Terraform says 2 of it, and the plan as data has no word of drift.
    workspace.write(&format!(
        "{configuration}\noutput \"office\" {{\n  value = alivpn_ssl_vpn_server.this.id\n}}\n"
    ));
    let (status, said) = run();
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("office") && said.contains("No object was changed outside Terraform"),
        "{said}"
    );

    // Some versions of Terraform say 2 of a number that they have just applied, and each time.
    workspace.write(&format!(
        "{configuration}\noutput \"networks\" {{\n  value = length(alivpn_ssl_vpn_server.this.local_subnets)\n}}\n"
    ));
    workspace.apply().exits(0);
    for _ in 0..2 {
        let (status, said) = run();
        assert_eq!(status, Some(0), "{said}");
    }

    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("after 1970").as_millis();
    let in_five_days = u64::try_from(now).expect("not so far") + 5 * 86_400_000;
    let cert = emulator.certificate_id();
    emulator.edit_certificate(&cert, json!({ "EndTime": in_five_days }));
    apply_what_is_there();
    // As it was when the end was not near.
    workspace.edit_state(|state| {
        let resources = state["resources"].as_array_mut().expect("resources");
        let ann = resources.iter_mut().find(|it| it["name"] == "ann");
        let attributes = &mut ann.expect("Ann's")["instances"][0]["attributes"];
        attributes["status"] = "normal".into();
        attributes["renewal_due"] = false.into();
    });
    let (status, said) = run();
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("expiring-soon") && said.contains("renewal_due"),
        "{said}"
    );
    assert!(
        said.contains("No object was changed outside Terraform"),
        "{said}"
    );

    emulator.edit_certificate(&cert, json!({ "Name": "eve" }));
    emulator.edit_server(&emulator.server_id(), json!({ "Port": 2000 }));
    let (status, said) = run();
    assert_eq!(status, Some(2), "{said}");
    let (_, named) = said
        .split_once("Changed outside Terraform:\n")
        .expect("it names them");
    assert_eq!(
        named.trim(),
        "alivpn_ssl_vpn_client_cert.ann\nalivpn_ssl_vpn_server.this"
    );

    emulator.fault(json!({"operation": "*", "count": 0, "code": "Forbidden.RAM"}));
    let (status, said) = run();
    assert_eq!(status, Some(1), "{said}");
}
