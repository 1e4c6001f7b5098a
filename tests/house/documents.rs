//! What documents send people to is there.

use std::path::PathBuf;

use crate::{files_under, names, read, root};

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

/// What documents name and the repository does not have: what a run makes, and what readers write beside a module of their own.
const ELSEWHERE: [&str; 2] = ["fuzz/artifacts/", "tests/server.tftest.hcl"];

/// What people read that is written by hand.
fn documents() -> Vec<PathBuf> {
    let mut documents = files_under("docs/guides", "md");
    documents.extend(files_under("examples", "md"));
    documents.extend(["CONTRIBUTING.md", "README.md"].map(PathBuf::from));
    documents
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut paths = 0;
    for document in documents() {
        let text = read(&document.to_string_lossy());
        let folder = root().join(&document);
        let folder = folder.parent().expect("a document lies in a folder");
        for name in names(&text) {
            let is_path = FOLDERS.iter().any(|folder| name.starts_with(folder))
                && !name.contains(char::is_whitespace);
            if is_path && !ELSEWHERE.contains(&name.as_str()) {
                paths += 1;
                assert!(
                    root().join(&name).exists() || folder.join(&name).exists(),
                    "{} names {name}",
                    document.display()
                );
            }
        }
    }
    assert!(paths > 30, "{paths}");
}

/// What only newer cores know, by a word for it, and the words for the first version of each.
const SINCE: [(&str, &str); 9] = [
    ("`replace_triggered_by`", "Terraform 1.2 or OpenTofu 1.6"),
    ("The plan warns", "Terraform 1.3 or OpenTofu 1.6"),
    ("imports it", "Terraform 1.5 or OpenTofu 1.6"),
    ("terraform test", "Terraform 1.6 or OpenTofu 1.6"),
    ("ovpn_profile", "Terraform 1.8 or OpenTofu 1.7"),
    ("`moved`", "Terraform 1.8 or OpenTofu 1.10"),
    ("ephemeral", "Terraform 1.10 or OpenTofu 1.11"),
    ("write-only", "Terraform 1.11 or OpenTofu 1.11"),
    (
        "terraform query",
        "Terraform 1.14 or newer, and no OpenTofu",
    ),
];

#[test]
fn every_guide_says_which_version_what_it_speaks_of_needs() {
    let mut said = 0;
    for guide in files_under("docs/guides", "md") {
        let text = read(&guide.to_string_lossy());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (feature, version) in SINCE {
            if text.contains(feature) {
                said += 1;
                assert!(
                    text.contains(version),
                    "{} speaks of {feature} and not of {version}",
                    guide.display()
                );
            }
        }
    }
    assert!(said > 8, "{said}");
}

#[test]
fn the_version_that_a_document_has_people_write_is_this_one() {
    let mut versions = 0;
    for document in documents() {
        for line in read(&document.to_string_lossy()).lines() {
            let mut words = line.split_whitespace();
            if (words.next(), words.next()) == (Some("version"), Some("=")) {
                versions += 1;
                let version = words.next().unwrap_or_default().trim_matches('"');
                assert_eq!(version, env!("CARGO_PKG_VERSION"), "{}", document.display());
            }
        }
    }
    assert!(versions >= 2, "{versions}");
}

#[test]
fn the_readme_names_every_package_that_the_tests_need() {
    let tools = read(".ci/tools");
    let (_, listed) = tools.split_once("\nfor tool in ").expect("a list");
    let listed = listed.split(';').next().unwrap_or_default();
    let added = tools.split("missing+=(").skip(1);
    let added = added.filter_map(|rest| rest.split(')').next());
    let packages: Vec<&str> = listed.split_whitespace().chain(added).collect();
    let packages: Vec<&&str> = packages.iter().filter(|it| !it.contains('$')).collect();
    assert!(packages.len() > 5, "{packages:?}");
    let readme = read("README.md");
    let line = readme.lines().find(|line| line.contains("apt-get install"));
    let named: Vec<&str> = line.expect("it says how").split(' ').collect();
    for package in packages {
        assert!(named.contains(package), "{package} is not in {named:?}");
    }
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
