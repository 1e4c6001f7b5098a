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

/// The jobs of a workflow: each by its text.
fn jobs(workflow: &str) -> Vec<String> {
    let (_, jobs) = workflow.split_once("\njobs:\n").expect("it has jobs");
    let mut found: Vec<String> = Vec::new();
    for line in jobs.lines() {
        let is_name = line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':');
        if is_name {
            found.push(String::new());
        }
        if let Some(job) = found.last_mut() {
            job.push_str(line);
            job.push('\n');
        }
    }
    found
}

#[test]
fn what_only_a_newer_terraform_knows_is_tested_with_one() {
    let jobs = jobs(&read(".github/workflows/ci.yml"));
    let minor = |job: &str| {
        let (_, rest) = job.split_once("terraform_version: \"1.")?;
        rest.split('.').next()?.parse::<u32>().ok()
    };
    // Queries, in tests/acceptance/query.rs.
    let newer = jobs
        .iter()
        .find(|job| minor(job).is_some_and(|it| it >= 14));
    let newer = newer.expect("a job with Terraform 1.14 or newer");
    let at = |command: &str| {
        let found = newer.find(&format!("- run: {command}\n"));
        found.unwrap_or_else(|| panic!("no {command:?} in {newer}"))
    };
    let tests = at("cargo test --locked --test acceptance");
    assert!(at(".ci/tools") < tests && at("cargo build --locked --examples") < tests);
}

#[test]
fn the_tools_look_for_the_browser_under_the_names_that_its_tests_take() {
    let test = read("tests/emulator/browser.rs");
    let names = test
        .split_once("[\"chromium\"")
        .and_then(|(_, rest)| rest.split_once(']'))
        .expect("the tests know the browser by some names")
        .0;
    let names = format!("chromium{}", names.replace([',', '"'], ""));
    let looks = format!("command -v {names} >/dev/null || missing+=(chromium)\n");
    let tools = read(".ci/tools");
    assert!(tools.contains(&looks), "no {looks:?} in {tools}");
}

/// Git on Windows ends lines in its own way unless it is told; the release would then find neither its version nor its changelog.
#[test]
fn a_checkout_has_the_same_lines_on_every_system() {
    let attributes = read(".gitattributes");
    let rules: Vec<&str> = attributes
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(rules, ["* text=auto eol=lf", "fuzz/corpus/** -text"]);
}
