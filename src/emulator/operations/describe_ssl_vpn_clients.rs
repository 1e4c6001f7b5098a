//! DescribeSslVpnClients: who is connected to a gateway. The one list that is not wrapped twice.

use super::{Answer, attributes, bare_list, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::world::World;

pub(super) fn perform(world: &World, parameters: &Parameters) -> Result<Answer, ApiError> {
    let region = region(parameters)?;
    let gateway_id = parameters.required("VpnGatewayId")?;
    let page = parameters.page()?;
    world
        .gateway(region, gateway_id)
        .ok_or(error::INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND)?;
    let clients = world.clients_of_gateway(gateway_id).collect();
    let mut answer = bare_list("ClientInfoList", page, clients, attributes);
    answer.insert("RegionId".to_owned(), region.into());
    answer.insert("VpnGatewayId".to_owned(), gateway_id.into());
    Ok(answer)
}
