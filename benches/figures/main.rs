//! The figures of the README: whole runs of Terraform with a provider, beside runs of the same core without any, in turns.
//!
//! ```console
//! $ cargo bench --bench figures
//! $ cargo bench --bench figures -- --counts 1,100 --runs 5 --other /path/to/folder
//! ```
//!
//! The cloud is the project's own emulator. Prints a table in Markdown at the end, and what it is doing on standard error.

#![cfg(unix)]
#![cfg(test)]
#![forbid(unsafe_code)]

mod contestant;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/support/emulator.rs"]
mod emulator;
#[path = "../../tests/support/memory.rs"]
mod memory;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/support/plugin_caller.rs"]
mod plugin_caller;
mod run;
mod shipped;
mod table;
#[allow(dead_code, unused_imports, reason = "the tests use all of it")]
#[path = "../../tests/support/terraform/mod.rs"]
mod terraform;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;

use contestant::Contestant;
use emulator::{Emulator, only};
use run::{Cost, Ratios, handshake};
use table::Table;

/// How long a gateway is busy with a change while many are made; what is added to longer times is measured by itself.
const BRIEF: &str = "0.2s";

/// The lengths of convergence that are measured, in seconds.
const CONVERGENCES: [u64; 3] = [1, 3, 10];

/// The convergence beside which changes in a row are measured, in seconds.
const SLOW: u64 = 3;

/// Longer than any convergence here.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many certificates are made.
const CERTIFICATES: usize = 20;

/// The port that servers begin with.
const PORT: u16 = 1194;

/// Measures the provider beside bare Terraform.
#[derive(Parser)]
struct Arguments {
    /// How many resources.
    #[arg(long, value_delimiter = ',', default_value = "1,100,1000")]
    counts: Vec<usize>,
    /// How many plans of one resource; larger ones are measured less often.
    #[arg(long, default_value_t = 15)]
    runs: usize,
    /// The folder of the binary of `aliyun/alicloud`, to be measured as well.
    #[arg(long)]
    other: Option<PathBuf>,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    shipped::build();
    let mut contestants = vec![Contestant::ours()];
    if let Some(folder) = &arguments.other {
        contestants.push(Contestant::other(folder)?);
    }
    let mut table = Table::default();
    for contestant in &contestants {
        table.column(contestant.name);
        table.row("binary", "10 MB", megabytes(contestant.size()));
        let starts = handshake(contestant, arguments.runs);
        table.row("process to handshake line", "", milliseconds(&starts));
        for &count in &arguments.counts {
            measure_many(contestant, count, arguments.runs, &mut table);
        }
        for seconds in CONVERGENCES {
            let added = added_to(contestant, seconds);
            table.row(
                &format!("added to a convergence of {seconds} s"),
                &format!("{:.1} s", seconds as f64 / 10.0 + 0.2),
                format!("{added:+.2} s"),
            );
        }
        measure_changes(contestant, &mut table);
    }
    print!("{table}");
    Ok(())
}

/// Creates this many resources and plans them again, beside as many `terraform_data`.
fn measure_many(contestant: &Contestant, count: usize, runs: usize, table: &mut Table) {
    let emulator = many_gateways(count);
    let (ours, bare) = (
        contestant.workspace(&emulator),
        Contestant::bare().workspace(&emulator),
    );
    ours.write(&contestant.resources(count, "server", PORT));
    bare.write(&Contestant::bare().resources(count, "server", PORT));
    let of = |what: &str, part: &str| format!("{what} of {count}{part}");
    let apply = ["apply", "-no-color", "-input=false", "-auto-approve"];
    let plan = ["plan", "-no-color", "-input=false", "-detailed-exitcode"];

    eprintln!("{}: creating {count}", contestant.name);
    emulator.clear_calls();
    let (bare_cost, cost) = (Cost::of(&bare, &apply, 0), Cost::of(&ours, &apply, 0));
    let seconds = |cost: Cost| format!("{:.1} s", cost.wall.as_secs_f64());
    let beside = format!("{}; bare {}", seconds(cost), seconds(bare_cost));
    table.row(&of("apply", ""), "", beside);
    let calls = per(emulator.calls().len(), count);
    table.row(&of("apply", ": calls a resource"), "", calls);

    let runs = runs.div_ceil(count.ilog10() as usize * 2 + 1);
    eprintln!("{}: {runs} plans of {count}", contestant.name);
    let calls = emulator.calls_of(|| Cost::of(&ours, &plan, 0)).len();
    let pairs = (0..runs).map(|_| (Cost::of(&bare, &plan, 0), Cost::of(&ours, &plan, 0)));
    let ratios = Ratios::of(pairs);
    let target = match count {
        1 => "2.0",
        1000 => "1.5",
        _ => "",
    };
    table.row(
        &of("plan", ": wall time, beside a bare plan"),
        target,
        ratios.wall(),
    );
    let processor = of("plan", ": processor time, beside a bare plan");
    table.row(&processor, "", ratios.cpu());
    table.row(&of("plan", ": calls a resource"), "", per(calls, count));
    let (_, memory) = memory::peak(contestant.binary(), || Cost::of(&ours, &plan, 0));
    let target = if count == 1 { "15 MiB" } else { "" };
    table.row(
        &of("plan", ": resident memory of the provider"),
        target,
        mebibytes(memory),
    );
}

