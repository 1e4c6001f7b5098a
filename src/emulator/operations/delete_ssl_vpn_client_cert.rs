//! DeleteSslVpnClientCert: asynchronous; every client of the server is disconnected.

use super::{Answer, Moment, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::rules::gateway;
use crate::emulator::ssl_vpn_client_cert::IssuedCert;
use crate::emulator::world::World;

pub(super) fn perform(
    world: &mut World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;

    let id = parameters.required("SslVpnClientCertId")?;

    let certificate = world
        .certificate(region, id)
        .ok_or(error::INVALID_SSL_VPN_CLIENT_CERT_ID_NOT_FOUND)?;
    check_gateway(world, certificate)?;

    world.delete_certificate(id, now.instant);
    Ok(Answer::new())
}

/// # Errors
/// When the certificate's gateway takes no change.
pub(super) fn check_gateway(world: &World, certificate: &IssuedCert) -> Result<(), ApiError> {
    let attributes = &certificate.attributes;
    let server = world
        .server(&attributes.region_id, &attributes.ssl_vpn_server_id)
        .ok_or(error::INVALID_SSL_VPN_SERVER_ID_NOT_FOUND)?;
    let vpn_gateway = world
        .gateway(&attributes.region_id, &server.vpn_gateway_id)
        .ok_or(error::INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND)?;
    gateway::check_payment(&vpn_gateway)?;
    gateway::check_idle(vpn_gateway.status)
}
