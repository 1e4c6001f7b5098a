//! Certificates for calls: keys are made in a thread of their own and without the account's lock, before the operation looks at its
//! parameters. Keys for a call that is refused then are dropped.

use std::sync::Arc;

use super::certificate_authority::{CertificateAuthority, IssueError, KeyMaterial, Validity};
use super::error::{self, ApiError};
use super::operations::{Moment, Operation};
use super::parameters::Parameters;
use super::service::Service;
use super::ssl_vpn_client_cert;
use super::ssl_vpn_server::random_id;
use super::world::Authority;

/// What a certificate has before the account knows it.
#[derive(Debug)]
pub struct NewCert {
    /// `vsc-...`, which is in the certificate too.
    pub ssl_vpn_client_cert_id: String,
    /// As in the certificate.
    pub validity: Validity,
    /// The certificate itself.
    pub key_material: Arc<KeyMaterial>,
}

/// The certificate that a call creates; nothing for every other operation, and where there is no such server.
///
/// # Errors
/// `InternalError` when it cannot be made.
pub async fn for_call(
    service: &Service,
    operation: Operation,
    parameters: &Parameters,
) -> Result<Option<NewCert>, ApiError> {
    if operation != Operation::CreateSslVpnClientCert {
        return Ok(None);
    }
    let (Some(region), Some(server_id)) = (
        parameters.text("RegionId"),
        parameters.text("SslVpnServerId"),
    ) else {
        return Ok(None);
    };
    let Some(authority) = service.lock().world.authority(region, server_id) else {
        return Ok(None);
    };
    let validity = ssl_vpn_client_cert::validity(Moment::now().unix_ms);
    certificate(authority, server_id, random_id("vsc"), validity)
        .await
        .map(Some)
        .map_err(|_| error::INTERNAL_ERROR.into())
}

/// A certificate by the authority of a server.
///
/// # Errors
/// When its dates are none of X.509's, or the system gives no random numbers.
pub async fn certificate(
    authority: Authority,
    ssl_vpn_server_id: &str,
    ssl_vpn_client_cert_id: String,
    validity: Validity,
) -> Result<NewCert, IssueError> {
    let server_id = ssl_vpn_server_id.to_owned();
    let work = move || {
        let key_material = authority
            .get_or_init(|| CertificateAuthority::new(&server_id, validity.create_time))
            .as_ref()
            .map_err(Clone::clone)?
            .issue(&ssl_vpn_client_cert_id, validity)?;
        Ok(NewCert {
            ssl_vpn_client_cert_id,
            validity,
            key_material: Arc::new(key_material),
        })
    };
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(IssueError::Interrupted))
}
