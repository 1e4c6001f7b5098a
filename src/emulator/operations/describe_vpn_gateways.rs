//! DescribeVpnGateways: every filter must pass; several tags all must be there.

use serde_json::Value;

use super::{Answer, Moment, attributes, list, region};
use crate::emulator::error::ApiError;
use crate::emulator::parameters::Parameters;
use crate::emulator::vpn_gateway::VpnGateway;
use crate::emulator::world::World;

/// The filters whose name is also the attribute's.
const FILTERS: [&str; 6] = [
    "VpnGatewayId",
    "VpcId",
    "Status",
    "BusinessStatus",
    "ResourceGroupId",
    "GatewayType",
];

pub(super) fn perform(
    world: &World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;
    let page = parameters.page()?;
    let tags = parameters.tags()?;
    let has_tags = |gateway: &VpnGateway| {
        tags.iter().all(|(key, value)| {
            gateway
                .tags
                .tag
                .iter()
                .any(|tag| tag.key == *key && value.is_none_or(|value| value == tag.value))
        })
    };
    let passes = |gateway: &Answer| {
        FILTERS.iter().all(|filter| {
            parameters
                .text(filter)
                .is_none_or(|asked| gateway.get(*filter).and_then(Value::as_str) == Some(asked))
        })
    };
    let gateways = world
        .shown_gateways(region, now.instant)
        .iter()
        .filter(|gateway| has_tags(gateway))
        .map(shown_attributes)
        .filter(passes)
        .collect();
    Ok(list("VpnGateways", "VpnGateway", page, gateways, |shown| {
        shown
    }))
}

/// A gateway as the API answers it: without its region.
pub(super) fn shown_attributes(gateway: &VpnGateway) -> Answer {
    let mut attributes = attributes(gateway);
    attributes.remove("RegionId");
    attributes
}
