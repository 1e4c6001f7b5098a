//! The provider's binary beside this program, for those commands that hand it to Terraform.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::process::Command;

/// What it is called, without the system's suffix.
pub const NAME: &str = "terraform-provider-alivpn";

/// The provider's binary, in this program's own folder. Under `cargo run` the provider is built there first, so that one command is enough in
/// a fresh clone.
///
/// # Errors
/// When the provider is not there, or cannot be built.
pub async fn beside_this_program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("cannot tell where this program lies")?;
    let folder = program.parent().context("this program lies in no folder")?;
    let is_ours =
        std::env::var_os("CARGO_PKG_NAME").is_some_and(|name| name == env!("CARGO_PKG_NAME"));
    if let Some(cargo) = std::env::var_os("CARGO").filter(|_| is_ours) {
        build(&cargo, folder).await?;
    }
    let provider = folder.join(format!("{NAME}{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        provider.is_file(),
        "there is no {NAME} in {}: build it with `cargo build --release`, or put that of a release beside this program",
        folder.display()
    );
    Ok(provider)
}

async fn build(cargo: &OsString, folder: &Path) -> anyhow::Result<()> {
    let profile = profile_of(folder);
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--bin", NAME, "--profile", &profile])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await
        .context("cannot start cargo to build the provider")?;
    ensure!(status.success(), "cargo could not build {NAME}");
    Ok(())
}

/// Cargo's profile by the folder that it builds into; `dev` builds into `debug`.
fn profile_of(folder: &Path) -> String {
    match folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
    {
        Some(name) if name != "debug" => name,
        _ => "dev".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_known_by_its_folder() {
        assert_eq!(profile_of(Path::new("/x/target/debug")), "dev");
        assert_eq!(profile_of(Path::new("/x/target/release")), "release");
        assert_eq!(profile_of(Path::new("/x/target/small")), "small");
    }
}
