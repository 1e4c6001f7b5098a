//! `alivpn emulator`: the VPC API on a laptop, until Ctrl-C.

mod welcome;

use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::Args;
use terraform_provider_alivpn::emulator::{
    AccessKey, Emulator, GatewaySetting, Policy, Quotas, Scenario, Settings, Timing, duration,
};

use crate::end_signal::end_signal;

use welcome::Welcome;

/// Answer as Alibaba Cloud's VPC API does, on this machine
#[derive(Args)]
pub struct Arguments {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8500")]
    listen: SocketAddr,

    /// Listen also on an address that other machines reach
    #[arg(long)]
    allow_remote: bool,

    /// How long a gateway is busy with a change [default: 1s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    converge: Option<Duration>,

    /// How long after a change the gateway's status begins to read updating [default: 0.3s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    status_lag: Option<Duration>,

    /// How long after a change Describe shows it [default: 0.3s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    describe_lag: Option<Duration>,

    /// How long a gateway is busy with a certificate's end [default: 0.2s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    converge_certs: Option<Duration>,

    /// What the account may have at most
    #[arg(
        long = "quota",
        value_name = "QUOTAS",
        default_value = "certificates=50,gateways=30"
    )]
    quotas: Quotas,

    /// How many calls a second to answer; the others are told to slow down
    #[arg(long, value_name = "CALLS")]
    throttle: Option<NonZeroU32>,

    /// Where the gateways are
    #[arg(long, value_name = "REGION", default_value = "cn-hangzhou")]
    region: String,

    /// A gateway to begin with, instead of the three vpn-bp1emulator0001 to 0003; repeatable
    #[arg(long = "gateway", value_name = "ID=VPC", conflicts_with = "scenario")]
    gateways: Vec<GatewaySetting>,

    /// A key pair to accept, instead of testid:testsecret; repeatable
    #[arg(long = "access-key", value_name = "ID:SECRET[:TOKEN]")]
    access_keys: Vec<String>,

    /// What to begin with, in TOML: times, gateways, SSL servers, certificates and faults, as in examples/emulator
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,

    /// Where to keep gateways, servers, certificates with their keys, and ClientTokens over restarts; only you can read the file. Once it
    /// is there, --gateway and the objects of --scenario are not used
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// What the callers may do: a RAM policy in JSON, whose conditions are not supported
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Serves until Ctrl-C or SIGTERM.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let own_keys = arguments.access_keys()?;
    let welcome = Welcome {
        own_pair: own_keys.first().cloned(),
        policy: arguments.policy.clone(),
        state_file: arguments.state.clone(),
        has_scenario: arguments.scenario.is_some(),
        has_gateways: !arguments.gateways.is_empty(),
    };
    let settings = arguments.settings(own_keys)?;
    let ended = end_signal()?;
    let running = Emulator::start(settings).await?;
    // Nobody may be reading any more; the emulator serves all the same.
    let _ = welcome.print(&running);
    tokio::select! {
        () = ended => {}
        () = running.ended() => {}
    }
    running.stop().await?;
    Ok(())
}

impl Arguments {
    /// Not by clap, whose errors repeat what was written.
    fn access_keys(&self) -> anyhow::Result<Vec<AccessKey>> {
        let written = self.access_keys.iter();
        let read: Result<_, _> = written.map(|written| written.parse()).collect();
        read.context("a value of --access-key is not understood")
    }

    fn settings(self, access_keys: Vec<AccessKey>) -> anyhow::Result<Settings> {
        let scenario = self
            .scenario
            .as_deref()
            .map(|path| read_scenario(path, &self.region))
            .transpose()?;
        let usual = match &scenario {
            Some(scenario) => scenario.timing(Timing::default()),
            None => Timing::default(),
        };
        Ok(Settings {
            listen: self.listen,
            allow_remote: self.allow_remote,
            timing: Timing {
                converge: self.converge.unwrap_or(usual.converge),
                status_lag: self.status_lag.unwrap_or(usual.status_lag),
                describe_lag: self.describe_lag.unwrap_or(usual.describe_lag),
                converge_certs: self.converge_certs.unwrap_or(usual.converge_certs),
            },
            region_id: self.region,
            gateways: self.gateways,
            scenario,
            state_file: self.state,
            access_keys,
            policy: self.policy.as_deref().map(read_policy).transpose()?,
            quotas: self.quotas,
            throttle: self.throttle,
        })
    }
}

fn read_scenario(path: &Path, region: &str) -> anyhow::Result<Scenario> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the scenario {} cannot be read", path.display()))?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let unix_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    Scenario::read(&text, region, unix_ms)
        .with_context(|| format!("the scenario {}", path.display()))
}

fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the policy {} cannot be read", path.display()))?;
    text.parse()
        .with_context(|| format!("{} is no RAM policy", path.display()))
}
