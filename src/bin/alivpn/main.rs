//! `alivpn`: the companion for people.
#![forbid(unsafe_code)]

mod demo;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The companion of the Terraform provider for Alibaba Cloud's SSL-VPN.
#[derive(Debug, Parser)]
#[command(name = "alivpn", version)]
struct Alivpn {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Alivpn::parse().command {
        Command::Demo(demo) => demo.run().await,
    }
}
