//! DescribeSslVpnClientCerts: without key material. A filter that nothing passes gives an empty list, also for an unknown ID.

use super::{Answer, Moment, attributes, list, region};
use crate::emulator::error::ApiError;
use crate::emulator::parameters::Parameters;
use crate::emulator::ssl_vpn_client_cert::SslVpnClientCert;
use crate::emulator::world::World;

pub(super) fn perform(
    world: &World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;
    let page = parameters.page()?;
    let passes =
        |filter: &str, value: &str| parameters.text(filter).is_none_or(|asked| asked == value);
    let certificates = world
        .shown_certificates(region)
        .map(|certificate| &certificate.attributes)
        .filter(|certificate| passes("SslVpnClientCertId", &certificate.ssl_vpn_client_cert_id))
        .filter(|certificate| passes("SslVpnServerId", &certificate.ssl_vpn_server_id))
        .filter(|certificate| passes("Name", &certificate.name))
        .filter(|certificate| passes("ResourceGroupId", &certificate.resource_group_id))
        .collect();
    Ok(list(
        "SslVpnClientCertKeys",
        "SslVpnClientCertKey",
        page,
        certificates,
        |certificate| shown_attributes(certificate, now),
    ))
}

/// A certificate as lists show it.
pub(in crate::emulator) fn shown_attributes(certificate: &SslVpnClientCert, now: Moment) -> Answer {
    let mut answer = attributes(certificate);
    let status = serde_json::json!(certificate.status(now.unix_ms));
    answer.insert("Status".to_owned(), status);
    answer
}
