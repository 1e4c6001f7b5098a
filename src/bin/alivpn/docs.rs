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

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use terraform_provider_alivpn::provider::Alivpn;

use folder::Folder;

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
    let stale = stale(arguments.dir.clone())?;
    if arguments.check {
        if !stale.is_empty() {
            bail!("{}\nBring them up to date: {COMMAND}", stale.join("\n"));
        }
        println!("All pages are up to date.");
        return Ok(());
    }
    let (folder, pages) = made(arguments.dir.clone())?;
    folder.write(&pages)?;
    for change in &stale {
        println!("{change}");
    }
    println!("{} pages, {} changed.", pages.len(), stale.len());
    Ok(())
}

fn made(root: PathBuf) -> anyhow::Result<(Folder, pages::Pages)> {
    let folder = Folder::new(root);
    let pages = pages::pages(&Alivpn, &folder.examples()?, &folder.guides()?)?;
    Ok((folder, pages))
}

/// What is not as it should be, a sentence a page.
fn stale(root: PathBuf) -> anyhow::Result<Vec<String>> {
    let (folder, pages) = made(root)?;
    folder.differences(&pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_up_to_date() {
        let stale = stale(env!("CARGO_MANIFEST_DIR").into()).unwrap();
        assert!(
            stale.is_empty(),
            "{}\nBring them up to date: {COMMAND}",
            stale.join("\n")
        );
    }
}
