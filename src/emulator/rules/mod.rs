//! What the API accepts, as pure functions: a file a rule, each with the refusal that the documentation gives it.

pub mod client_ip_pool;
pub mod client_token;
pub mod gateway;
pub mod ip_conflict;
pub mod local_subnet;
pub mod multi_factor_auth;
pub mod name;
pub mod port;
