//! `terraform-provider-alivpn`: what Terraform starts.
#![forbid(unsafe_code)]

fn main() {}
