//! What `cargo run --example release` makes: the files that registries take, and a zip that Terraform installs and checks.

mod verify;

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;

use crate::emulator::Emulator;
use crate::terraform::{Core, Workspace, server};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn release_program() -> PathBuf {
    let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-alivpn"));
    provider.with_file_name("examples").join("release")
}

/// Runs the release's command, which must succeed.
#[track_caller]
fn release(arguments: &[&str], out: &Path) -> Output {
    let program = release_program();
    let output = Command::new(&program)
        .args(arguments)
        .arg("--out")
        .arg(out)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; cargo build --examples", program.display()));
    assert!(output.status.success(), "{output:?}");
    output
}

/// Zips a binary, and returns the zip.
#[track_caller]
fn package(binary: &Path, out: &Path) -> PathBuf {
    let binary = binary.display().to_string();
    let output = release(&["package", "--binary", &binary], out);
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

fn binary(folder: &Path, content: &str) -> PathBuf {
    let path = folder.join("provider");
    fs::write(&path, content).expect("a file");
    path
}

#[test]
fn one_binary_makes_one_zip_wherever_and_whenever_it_is_packed() {
    let (one, other) = (folder(), folder());
    let first = package(&binary(one.path(), "binary"), one.path());
    let path = binary(other.path(), "binary");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
    let file = File::options().write(true).open(&path).expect("the file");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("a time");
    let second = package(&path, other.path());
    assert_eq!(first.file_name(), second.file_name());
    assert_eq!(
        fs::read(&first).expect("a zip"),
        fs::read(&second).expect("a zip")
    );
    let third = package(&binary(other.path(), "another"), other.path());
    assert_ne!(
        fs::read(&first).expect("a zip"),
        fs::read(&third).expect("a zip")
    );
}

#[test]
fn a_zip_holds_the_provider_under_its_versioned_name_with_licence_and_sbom() {
    let out = folder();
    let path = package(&binary(out.path(), "binary"), out.path());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("terraform-provider-alivpn_{VERSION}_");
    let platform = name
        .strip_prefix(&prefix)
        .and_then(|rest| rest.strip_suffix(".zip"));
    let platform = platform.unwrap_or_else(|| panic!("{name}"));
    assert!(
        platform.starts_with("linux_") || platform.starts_with("darwin_"),
        "{platform}"
    );

    let mut zip = zip::ZipArchive::new(File::open(&path).expect("a zip")).expect("a zip");
    let mut entries = Vec::new();
    let mut sbom = String::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).expect("an entry");
        entries.push((
            entry.name().to_owned(),
            entry.unix_mode().unwrap_or_default() & 0o777,
        ));
        if entry.name() == "sbom.cdx.json" {
            entry.read_to_string(&mut sbom).expect("a text");
        }
    }
    assert_eq!(
        entries,
        [
            ("LICENSE".to_owned(), 0o644),
            ("sbom.cdx.json".to_owned(), 0o644),
            (format!("terraform-provider-alivpn_v{VERSION}"), 0o755),
        ]
    );

    let sbom: Value = serde_json::from_str(&sbom).expect("an SBOM is JSON");
    assert_eq!(
        (&sbom["bomFormat"], &sbom["specVersion"]),
        (&"CycloneDX".into(), &"1.6".into())
    );
    assert_eq!(
        sbom["metadata"]["component"]["purl"],
        format!("pkg:cargo/terraform-provider-alivpn@{VERSION}")
    );
    let components = sbom["components"].as_array().expect("a list");
    let named = |name: &str| {
        components
            .iter()
            .find(|component| component["name"] == name)
    };
    for linked in ["rustls", "aws-lc-rs", "tonic", "reqwest"] {
        let component = named(linked).unwrap_or_else(|| panic!("{linked} is not in the SBOM"));
        assert!(
            component["licenses"][0]["expression"].is_string(),
            "{component}"
        );
    }
    // Not the provider's own, but the package's, which is said.
    assert!(named("clap").is_some());
    let scope = sbom["metadata"]["component"]["description"].as_str();
    assert!(
        scope.is_some_and(|scope| scope.contains("companion")),
        "{scope:?}"
    );
    for not_linked in ["criterion", "proptest", "protox", "zip"] {
        assert_eq!(named(not_linked), None);
    }
    let depends = sbom["dependencies"].as_array().expect("a list");
    assert_eq!(depends.len(), components.len() + 1);
}

/// A gpg with a home and a key of its own; its agent ends with the value.
struct Gpg(TempDir);

impl Gpg {
    fn new() -> Self {
        let gpg = Self(folder());
        fs::set_permissions(gpg.0.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
        let key = [
            "--quick-generate-key",
            "release@example.com",
            "rsa2048",
            "sign",
            "never",
        ];
        assert!(gpg.run("gpg", &key).status.success());
        gpg
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        if program == "gpg" {
            command.args(["--batch", "--pinentry-mode", "loopback", "--passphrase", ""]);
        }
        command
            .args(arguments)
            .env("GNUPGHOME", self.0.path())
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}; install gnupg"))
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        self.run("gpgconf", &["--kill", "all"]);
    }
}

