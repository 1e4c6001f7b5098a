//! Client certificates of SSL servers. A list shows what a certificate is; only the description of one certificate brings its keys,
//! and of these the private key and the configuration do not print.

mod filter;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

pub use filter::SslVpnClientCertFilter;

use super::Client;
use super::listing::Listed;
use crate::cloud::answer::{Object, Read, Unreadable};
use crate::cloud::client_token::ClientToken;
use crate::cloud::error::{Class, Error};
use crate::cloud::request::Parameters;
use crate::cloud::secret::Secret;

const DESCRIBE: &str = "DescribeSslVpnClientCert";

/// The documented answer for a certificate that does not exist.
const NOT_FOUND: &str = "InvalidSslVpnClientCertId.NotFound";

/// Whether a certificate holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertStatus {
    /// It holds.
    Normal,
    /// It holds for a week at most.
    ExpiringSoon,
    /// It no longer holds.
    Expired,
    /// Something that this client does not know.
    Other(String),
}

impl CertStatus {
    /// As the API writes it.
    pub fn as_str(&self) -> &str {
        match self {
            CertStatus::Normal => "normal",
            CertStatus::ExpiringSoon => "expiring-soon",
            CertStatus::Expired => "expired",
            CertStatus::Other(text) => text,
        }
    }
}

impl From<String> for CertStatus {
    fn from(text: String) -> CertStatus {
        match text.to_ascii_lowercase().as_str() {
            "normal" => CertStatus::Normal,
            "expiring-soon" => CertStatus::ExpiringSoon,
            "expired" => CertStatus::Expired,
            _ => CertStatus::Other(text),
        }
    }
}

/// A client certificate as the API lists it. `None` is what the API leaves out or shows as an empty text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SslVpnClientCert {
    /// `vsc-...`
    pub id: String,
    /// `vss-...`
    pub ssl_vpn_server_id: Option<String>,
    /// The region.
    pub region_id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Whether it holds.
    pub status: Option<CertStatus>,
    /// When it was created.
    pub create_time: Option<OffsetDateTime>,
    /// Until when it holds.
    pub end_time: Option<OffsetDateTime>,
    /// `rg-...`
    pub resource_group_id: Option<String>,
    /// The RequestId of the call; `None` in lists.
    pub request_id: Option<String>,
}

impl SslVpnClientCert {
    /// Whether it no longer holds at this moment.
    pub fn has_ended(&self, now: OffsetDateTime) -> bool {
        self.status == Some(CertStatus::Expired) || self.end_time.is_some_and(|end| end <= now)
    }
}

impl Read for SslVpnClientCert {
    fn read(answer: &Object) -> Result<SslVpnClientCert, Unreadable> {
        Ok(SslVpnClientCert {
            id: answer.required_text("SslVpnClientCertId")?,
            ssl_vpn_server_id: answer.text("SslVpnServerId")?,
            region_id: answer.text("RegionId")?,
            name: answer.text("Name")?,
            status: answer.text("Status")?.map(CertStatus::from),
            create_time: answer.time("CreateTime")?,
            end_time: answer.time("EndTime")?,
            resource_group_id: answer.text("ResourceGroupId")?,
            request_id: answer.text("RequestId")?,
        })
    }
}

impl Listed for SslVpnClientCert {
    const OPERATION: &'static str = "DescribeSslVpnClientCerts";
    const LIST: (&'static str, &'static str) = ("SslVpnClientCertKeys", "SslVpnClientCertKey");

    fn id(&self) -> &str {
        &self.id
    }
}

/// A client certificate with what its client needs, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeSslVpnClientCert {
    /// What it is.
    pub cert: SslVpnClientCert,
    /// The certificate of the server's authority.
    pub ca_cert: Option<String>,
    /// The certificate itself.
    pub client_cert: Option<String>,
    /// Its private key.
    pub client_key: Option<Secret>,
    /// The OpenVPN configuration that goes with it.
    pub client_config: Option<Secret>,
}

impl Read for WholeSslVpnClientCert {
    fn read(answer: &Object) -> Result<WholeSslVpnClientCert, Unreadable> {
        Ok(WholeSslVpnClientCert {
            cert: SslVpnClientCert::read(answer)?,
            ca_cert: answer.text("CaCert")?,
            client_cert: answer.text("ClientCert")?,
            client_key: answer.text("ClientKey")?.map(Secret::new),
            client_config: answer.text("ClientConfig")?.map(Secret::new),
        })
    }
}

