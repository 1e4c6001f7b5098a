//! `alivpn install`: the provider where `terraform init` and `tofu init` find it without a registry.
//!
//! Both cores look into a mirror: a folder with a path for every provider, version and platform ([`mirror`]). They look into the one in the
//! user's home without being told.

mod mirror;

use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use tokio::process::Command;
use tokio::time::timeout;

use crate::provider_binary;

use mirror::Mirror;

/// The provider's version, which is this program's own.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Far longer than a program needs to say its version.
const LONGEST_START: Duration = Duration::from_secs(10);

/// Put the provider where `terraform init` and `tofu init` find it without a registry
///
/// The provider is the one beside this program. It goes to ~/.terraform.d/plugins (%APPDATA%\terraform.d\plugins on Windows), where both look by
/// themselves; nothing else is written.
#[derive(Args)]
pub struct Arguments {
    /// The root of a filesystem mirror, instead of the one in the home
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,

    /// Take away what was installed, of every version
    #[arg(long)]
    uninstall: bool,
}

/// Installs or uninstalls, and says what was done.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let is_own = arguments.dir.is_some();
    let root = match arguments.dir {
        Some(dir) => std::path::absolute(dir).context("the folder is none")?,
        None => in_home(|name| env::var_os(name))?,
    };
    ensure!(
        root.is_dir() || !root.exists(),
        "{} is no folder",
        root.display()
    );
    let mirror = Mirror::new(root, VERSION)?;
    let said = if arguments.uninstall {
        uninstalled(&mirror.remove()?, mirror.root())
    } else {
        let provider = provider_binary::beside_this_program().await?;
        check_version(&provider).await?;
        installed(&mirror.put(&provider)?, is_own.then(|| mirror.root()))
    };
    // Nobody may be reading any more; it is done all the same.
    let _ = io::stdout().lock().write_all(said.as_bytes());
    Ok(())
}

/// The mirror that both cores look into by themselves.
fn in_home(variable: impl Fn(&str) -> Option<OsString>) -> anyhow::Result<PathBuf> {
    let (name, folder) = if cfg!(windows) {
        ("APPDATA", "terraform.d")
    } else {
        ("HOME", ".terraform.d")
    };
    let home = variable(name).filter(|home| !home.is_empty());
    let home = home
        .with_context(|| format!("{name} is not set: name a folder for the provider with --dir"))?;
    Ok(PathBuf::from(home).join(folder).join("plugins"))
}

/// Terraform takes the version from the path: a binary of another one would run under a wrong name.
async fn check_version(provider: &Path) -> anyhow::Result<()> {
    let asked = Command::new(provider)
        .arg("-version")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(LONGEST_START, asked)
        .await
        .with_context(|| format!("{} does not say its version", provider.display()))?
        .with_context(|| format!("cannot start {}", provider.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        said.trim() == format!("{} {VERSION}", provider_binary::NAME),
        "{} says that it is {:?}, and this program is of version {VERSION}: build both with `cargo build --release`, or take both from one release",
        provider.display(),
        said.trim()
    );
    Ok(())
}

/// What was installed, and how to use it; `dir` is the mirror of a person's own.
fn installed(paths: &[PathBuf], dir: Option<&Path>) -> String {
    let mut text = format!("Installed {} {VERSION}:\n", provider_binary::NAME);
    for path in paths {
        let _ = writeln!(text, "  {}", path.display());
    }
    if let Some(dir) = dir {
        // A path in quotes: HCL escapes backslashes as Rust does.
        let _ = write!(
            text,
            "
Write this into ~/.terraformrc (OpenTofu: ~/.tofurc), so that the folder is looked into:

  provider_installation {{
    filesystem_mirror {{
      path    = {:?}
      include = [\"alivpn/alivpn\"]
    }}
    direct {{
      exclude = [\"alivpn/alivpn\"]
    }}
  }}
",
            dir.display().to_string()
        );
    }
    if dir.is_none() {
        text.push_str(
            "\nA block provider_installation in ~/.terraformrc overrules this: it then has to name that folder, as with --dir.\n",
        );
    }
    let _ = write!(
        text,
        "
Write this into a configuration, then run `terraform init` or `tofu init`:

  terraform {{
    required_providers {{
      alivpn = {{
        source  = \"alivpn/alivpn\"
        version = \"{VERSION}\"
      }}
    }}
  }}

The provider is now taken from there and from no registry, until `alivpn install --uninstall{}`.
A folder that was initialised with another build of {VERSION} holds its checksum: delete .terraform.lock.hcl there first.
",
        dir.map(|dir| format!(" --dir {}", as_a_word(dir)))
            .unwrap_or_default()
    );
    text
}

/// A path as one word of a command line.
fn as_a_word(path: &Path) -> String {
    let path = path.display().to_string();
    if cfg!(windows) {
        return format!("\"{path}\"");
    }
    // Only a NUL cannot be quoted, which no path has.
    shlex::try_quote(&path).map_or_else(|_| path.clone(), |quoted| quoted.into_owned())
}

fn uninstalled(paths: &[PathBuf], root: &Path) -> String {
    if paths.is_empty() {
        return format!(
            "There is no {} in {}.\n",
            provider_binary::NAME,
            root.display()
        );
    }
    let mut text = "Removed:\n".to_owned();
    for path in paths {
        let _ = writeln!(text, "  {}", path.display());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_home_a_folder_has_to_be_named() {
        for home in [None, Some(OsString::new())] {
            let error = in_home(|_| home.clone()).unwrap_err().to_string();
            assert!(error.contains("--dir"), "{error}");
        }
    }

    #[test]
    fn what_was_installed_is_named_with_the_block_to_write() {
        let text = installed(&[PathBuf::from("/p/a"), PathBuf::from("/p/b")], None);
        let first = format!("Installed terraform-provider-alivpn {VERSION}:\n  /p/a\n  /p/b\n\n");
        assert!(text.starts_with(&first), "{text}");
        assert!(text.contains(&format!(
            "        source  = \"alivpn/alivpn\"\n        version = \"{VERSION}\"\n"
        )));
        assert!(!text.contains("filesystem_mirror"));
        let own = installed(&[], Some(Path::new("/my \"own\"")));
        assert!(own.contains(r#"path    = "/my \"own\"""#), "{own}");
        #[cfg(unix)]
        assert!(own.contains("--uninstall --dir '/my \"own\"'`"), "{own}");
    }
}
