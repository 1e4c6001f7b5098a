//! The ephemeral resources: what neither state nor plan may hold.

mod ssl_vpn_client_cert;

use super::Configured;
use crate::tf::ephemeral_resource::Erased;

/// All of them.
pub fn all() -> Vec<Box<dyn Erased<Configured>>> {
    vec![Box::new(ssl_vpn_client_cert::SslVpnClientCert)]
}
