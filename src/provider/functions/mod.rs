//! The functions, which configuration calls as `provider::alivpn::NAME`: they need neither cloud nor credentials.

mod client_pool_prefix;
mod ovpn_profile;

pub use client_pool_prefix::ClientPoolPrefix;
pub use ovpn_profile::OvpnProfile;
