//! Alibaba Cloud's side: signed, typed, retried calls. Knows nothing of Terraform.

pub mod signature;
