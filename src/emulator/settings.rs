//! How an emulator is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use super::authentication::AccessKey;
use super::object_id::is_id;
use super::policy::Policy;
use super::quota::Quotas;
use super::scenario::Scenario;
use super::timeline::Timing;
use super::vpn_gateway::VpnGateway;

/// Everything that can be chosen; the defaults are those of `alivpn emulator`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Listen on an address that other machines reach.
    pub allow_remote: bool,
    /// How long changes take.
    pub timing: Timing,
    /// Where the gateways are.
    pub region_id: String,
    /// The gateways to begin with; none means [`default_gateways`].
    pub gateways: Vec<GatewaySetting>,
    /// What to begin with beside or instead of these.
    pub scenario: Option<Scenario>,
    /// Where the account is kept; what is there already counts instead of gateways and the scenario's objects.
    pub state_file: Option<PathBuf>,
    /// The pairs that are accepted; none means `testid:testsecret`.
    pub access_keys: Vec<AccessKey>,
    /// What the callers may do; everything without one.
    pub policy: Option<Policy>,
    /// What the account may have at most.
    pub quotas: Quotas,
    /// How many calls a second are answered; the others are told to slow down.
    pub throttle: Option<NonZeroU32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            timing: Timing::default(),
            region_id: "cn-hangzhou".to_owned(),
            gateways: Vec::new(),
            scenario: None,
            state_file: None,
            access_keys: Vec::new(),
            policy: None,
            quotas: Quotas::default(),
            throttle: None,
        }
    }
}

/// A gateway to begin with, `ID=VPC`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewaySetting {
    /// `vpn-...`.
    pub vpn_gateway_id: String,
    /// `vpc-...`.
    pub vpc_id: String,
}

impl GatewaySetting {
    /// The gateway in a region, made at `unix_ms`.
    pub(super) fn in_region(&self, region_id: &str, unix_ms: u64) -> VpnGateway {
        VpnGateway::new(&self.vpn_gateway_id, &self.vpc_id, region_id, unix_ms)
    }
}

/// The text is no `ID=VPC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write it as ID=VPC, such as vpn-bp1example=vpc-bp1example: vpn- and letters, digits or hyphens, and the same with vpc-"
)]
pub struct GatewaySettingError;

impl FromStr for GatewaySetting {
    type Err = GatewaySettingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((id, vpc_id)) if is_id("vpn-", id) && is_id("vpc-", vpc_id) => Ok(Self {
                vpn_gateway_id: id.to_owned(),
                vpc_id: vpc_id.to_owned(),
            }),
            _ => Err(GatewaySettingError),
        }
    }
}

/// Three gateways, each in a VPC of its own.
pub fn default_gateways() -> Vec<GatewaySetting> {
    (1..=3)
        .map(|number| GatewaySetting {
            vpn_gateway_id: format!("vpn-bp1emulator{number:04}"),
            vpc_id: format!("vpc-bp1emulator{number:04}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_written_with_its_vpc() {
        let gateway: GatewaySetting = "vpn-1=vpc-1".parse().unwrap();
        assert_eq!(
            (gateway.vpn_gateway_id.as_str(), gateway.vpc_id.as_str()),
            ("vpn-1", "vpc-1")
        );
        for text in ["vpn-1", "=vpc-1", "vpn-1=", "summary=vpc-1", "vpn-1=vpn-1"] {
            assert_eq!(
                text.parse::<GatewaySetting>(),
                Err(GatewaySettingError),
                "{text}"
            );
        }
    }
}
