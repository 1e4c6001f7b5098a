//! The kinds of objects that the provider knows, as messages call them.

/// A kind of object in messages.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// `VPN gateway`
    pub one: &'static str,
    /// `VPN gateways`
    pub many: &'static str,
    /// What their IDs begin with: `vpn`.
    pub prefix: &'static str,
}

/// VPN gateways.
pub const VPN_GATEWAY: Kind = Kind {
    one: "VPN gateway",
    many: "VPN gateways",
    prefix: "vpn",
};

/// SSL servers.
pub const SSL_SERVER: Kind = Kind {
    one: "SSL server",
    many: "SSL servers",
    prefix: "vss",
};

/// Client certificates.
pub const CLIENT_CERT: Kind = Kind {
    one: "client certificate",
    many: "client certificates",
    prefix: "vsc",
};