#[test]
fn a_release_has_manifest_checksums_and_a_signature_as_the_registries_take_them() {
    let out = folder();
    let zip = package(&binary(out.path(), "binary"), out.path());
    let gpg = Gpg::new();
    let sealed = Command::new(release_program())
        .args(["seal", "--sign", "release@example.com", "--out"])
        .arg(out.path())
        .env("GNUPGHOME", gpg.0.path())
        .output()
        .expect("the command runs");
    assert!(sealed.status.success(), "{sealed:?}");

    let file = |name: &str| {
        out.path()
            .join(format!("terraform-provider-alivpn_{VERSION}_{name}"))
    };
    let manifest = fs::read_to_string(file("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&manifest).expect("a manifest is JSON");
    assert_eq!(
        manifest,
        serde_json::json!({"version": 1, "metadata": {"protocol_versions": ["5.0"]}})
    );

    let checksums = fs::read_to_string(file("SHA256SUMS")).expect("checksums");
    let names: Vec<&str> = checksums
        .lines()
        .filter_map(|line| Some(line.split_once("  ")?.1))
        .collect();
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    assert_eq!(names, [name(&zip), name(&file("manifest.json"))]);
    let check = |arguments: &[&str]| {
        Command::new("sha256sum")
            .args(arguments)
            .current_dir(out.path())
            .output()
            .expect("it runs")
    };
    let sums = name(&file("SHA256SUMS"));
    assert!(check(&["--check", "--strict", &sums]).status.success());

    let (sums, signature) = (file("SHA256SUMS"), file("SHA256SUMS.sig"));
    let verify = || {
        gpg.run(
            "gpg",
            &[
                "--verify",
                &signature.display().to_string(),
                &sums.display().to_string(),
            ],
        )
    };
    assert!(verify().status.success(), "{:?}", verify());
    let signed = fs::read(&signature).expect("a signature");
    assert!(
        !signed.starts_with(b"-----BEGIN"),
        "the registries want it binary"
    );
    fs::write(
        &sums,
        checksums.replacen(|c: char| c.is_ascii_hexdigit(), "x", 1),
    )
    .expect("a change");
    assert!(!verify().status.success());

    release(&["seal"], out.path());
    assert!(
        !signature.exists(),
        "a signature of an earlier run beside checksums that it does not sign"
    );
}

#[test]
fn terraform_installs_a_release_from_a_mirror_and_refuses_another_zip_under_its_name() {
    let host = if Core::at_hand().is_opentofu {
        "registry.opentofu.org"
    } else {
        "registry.terraform.io"
    };
    let mirror = folder();
    let packages = mirror.path().join(host).join("alivpn/alivpn");
    fs::create_dir_all(&packages).expect("a folder");
    let zip = package(
        Path::new(env!("CARGO_BIN_EXE_terraform-provider-alivpn")),
        &packages,
    );

    let emulator = Emulator::quick();
    let mut workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    let path = mirror.path().display().to_string();
    workspace.write_file(
        "own.tfrc",
        &format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {path:?}\n  }}\n}}\n"
        ),
    );
    let cli = workspace.path().join("own.tfrc");
    workspace.environment("TF_CLI_CONFIG_FILE", &cli.display().to_string());
    let data = workspace.path().join("data");
    workspace.environment("TF_DATA_DIR", &data.display().to_string());
    workspace
        .terraform(&["init", "-no-color", "-input=false"])
        .exits(0);

    let lock =
        fs::read_to_string(workspace.path().join(".terraform.lock.hcl")).expect("a lock file");
    assert!(lock.contains(&format!("{host}/alivpn/alivpn")), "{lock}");
    assert!(
        lock.contains(&format!("version = \"{VERSION}\"")) && lock.contains("\"h1:"),
        "{lock}"
    );
    let platform = zip
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let platform = platform.replace(&format!("terraform-provider-alivpn_{VERSION}_"), "");
    let installed = data
        .join("providers")
        .join(host)
        .join("alivpn/alivpn")
        .join(VERSION)
        .join(platform)
        .join(format!("terraform-provider-alivpn_v{VERSION}"));
    assert!(installed.is_file(), "{}", installed.display());
    workspace
        .plan()
        .exits(2)
        .says("alivpn_ssl_vpn_server.this will be created");

    let again = ["init", "-no-color", "-input=false", "-lockfile=readonly"];
    let fresh = workspace.path().join("fresh");
    workspace.environment("TF_DATA_DIR", &fresh.display().to_string());
    workspace.terraform(&again).exits(0);
    let tampered = folder();
    package(&binary(tampered.path(), "#!/bin/sh\n"), &packages);
    let other = workspace.path().join("other");
    workspace.environment("TF_DATA_DIR", &other.display().to_string());
    workspace
        .terraform(&again)
        .exits(1)
        .says("doesn't match any of the checksums previously recorded in the dependency lock file");
}
