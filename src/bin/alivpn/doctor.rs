//! `alivpn doctor`: whether everything is there that the provider needs, for who sets it up and for who is asked why it does not work.
//!
//! [`probe`] asks: the sources of credentials in the provider's own order, the cloud by reads and dry runs, which change nothing. What it
//! brings home are [`facts`]. [`judgement`] makes lines of them, and is pure. [`report`] writes them.

mod facts;
mod judgement;
mod probe;
mod report;
mod waiting;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use terraform_provider_alivpn::provider::configuration::Configuration;
use terraform_provider_alivpn::tf::model::from_value;
use terraform_provider_alivpn::tf::value::Value;

use judgement::{Verdict, judge, worst};

/// Look whether credentials, region, network and permissions are as the provider needs them
///
/// It takes them from where the provider does: these options stand for the arguments of the provider block, the environment and profiles are
/// read as usual. Nothing is changed: permissions are tried by reads and dry runs. The exit status is 1 when a line fails.
#[derive(Args)]
pub struct Arguments {
    /// As `region` in the provider block
    #[arg(long)]
    region: Option<String>,

    /// As `profile` in the provider block
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// As `shared_credentials_file` in the provider block
    #[arg(long, value_name = "FILE")]
    shared_credentials_file: Option<String>,

    /// As `ecs_role_name` in the provider block
    #[arg(long, value_name = "NAME")]
    ecs_role_name: Option<String>,

    /// As `endpoints.vpc` in the provider block
    #[arg(long, value_name = "ENDPOINT")]
    vpc_endpoint: Option<String>,

    /// As `endpoints.sts` in the provider block
    #[arg(long, value_name = "ENDPOINT")]
    sts_endpoint: Option<String>,

    /// Write JSON, for programs
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// The provider block that they stand for.
    fn block(self) -> anyhow::Result<Configuration> {
        let text = |argument: Option<String>| argument.map_or(Value::Null, Value::String);
        let endpoints = Value::map([
            ("vpc", text(self.vpc_endpoint)),
            ("sts", text(self.sts_endpoint)),
        ]);
        let block = Value::map([
            ("region", text(self.region)),
            ("profile", text(self.profile)),
            (
                "shared_credentials_file",
                text(self.shared_credentials_file),
            ),
            ("ecs_role_name", text(self.ecs_role_name)),
            ("endpoints", endpoints),
            // Who asks what is wrong wants to know soon, and faults that pass are some of it.
            ("max_retries", Value::from(2)),
            ("retry_max_elapsed", Value::String("5s".to_owned())),
        ]);
        from_value(&block).context("the options make no provider block")
    }
}

/// Asks, judges and writes; fails by its exit status, not by an error, when a line fails.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let json = arguments.json;
    let facts = probe::facts(&arguments.block()?, |name: &str| env::var(name).ok()).await;
    let lines = judge(&facts);
    let written = if json {
        report::json(&lines)
    } else {
        report::text(&lines)
    };
    // Nobody may be reading any more; the exit status says it all the same.
    let _ = io::stdout().lock().write_all(written.as_bytes());
    Ok(match worst(&lines) {
        Verdict::Fail => ExitCode::FAILURE,
        Verdict::Pass | Verdict::Skip | Verdict::Warn => ExitCode::SUCCESS,
    })
}
