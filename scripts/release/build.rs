//! The release's binary. Where it was built stands nowhere in it: paths begin with /build, of dependencies with /cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::PROVIDER;
use crate::platform::Platform;

/// Builds the provider for a platform with the versions of `Cargo.lock`, in a folder of its own below `target`.
///
/// # Errors
/// When it cannot be built.
pub fn build(root: &Path, platform: &Platform) -> anyhow::Result<PathBuf> {
    let target = root.join("target/dist-build");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let remapped = [(root.to_owned(), "/build"), (cargo_home()?, "/cargo")];
    let rust_flags: Vec<String> = remapped
        .iter()
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
        .chain(
            platform
                .linker_flags()
                .iter()
                .map(|flag| (*flag).to_owned()),
        )
        .collect();
    let mut command = Command::new(cargo);
    command
        .args(["build", "--release", "--locked", "--bin", PROVIDER])
        .args(["--target", platform.triple])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(root)
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags.join("\u{1f}"))
        .env("SOURCE_DATE_EPOCH", "0");
    if !platform.triple.contains("windows") {
        let c_flags: Vec<String> = remapped
            .iter()
            .map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()))
            .collect();
        command.env("CFLAGS", c_flags.join(" "));
    }
    let status = command.status().context("cannot start cargo")?;
    ensure!(status.success(), "cargo could not build {PROVIDER}");
    Ok(target
        .join(platform.triple)
        .join("release")
        .join(format!("{PROVIDER}{}", platform.suffix)))
}

/// Where the sources of dependencies are.
fn cargo_home() -> anyhow::Result<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    let usual = || env::home_dir().map(|home| home.join(".cargo"));
    named
        .or_else(usual)
        .context("CARGO_HOME is not set, and there is no home")
}
