//! What stands beside the zips: the manifest, the checksums of all, and the signature of those.

use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;

use crate::{PROVIDER, VERSION};

/// Writes the files for the zips in `out`, and returns them.
///
/// # Errors
/// When there is no zip, a file cannot be read or written, or gpg does not sign.
pub fn write(out: &Path, key: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    let file = |name: &str| out.join(format!("{PROVIDER}_{VERSION}_{name}"));
    let zips = zips(out)?;
    ensure!(
        !zips.is_empty(),
        "there is no zip of version {VERSION} in {}",
        out.display()
    );

    // One of an earlier run would stand beside checksums that it does not sign.
    let signature = file("SHA256SUMS.sig");
    match fs::remove_file(&signature) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", signature.display()));
        }
        _ => {}
    }

    let manifest = file("manifest.json");
    let content = json!({ "version": 1, "metadata": { "protocol_versions": ["5.0"] } });
    save(&manifest, &format!("{content:#}\n"))?;

    let checksums = file("SHA256SUMS");
    let mut lines = String::new();
    for path in zips.iter().chain([&manifest]) {
        let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(lines, "{}  {name}", sha256(&content));
    }
    save(&checksums, &lines)?;

    let mut written = vec![manifest, checksums.clone()];
    if let Some(key) = key {
        sign(&checksums, &signature, key)?;
        written.push(signature);
    }
    Ok(written)
}

/// The zips of this version, by name.
fn zips(out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listed = fs::read_dir(out).with_context(|| format!("cannot list {}", out.display()))?;
    let mut zips = Vec::new();
    for entry in listed {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&format!("{PROVIDER}_{VERSION}_")) && name.ends_with(".zip") {
            zips.push(path);
        }
    }
    zips.sort();
    Ok(zips)
}

fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn sha256(content: &[u8]) -> String {
    let digest = digest(&SHA256, content);
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A detached signature, binary as the registries want it.
fn sign(file: &Path, signature: &Path, key: &str) -> anyhow::Result<()> {
    let status = Command::new("gpg")
        .args(["--batch", "--yes", "--local-user", key, "--output"])
        .arg(signature)
        .arg("--detach-sign")
        .arg(file)
        .status()
        .context("cannot start gpg")?;
    ensure!(status.success(), "gpg does not sign with {key}");
    Ok(())
}
