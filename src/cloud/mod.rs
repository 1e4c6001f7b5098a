//! Alibaba Cloud's side: signed, typed, retried calls. Knows nothing of Terraform.
//!
//! A typed operation of [`vpc`] becomes one [`rpc`] call: parameters, signed with [`credentials`] and sent through
//! [`transport`] to an [`endpoint`], as fast as the [`rate_limiter`] lets it, repeated as [`retry`] decides until there is an answer
//! or an [`error`] worth showing.
//! What decides is pure and stands apart from what acts.

pub mod answer;
pub mod client_token;
pub mod clock;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod error_table;
pub mod rate_limit;
pub mod rate_limiter;
pub mod request;
pub mod retry;
pub mod rpc;
pub mod secret;
pub mod signature;
pub mod sts;
pub mod transport;
pub mod trust;
pub mod vpc;

#[cfg(test)]
mod test_server;
