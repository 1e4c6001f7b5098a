//! DescribeSslVpnServers: a filter that nothing passes gives an empty list, also for an unknown ID.

use super::{Answer, attributes, list, region};
use crate::emulator::error::ApiError;
use crate::emulator::parameters::Parameters;
use crate::emulator::world::World;

pub(super) fn perform(world: &World, parameters: &Parameters) -> Result<Answer, ApiError> {
    let region = region(parameters)?;
    let page = parameters.page()?;
    let passes =
        |filter: &str, value: &str| parameters.text(filter).is_none_or(|asked| asked == value);
    let servers = world
        .shown_servers(region)
        .filter(|server| passes("SslVpnServerId", &server.ssl_vpn_server_id))
        .filter(|server| passes("VpnGatewayId", &server.vpn_gateway_id))
        .filter(|server| passes("Name", &server.name))
        .filter(|server| passes("ResourceGroupId", &server.resource_group_id))
        .collect();
    Ok(list(
        "SslVpnServers",
        "SslVpnServer",
        page,
        servers,
        attributes,
    ))
}
