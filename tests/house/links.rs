//! Every link within the project leads to something that is there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::{files_under, read, root};

/// The pages of the registry and what is read on GitHub, by path.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut paths = files_under("docs", "md");
    paths.extend(files_under("examples", "md"));
    paths.extend(["CHANGELOG.md", "CONTRIBUTING.md", "README.md"].map(PathBuf::from));
    paths
        .into_iter()
        .map(|path| {
            let text = read(&path.to_string_lossy());
            (root().join(path), text)
        })
        .collect()
}

/// Where the registry shows `docs/`.
const REGISTRY: &str = "https://registry.terraform.io/providers/alivpn/alivpn/latest/docs";

/// The links of a page.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1);
    links.map(|target| target.split(')').next().unwrap_or_default())
}

#[test]
fn the_registrys_first_page_links_without_what_is_beside_it_and_to_pages_that_are_there() {
    let mut links = 0;
    for (path, text) in pages() {
        for target in targets(&text) {
            let is_index = path == root().join("docs/index.md");
            // Served at an address without a slash at its end, beside which there is nothing.
            assert!(
                !is_index || target.starts_with('#') || target.contains("://"),
                "docs/index.md: {target}"
            );
            if let Some(page) = target.strip_prefix(REGISTRY) {
                links += 1;
                let page = page.strip_prefix('/').unwrap_or("index");
                let file = root().join(format!("docs/{page}.md"));
                assert!(file.is_file(), "{}: {target}", path.display());
            }
        }
    }
    assert!(links > 20, "{links}");
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let pages = pages();
    let docs = root().join("docs");
    let mut links = 0;
    for (path, text) in &pages {
        for target in targets(text) {
            if target.contains("://") {
                continue;
            }
            links += 1;
            let place = format!("{}: {target}", path.display());
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = path.parent().expect("a page lies in a folder");
            let linked = if file.is_empty() {
                path.clone()
            } else {
                let linked = folder.join(file).canonicalize();
                linked.unwrap_or_else(|error| panic!("{place}: {error}"))
            };
            // The registry shows its own pages only.
            let is_shown = !path.starts_with(&docs) || linked.starts_with(&docs);
            assert!(is_shown, "{place} is no page of the registry");
            let has_anchor = || {
                let headings = pages.get(&linked).map(|text| anchors(text));
                headings.is_some_and(|headings| headings.iter().any(|there| there == anchor))
            };
            assert!(
                anchor.is_empty() || has_anchor(),
                "{place}: no such heading"
            );
        }
    }
    assert!(links > 50, "{links}");
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
