//! `alivpn emulator`: the VPC API on a laptop, until Ctrl-C.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use terraform_provider_alivpn::emulator::{
    AccessKey, Emulator, GatewaySetting, Settings, Timing, default_gateways, duration,
};

use crate::end_signal::end_signal;

/// Answer as Alibaba Cloud's VPC API does, on this machine
#[derive(Args)]
pub struct Arguments {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8500")]
    listen: SocketAddr,

    /// Listen also on an address that other machines reach
    #[arg(long)]
    allow_remote: bool,

    /// How long a gateway is busy with a change
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = duration::parse)]
    converge: Duration,

    /// How long after a change the gateway's status begins to read updating
    #[arg(long, value_name = "DURATION", default_value = "0.3s", value_parser = duration::parse)]
    status_lag: Duration,

    /// How long after a change Describe shows it
    #[arg(long, value_name = "DURATION", default_value = "0.3s", value_parser = duration::parse)]
    describe_lag: Duration,

    /// Where the gateways are
    #[arg(long, value_name = "REGION", default_value = "cn-hangzhou")]
    region: String,

    /// A gateway to begin with, instead of the three vpn-bp1emulator0001 to 0003; repeatable
    #[arg(long = "gateway", value_name = "ID=VPC")]
    gateways: Vec<GatewaySetting>,

    /// A key pair to accept, instead of testid:testsecret; repeatable
    #[arg(long = "access-key", value_name = "ID:SECRET[:TOKEN]")]
    access_keys: Vec<String>,
}

/// Serves until Ctrl-C or SIGTERM.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Not by clap, whose errors repeat what was written.
    let access_keys: Result<Vec<AccessKey>, _> = arguments
        .access_keys
        .iter()
        .map(|written| written.parse())
        .collect();
    let settings = Settings {
        listen: arguments.listen,
        allow_remote: arguments.allow_remote,
        timing: Timing {
            converge: arguments.converge,
            status_lag: arguments.status_lag,
            describe_lag: arguments.describe_lag,
        },
        region_id: arguments.region,
        gateways: arguments.gateways,
        access_keys: access_keys.context("a value of --access-key is not understood")?,
    };
    let help = Help::new(&settings);
    let ended = end_signal()?;
    let running = Emulator::start(settings).await?;
    // Nobody may be reading any more; the emulator serves all the same.
    let _ = help.print(running.addr());
    ended.await;
    running.stop().await;
    Ok(())
}

/// How to point Terraform here.
struct Help {
    region: String,
    gateways: Vec<String>,
    own_keys: Vec<String>,
}

impl Help {
    fn new(settings: &Settings) -> Self {
        let gateways = if settings.gateways.is_empty() {
            default_gateways()
        } else {
            settings.gateways.clone()
        };
        Self {
            region: settings.region_id.clone(),
            gateways: gateways
                .into_iter()
                .map(|gateway| gateway.vpn_gateway_id)
                .collect(),
            own_keys: settings
                .access_keys
                .iter()
                .map(|key| key.id.clone())
                .collect(),
        }
    }

    /// The first line is for programs, the rest for people.
    fn print(&self, address: SocketAddr) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let (access_key, secret_key) = match self.own_keys.first() {
            None => ("testid", "testsecret"),
            Some(id) => (id.as_str(), "..."),
        };
        writeln!(out, "listening on http://{address}")?;
        out.flush()?;
        writeln!(
            out,
            r#"
Point Terraform here:

  provider "alivpn" {{
    region     = "{region}"
    access_key = "{access_key}"
    secret_key = "{secret_key}"
    endpoints {{
      vpc = "http://{address}"
    }}
  }}

VPN gateways in {region}: {gateways}
What happened so far:      curl http://{address}/_emulator/calls
Ctrl-C ends the emulator; nothing is kept."#,
            region = self.region,
            gateways = self.gateways.join(", "),
        )?;
        out.flush()
    }
}