/// Seconds from the end of the cloud's own convergence after a change to the provider's last call: before it, when that is negative.
fn added_to(contestant: &Contestant, seconds: u64) -> f64 {
    eprintln!("{}: a convergence of {seconds} s", contestant.name);
    let (emulator, workspace) = one_that_converges(contestant, seconds);
    workspace.write(&contestant.resources(1, "server", PORT + 1));
    let calls = emulator.calls_of(|| workspace.apply().exits(0).elapsed);
    let accepted = only(&calls, "ModifySslVpnServer").at_ms;
    let last = calls.last().map_or(accepted, |call| call.at_ms);
    Duration::from_millis(last - accepted).as_secs_f64() - seconds as f64
}

/// What a rename sends, how long two changes in a row take, and what certificates cost and leave in the state.
fn measure_changes(contestant: &Contestant, table: &mut Table) {
    eprintln!("{}: changes and certificates", contestant.name);
    let (emulator, workspace) = one_that_converges(contestant, SLOW);
    workspace.write(&contestant.resources(1, "renamed", PORT));
    let mut renaming = Duration::ZERO;
    let calls = emulator.calls_of(|| renaming = workspace.apply().exits(0).elapsed);
    let sent = only(&calls, "ModifySslVpnServer")
        .parameter_names()
        .join(", ");
    table.row("a rename sends", "", sent);
    let took = format!("{:.1} s", renaming.as_secs_f64());
    table.row("apply of a rename", "", took);

    let (_emulator, workspace) = one_that_converges(contestant, SLOW);
    let took: Duration = [1, 2]
        .map(|step| {
            workspace.write(&contestant.resources(1, "server", PORT + step));
            workspace.apply().exits(0).elapsed
        })
        .iter()
        .sum();
    let what = format!("two applies in a row, each with a convergence of {SLOW} s");
    table.row(&what, "", format!("{:.1} s", took.as_secs_f64()));

    let emulator = many_gateways(1);
    let workspace = contestant.workspace(&emulator);
    let server = contestant.resources(1, "server", PORT);
    workspace.write(&server);
    workspace.apply().exits(0);
    workspace.write(&format!(
        "{server}\n{}",
        contestant.certificates(CERTIFICATES)
    ));
    let made = emulator.calls_of(|| workspace.apply().exits(0).elapsed);
    let of_certs = |calls: &[emulator::Call]| {
        let of = |call: &&emulator::Call| call.operation.contains("ClientCert");
        per(calls.iter().filter(of).count(), CERTIFICATES)
    };
    table.row(
        "apply of certificates: calls a certificate",
        "",
        of_certs(&made),
    );
    let planned = emulator.calls_of(|| workspace.plan().exits(0).elapsed);
    table.row(
        "plan of certificates: calls a certificate",
        "",
        of_certs(&planned),
    );
    let keys = workspace.state().matches("PRIVATE KEY-----").count() / 2;
    let what = format!("private keys in the state, {CERTIFICATES} certificates");
    table.row(&what, "", keys.to_string());
}

/// One server that exists, on a gateway that is busy with each change for so many seconds.
fn one_that_converges(contestant: &Contestant, seconds: u64) -> (Emulator, terraform::Workspace) {
    let emulator = Emulator::start(&[
        "--converge",
        &format!("{seconds}s"),
        "--gateway",
        &gateway(0),
    ]);
    let workspace = contestant.workspace(&emulator);
    workspace.write(&contestant.resources(1, "server", PORT));
    workspace.apply().exits(0);
    // An apply may end before the cloud has.
    let begun = Instant::now();
    while emulator.gateway(&gateway_id(0))["Status"] != "active" {
        assert!(begun.elapsed() < PATIENCE, "the gateway stays busy");
        thread::sleep(Duration::from_millis(50));
    }
    (emulator, workspace)
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
    format!("{}=vpc-figures{number:04}", gateway_id(number))
}

fn gateway_id(number: usize) -> String {
    format!("vpn-figures{number:04}")
}

fn per(calls: usize, count: usize) -> String {
    format!("{:.2}", calls as f64 / count as f64)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}

fn milliseconds(times: &[Duration]) -> String {
    format!(
        "{:.1} ms",
        run::median(times.iter().map(Duration::as_secs_f64)) * 1e3
    )
}
