//! The data sources: what exists, whoever made it. A file a kind of object, with the look-up of one and of many side by side.

mod ssl_vpn_client;
mod ssl_vpn_client_cert;
mod ssl_vpn_server;
mod vpn_gateway;

use super::Configured;
use crate::tf::data_source::Erased;

/// All of them.
pub fn all() -> Vec<Box<dyn Erased<Configured>>> {
    vec![
        Box::new(vpn_gateway::One),
        Box::new(vpn_gateway::Many),
        Box::new(ssl_vpn_server::One),
        Box::new(ssl_vpn_server::Many),
        Box::new(ssl_vpn_client::Many),
        Box::new(ssl_vpn_client_cert::One),
        Box::new(ssl_vpn_client_cert::Many),
    ]
}
