//! A pool must overlap neither its server's local subnets nor the pool of another server in the same VPC.

use ipnet::Ipv4Net;

use super::local_subnet::overlaps;
use crate::emulator::error::{self, ApiError};
use crate::emulator::vpn_gateway::VpnGateway;
use crate::emulator::world::World;

/// # Errors
/// `IpConflict` with the message of either case.
pub fn check(
    world: &World,
    vpn_gateway: &VpnGateway,
    pool: Ipv4Net,
    subnets: &[Ipv4Net],
) -> Result<(), ApiError> {
    if subnets.iter().any(|subnet| overlaps(subnet, &pool)) {
        return Err(error::IP_CONFLICT_LOCAL.into());
    }
    let is_neighbour = |gateway_id: &str| {
        gateway_id != vpn_gateway.vpn_gateway_id
            && world
                .gateway_at_rest(gateway_id)
                .is_some_and(|gateway| gateway.vpc_id == vpn_gateway.vpc_id)
    };
    let conflicts = world
        .true_servers()
        .filter(|server| is_neighbour(&server.vpn_gateway_id))
        .filter_map(|server| server.client_ip_pool.parse::<Ipv4Net>().ok())
        .any(|other| overlaps(&other, &pool));
    if conflicts {
        return Err(error::IP_CONFLICT_OTHER_SERVER.into());
    }
    Ok(())
}
