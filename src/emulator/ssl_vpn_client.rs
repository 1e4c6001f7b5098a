//! A client that is connected now, with the attributes that DescribeSslVpnClients answers, under the API's names.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

/// A connected client; the time in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SslVpnClient {
    /// `CN=vsc-...`.
    pub common_name: String,
    /// Where it is on the internet.
    pub ip: String,
    /// A text in the API's answers.
    pub port: String,
    /// What it has of the pool.
    pub private_ip: String,
    pub connected_time: u64,
    pub send_bytes: u64,
    pub receive_bytes: u64,
    /// Always `online`.
    pub status: &'static str,
}

/// The first free address of a pool: every client has a network of four addresses to itself, and the first of them is the server's.
pub fn free_address(pool: Ipv4Net, taken: impl Fn(&str) -> bool) -> Option<Ipv4Addr> {
    let first = u32::from(pool.network());
    let networks = 1_u32.checked_shl(30_u32.saturating_sub(pool.prefix_len().into()))?;
    (1..networks)
        .filter_map(|network| first.checked_add(4 * network + 2))
        .map(Ipv4Addr::from)
        .find(|address| !taken(&address.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_the_first_free_network_of_four() {
        let pool: Ipv4Net = "10.30.30.0/29".parse().unwrap();
        assert_eq!(
            free_address(pool, |_| false),
            Some(Ipv4Addr::new(10, 30, 30, 6))
        );
        assert_eq!(free_address(pool, |address| address == "10.30.30.6"), None);
        let larger: Ipv4Net = "10.30.30.0/28".parse().unwrap();
        assert_eq!(
            free_address(larger, |address| address == "10.30.30.6"),
            Some(Ipv4Addr::new(10, 30, 30, 10))
        );
    }
}
