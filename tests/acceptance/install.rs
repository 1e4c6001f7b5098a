//! `alivpn install`, and a Terraform that finds the provider without a registry and without being told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::emulator::Emulator;
use crate::executable;
use crate::terraform::{Workspace, in_region, server};

/// The command as it runs outside of cargo, with a home.
fn install(program: &Path, home: &Path, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(program)
        .arg("install")
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .output()
        .expect("the command runs");
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let text = text.concat();
    (output, text)
}

fn companion() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_alivpn"))
}

/// The files under a folder, from there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("under it").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The lines of a block that is printed for a configuration, from the one that begins so to its end.
fn block(printed: &str, first: &str) -> String {
    let lines = printed.lines().skip_while(|line| line.trim() != first);
    let block: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    assert!(block.len() > 2, "no {first} in {printed}");
    block.join("\n") + "\n"
}

/// A workspace whose core has this CLI configuration and this home, and whose configuration has what `install` says and a server.
fn workspace(emulator: &Emulator, home: &Path, cli: &str, required_providers: &str) -> Workspace {
    let mut workspace = Workspace::empty();
    workspace.write_file("own.tfrc", cli);
    let cli = workspace.path().join("own.tfrc");
    workspace.environment("TF_CLI_CONFIG_FILE", &cli.display().to_string());
    workspace.environment("HOME", &home.display().to_string());
    workspace.write_file("versions.tf", required_providers);
    let provider = in_region(emulator, "cn-hangzhou");
    workspace.write_file(
        "provider.tf",
        &format!("provider \"alivpn\" {{{provider}\n}}\n"),
    );
    workspace.write(&server("this", ""));
    workspace
}

fn init(workspace: &Workspace) -> crate::terraform::Outcome {
    workspace.terraform(&["init", "-no-color", "-input=false"])
}

#[test]
fn what_is_installed_is_found_by_init_and_is_gone_after_an_uninstall() {
    let home = tempfile::tempdir().expect("a home");
    let (output, printed) = install(companion(), home.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{printed}");

    let installed = files(home.path());
    assert_eq!(installed.len(), 2, "{installed:?}");
    let version = env!("CARGO_PKG_VERSION");
    for (path, host) in installed
        .iter()
        .zip(["registry.opentofu.org", "registry.terraform.io"])
    {
        let folder = format!(".terraform.d/plugins/{host}/alivpn/alivpn/{version}");
        assert!(path.starts_with(folder), "{path:?}");
        let name = format!("terraform-provider-alivpn_v{version}");
        assert_eq!(path.file_name().unwrap_or_default(), name.as_str());
        assert!(
            printed.contains(&home.path().join(path).display().to_string()),
            "{printed}"
        );
    }

    let emulator = Emulator::quick();
    let required = block(&printed, "terraform {");
    let workspace = workspace(&emulator, home.path(), "", &required);
    init(&workspace).exits(0);
    workspace
        .plan()
        .exits(2)
        .says("alivpn_ssl_vpn_server.this will be created");

    let (output, printed) = install(companion(), home.path(), &["--uninstall"]);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(!home.path().join(".terraform.d/plugins").exists());
    let (output, printed) = install(companion(), home.path(), &["--uninstall"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        printed.starts_with("There is no terraform-provider-alivpn in "),
        "{printed}"
    );
}

#[test]
fn a_mirror_of_ones_own_is_used_by_the_block_that_is_printed_for_it() {
    let home = tempfile::tempdir().expect("a home");
    let mirror = tempfile::tempdir().expect("a mirror");
    let dir = mirror.path().display().to_string();
    let (output, printed) = install(companion(), home.path(), &["--dir", &dir]);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert_eq!(files(mirror.path()).len(), 2);
    assert!(files(home.path()).is_empty(), "nothing else is written");

    let emulator = Emulator::quick();
    let cli = block(&printed, "provider_installation {");
    let required = block(&printed, "terraform {");
    let workspace = workspace(&emulator, home.path(), &cli, &required);
    init(&workspace).exits(0);
    workspace.plan().exits(2);
}

#[test]
fn another_build_of_a_version_is_taken_up_in_the_way_that_is_printed() {
    let home = tempfile::tempdir().expect("a home");
    let (_, printed) = install(companion(), home.path(), &[]);
    let emulator = Emulator::quick();
    let workspace = workspace(&emulator, home.path(), "", &block(&printed, "terraform {"));
    init(&workspace).exits(0);

    for path in files(home.path()) {
        let path = home.path().join(path);
        let mut build = fs::read(&path).expect("the provider");
        // What follows a program's end is not run.
        build.extend(b"another build");
        executable::write(&build, &path);
    }
    init(&workspace).exits(1).says("checksum");
    assert!(
        printed.contains("delete .terraform.lock.hcl there first"),
        "{printed}"
    );
    fs::remove_file(workspace.path().join(".terraform.lock.hcl")).expect("a lock file");
    init(&workspace).exits(0);
    workspace.plan().exits(2);
}

#[test]
fn what_is_printed_for_a_folder_with_a_blank_can_be_run_as_it_is() {
    let home = tempfile::tempdir().expect("a home");
    let dir = home.path().join("my providers");
    let dir = dir.display().to_string();
    let (_, printed) = install(companion(), home.path(), &["--dir", &dir]);
    let (_, command) = printed.split_once("until `alivpn ").expect("a command");
    let command = command.split('`').next().unwrap_or_default();
    let removed = Command::new("sh")
        .args(["-c", &format!("\"$0\" {command}")])
        .arg(companion())
        .output()
        .expect("a shell starts");
    assert!(removed.status.success(), "{command}: {removed:?}");
    assert!(!Path::new(&dir).exists(), "{removed:?}");
}

#[test]
fn a_file_is_no_mirror() {
    let home = tempfile::tempdir().expect("a home");
    let file = home.path().join("file");
    fs::write(&file, "mine").expect("a file");
    let dir = file.display().to_string();
    for arguments in [&["--dir", &dir][..], &["--dir", &dir, "--uninstall"]] {
        let (output, printed) = install(companion(), home.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(
            printed.contains(&format!("{dir} is no folder")),
            "{printed}"
        );
    }
    assert_eq!(fs::read_to_string(&file).expect("the file"), "mine");
}

/// A folder with a copy of the companion, and beside it a provider that runs this script.
fn folder_with(script: Option<&str>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("alivpn");
    executable::install(companion(), &program);
    if let Some(script) = script {
        executable::write(
            script.as_bytes(),
            &folder.path().join("terraform-provider-alivpn"),
        );
    }
    (folder, program)
}

#[test]
fn without_a_provider_beside_it_or_with_one_of_another_version_nothing_is_installed() {
    for (script, words) in [
        (None, "there is no terraform-provider-alivpn in "),
        (
            Some("#!/bin/sh\necho terraform-provider-alivpn 0.0.1\n"),
            "says that it is \"terraform-provider-alivpn 0.0.1\", and this program is of version",
        ),
    ] {
        let (_folder, program) = folder_with(script);
        let home = tempfile::tempdir().expect("a home");
        let (output, printed) = install(&program, home.path(), &[]);
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(
            printed.contains(words) && printed.contains("cargo build --release"),
            "{printed}"
        );
        assert!(files(home.path()).is_empty());
    }
}
