//! `alivpn docs`: the registry's pages about the provider, made from its schemas and from `examples/`.
//!
//! What a page says stands in one place each: what an argument is and what it must be, in the schema; what a configuration looks
//! like, in `examples/`, which the tests apply; what an error code means, in the client's table. [`pages::pages`] is a pure function
//! of the three, and [`folder`] puts its result beside what is there. Guides are written by hand, but for the one about errors.

mod block;
mod examples;
mod folder;
mod function;
mod guide;
mod index;
mod kind;
mod markdown;
mod pages;
mod troubleshooting;

use std::path::{Path, PathBuf};

use anyhow::ensure;
use clap::Args;
use terraform_provider_alivpn::provider::Alivpn;

use folder::Folder;
use pages::Pages;

/// Write the registry's pages (docs/) from the schemas and examples/
#[derive(Args)]
pub struct Arguments {
    /// The clone to work in
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,

    /// Only say which pages are stale, and fail if any is
    #[arg(long)]
    check: bool,
}

/// How to bring the pages up to date.
const COMMAND: &str = "cargo run --bin alivpn -- docs";

/// Writes or checks the pages.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (folder, pages) = made(&arguments.dir)?;
    let stale = folder.differences(&pages)?;
    if arguments.check {
        fresh(&stale)?;
        println!("{} pages, all up to date.", pages.len());
        return Ok(());
    }
    folder.write(&pages)?;
    for change in &stale {
        println!("{change}: done");
    }
    println!("{} pages, {} changed.", pages.len(), stale.len());
    Ok(())
}

fn made(root: &Path) -> anyhow::Result<(Folder, Pages)> {
    let folder = Folder::new(root.to_owned());
    let pages = pages::pages(&Alivpn, &folder.examples()?, &folder.guides()?)?;
    Ok((folder, pages))
}

fn fresh(stale: &[String]) -> anyhow::Result<()> {
    ensure!(
        stale.is_empty(),
        "{}\nBring them up to date: {COMMAND}",
        stale.join("\n")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_up_to_date() {
        let (folder, pages) = made(env!("CARGO_MANIFEST_DIR").as_ref()).unwrap();
        fresh(&folder.differences(&pages).unwrap()).unwrap();
    }

    #[test]
    fn who_finds_a_stale_page_is_told_the_command_that_helps() {
        let error = fresh(&["docs/index.md is stale".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "docs/index.md is stale\nBring them up to date: cargo run --bin alivpn -- docs"
        );
    }
}
