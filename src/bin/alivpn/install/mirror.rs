//! A filesystem mirror, as Terraform and OpenTofu document it: HOST/NAMESPACE/TYPE/VERSION/PLATFORM/ with the unpacked package in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::provider_binary;

/// The registries that a source address without a host means, one for each core.
const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// The provider's address there.
const ADDRESS: [&str; 2] = ["alivpn", "alivpn"];

/// A mirror, and the place of one version of the provider in it.
#[derive(Debug)]
pub struct Mirror {
    root: PathBuf,
    version: String,
    platform: String,
}

impl Mirror {
    /// The mirror at `root`, for this machine's platform.
    ///
    /// # Errors
    /// When Terraform has no name for the platform, or would not choose the version by itself.
    pub fn new(root: PathBuf, version: &str) -> anyhow::Result<Self> {
        if version.contains('-') {
            bail!(
                "{version} is a pre-release, which no version constraint but its own name selects"
            );
        }
        Ok(Self {
            root,
            version: version.to_owned(),
            platform: platform(std::env::consts::OS, std::env::consts::ARCH)?,
        })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Copies the provider to its places, and returns them. A file that is there is replaced as a whole, also while it runs.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn put(&self, provider: &Path) -> anyhow::Result<Vec<PathBuf>> {
        HOSTS
            .iter()
            .map(|host| {
                let name = format!(
                    "{}_v{}{}",
                    provider_binary::NAME,
                    self.version,
                    std::env::consts::EXE_SUFFIX
                );
                let folder = self
                    .of_provider(host)
                    .join(&self.version)
                    .join(&self.platform);
                let path = folder.join(name);
                replace(provider, &folder, &path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                Ok(path)
            })
            .collect()
    }

    /// Takes the provider's files away, of every version for this platform, and the folders that are empty without them, the root too. Returns
    /// the files.
    ///
    /// # Errors
    /// When a folder cannot be listed or a file not removed.
    pub fn remove(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut removed = Vec::new();
        for host in HOSTS {
            let provider = self.of_provider(host);
            for version in entries(&provider)? {
                for path in entries(&version.join(&self.platform))? {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    if name.starts_with(&format!("{}_v", provider_binary::NAME)) {
                        fs::remove_file(&path)
                            .with_context(|| format!("cannot remove {}", path.display()))?;
                        self.remove_empty(path.parent());
                        removed.push(path);
                    }
                }
            }
        }
        Ok(removed)
    }

    fn of_provider(&self, host: &str) -> PathBuf {
        let [namespace, kind] = ADDRESS;
        self.root.join(host).join(namespace).join(kind)
    }

    /// Removes folders from this one up to the root, as long as they are empty.
    fn remove_empty(&self, folder: Option<&Path>) {
        let inner = folder
            .into_iter()
            .flat_map(Path::ancestors)
            .take_while(|folder| folder.starts_with(&self.root));
        for folder in inner {
            if fs::remove_dir(folder).is_err() {
                return;
            }
        }
    }
}

/// What stands in a folder; nothing where there is no folder.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listed = match fs::read_dir(folder) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
        listed => listed.with_context(|| format!("cannot list {}", folder.display()))?,
    };
    let mut paths = listed
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()
        .with_context(|| format!("cannot list {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

/// A copy of `from` in `folder`, under its name only once it is whole.
fn replace(from: &Path, folder: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut copy = tempfile::NamedTempFile::new_in(folder)?;
    io::copy(&mut File::open(from)?, copy.as_file_mut())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        copy.as_file()
            .set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    copy.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// As Terraform names systems and processors, which is as Go does.
fn platform(system: &str, processor: &str) -> anyhow::Result<String> {
    let system = match system {
        "macos" => "darwin",
        "linux" | "windows" | "freebsd" | "openbsd" => system,
        _ => bail!("Terraform has no name for the system {system}"),
    };
    let processor = match processor {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "arm" => "arm",
        _ => bail!("Terraform has no name for the processor {processor}"),
    };
    Ok(format!("{system}_{processor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All files under a folder, with their contents.
    fn files(folder: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for path in entries(folder).unwrap() {
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
        found
    }

    fn mirror(root: &Path, version: &str) -> Mirror {
        Mirror::new(root.to_owned(), version).unwrap()
    }

    #[test]
    fn platforms_have_terraforms_names() {
        for (system, processor, name) in [
            ("linux", "x86_64", "linux_amd64"),
            ("linux", "aarch64", "linux_arm64"),
            ("macos", "aarch64", "darwin_arm64"),
            ("windows", "x86_64", "windows_amd64"),
        ] {
            assert_eq!(platform(system, processor).unwrap(), name);
        }
        assert!(platform("haiku", "x86_64").is_err());
        assert!(platform("linux", "riscv64").is_err());
    }

    #[test]
    fn a_pre_release_is_not_installed_because_nobody_would_get_it() {
        let error = Mirror::new(PathBuf::new(), "1.0.0-rc1").unwrap_err();
        assert!(error.to_string().contains("pre-release"));
    }

    #[test]
    fn what_is_put_is_all_that_is_written_and_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let provider = folder.path().join("provider");
        let root = folder.path().join("mirror");
        let mirror = mirror(&root, "1.2.3");
        for text in ["old", "new"] {
            fs::write(&provider, text).unwrap();
            let put = mirror.put(&provider).unwrap();
            let expected: Vec<(String, String)> = put
                .iter()
                .map(|path| (path.display().to_string(), text.to_owned()))
                .collect();
            let mut found = files(&root);
            found.reverse();
            assert_eq!(found, expected);
            for (path, host) in put.iter().zip(HOSTS) {
                let inner = format!(
                    "{host}/alivpn/alivpn/1.2.3/{}/terraform-provider-alivpn_v1.2.3",
                    mirror.platform
                );
                assert!(path.starts_with(root.join(host)));
                assert_eq!(path.strip_prefix(&root).unwrap(), Path::new(&inner));
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_put_can_be_run_by_whoever_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let provider = folder.path().join("provider");
        fs::write(&provider, "x").unwrap();
        for path in mirror(folder.path(), "1.2.3").put(&provider).unwrap() {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o755);
        }
    }

    #[test]
    fn every_version_is_taken_away_and_nothing_of_anybody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let provider = folder.path().join("provider");
        fs::write(&provider, "x").unwrap();
        let root = folder.path().join("mirror");
        let other = root.join("registry.terraform.io/hashicorp/null/1.0.0/x");
        fs::create_dir_all(&other).unwrap();
        mirror(&root, "1.2.3").put(&provider).unwrap();
        mirror(&root, "1.2.4").put(&provider).unwrap();
        let beside = root.join("registry.opentofu.org/alivpn/alivpn/1.2.3/note");
        fs::write(&beside, "mine").unwrap();

        assert_eq!(mirror(&root, "1.2.5").remove().unwrap().len(), 4);
        assert_eq!(
            files(&root),
            [(beside.display().to_string(), "mine".to_owned())]
        );
        assert!(other.is_dir());
        assert!(!root.join("registry.terraform.io/alivpn").exists());
        assert!(mirror(&root, "1.2.5").remove().unwrap().is_empty());

        fs::remove_file(&beside).unwrap();
        fs::remove_dir_all(root.join("registry.terraform.io")).unwrap();
        mirror(&root, "1.2.3").put(&provider).unwrap();
        assert_eq!(mirror(&root, "1.2.5").remove().unwrap().len(), 2);
        assert!(!root.exists(), "nothing is in it any more");

        let nothing = folder.path().join("nothing");
        assert!(mirror(&nothing, "1.2.5").remove().unwrap().is_empty());
        assert!(!nothing.exists());
    }
}
