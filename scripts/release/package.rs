//! The zip of one platform: licence, SBOM and the provider under the name that Terraform looks for.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::platform::Platform;
use crate::{PROVIDER, VERSION};

/// Writes the zip. Its order, times and modes are fixed: only what is in the files can make another zip.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write(
    root: &Path,
    platform: &Platform,
    binary: &Path,
    sbom: &str,
    out: &Path,
) -> anyhow::Result<PathBuf> {
    let path = out.join(format!("{PROVIDER}_{VERSION}_{}.zip", platform.name));
    let licence = root.join("LICENSE");
    let licence =
        fs::read(&licence).with_context(|| format!("cannot read {}", licence.display()))?;
    let binary = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    let name = format!("{PROVIDER}_v{VERSION}{}", platform.suffix);
    zip(
        &path,
        &[
            ("LICENSE", 0o644, &licence),
            ("sbom.cdx.json", 0o644, sbom.as_bytes()),
            (&name, 0o755, &binary),
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
