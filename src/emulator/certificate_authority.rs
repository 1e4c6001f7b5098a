//! Real X.509: every SSL server has a certificate authority of its own, which signs the certificates of its clients. Keys are P-256,
//! the quickest there are to make. Making one is work for a processor all the same: callers do it off the runtime.

use std::fmt;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// Longer than anybody's emulator, so that it never ends before what it signed.
const AUTHORITY_LIVES: Duration = Duration::days(30 * 365);

/// From when to when a certificate holds, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub create_time: u64,
    /// The first moment that it no longer holds.
    pub end_time: u64,
}

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// X.509 has no such date.
    #[error("a certificate's date cannot be {0} ms after 1970")]
    Date(u64),
    /// The emulator is ending.
    #[error("making the certificate was interrupted")]
    Interrupted,
    /// The library refused.
    #[error(transparent)]
    Certificate(#[from] rcgen::Error),
}

/// What a client needs to prove who it is, in PEM. `Debug` shows nothing of it.
#[derive(PartialEq, Eq)]
pub struct KeyMaterial {
    /// Of who signed.
    pub ca_cert: String,
    /// The client's.
    pub client_cert: String,
    /// The client's, PKCS #8.
    pub client_key: Zeroizing<String>,
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyMaterial").finish_non_exhaustive()
    }
}

/// Who signs the certificates of one SSL server.
pub struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, in PEM.
    ca_cert: String,
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority")
            .finish_non_exhaustive()
    }
}

impl CertificateAuthority {
    /// The authority of an SSL server, with a key of its own.
    ///
    /// # Errors
    /// When the date is none of X.509's, or the system gives no random numbers.
    pub fn new(ssl_vpn_server_id: &str, create_time: u64) -> Result<Self, IssueError> {
        let mut parameters = authority_parameters(ssl_vpn_server_id);
        parameters.not_before = date(create_time)?;
        parameters.not_after = parameters
            .not_before
            .checked_add(AUTHORITY_LIVES)
            .ok_or(IssueError::Date(create_time))?;
        let key = new_key()?;
        let ca_cert = parameters.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(parameters, key),
            ca_cert,
        })
    }

    /// An authority that was made before, by its certificate and its key in PEM.
    ///
    /// # Errors
    /// When the key is none.
    pub fn restored(
        ssl_vpn_server_id: &str,
        ca_cert: String,
        ca_key: &str,
    ) -> Result<Self, IssueError> {
        let key = KeyPair::from_pem(ca_key)?;
        Ok(Self {
            issuer: Issuer::new(authority_parameters(ssl_vpn_server_id), key),
            ca_cert,
        })
    }

    /// Its own certificate, in PEM.
    pub fn ca_cert(&self) -> &str {
        &self.ca_cert
    }

    /// Its key, in PEM.
    pub fn ca_key(&self) -> Zeroizing<String> {
        Zeroizing::new(self.issuer.key().serialize_pem())
    }

    /// A client's certificate, with a key of its own.
    ///
    /// # Errors
    /// When a date is none of X.509's, or the system gives no random numbers.
    pub fn issue(
        &self,
        ssl_vpn_client_cert_id: &str,
        validity: Validity,
    ) -> Result<KeyMaterial, IssueError> {
        let mut parameters = parameters(ssl_vpn_client_cert_id);
        parameters.not_before = date(validity.create_time)?;
        parameters.not_after = date(validity.end_time)?;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        parameters.use_authority_key_identifier_extension = true;
        let key = new_key()?;
        Ok(KeyMaterial {
            ca_cert: self.ca_cert.clone(),
            client_cert: parameters.signed_by(&key, &self.issuer)?.pem(),
            client_key: Zeroizing::new(key.serialize_pem()),
        })
    }
}

fn new_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

/// What makes a certificate that of an authority.
fn authority_parameters(ssl_vpn_server_id: &str) -> CertificateParams {
    let mut parameters = parameters(ssl_vpn_server_id);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

/// The common name is the object's ID: of a client the cloud shows it in DescribeSslVpnClients.
fn parameters(id: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::OrganizationName, "alivpn emulator");
    parameters.distinguished_name.push(DnType::CommonName, id);
    parameters
}

/// X.509 counts in seconds, up to the year 9999.
fn date(unix_ms: u64) -> Result<OffsetDateTime, IssueError> {
    i64::try_from(unix_ms / 1000)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .ok_or(IssueError::Date(unix_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALIDITY: Validity = Validity {
        create_time: 1_700_000_000_000,
        end_time: 1_794_608_000_000,
    };

    #[test]
    fn certificates_and_keys_are_pem_and_every_client_has_its_own() {
        let authority = CertificateAuthority::new("vss-1", VALIDITY.create_time).unwrap();
        let one = authority.issue("vsc-1", VALIDITY).unwrap();
        let two = authority.issue("vsc-2", VALIDITY).unwrap();
        for certificate in [&one.ca_cert, &one.client_cert] {
            assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----\n"));
        }
        assert!(one.client_key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(one.ca_cert, two.ca_cert);
        assert_ne!(one.client_cert, two.client_cert);
        assert_ne!(one.client_key, two.client_key);
        let other = CertificateAuthority::new("vss-2", VALIDITY.create_time).unwrap();
        assert_ne!(other.issue("vsc-1", VALIDITY).unwrap().ca_cert, one.ca_cert);
    }

    #[test]
    fn nothing_secret_is_printed() {
        let authority = CertificateAuthority::new("vss-1", VALIDITY.create_time).unwrap();
        let material = authority.issue("vsc-1", VALIDITY).unwrap();
        let printed = format!("{authority:?} {material:?}");
        assert!(!printed.contains("BEGIN"), "{printed}");
    }

    #[test]
    fn a_date_beyond_x509_is_refused() {
        let authority = CertificateAuthority::new("vss-1", 0).unwrap();
        let forever = Validity {
            end_time: u64::MAX,
            ..VALIDITY
        };
        assert_eq!(
            authority.issue("vsc-1", forever),
            Err(IssueError::Date(u64::MAX))
        );
    }
}
