//! DescribeSslVpnClientCert: the attributes are the answer itself, with the private key among them.

use super::describe_ssl_vpn_client_certs::shown_attributes;
use super::{Answer, Moment, region};
use crate::emulator::client_config::client_config;
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::ssl_vpn_client_cert::IssuedCert;
use crate::emulator::world::World;

pub(super) fn perform(
    world: &World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;
    let id = parameters.required("SslVpnClientCertId")?;
    let certificate = world
        .shown_certificate(region, id)
        .ok_or(error::INVALID_SSL_VPN_CLIENT_CERT_ID_NOT_FOUND)?;
    Ok(whole(world, certificate, now))
}

/// A certificate with its keys, and with the configuration that fits its server as it is now.
pub(in crate::emulator) fn whole(world: &World, certificate: &IssuedCert, now: Moment) -> Answer {
    let attributes = &certificate.attributes;
    let config = world
        .server(&attributes.region_id, &attributes.ssl_vpn_server_id)
        .map(|server| client_config(server, &attributes.ssl_vpn_client_cert_id))
        .unwrap_or_default();
    let keys = &certificate.key_material;
    let mut answer = shown_attributes(attributes, now);
    for (name, text) in [
        ("CaCert", keys.ca_cert.as_str()),
        ("ClientCert", keys.client_cert.as_str()),
        ("ClientKey", keys.client_key.as_str()),
        ("ClientConfig", config.as_str()),
    ] {
        answer.insert(name.to_owned(), text.into());
    }
    answer
}
