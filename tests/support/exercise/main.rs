//! A small provider without a cloud: `tests/protocol` drives it through what no resource of the product needs yet.
#![forbid(unsafe_code)]

mod echo;
mod functions;
mod greet;
mod identified;
mod keeper;
mod provider;
mod shape;
mod tally;
mod thing;
mod things;
mod token;
mod versioned;

use std::process::ExitCode;

use terraform_provider_alivpn::plugin::{self, Plugin};
use terraform_provider_alivpn::tf::server::Server;

fn main() -> ExitCode {
    let plugin = Plugin {
        binary: "terraform-provider-exercise",
        description: "A provider that exercises the plugin protocol in tests",
        version: env!("CARGO_PKG_VERSION"),
        address: "alivpn/exercise",
        protocol_version: 5,
        hint: "It is of use to the project's own tests only.",
    };
    plugin::run(plugin, |_shutdown| {
        Server::new(provider::Exercise).into_routes()
    })
}
