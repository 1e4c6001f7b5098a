//! How a release's binary is built, the same in every environment, and how `release -- verify` looks at it: by a second build, and for what
//! stripping takes away.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{folder, release, release_program};
use crate::executable;

/// With a cargo that only tells what it was given.
#[test]
fn a_build_is_the_same_in_every_environment_and_below_a_folder_with_a_blank() {
    let folder = folder();
    let cargo = folder.path().join("cargo");
    executable::write(
        b"#!/bin/sh\nenv >\"$(dirname \"$0\")/given\"\nexit 1\n",
        &cargo,
    );
    let changes = [
        "CARGO_PROFILE_RELEASE_DEBUG",
        "CARGO_BUILD_RUSTC_WRAPPER",
        "CFLAGS_x86_64_unknown_linux_gnu",
        "MACOSX_DEPLOYMENT_TARGET",
        "RUSTC_BOOTSTRAP",
        "RUSTC_WRAPPER",
        "TARGET_CFLAGS",
    ];
    let output = Command::new(release_program())
        .args(["package", "--target", "x86_64-unknown-linux-gnu", "--out"])
        .arg(folder.path())
        .env("CARGO", &cargo)
        .env("CARGO_HOME", "/my home/.cargo")
        .env("CC", "the-builders-own")
        .envs(changes.map(|name| (name, "mine")))
        .output()
        .expect("it starts");
    assert!(!output.status.success(), "{output:?}");
    let given = fs::read_to_string(folder.path().join("given")).expect("cargo was called");
    let value = |name: &str| {
        let mut lines = given.lines().filter_map(|line| line.split_once('='));
        lines.find(|(its, _)| *its == name).map(|(_, value)| value)
    };
    for name in changes {
        assert_eq!(value(name), None, "{given}");
    }
    assert_eq!(value("CARGO_HOME"), Some("/my home/.cargo"));
    assert_eq!(value("CC"), Some("the-builders-own"));
    assert_eq!(value("CC_SHELL_ESCAPED_FLAGS"), Some("1"));
    let flags = shlex::split(value("CFLAGS").unwrap_or_default()).expect("words");
    let root = env!("CARGO_MANIFEST_DIR");
    assert_eq!(
        flags,
        [
            format!("-ffile-prefix-map={root}=/build"),
            "-ffile-prefix-map=/my home/.cargo=/cargo".to_owned()
        ]
    );
}

/// A Linux program of nothing but sections with these names, the first of which has the names.
fn elf(sections: &[&str]) -> Vec<u8> {
    let mut program = b"\x7fELF\x02\x01\x01".to_vec();
    program.resize(64, 0);
    // The section of index 0 is none.
    let mut headers = vec![0; 64];
    let names: usize = sections.iter().map(|name| name.len() + 1).sum();
    for name in sections {
        let mut header = [0; 64];
        let at = u32::try_from(program.len() - 64).expect("few names");
        header[..4].copy_from_slice(&at.to_le_bytes());
        header[4] = 3;
        header[0x18..0x20].copy_from_slice(&64_u64.to_le_bytes());
        header[0x20..0x28].copy_from_slice(&(names as u64).to_le_bytes());
        headers.extend(header);
        program.extend(name.bytes().chain([0]));
    }
    let table = program.len() as u64;
    let count = u16::try_from(sections.len() + 1).expect("few sections");
    program[0x28..0x30].copy_from_slice(&table.to_le_bytes());
    program[0x3a..0x3c].copy_from_slice(&64_u16.to_le_bytes());
    program[0x3c..0x3e].copy_from_slice(&count.to_le_bytes());
    program[0x3e..0x40].copy_from_slice(&1_u16.to_le_bytes());
    program.extend(headers);
    program
}

/// With a cargo that builds what it is given: the two real builds take minutes, and are the release workflow's.
#[test]
fn a_zip_is_verified_by_another_build_and_only_when_it_is_stripped() {
    const TARGET: &str = "x86_64-unknown-linux-gnu";
    let folder = folder();
    let cargo = folder.path().join("cargo");
    let script = format!(
        r#"#!/bin/sh
[ "$1" = metadata ] && exec {real:?} "$@"
while [ $# -gt 0 ]; do
  case $1 in --target-dir) target=$2 ;; esac
  shift
done
pwd >"$(dirname "$0")/built-in"
mkdir -p "$target/{TARGET}/release"
cp "$(dirname "$0")/makes" "$target/{TARGET}/release/terraform-provider-alivpn"
"#,
        real = env!("CARGO")
    );
    executable::write(script.as_bytes(), &cargo);
    let (stripped, whole) = (elf(&[".text", ".data"]), elf(&[".text", ".symtab"]));
    let verify = |packed: &[u8], makes: &[u8]| {
        let binary = folder.path().join("provider");
        fs::write(&binary, packed).expect("a file");
        let binary = binary.display().to_string();
        release(
            &["package", "--target", TARGET, "--binary", &binary],
            folder.path(),
        );
        fs::write(folder.path().join("makes"), makes).expect("a file");
        let output = Command::new(release_program())
            .args(["verify", "--target", TARGET, "--out"])
            .arg(folder.path())
            .env("CARGO", &cargo)
            .output()
            .expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), errors)
    };
    let built_in = || fs::read_to_string(folder.path().join("built-in"));

    let (is_fine, errors) = verify(&whole, &whole);
    assert!(
        !is_fine && errors.contains("is not stripped: it has .symtab"),
        "{errors}"
    );
    let (is_fine, errors) = verify(b"#!/bin/sh", b"#!/bin/sh");
    assert!(
        !is_fine && errors.contains("is no Linux program"),
        "{errors}"
    );
    assert!(built_in().is_err(), "it was built all the same");

    let (is_fine, errors) = verify(&stripped, &stripped);
    assert!(is_fine, "{errors}");
    let folder_of_it = built_in().expect("it was built");
    let folder_of_it = Path::new(folder_of_it.trim());
    assert_ne!(folder_of_it, Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(!folder_of_it.exists(), "something is left");

    let (is_fine, errors) = verify(&stripped, &elf(&[".text", ".other"]));
    assert!(!is_fine && errors.contains("two builds"), "{errors}");
    let kept = built_in().expect("it was built");
    let kept = Path::new(kept.trim());
    assert!(kept.join("target/dist").is_dir() && kept.join("Cargo.toml").is_file());
    fs::remove_dir_all(kept).expect("it can be removed");
}
