//! DeleteSslVpnServer: asynchronous.

use super::{Answer, Moment, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::rules::gateway;
use crate::emulator::world::World;

pub(super) fn perform(
    world: &mut World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;

    let id = parameters.required("SslVpnServerId")?;

    let server = world
        .server(region, id)
        .ok_or(error::INVALID_SSL_VPN_SERVER_ID_NOT_FOUND)?;
    let vpn_gateway = world
        .gateway(region, &server.vpn_gateway_id)
        .ok_or(error::INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND)?;

    gateway::check_payment(&vpn_gateway)?;
    gateway::check_idle(vpn_gateway.status)?;

    world.delete_server(id, now.instant);
    Ok(Answer::new())
}
