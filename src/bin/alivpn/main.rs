//! `alivpn`: the companion for people.
#![forbid(unsafe_code)]

mod demo;
mod docs;
mod doctor;
mod emulator;
mod end_signal;
mod install;
mod provider_binary;

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
    Doctor(doctor::Arguments),
    Install(install::Arguments),
    Docs(docs::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Emulator(arguments) => succeeded(emulator::run(*arguments).await),
        Command::Demo(arguments) => succeeded(demo::run(arguments).await),
        Command::Doctor(arguments) => doctor::run(arguments).await,
        Command::Install(arguments) => succeeded(install::run(arguments).await),
        Command::Docs(arguments) => succeeded(docs::run(&arguments)),
    };
    match result {
        Ok(status) => status,
        Err(error) => {
            eprintln!("alivpn: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The result of a command whose exit status says no more than whether there was an error.
fn succeeded(result: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    result.map(|()| ExitCode::SUCCESS)
}
