//! `alivpn`: the companion for people.
#![forbid(unsafe_code)]

mod demo;
mod emulator;
mod end_signal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The companion of terraform-provider-alivpn
#[derive(Parser)]
#[command(name = "alivpn", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Emulator(Box<emulator::Arguments>),
    Demo(demo::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Emulator(arguments) => emulator::run(*arguments).await,
        Command::Demo(arguments) => demo::run(arguments).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("alivpn: {error:#}");
            ExitCode::FAILURE
        }
    }
}
