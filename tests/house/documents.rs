//! What documents send people to is there.

use crate::{names, read, root};

/// Where the project keeps files that documents name.
const FOLDERS: [&str; 9] = [
    ".ci/",
    ".github/",
    "docs/",
    "examples/",
    "fuzz/",
    "proto/",
    "scripts/",
    "src/",
    "tests/",
];

#[test]
fn every_path_that_a_document_names_exists() {
    let mut paths = 0;
    for document in ["CONTRIBUTING.md", "README.md"] {
        for name in names(&read(document)) {
            let is_path = FOLDERS.iter().any(|folder| name.starts_with(folder))
                && !name.contains(char::is_whitespace);
            // What a run makes is not in the repository.
            if is_path && name != "fuzz/artifacts/" {
                paths += 1;
                assert!(root().join(&name).exists(), "{document} names {name}");
            }
        }
    }
    assert!(paths > 20, "{paths}");
}

#[test]
fn a_version_is_no_pre_release() {
    // A pre-release is selected by no version constraint but its own name: `terraform init` would not find what was installed.
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        version.split('.').all(|part| part.parse::<u32>().is_ok()),
        "{version}"
    );
}
