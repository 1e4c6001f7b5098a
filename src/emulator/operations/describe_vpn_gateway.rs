//! DescribeVpnGateway: the attributes are the answer itself.

use super::describe_vpn_gateways::shown_attributes;
use super::{Answer, Moment, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::world::World;

pub(super) fn perform(
    world: &World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;
    let id = parameters.required("VpnGatewayId")?;
    let gateway = world
        .shown_gateway(region, id, now.instant)
        .ok_or(error::INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND)?;
    Ok(shown_attributes(&gateway))
}
