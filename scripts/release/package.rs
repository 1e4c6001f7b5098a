//! The zip of one platform: licence, SBOM and the provider under the name that Terraform looks for.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::platform::Platform;
use crate::sbom::sbom;
use crate::{PROVIDER, VERSION};

/// Where the zip of a platform is in a folder.
pub fn path(platform: &Platform, out: &Path) -> PathBuf {
    out.join(format!("{PROVIDER}_{VERSION}_{}.zip", platform.name))
}

/// What the provider is called in the zip.
pub fn program(platform: &Platform) -> String {
    format!("{PROVIDER}_v{VERSION}{}", platform.suffix)
}

/// Writes the zip. Its order, times and modes are fixed: only what is in the files can make another zip.
///
/// # Errors
/// When a file cannot be read or written, or cargo does not tell what the binary is made of.
pub fn write(
    root: &Path,
    platform: &Platform,
    binary: &Path,
    out: &Path,
) -> anyhow::Result<PathBuf> {
    let licence = root.join("LICENSE");
    let licence =
        fs::read(&licence).with_context(|| format!("cannot read {}", licence.display()))?;
    let binary = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    let sbom = sbom(root, platform)?;
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let path = path(platform, out);
    zip(
        &path,
        &[
            ("LICENSE", 0o644, &licence),
            ("sbom.cdx.json", 0o644, sbom.as_bytes()),
            (&program(platform), 0o755, &binary),
        ],
    )
    .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn zip(path: &Path, entries: &[(&str, u32, &[u8])]) -> io::Result<()> {
    let mut zip = ZipWriter::new(File::create(path)?);
    for (name, mode, content) in entries {
        let options = SimpleFileOptions::default()
            .system(System::Unix)
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(*mode);
        zip.start_file(*name, options)?;
        zip.write_all(content)?;
    }
    zip.finish()?;
    Ok(())
}
