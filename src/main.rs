//! `terraform-provider-alivpn`: what Terraform starts.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use terraform_provider_alivpn::plugin::{self, Plugin};
use terraform_provider_alivpn::provider::Alivpn;
use terraform_provider_alivpn::tf::server::Server;

fn main() -> ExitCode {
    let plugin = Plugin {
        binary: env!("CARGO_BIN_NAME"),
        description: "A Terraform and OpenTofu provider for Alibaba Cloud's SSL-VPN",
        version: env!("CARGO_PKG_VERSION"),
        address: "alivpn/alivpn",
        protocol_version: 5,
        hint: "To watch it at work without a cloud account: alivpn demo",
    };
    plugin::run(plugin, |_shutdown| Server::new(Alivpn).into_routes())
}
