//! Every dependency has its reason, in one line of CONTRIBUTING.

use std::collections::BTreeSet;

use crate::{names, package, read, table};

#[test]
fn every_direct_dependency_has_a_line_and_every_line_a_dependency() {
    let package = package();
    let declared: BTreeSet<String> = package["dependencies"]
        .as_array()
        .expect("dependencies are a list")
        .iter()
        .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
        .collect();
    let rows = table(&read("CONTRIBUTING.md"), "Dependencies");
    let mut explained = BTreeSet::new();
    for row in &rows {
        for name in names(&row[0]) {
            assert!(
                explained.insert(name.clone()),
                "{name} stands twice in CONTRIBUTING"
            );
        }
        assert!(row[1].split_whitespace().count() > 1, "no reason: {row:?}");
    }
    let of = |set: &BTreeSet<String>, other| set.difference(other).cloned().collect::<Vec<_>>();
    assert_eq!(
        of(&declared, &explained),
        [""; 0],
        "without a line in CONTRIBUTING"
    );
    assert_eq!(
        of(&explained, &declared),
        [""; 0],
        "in CONTRIBUTING, but not in Cargo.toml"
    );
}

#[test]
fn the_versions_that_are_built_are_those_of_the_repository() {
    let ignored = read(".gitignore");
    assert!(!ignored.contains("Cargo.lock"), "{ignored}");
    assert!(read("Cargo.lock").contains("name = \"terraform-provider-alivpn\""));
}
