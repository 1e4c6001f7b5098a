//! Whether a zip is what its sources make: stripped, and the same bytes from another folder.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use object::elf::FileHeader64;
use object::read::elf::ElfFile;
use object::{Endianness, Object, ObjectSection};
use zip::ZipArchive;

use crate::platform::Platform;
use crate::{build, package};

/// Builds the platform's zip once more from what git has staged, in a folder of its own below `target`, and compares it with the one in `out`,
/// which is returned. The folder stays when they differ.
///
/// # Errors
/// When the program in the zip is not stripped, it cannot be built again, or the zips differ.
pub fn verify(root: &Path, platform: &Platform, out: &Path) -> anyhow::Result<PathBuf> {
    let path = package::path(platform, out);
    let zip = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if platform.is_linux() {
        check_stripped(&path, &zip, &package::program(platform))?;
    }

    let target = root.join("target");
    fs::create_dir_all(&target).context("cannot make the folder target")?;
    let folder = tempfile::Builder::new()
        .prefix("dist-again-")
        .tempdir_in(target)
        .context("cannot make a folder in target")?;
    export(root, folder.path())?;
    let binary = build::build(folder.path(), platform)?;
    let dist = folder.path().join("target/dist");
    let again = package::write(folder.path(), platform, &binary, &dist)?;
    let same = fs::read(&again).with_context(|| format!("cannot read {}", again.display()))? == zip;
    if !same {
        let _kept = folder.keep();
        bail!(
            "two builds differ: {}, of the work tree, and {}, of what git has staged. Where `git status` shows no difference between these, \
             diffoscope shows where",
            path.display(),
            again.display()
        );
    }
    Ok(path)
}

/// Writes the sources into a folder, as git has them.
fn export(root: &Path, folder: &Path) -> anyhow::Result<()> {
    let status = Command::new("git")
        .args(["checkout-index", "--all", "--prefix"])
        .arg(format!("{}/", folder.display()))
        .current_dir(root)
        .status()
        .context("cannot start git")?;
    ensure!(
        status.success(),
        "git does not write the sources to {}",
        folder.display()
    );
    Ok(())
}

fn check_stripped(path: &Path, zip: &[u8], program: &str) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read {program} in {}", path.display());
    let mut zip = ZipArchive::new(Cursor::new(zip)).with_context(unreadable)?;
    let mut bytes = Vec::new();
    let mut entry = zip.by_name(program).with_context(unreadable)?;
    entry.read_to_end(&mut bytes).with_context(unreadable)?;
    let left = sections_for_debuggers(&bytes)
        .with_context(|| format!("{program} in {} is no Linux program", path.display()))?;
    ensure!(
        left.is_empty(),
        "{program} in {} is not stripped: it has {}",
        path.display(),
        left.join(", ")
    );
    Ok(())
}

/// The sections of a program that a debugger would want and a user does not.
fn sections_for_debuggers(program: &[u8]) -> object::Result<Vec<&str>> {
    let program = ElfFile::<FileHeader64<Endianness>>::parse(program)?;
    let mut found = Vec::new();
    for section in program.sections() {
        let name = section.name()?;
        if name == ".symtab" || name.starts_with(".debug") || name.starts_with(".zdebug") {
            found.push(name);
        }
    }
    Ok(found)
}