/// What CreateSslVpnClientCert answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedSslVpnClientCert {
    /// `vsc-...`
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// What support asks for.
    pub request_id: Option<String>,
}

impl Read for CreatedSslVpnClientCert {
    fn read(answer: &Object) -> Result<CreatedSslVpnClientCert, Unreadable> {
        Ok(CreatedSslVpnClientCert {
            id: answer.required_text("SslVpnClientCertId")?,
            name: answer.text("Name")?,
            request_id: answer.text("RequestId")?,
        })
    }
}

/// What ModifySslVpnClientCert answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModifiedSslVpnClientCert {
    /// The name, where the answer has it.
    pub name: Option<String>,
    /// What support asks for.
    pub request_id: Option<String>,
}

impl Read for ModifiedSslVpnClientCert {
    fn read(answer: &Object) -> Result<ModifiedSslVpnClientCert, Unreadable> {
        Ok(ModifiedSslVpnClientCert {
            name: answer.text("Name")?,
            request_id: answer.text("RequestId")?,
        })
    }
}

/// What DeleteSslVpnClientCert answers: accepted, but not converged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedSslVpnClientCert {
    /// What support asks for.
    pub request_id: Option<String>,
}

impl Read for DeletedSslVpnClientCert {
    fn read(answer: &Object) -> Result<DeletedSslVpnClientCert, Unreadable> {
        Ok(DeletedSslVpnClientCert {
            request_id: answer.text("RequestId")?,
        })
    }
}

impl Client {
    /// Creates a certificate for the clients of an SSL server, which stays as it is.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::Quota`] when the account has all it may have, [`Class::NotFound`] when there is no such server.
    pub async fn create_ssl_vpn_client_cert(
        &self,
        region: &str,
        ssl_vpn_server_id: &str,
        name: Option<&str>,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<CreatedSslVpnClientCert, Error> {
        let parameters = Parameters::default()
            .with("SslVpnServerId", ssl_vpn_server_id)
            .with_some("Name", name);
        self.change("CreateSslVpnClientCert", region, parameters, token, cancel)
            .await
    }

    /// Renames a certificate, which the API does at once.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::NotFound`] when there is none.
    pub async fn modify_ssl_vpn_client_cert_name(
        &self,
        region: &str,
        id: &str,
        name: &str,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<ModifiedSslVpnClientCert, Error> {
        let parameters = Parameters::default()
            .with("SslVpnClientCertId", id)
            .with("Name", name);
        self.change("ModifySslVpnClientCert", region, parameters, token, cancel)
            .await
    }

    /// Deletes a certificate, and disconnects every client of its server: accepted when this returns, carried out when the gateway is
    /// `active` again.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::NotFound`] when there is none.
    pub async fn delete_ssl_vpn_client_cert(
        &self,
        region: &str,
        id: &str,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<DeletedSslVpnClientCert, Error> {
        let parameters = Parameters::default().with("SslVpnClientCertId", id);
        self.change("DeleteSslVpnClientCert", region, parameters, token, cancel)
            .await
    }

    /// The certificate of this ID with its keys.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::NotFound`] when there is none.
    pub async fn look_up_ssl_vpn_client_cert(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<WholeSslVpnClientCert, Error> {
        let parameters = Parameters::default().with("SslVpnClientCertId", id);
        let described: Result<WholeSslVpnClientCert, Error> =
            self.read(DESCRIBE, region, parameters, cancel).await;
        match described {
            Ok(whole) if whole.cert.id == id => Ok(whole),
            Ok(whole) => Err(Error::Answer {
                operation: DESCRIBE,
                http_status: 200,
                request_id: whole.cert.request_id,
                reason: format!("it is about {}, not {id}", whole.cert.id),
                class: Class::Unknown,
            }),
            Err(error) => Err(error),
        }
    }

    /// As [`Client::look_up_ssl_vpn_client_cert`], for those to whom it may be gone: `None` when the API says that there is none, by the
    /// documented code.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_ssl_vpn_client_cert(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<WholeSslVpnClientCert>, Error> {
        match self.look_up_ssl_vpn_client_cert(region, id, cancel).await {
            Ok(whole) => Ok(Some(whole)),
            Err(error) if error.code() == Some(NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
