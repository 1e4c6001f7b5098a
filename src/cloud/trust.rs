//! Whose word is taken for who a server is: that of the authorities in the system's store, or of those in files that the environment
//! names, on every system alike.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// A file of authorities' certificates in PEM.
pub const CERT_FILE: &str = "SSL_CERT_FILE";
/// Folders of such files, separated as in `PATH`.
pub const CERT_DIR: &str = "SSL_CERT_DIR";

/// Whom to trust. By default the system's store says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

/// Why there is nobody to trust.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file cannot be read, or is not in PEM.
    #[error("{CERT_FILE} names {}, which cannot be read: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// What is named holds nothing to trust.
    #[error("{name} names {named}, and there is no certificate in it (they must be in PEM)")]
    Empty {
        /// The variable.
        name: &'static str,
        /// What it names.
        named: String,
    },
}

impl Trust {
    /// What the variables say; `variable` gives the value of one, empty ones count as unset.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Trust {
        let set = |name| variable(name).filter(|value| !value.trim().is_empty());
        let folders = set(CERT_DIR);
        Trust {
            file: set(CERT_FILE).map(PathBuf::from),
            folders: folders
                .iter()
                .flat_map(env::split_paths)
                .filter(|folder| !folder.as_os_str().is_empty())
                .collect(),
        }
    }

    /// The authorities' certificates, read from their files; `None` where the system's store is to be asked. What is not a
    /// certificate after all is left out, and so are folders that are not there: the variable's usual value lists several.
    ///
    /// # Errors
    ///
    /// [`Error`]: then nobody is to be trusted, least of all those whom the user did not name.
    pub fn authorities(&self) -> Result<Option<Vec<CertificateDer<'static>>>, Error> {
        let mut found = Vec::new();
        if let Some(file) = &self.file {
            let certificates = read(file).map_err(|reason| Error::Unreadable {
                file: file.clone(),
                reason,
            })?;
            if certificates.is_empty() {
                return Err(Error::Empty {
                    name: CERT_FILE,
                    named: file.display().to_string(),
                });
            }
            found.extend(certificates);
        }
        for folder in &self.folders {
            let files = fs::read_dir(folder).into_iter().flatten().flatten();
            let paths = files
                .map(|entry| entry.path())
                .filter(|path| path.is_file());
            found.extend(paths.flat_map(|path| read(&path).unwrap_or_default()));
        }
        if self.file.is_none() && self.folders.is_empty() {
            return Ok(None);
        }
        if found.is_empty() {
            let folders = self.folders.iter().map(|folder| folder.display());
            let named: Vec<String> = folders.map(|folder| folder.to_string()).collect();
            return Err(Error::Empty {
                name: CERT_DIR,
                named: named.join(", "),
            });
        }
        Ok(Some(found))
    }
}

/// The certificates in a file.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(reason)?
        .collect();
    let mut store = RootCertStore::empty();
    let mut certificates = certificates.map_err(reason)?;
    certificates.retain(|certificate| store.add(certificate.clone()).is_ok());
    Ok(certificates)
}

fn reason(error: rustls::pki_types::pem::Error) -> String {
    match error {
        rustls::pki_types::pem::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An authority's certificate in PEM.
    fn authority() -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.self_signed(&key).unwrap().pem()
    }

    fn trust(file: Option<&Path>, folders: &str) -> Trust {
        let file = file.map(|path| path.display().to_string());
        Trust::from_environment(|name| match name {
            CERT_FILE => file.clone(),
            CERT_DIR => Some(folders.to_owned()),
            name => panic!("{name}"),
        })
    }

    #[test]
    fn the_systems_store_is_asked_where_neither_variable_is_set() {
        assert_eq!(trust(None, " "), Trust::default());
        assert_eq!(Trust::default().authorities(), Ok(None));
    }

    #[test]
    fn file_and_folders_are_read_and_what_is_no_certificate_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("certs");
        fs::create_dir(&inner).unwrap();
        let file = folder.path().join("bundle.pem");
        let bogus = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        fs::write(
            &file,
            format!("# two\n{}{bogus}{}", authority(), authority()),
        )
        .unwrap();
        fs::write(inner.join("one.pem"), authority()).unwrap();
        fs::write(inner.join("README"), "not a certificate").unwrap();
        let folders = format!("/does/not/exist:{}", inner.display());
        let count = |trust: Trust| trust.authorities().unwrap().unwrap().len();
        assert_eq!(count(trust(Some(&file), &folders)), 3);
        assert_eq!(count(trust(Some(&file), "")), 2);
        assert_eq!(count(trust(None, &folders)), 1);
    }

    #[test]
    fn what_cannot_be_read_or_is_empty_is_named_with_its_variable() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let error = |trust: Trust| trust.authorities().unwrap_err().to_string();
        let missing = error(trust(Some(&file), ""));
        let start = format!(
            "SSL_CERT_FILE names {}, which cannot be read: ",
            file.display()
        );
        assert!(missing.starts_with(&start), "{missing}");
        fs::write(&file, "").unwrap();
        let empty = error(trust(Some(&file), ""));
        let start = format!(
            "SSL_CERT_FILE names {}, and there is no cert",
            file.display()
        );
        assert!(empty.starts_with(&start), "{empty}");
        fs::remove_file(&file).unwrap();
        let empty = error(trust(None, folder.path().to_str().unwrap()));
        let start = format!("SSL_CERT_DIR names {}, and there", folder.path().display());
        assert!(empty.starts_with(&start), "{empty}");
    }
}
