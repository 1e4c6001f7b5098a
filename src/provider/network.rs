//! IPv4 networks as the API takes them: the two arguments' rules, and equality of sets of networks.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use crate::tf::diagnostics::Diagnostics;
use crate::tf::path::AttributePath;
use crate::tf::validators::{Validator, invalid, quoted};
use crate::tf::value::Value;

/// Ranges that neither argument may touch (the API's reference, VPN Gateway limits).
const RESERVED: [Ipv4Net; 4] = [
    net(127, 0, 8),
    net(169, 254, 16),
    net(224, 0, 4),
    net(255, 0, 8),
];
/// Carrier-grade NAT: the platform's own, closed to client address pools.
const SHARED: Ipv4Net = net(100, 64, 10);

const fn net(first: u8, second: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(std::net::Ipv4Addr::new(first, second, 0, 0), prefix)
}

/// Reads `a.b.c.d/prefix` in exactly that form.
pub fn parse(text: &str) -> Option<Ipv4Net> {
    text.parse::<Ipv4Net>()
        .ok()
        .filter(|network| network.to_string() == text)
}

/// The network of a text, without host bits; `None` when the text is none.
pub fn network(text: &str) -> Option<Ipv4Net> {
    parse(text).map(|network| network.trunc())
}

/// The text of a network without host bits. A text that is no IPv4 network stands for itself: the cloud may have others.
pub fn without_host_bits(text: &str) -> String {
    network(text).map_or_else(|| text.to_owned(), |network| network.to_string())
}

/// The networks of some texts in a form in which equal means the same networks.
pub fn networks<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().map(without_host_bits).collect()
}

/// Whether two networks share an address.
pub fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// The network of a text that is a valid `client_ip_pool`.
pub fn client_ip_pool(text: &str) -> Option<Ipv4Net> {
    parse(text).filter(|_| ClientIpPool.fault(text).is_none())
}

/// The network of a text that is a valid element of `local_subnets`, without host bits.
pub fn local_subnet(text: &str) -> Option<Ipv4Net> {
    network(text).filter(|_| LocalSubnet.fault(text).is_none())
}

/// As many connections as the largest pool serves.
pub const MOST_CONNECTIONS: u64 = 16_384;

/// The longest prefix of a client pool for so many concurrent connections; `None` when no pool serves so many.
pub fn client_pool_prefix(connections: u64) -> Option<u8> {
    if connections == 0 {
        return None;
    }
    (16..=29)
        .rev()
        .find(|prefix| pool_connections(*prefix) >= connections)
}

/// As many concurrent connections as a client pool of this prefix serves: four addresses each.
pub fn pool_connections(prefix: u8) -> u64 {
    (1_u64 << 32_u8.saturating_sub(prefix)) / 4
}

/// `client_ip_pool`: an IPv4 network /16 to /29, no host bits, outside the reserved ranges.
#[derive(Debug, Clone, Copy)]
pub struct ClientIpPool;

/// An element of `local_subnets`: an IPv4 network /8 to /32, outside the reserved ranges; host bits are allowed.
#[derive(Debug, Clone, Copy)]
pub struct LocalSubnet;

impl ClientIpPool {
    fn fault(self, text: &str) -> Option<String> {
        let reserved = RESERVED.iter().chain([&SHARED]);
        fault(text, 16..=29, HostBits::Refused, reserved)
    }
}

impl LocalSubnet {
    fn fault(self, text: &str) -> Option<String> {
        fault(text, 8..=32, HostBits::Allowed, RESERVED.iter())
    }
}

impl Validator for ClientIpPool {
    fn description(&self) -> String {
        "be an IPv4 network from /16 to /29 without host bits, such as \"10.30.30.0/24\", outside 100.64.0.0/10, 127.0.0.0/8, \
         169.254.0.0/16, 224.0.0.0/4 and 255.0.0.0/8"
            .to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Value::String(text) = value else { return };
        let fault = self.fault(text);
        diagnostics.extend(fault.map(|fault| invalid(path, &self.description(), &fault)));
    }
}

impl Validator for LocalSubnet {
    fn description(&self) -> String {
        "be an IPv4 network from /8 to /32, such as \"10.20.0.0/16\", outside 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 and 255.0.0.0/8".to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Value::String(text) = value else { return };
        let fault = self.fault(text);
        diagnostics.extend(fault.map(|fault| invalid(path, &self.description(), &fault)));
    }
}

