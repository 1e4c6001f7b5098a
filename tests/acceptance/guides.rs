//! What the documentation shows is valid under the schemas that there are, and its links lead somewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::terraform::{EPHEMERAL_RESOURCES, REQUIRED_PROVIDERS, Workspace, is_left_out};

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
fn every_configuration_in_a_guide_is_formatted_and_valid() {
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
            workspace
                .terraform(&["fmt", "-no-color", "-check", "-diff", "main.tf"])
                .exits(0);
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

#[test]
fn every_link_from_page_to_page_leads_to_a_page_and_a_heading_that_are_there() {
    let pages = pages(&docs());
    for (path, text) in &pages {
        for target in text.split("](").skip(1) {
            let target = target.split(')').next().unwrap_or_default();
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = path.parent().expect("a page lies in a folder");
            let linked = if file.is_empty() {
                path.clone()
            } else {
                let linked = folder.join(file).canonicalize();
                linked.unwrap_or_else(|error| panic!("{}: {target}: {error}", path.display()))
            };
            let linked = pages
                .get(&linked)
                .unwrap_or_else(|| panic!("{}: {target} is no page", path.display()));
            assert!(
                anchor.is_empty() || anchors(linked).iter().any(|there| there == anchor),
                "{}: {target} has no such heading",
                path.display()
            );
        }
    }
}

/// The anchors of a page's headings, as the registry and GitHub make them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}
