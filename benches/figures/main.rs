//! The figures of the README: whole runs of Terraform with a provider, beside runs of the same core without any, in turns.
//!
//! ```console
//! $ cargo bench --bench figures
//! $ cargo bench --bench figures -- --counts 1,100 --runs 5 --other /path/to/terraform-provider-alicloud
//! ```
//!
//! The cloud is the project's own emulator. Prints a table in Markdown, and what it is doing on standard error.

#![cfg(unix)]
#![cfg(test)]
#![forbid(unsafe_code)]

mod contestant;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/support/emulator.rs"]
mod emulator;
#[path = "../../tests/support/memory.rs"]
mod memory;
mod run;
#[allow(dead_code, unused_imports, reason = "the tests use all of it")]
#[path = "../../tests/support/terraform/mod.rs"]
mod terraform;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use contestant::Contestant;
use emulator::{Emulator, only};
use run::{Cost, Ratios, handshake};

/// How long a gateway is busy with a change while many are made; what is added to longer times is measured by itself.
const BRIEF: &str = "0.2s";

/// The lengths of convergence that are measured, in seconds.
const CONVERGENCES: [u64; 3] = [1, 3, 10];

/// Measures the provider beside bare Terraform.
#[derive(Parser)]
struct Arguments {
    /// How many resources.
    #[arg(long, value_delimiter = ',', default_value = "1,100,1000")]
    counts: Vec<usize>,
    /// How many plans of one resource; larger ones are measured less often.
    #[arg(long, default_value_t = 15)]
    runs: usize,
    /// The binary of `aliyun/alicloud`, to be measured as well.
    #[arg(long)]
    other: Option<PathBuf>,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let mut contestants = vec![Contestant::ours()];
    contestants.extend(arguments.other.map(Contestant::other));
    println!("| what | provider | figure |\n|---|---|---|");
    for contestant in &contestants {
        let row =
            |what: &str, figure: String| println!("| {what} | {} | {figure} |", contestant.name);
        row("binary", megabytes(contestant.size()));
        row(
            "process to handshake line",
            milliseconds(&handshake(contestant, arguments.runs)),
        );
        for &count in &arguments.counts {
            measure_many(contestant, count, arguments.runs, &row);
        }
        for seconds in CONVERGENCES {
            let added = added_to(contestant, seconds);
            let what = format!("added to a convergence of {seconds} s");
            row(
                &what,
                format!("{added:+.2} s ({:+.0} %)", added / seconds as f64 * 100.0),
            );
        }
    }
}

/// Creates this many resources and plans them again, beside as many `terraform_data`.
fn measure_many(contestant: &Contestant, count: usize, runs: usize, row: &impl Fn(&str, String)) {
    let emulator = many_gateways(count);
    let (ours, bare) = (
        contestant.workspace(&emulator),
        Contestant::bare().workspace(&emulator),
    );
    ours.write(&contestant.resources(count, 1194));
    bare.write(&Contestant::bare().resources(count, 1194));
    let of = |what: &str| format!("{what} of {count}");
    let apply = ["apply", "-no-color", "-input=false", "-auto-approve"];
    let plan = ["plan", "-no-color", "-input=false", "-detailed-exitcode"];

    eprintln!("{}: creating {count}", contestant.name);
    emulator.clear_calls();
    let (bare_cost, cost) = (Cost::of(&bare, &apply, 0), Cost::of(&ours, &apply, 0));
    row(
        &of("apply"),
        format!(
            "{:.1} s; bare {:.1} s",
            cost.wall.as_secs_f64(),
            bare_cost.wall.as_secs_f64()
        ),
    );
    row(
        &of("calls a resource, apply"),
        per(emulator.calls().len(), count),
    );

    let runs = runs.div_ceil(count.ilog10() as usize * 2 + 1);
    eprintln!("{}: {runs} plans of {count}", contestant.name);
    let calls = emulator.calls_of(|| Cost::of(&ours, &plan, 0)).len();
    let pairs = (0..runs).map(|_| (Cost::of(&bare, &plan, 0), Cost::of(&ours, &plan, 0)));
    let ratios = Ratios::of(pairs);
    row(
        &of("plan beside a bare one, wall time, plan"),
        ratios.wall(),
    );
    row(
        &of("plan beside a bare one, processor time, plan"),
        ratios.cpu(),
    );
    row(&of("calls a resource, plan"), per(calls, count));
    let (_, memory) = memory::peak(contestant.binary(), || Cost::of(&ours, &plan, 0));
    row(&of("resident memory, plan"), megabytes(memory));
}

/// Seconds between the end of the cloud's own convergence after a change and the provider's last look.
fn added_to(contestant: &Contestant, seconds: u64) -> f64 {
    eprintln!("{}: a convergence of {seconds} s", contestant.name);
    let emulator = Emulator::start(&[
        "--converge",
        &format!("{seconds}s"),
        "--gateway",
        &gateway(0),
    ]);
    let workspace = contestant.workspace(&emulator);
    workspace.write(&contestant.resources(1, 1194));
    workspace.apply().exits(0);
    workspace.write(&contestant.resources(1, 1195));
    let calls = emulator.calls_of(|| workspace.apply().exits(0).elapsed);
    let accepted = only(&calls, "ModifySslVpnServer").at_ms;
    let last = calls.last().map_or(accepted, |call| call.at_ms);
    Duration::from_millis(last - accepted).as_secs_f64() - seconds as f64
}

/// An emulator with so many gateways, which changes keep busy only briefly.
fn many_gateways(count: usize) -> Emulator {
    let quota = format!("gateways={}", count.max(30));
    let mut flags = vec![
        "--converge".to_owned(),
        BRIEF.to_owned(),
        "--status-lag".to_owned(),
        "0s".to_owned(),
        "--describe-lag".to_owned(),
        "0s".to_owned(),
        "--quota".to_owned(),
        quota,
    ];
    flags.extend((0..count).flat_map(|number| ["--gateway".to_owned(), gateway(number)]));
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    Emulator::start(&flags)
}

/// A gateway and its VPC, as the emulator is told of it.
fn gateway(number: usize) -> String {
    format!("vpn-figures{number:04}=vpc-figures{number:04}")
}

fn per(calls: usize, count: usize) -> String {
    format!("{:.2}", calls as f64 / count as f64)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn milliseconds(times: &[Duration]) -> String {
    format!(
        "{:.1} ms",
        run::median(times.iter().map(Duration::as_secs_f64)) * 1e3
    )
}
