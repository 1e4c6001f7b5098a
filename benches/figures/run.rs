//! What runs cost: time by the wall and of the processor.

use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use tokio::runtime::Runtime;

use super::contestant::Contestant;
use super::plugin_caller::Launch;
use super::terraform::Workspace;

/// What one run of Terraform cost, with the processes that it started.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub wall: Duration,
    pub cpu: Duration,
}

impl Cost {
    /// Runs Terraform to its end.
    pub fn of(workspace: &Workspace, arguments: &[&str], exits: i32) -> Self {
        let mut command = workspace.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (begun, before) = (Instant::now(), processor_time());
        let status = command.status().expect("Terraform starts");
        let cost = Self {
            wall: begun.elapsed(),
            cpu: processor_time().saturating_sub(before),
        };
        assert_eq!(
            status.code(),
            Some(exits),
            "{arguments:?} in {}",
            workspace.path().display()
        );
        cost
    }
}

/// Of all processes that were started from here and have ended.
fn processor_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system tells");
    let duration = |time: TimeVal| {
        let seconds = u64::try_from(time.tv_sec()).unwrap_or_default();
        Duration::from_secs(seconds)
            + Duration::from_micros(u64::try_from(time.tv_usec()).unwrap_or_default())
    };
    duration(usage.user_time()) + duration(usage.system_time())
}

/// How many times as much as a bare run, pair by pair.
pub struct Ratios {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Ratios {
    /// Of pairs of a bare run and one with a provider, which were made in turns.
    pub fn of(pairs: impl Iterator<Item = (Cost, Cost)>) -> Self {
        let ratio = |bare: Duration, with: Duration| with.as_secs_f64() / bare.as_secs_f64();
        let (wall, cpu) = pairs
            .map(|(bare, with)| (ratio(bare.wall, with.wall), ratio(bare.cpu, with.cpu)))
            .unzip();
        Self { wall, cpu }
    }

    pub fn wall(&self) -> String {
        shown(&self.wall)
    }

    pub fn cpu(&self) -> String {
        shown(&self.cpu)
    }
}

/// The median, and the lowest and highest.
fn shown(ratios: &[f64]) -> String {
    let lowest = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = ratios.iter().copied().fold(0.0, f64::max);
    format!(
        "{:.2} ({lowest:.2} to {highest:.2})",
        median(ratios.iter().copied())
    )
}

/// The one in the middle; of an even number, the lower of the two.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
        .get(values.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}

/// From the start of the process to its handshake line.
pub fn handshake(contestant: &Contestant, runs: usize) -> Vec<Duration> {
    let runtime = Runtime::new().expect("a runtime");
    (0..runs)
        .map(|_| {
            let launch = Launch {
                program: contestant.binary().into(),
                ..Launch::default()
            };
            runtime.block_on(launch.start()).started
        })
        .collect()
}
