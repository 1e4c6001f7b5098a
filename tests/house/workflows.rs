//! The workflows run what they name and nothing that somebody else can change afterwards, with the minimum version of Rust.

use crate::{files_under, package, read};

/// Whether a step's `uses` names one commit and says which version that is.
fn is_pinned(uses: &str) -> bool {
    let Some((action, version)) = uses.split_once(" # v") else {
        return false;
    };
    let Some((_, commit)) = action.split_once('@') else {
        return false;
    };
    commit.len() == 40
        && commit.bytes().all(|b| b.is_ascii_hexdigit())
        && version.split('.').all(|part| part.parse::<u32>().is_ok())
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    let mut actions = 0;
    for file in files_under(".github", "yml") {
        let text = read(&file.to_string_lossy());
        let name = file.display();
        for line in text.lines() {
            if let Some(uses) = line.trim_start_matches([' ', '-']).strip_prefix("uses: ") {
                actions += 1;
                assert!(is_pinned(uses), "{name}: {uses}");
            }
        }
        assert!(
            text.contains("\npermissions:\n  contents: read\n"),
            "{name}"
        );
    }
    assert!(actions > 4, "{actions}");
    for uses in [
        "actions/checkout@v4",
        "actions/checkout@v4 # v4.2.2",
        "actions/checkout",
    ] {
        assert!(!is_pinned(uses), "{uses}");
    }
}

#[test]
fn what_is_built_there_is_built_with_the_minimum_version_of_rust() {
    let package = package();
    let version = package["rust_version"]
        .as_str()
        .expect("Cargo.toml states it");
    for file in files_under(".github", "yml") {
        let text = read(&file.to_string_lossy());
        let words = format!("\n  RUST: \"{version}.0\"\n");
        assert!(
            text.contains(&words),
            "{} does not say {words:?}",
            file.display()
        );
    }
}
