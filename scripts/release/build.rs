//! The release's binary. Where it was built stands nowhere in it: paths begin with /build, of dependencies with /cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::PROVIDER;
use crate::platform::Platform;

/// What of the environment would change what the tools make, by name, and by how a name begins. The flags that are set here overrule others.
/// Which tools there are is not among it: `CC`, `AR`, `RUSTC`, `CARGO_TARGET_*_LINKER`, `SDKROOT` are the builder's choice of a toolchain.
const CHANGES_A_BUILD: [&str; 14] = [
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_INCREMENTAL",
    "CFLAGS",
    "CL",
    "HOST_CFLAGS",
    "LINK",
    "MACOSX_DEPLOYMENT_TARGET",
    "RUSTC_BOOTSTRAP",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "TARGET_CFLAGS",
    "_CL_",
    "_LINK_",
];
const BEGINS_WHAT_CHANGES_A_BUILD: [&str; 4] = [
    "AWS_LC_SYS_",
    "CARGO_PROFILE_",
    "CFLAGS_",
    "CRATE_CC_NO_DEFAULTS",
];

/// Builds the provider for a platform with the versions of `Cargo.lock`, in a folder of its own below `target`.
///
/// # Errors
/// When it cannot be built.
pub fn build(root: &Path, platform: &Platform) -> anyhow::Result<PathBuf> {
    let target = root.join("target/dist-build");
    let mut command = command(root, &cargo_home()?, &target, platform)?;
    let status = command.status().context("cannot start cargo")?;
    ensure!(status.success(), "cargo could not build {PROVIDER}");
    Ok(target
        .join(platform.triple)
        .join("release")
        .join(format!("{PROVIDER}{}", platform.suffix)))
}

/// The build, the same in every environment. A profile or a wrapper in a `config.toml` of cargo's still counts.
fn command(
    root: &Path,
    cargo_home: &Path,
    target: &Path,
    platform: &Platform,
) -> anyhow::Result<Command> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let remapped = [(root, "/build"), (cargo_home, "/cargo")];
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
        .arg(target)
        .current_dir(root);
    for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        let begins = |beginning: &&str| name.starts_with(*beginning);
        if CHANGES_A_BUILD.contains(&name.as_str())
            || BEGINS_WHAT_CHANGES_A_BUILD.iter().any(begins)
        {
            command.env_remove(name);
        }
    }
    command
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags.join("\u{1f}"))
        .env("SOURCE_DATE_EPOCH", "0");
    if !platform.triple.contains("windows") {
        let c_flags: Vec<String> = remapped
            .iter()
            .map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()))
            .collect();
        let c_flags = shlex::try_join(c_flags.iter().map(String::as_str))
            .context("a path that no shell could be told")?;
        // Without the second, blanks part the flags, also those in a path.
        command
            .env("CFLAGS", c_flags)
            .env("CC_SHELL_ESCAPED_FLAGS", "1");
    }
    Ok(command)
}

/// Where the sources of dependencies are.
fn cargo_home() -> anyhow::Result<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    let usual = || env::home_dir().map(|home| home.join(".cargo"));
    named
        .or_else(usual)
        .context("CARGO_HOME is not set, and there is no home")
}
