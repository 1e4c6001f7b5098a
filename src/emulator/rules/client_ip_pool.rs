//! The pool that clients get their addresses from: one IPv4 network, /16 to /29, outside the ranges that are not anybody's.

use ipnet::Ipv4Net;

use super::local_subnet::{overlaps, reserved};
use crate::emulator::error::{self, ApiError};

/// Reserved for pools, beside what is reserved for local subnets: the carriers' range, which the cloud uses itself.
const CARRIERS: &str = "100.64.0.0/10";

/// # Errors
/// `InvalidParameter` for what is no network, `ClientIpPool.NetmaskInvalid` and `ClientIpPool.SubnetInvalid` (also with host bits).
pub fn parse(pool: &str) -> Result<Ipv4Net, ApiError> {
    let network: Ipv4Net = pool
        .parse()
        .map_err(|_| ApiError::invalid_parameter("ClientIpPool"))?;
    if !(16..=29).contains(&network.prefix_len()) {
        return Err(error::CLIENT_IP_POOL_NETMASK_INVALID.into());
    }
    let carriers: Option<Ipv4Net> = CARRIERS.parse().ok();
    let is_reserved = reserved()
        .chain(carriers)
        .any(|range| overlaps(&range, &network));
    if is_reserved || network.addr() != network.network() {
        return Err(error::CLIENT_IP_POOL_SUBNET_INVALID.into());
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_16_to_29_bits_are_pools() {
        for pool in [
            "10.30.0.0/16",
            "10.30.30.0/24",
            "192.168.1.8/29",
            "8.8.8.0/24",
        ] {
            assert_eq!(parse(pool).map(|net| net.to_string()), Ok(pool.to_owned()));
        }
    }

    #[test]
    fn each_refusal_has_its_code() {
        for (pool, code) in [
            ("10.30.30.0", "InvalidParameter"),
            ("fd00::/24", "InvalidParameter"),
            ("10.0.0.0/24,10.0.1.0/24", "InvalidParameter"),
            ("10.0.0.0/15", "ClientIpPool.NetmaskInvalid"),
            ("10.0.0.0/30", "ClientIpPool.NetmaskInvalid"),
            ("100.64.1.0/24", "ClientIpPool.SubnetInvalid"),
            ("127.0.0.0/16", "ClientIpPool.SubnetInvalid"),
            ("169.254.8.0/24", "ClientIpPool.SubnetInvalid"),
            ("239.0.0.0/16", "ClientIpPool.SubnetInvalid"),
            ("255.1.0.0/16", "ClientIpPool.SubnetInvalid"),
            ("10.30.30.1/24", "ClientIpPool.SubnetInvalid"),
        ] {
            assert_eq!(parse(pool).unwrap_err().code, code, "{pool}");
        }
    }
}
