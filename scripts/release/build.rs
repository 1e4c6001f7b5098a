//! The release's binary. Where it was built stands nowhere in it: paths begin with /build, of dependencies with /cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::PROVIDER;
use crate::platform::Platform;

/// What of the environment changes a build, besides what is set here: by name, and by how a name begins.
const CHANGES_A_BUILD: [&str; 12] = [
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CFLAGS",
    "HOST_CFLAGS",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "TARGET_CFLAGS",
];
const BEGINS_WHAT_CHANGES_A_BUILD: [&str; 4] =
    ["AWS_LC_SYS_", "CARGO_PROFILE_", "CARGO_TARGET_", "CFLAGS_"];

/// Builds the provider for a platform with the versions of `Cargo.lock`, in a folder of its own below `target`.
///
/// # Errors
/// When it cannot be built.
pub fn build(root: &Path, platform: &Platform) -> anyhow::Result<PathBuf> {
    let target = root.join("target/dist-build");
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut command = command(root, &cargo_home()?, &target, platform, names)?;
    let status = command.status().context("cannot start cargo")?;
    ensure!(status.success(), "cargo could not build {PROVIDER}");
    Ok(target
        .join(platform.triple)
        .join("release")
        .join(format!("{PROVIDER}{}", platform.suffix)))
}

/// The build, in an environment where variables of these names are set. It is the same wherever it runs, as far as the environment goes: a
/// profile or a wrapper in a `config.toml` of cargo still counts.
fn command(
    root: &Path,
    cargo_home: &Path,
    target: &Path,
    platform: &Platform,
    environment: impl Iterator<Item = String>,
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
    for name in environment {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// What the build's environment is given (some) and rid of (none).
    fn environment(root: &str, names: &[&str]) -> BTreeMap<String, Option<String>> {
        let platform = Platform::of(Some("x86_64-unknown-linux-gnu")).unwrap();
        let names = names.iter().map(|name| (*name).to_owned());
        let target = Path::new("/target");
        let home = Path::new("/home/.cargo");
        let command = command(Path::new(root), home, target, &platform, names).unwrap();
        let text = |text: &std::ffi::OsStr| text.to_str().unwrap().to_owned();
        command
            .get_envs()
            .map(|(name, value)| (text(name), value.map(text)))
            .collect()
    }

    #[test]
    fn a_path_with_a_blank_stays_one_flag() {
        let environment = environment("/my clones/alivpn", &[]);
        let flags = environment["CFLAGS"].clone().unwrap();
        assert_eq!(
            shlex::split(&flags).unwrap(),
            [
                "-ffile-prefix-map=/my clones/alivpn=/build",
                "-ffile-prefix-map=/home/.cargo=/cargo"
            ]
        );
        assert_eq!(environment["CC_SHELL_ESCAPED_FLAGS"].as_deref(), Some("1"));
    }

    #[test]
    fn what_a_person_has_set_does_not_change_the_build() {
        let set = [
            "CARGO_PROFILE_RELEASE_DEBUG",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
            "CFLAGS_x86_64_unknown_linux_gnu",
            "RUSTC_WRAPPER",
            "RUSTFLAGS",
        ];
        let kept = ["HOME", "PATH", "CARGO_HOME", "CARGO"];
        let environment = environment("/alivpn", &[&set[..], &kept].concat());
        for name in set {
            assert_eq!(environment.get(name), Some(&None), "{name}");
        }
        for name in kept {
            assert_eq!(environment.get(name), None, "{name}");
        }
    }
}