/// What is wrong with a network, if anything.
fn fault<'a>(
    text: &str,
    prefixes: std::ops::RangeInclusive<u8>,
    host_bits: HostBits,
    reserved: impl IntoIterator<Item = &'a Ipv4Net>,
) -> Option<String> {
    let shown = quoted(text);
    let Some(network) = parse(text) else {
        return Some(format!("{shown}, which is not of the form a.b.c.d/prefix"));
    };
    if !prefixes.contains(&network.prefix_len()) {
        return Some(format!("{shown}, whose prefix is outside that range"));
    }
    if host_bits == HostBits::Refused && network != network.trunc() {
        return Some(format!(
            "{shown}, which has host bits set: its network is \"{}\"",
            network.trunc()
        ));
    }
    let touched = reserved
        .into_iter()
        .find(|range| overlap(network.trunc(), **range))?;
    Some(format!("{shown}, which lies in {touched}"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HostBits {
    Allowed,
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_has_four_addresses_for_each_connection() {
        for (connections, prefix) in [
            (0, None),
            (1, Some(29)),
            (2, Some(29)),
            (3, Some(28)),
            (5, Some(27)),
            (10, Some(26)),
            (20, Some(25)),
            (50, Some(24)),
            (64, Some(24)),
            (65, Some(23)),
            (100, Some(23)),
            (200, Some(22)),
            (500, Some(21)),
            (1000, Some(20)),
            (MOST_CONNECTIONS, Some(16)),
            (MOST_CONNECTIONS + 1, None),
            (u64::MAX, None),
        ] {
            assert_eq!(client_pool_prefix(connections), prefix, "{connections}");
        }
    }

    fn fault_of(validator: &dyn Validator, text: &str) -> Option<String> {
        let mut diagnostics = Diagnostics::default();
        validator.validate(
            &Value::String(text.to_owned()),
            &AttributePath::default(),
            &mut diagnostics,
        );
        diagnostics
            .iter()
            .map(|diagnostic| diagnostic.detail.clone())
            .next()
    }

    #[test]
    fn pools_of_the_allowed_sizes_and_places_pass() {
        for pool in [
            "10.0.0.0/16",
            "10.30.30.0/24",
            "192.168.1.8/29",
            "100.0.0.0/16",
            "100.128.0.0/16",
            "240.0.0.0/16",
        ] {
            assert_eq!(fault_of(&ClientIpPool, pool), None, "{pool}");
        }
    }

    #[test]
    fn other_pools_are_refused_with_what_is_allowed() {
        for pool in [
            "10.0.0.0/15",
            "10.0.0.0/30",
            "10.0.0.1/24",
            "100.64.0.0/16",
            "100.127.255.0/24",
            "127.0.0.0/16",
            "169.254.0.0/16",
            "224.0.0.0/16",
            "239.1.0.0/24",
            "255.0.0.0/16",
            "10.0.0.0",
            "10.0.0/24",
            "10.0.0.0/024",
            "010.0.0.0/24",
            " 10.0.0.0/24",
            "fd00::/24",
            "office",
            "",
        ] {
            let fault = fault_of(&ClientIpPool, pool).unwrap_or_else(|| panic!("{pool:?} passed"));
            assert!(fault.contains("/16 to /29"), "{fault}");
        }
    }

    #[test]
    fn subnets_may_have_host_bits_and_any_prefix_from_8_to_32() {
        for subnet in [
            "10.0.0.0/8",
            "10.20.20.5/24",
            "192.168.0.1/32",
            "100.64.0.0/10",
            "126.0.0.0/8",
            "254.0.0.0/8",
        ] {
            assert_eq!(fault_of(&LocalSubnet, subnet), None, "{subnet}");
        }
    }

    #[test]
    fn other_subnets_are_refused_with_what_is_allowed() {
        for subnet in [
            "8.0.0.0/7",
            "0.0.0.0/0",
            "127.0.0.1/32",
            "169.254.10.0/24",
            "225.0.0.0/8",
            "255.255.255.255/32",
            "10.0.0.0/33",
            "x",
        ] {
            let fault =
                fault_of(&LocalSubnet, subnet).unwrap_or_else(|| panic!("{subnet:?} passed"));
            assert!(fault.contains("/8 to /32"), "{fault}");
        }
    }

    #[test]
    fn networks_are_compared_without_host_bits_and_order() {
        assert_eq!(
            networks(["10.0.1.5/24", "10.0.0.0/24"]),
            networks(["10.0.0.9/24", "10.0.1.0/24"])
        );
        assert_ne!(networks(["10.0.0.0/24"]), networks(["10.0.0.0/25"]));
    }

    #[test]
    fn a_network_of_another_kind_makes_a_difference() {
        assert_ne!(
            networks(["10.0.0.0/24", "fd00::/64"]),
            networks(["10.0.0.0/24"])
        );
    }
}
