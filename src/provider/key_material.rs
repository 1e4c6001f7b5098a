//! What the owner of a certificate alone may have: the private key, and the configuration and the profile that go with it.

use serde::{Serialize, Serializer};

use super::kind::CLIENT_CERT;
use super::ovpn_profile::{Parts, profile};
use crate::cloud::secret::Secret;
use crate::cloud::vpc::WholeSslVpnClientCert;
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;
use crate::tf::schema::Attribute;
use crate::tf::types::Type;

/// The secret parts of a certificate.
#[derive(Debug, Clone)]
pub struct KeyMaterial {
    /// The private key, in PEM.
    pub client_key: Secret,
    /// The client configuration as the cloud gives it.
    pub client_config: Secret,
    /// The single-file profile.
    pub profile: Secret,
}

impl KeyMaterial {
    /// That of a certificate.
    ///
    /// # Errors
    /// Where the cloud does not give all that it takes; never shows what it gave.
    pub fn of(whole: &WholeSslVpnClientCert) -> Result<KeyMaterial, Diagnostic> {
        let secret = |value: &Option<Secret>| value.clone().unwrap_or_else(|| Secret::new(""));
        let (client_key, client_config) = (secret(&whole.client_key), secret(&whole.client_config));
        let parts = Parts {
            config: client_config.expose(),
            ca_cert: whole.ca_cert.as_deref().unwrap_or_default(),
            client_cert: whole.client_cert.as_deref().unwrap_or_default(),
            client_key: client_key.expose(),
        };
        let profile = profile(&parts).map_err(|fault| {
            let (one, id) = (CLIENT_CERT.one, &whole.cert.id);
            Diagnostic::error(format!("No profile for {one} {id}")).detail(format!(
                "What DescribeSslVpnClientCert gives makes no profile: {fault}. RequestId {}.",
                whole.cert.request_id.as_deref().unwrap_or("not known")
            ))
        })?;
        Ok(KeyMaterial {
            client_key,
            client_config,
            profile,
        })
    }
}

/// The attributes, hidden by Terraform.
pub fn attributes() -> [Attribute; 3] {
    [
        ("client_key", "The private key (PEM)."),
        ("client_config", "The client configuration as the cloud gives it, which names the certificates and the key as files."),
        ("profile", "A single-file OpenVPN profile: the configuration with the certificates and the key inline, in a form that OpenVPN from 2.4 on takes. \
                     OpenVPN 2.6 complains only of what the server has set: `compress = true` and `cipher = \"none\"`. The line `remote-cert-tls server`, \
                     which the cloud's own configuration lacks, was not yet seen against the real cloud: take it out if OpenVPN says `VERIFY KU ERROR` or \
                     `VERIFY EKU ERROR`."),
    ]
    .map(|(name, description)| Attribute::computed(name, Type::String, description).sensitive())
}

/// Writes a secret into a value for Terraform; nothing else does.
///
/// # Errors
/// The serializer's.
pub fn reveal<S: Serializer>(secret: &Attr<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
        Attr::Known(secret) => Attr::Known(secret.expose()),
    }
    .serialize(serializer)
}
