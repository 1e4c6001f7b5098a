//! A Terraform and OpenTofu provider for Alibaba Cloud's SSL-VPN.
//!
//! The rooms, and what each may know of the others:
//!
//! - [`plugin`]: how a go-plugin process starts, listens, logs and ends. Knows nothing of Terraform's messages.
//! - [`tf`]: Terraform's language: values, types, schemas, diagnostics, and the traits that a resource implements. Knows nothing of clouds.
//! - [`cloud`]: Alibaba Cloud's API: signatures, errors, retry, typed operations. Knows nothing of Terraform.
//! - [`provider`]: the product; maps Terraform's objects onto cloud operations. The one place that uses both.
//! - [`emulator`]: the VPC API on a laptop. Shares only [`cloud::signature`] with the client.
#![forbid(unsafe_code)]

pub mod cloud;
pub mod emulator;
pub mod plugin;
pub mod provider;
pub mod tf;
