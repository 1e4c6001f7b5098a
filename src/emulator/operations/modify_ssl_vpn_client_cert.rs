//! ModifySslVpnClientCert: a new name, synchronous, the gateway stays active.

use super::delete_ssl_vpn_client_cert::check_gateway;
use super::{Answer, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::rules::name;
use crate::emulator::world::World;

pub(super) fn perform(world: &mut World, parameters: &Parameters) -> Result<Answer, ApiError> {
    let region = region(parameters)?;

    let id = parameters.required("SslVpnClientCertId")?;
    let name = parameters
        .raw("Name")
        .ok_or_else(|| ApiError::missing_parameter("Name"))?;
    name::check(name)?;

    let certificate = world
        .certificate(region, id)
        .ok_or(error::INVALID_SSL_VPN_CLIENT_CERT_ID_NOT_FOUND)?;
    check_gateway(world, certificate)?;

    world.rename_certificate(id, name);
    let mut answer = Answer::new();
    answer.insert("SslVpnClientCertId".to_owned(), id.into());
    answer.insert("Name".to_owned(), name.into());
    Ok(answer)
}
