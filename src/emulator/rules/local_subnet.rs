//! The networks that clients reach: one to five IPv4 networks, /8 to /32, joined with commas, outside the ranges that are not anybody's.

use ipnet::Ipv4Net;

use crate::emulator::error::ApiError;

/// Neither a pool nor a local subnet lies in these.
const RESERVED: [&str; 4] = [
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "255.0.0.0/8",
];

/// The reserved ranges.
pub fn reserved() -> impl Iterator<Item = Ipv4Net> {
    RESERVED.iter().filter_map(|range| range.parse().ok())
}

/// Whether two networks share an address.
pub fn overlaps(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(&other.network()) || other.contains(&one.network())
}

/// The networks of a `LocalSubnet`, host bits and all.
///
/// # Errors
/// `InvalidParameter`.
pub fn parse(subnets: &str) -> Result<Vec<Ipv4Net>, ApiError> {
    let networks: Result<Vec<Ipv4Net>, _> = subnets.split(',').map(str::parse).collect();
    networks
        .ok()
        .filter(|networks| (1..=5).contains(&networks.len()))
        .filter(|networks| networks.iter().all(is_allowed))
        .ok_or_else(|| ApiError::invalid_parameter("LocalSubnet"))
}

fn is_allowed(network: &Ipv4Net) -> bool {
    (8..=32).contains(&network.prefix_len()) && !reserved().any(|range| overlaps(&range, network))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_five_networks_are_local_subnets() {
        for subnets in [
            "10.0.0.0/8",
            "10.20.20.7/24",
            "1.0.0.0/8,2.0.0.0/8,3.0.0.0/8,4.0.0.0/8,5.0.0.1/32",
        ] {
            assert!(parse(subnets).is_ok(), "{subnets}");
        }
    }

    #[test]
    fn anything_else_is_an_invalid_parameter() {
        for subnets in [
            "10.0.0.0",
            "10.0.0.0/7",
            "10.0.0.0/24,",
            "10.0.0.0/24, 10.0.1.0/24",
            "127.0.0.0/8",
            "169.254.1.0/24",
            "224.0.0.0/8",
            "255.255.255.255/32",
            "1.0.0.0/8,2.0.0.0/8,3.0.0.0/8,4.0.0.0/8,5.0.0.0/8,6.0.0.0/8",
        ] {
            assert_eq!(
                parse(subnets).unwrap_err().code,
                "InvalidParameter",
                "{subnets}"
            );
        }
    }

    #[test]
    fn networks_overlap_when_one_holds_the_other() {
        let net = |text: &str| text.parse::<Ipv4Net>().unwrap();
        assert!(overlaps(&net("10.0.0.0/8"), &net("10.9.0.0/16")));
        assert!(overlaps(&net("10.9.0.5/16"), &net("10.0.0.0/8")));
        assert!(!overlaps(&net("10.0.0.0/24"), &net("10.0.1.0/24")));
    }
}
