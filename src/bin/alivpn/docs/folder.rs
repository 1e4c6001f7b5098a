//! The clone on disk: what pages are made from, and the pages that are there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::examples::Examples;
use super::guide::Guide;
use super::kind::{DATA_SOURCE, EPHEMERAL_RESOURCE, FUNCTION, LIST_RESOURCE, RESOURCE};
use super::pages::Pages;

/// The folders of `docs/` in which every page is made.
const MADE: [&str; 5] = [
    RESOURCE.folder,
    DATA_SOURCE.folder,
    EPHEMERAL_RESOURCE.folder,
    LIST_RESOURCE.folder,
    FUNCTION.folder,
];

/// A clone.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The clone in this folder.
    pub fn new(root: PathBuf) -> Folder {
        Folder { root }
    }

    /// What `examples/` holds.
    pub fn examples(&self) -> anyhow::Result<Examples> {
        let folder = self.root.join("examples");
        ensure!(
            folder.is_dir(),
            "there is no examples/ in {}: run this in a clone, or name one with --dir",
            self.root.display()
        );
        Ok(Examples(texts(&folder)?))
    }

    /// The guides, by path.
    pub fn guides(&self) -> anyhow::Result<Vec<Guide>> {
        let guides = texts(&self.docs().join("guides"))?;
        guides
            .iter()
            .map(|(path, text)| Guide::read(&format!("guides/{path}"), text))
            .collect()
    }

    /// How what is there differs from the pages, a sentence each.
    pub fn differences(&self, pages: &Pages) -> anyhow::Result<Vec<String>> {
        let there = texts(&self.docs())?;
        let mut differences = Vec::new();
        for (path, text) in pages {
            match there.get(path) {
                None => differences.push(format!("docs/{path} is missing")),
                Some(present) if present != text => {
                    differences.push(format!("docs/{path} is stale"));
                }
                Some(_) => {}
            }
        }
        let left_over = left_over(&there, pages);
        differences
            .extend(left_over.map(|path| format!("docs/{path} is about nothing that there is")));
        Ok(differences)
    }

    /// Writes the pages, and removes those that are about nothing that there is.
    pub fn write(&self, pages: &Pages) -> anyhow::Result<()> {
        for path in left_over(&texts(&self.docs())?, pages) {
            let path = self.docs().join(path);
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        for (path, text) in pages {
            let path = self.docs().join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)
                    .with_context(|| format!("cannot make {}", folder.display()))?;
            }
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    fn docs(&self) -> PathBuf {
        self.root.join("docs")
    }
}

/// The pages in the folders where every page is made that nothing made.
fn left_over<'a>(
    there: &'a BTreeMap<String, String>,
    pages: &'a Pages,
) -> impl Iterator<Item = &'a String> {
    there.keys().filter(|path| {
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        MADE.contains(&folder) && !pages.contains_key(*path)
    })
}

/// The files below a folder, by their path in it; none when there is no such folder.
fn texts(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    let unreadable = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // What Terraform leaves where it was run.
        if name.starts_with('.') || name.starts_with("terraform.tfstate") {
            continue;
        }
        if path.is_dir() {
            let inner = texts(&path)?.into_iter();
            found.extend(inner.map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            found.insert(name.into_owned(), text);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named_and_writing_makes_it_right_and_leaves_guides_alone() {
        let root = tempfile::tempdir().unwrap();
        let docs = root.path().join("docs");
        for (path, text) in [
            ("resources/stale.md", "old"),
            ("resources/gone.md", "old"),
            ("guides/by-hand.md", "mine"),
        ] {
            let path = docs.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let page = |path: &str| (path.to_owned(), "new".to_owned());
        let pages = Pages::from([page("index.md"), page("resources/stale.md")]);
        let folder = Folder::new(root.path().to_owned());
        assert_eq!(
            folder.differences(&pages).unwrap(),
            [
                "docs/index.md is missing",
                "docs/resources/stale.md is stale",
                "docs/resources/gone.md is about nothing that there is",
            ]
        );
        folder.write(&pages).unwrap();
        assert_eq!(folder.differences(&pages).unwrap(), [""; 0]);
        assert_eq!(
            fs::read_to_string(docs.join("guides/by-hand.md")).unwrap(),
            "mine"
        );
        assert!(!docs.join("resources/gone.md").exists());
    }

    #[test]
    fn a_folder_that_is_no_clone_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let error = Folder::new(root.path().to_owned()).examples().unwrap_err();
        assert!(error.to_string().contains("--dir"), "{error}");
    }
}
