//! What holds for every crate of the package: nothing unsafe, and one minimum version of Rust wherever it is written.

use crate::{package, read};

#[test]
fn no_crate_allows_unsafe_code() {
    let package = package();
    let targets = package["targets"].as_array().expect("targets are a list");
    assert!(targets.len() >= 9, "{targets:#?}");
    for target in targets {
        let path = target["src_path"].as_str().expect("a path");
        let source = std::fs::read_to_string(path).expect("a crate's root can be read");
        assert!(
            source.lines().any(|line| line == "#![forbid(unsafe_code)]"),
            "{path} lacks #![forbid(unsafe_code)]"
        );
    }
}

#[test]
fn the_minimum_version_of_rust_is_the_same_everywhere() {
    let package = package();
    let version = package["rust_version"]
        .as_str()
        .expect("Cargo.toml states it");
    let words = format!("Rust {version} or newer");
    assert!(
        read("README.md").contains(&words),
        "README.md does not say {words:?}"
    );
}
