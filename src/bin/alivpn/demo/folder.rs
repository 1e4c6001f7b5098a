//! The demo's folder: a CLI configuration that points Terraform at the provider just built, and the configuration.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The CLI configuration's name in the folder.
pub const CLI_CONFIGURATION: &str = "terraform.tfrc";

/// A folder of the demo's own; it goes with the value unless kept.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
    keep: bool,
}

impl WorkFolder {
    /// A new folder, for this user only, whose CLI configuration takes the provider from `binaries`.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn create(binaries: &Path) -> anyhow::Result<Self> {
        let name = format!("alivpn-demo-{}", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).with_context(|| {
            format!(
                "cannot create the folder {}; TMPDIR can name another place for it",
                path.display()
            )
        })?;
        let folder = Self { path, keep: false };
        folder.write(CLI_CONFIGURATION, &cli_configuration(binaries))?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the folder when the value goes.
    pub fn keep(&mut self) {
        self.keep = true;
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let file = self.path.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if !self.keep {
            // Nothing can be done about it here, and it lies among temporary files.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn cli_configuration(binaries: &Path) -> String {
    // A path in quotes: HCL escapes backslashes as Rust does.
    let binaries = format!("{:?}", binaries.display().to_string());
    format!(
        "provider_installation {{\n  dev_overrides {{\n    \"alivpn/alivpn\" = {binaries}\n  }}\n  direct {{}}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cli_configuration_names_the_folder_of_the_provider() {
        let text = cli_configuration(Path::new("/opt/my \"own\" builds"));
        assert!(
            text.contains(r#""alivpn/alivpn" = "/opt/my \"own\" builds""#),
            "{text}"
        );
    }

    #[test]
    fn the_folder_goes_unless_it_is_kept() {
        let mut folder = WorkFolder::create(Path::new("/opt")).unwrap();
        let path = folder.path().to_owned();
        assert!(path.join(CLI_CONFIGURATION).is_file());
        folder.keep();
        drop(folder);
        assert!(path.is_dir());
        drop(WorkFolder {
            path: path.clone(),
            keep: false,
        });
        assert!(!path.exists());
    }
}
