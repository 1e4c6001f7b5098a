//! Many changes at once against an account's limits: they take what the limit dictates, no more calls than needed, and little
//! memory. Times are the emulator's. A test binary of its own: what measures times runs beside nothing else.

// The support files end a test by panicking, as a test does.
#![allow(clippy::expect_used)]
#![cfg(unix)]
#![cfg(test)]
#![forbid(unsafe_code)]

#[allow(dead_code, reason = "tests/acceptance uses all of it")]
#[path = "../support/emulator.rs"]
mod emulator;
#[path = "../support/memory.rs"]
mod memory;
#[allow(dead_code, unused_imports, reason = "tests/acceptance uses all of it")]
#[path = "../support/terraform/mod.rs"]
mod terraform;

use std::path::Path;
use std::time::Duration;

use crate::emulator::{Call, Emulator, of};
use crate::terraform::{Outcome, Workspace};

/// How many certificates.
const COUNT: usize = 200;

/// How many calls a second the account takes, after as many at once.
const CALLS_A_SECOND: usize = 20;

/// What takes longer than the limit dictates is measured against this.
const FACTOR: f64 = 1.3;

const MEBIBYTE: u64 = 1024 * 1024;

/// An emulator with a limit, a server and its certificates, which a state has as `old`.
fn limited(converge_certs: &str) -> (Emulator, Workspace) {
    let mut scenario = String::from(
        "[[gateways]]\nid = \"vpn-1\"\n\n[[servers]]\nid = \"vss-1\"\nvpn_gateway_id = \"vpn-1\"\nclient_ip_pool = \"10.30.0.0/24\"\n\
         local_subnets = [\"192.168.0.0/16\"]\n\n",
    );
    for number in 0..COUNT {
        scenario.push_str(&format!(
            "[[certificates]]\nid = \"vsc-{number}\"\nssl_vpn_server_id = \"vss-1\"\n\n"
        ));
    }
    let throttle = CALLS_A_SECOND.to_string();
    let flags = [
        ["--quota", "certificates=1000"],
        ["--throttle", &throttle],
        ["--converge-certs", converge_certs],
        ["--status-lag", "0s"],
        ["--describe-lag", "0s"],
    ];
    let emulator = Emulator::with_scenario(&scenario, &flags.concat());
    let workspace = Workspace::new(&emulator);
    workspace.write(&certificates("old", 1));
    workspace
        .import_to("alivpn_ssl_vpn_client_cert.old[0]", "vsc-0")
        .exits(0);
    workspace.multiply(COUNT, |number, attributes| {
        attributes["id"] = format!("vsc-{number}").into();
    });
    (emulator, workspace)
}

fn certificates(label: &str, count: usize) -> String {
    format!(
        "resource \"alivpn_ssl_vpn_client_cert\" \"{label}\" {{\n  count = {count}\n\n  ssl_vpn_server_id = \"vss-1\"\n}}\n"
    )
}

/// Applies at `-parallelism=50`, and holds the provider to its memory.
fn apply(emulator: &Emulator, workspace: &Workspace) -> (Outcome, Vec<Call>) {
    emulator.clear_calls();
    let arguments = [
        "apply",
        "-no-color",
        "-input=false",
        "-auto-approve",
        "-parallelism=50",
    ];
    let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-alivpn"));
    let (outcome, memory) = memory::peak(provider, || {
        workspace.start(&arguments).wait(Duration::from_secs(300))
    });
    println!("the provider had {} KiB resident at most", memory / 1024);
    if cfg!(target_os = "linux") {
        assert!(memory > 0, "no provider was seen");
    }
    assert!(memory < 40 * MEBIBYTE, "{memory} bytes");
    (outcome, emulator.calls())
}

fn accepted<'a>(calls: &'a [Call], operation: &str) -> Vec<&'a Call> {
    let mut calls = of(calls, operation);
    calls.retain(|call| call.accepted());
    calls
}

/// The seconds between two calls.
fn between(first: &Call, last: &Call) -> f64 {
    Duration::from_millis(last.at_ms - first.at_ms).as_secs_f64()
}

#[test]
fn two_hundred_certificates_come_and_go_as_fast_as_the_limit_lets_them() {
    let (emulator, workspace) = limited("0s");
    workspace.write(&certificates("new", COUNT));

    let (outcome, calls) = apply(&emulator, &workspace);

    outcome
        .exits(0)
        .says("200 added, 0 changed, 200 destroyed")
        .does_not_say("Error");
    let made = accepted(&calls, "CreateSslVpnClientCert").len();
    let described = accepted(&calls, "DescribeSslVpnClientCert").len();
    assert_eq!((made, described), (COUNT, COUNT));
    let deleted = accepted(&calls, "DeleteSslVpnClientCert").len();
    // The refresh of all took its pages.
    let looked = accepted(&calls, "DescribeSslVpnClientCerts").len();
    assert_eq!(deleted, COUNT);
    assert!(looked <= COUNT + COUNT / 50 + 1, "{looked} looks");

    let taken: Vec<&Call> = calls.iter().filter(|call| call.accepted()).collect();
    // Two for each that is made, two for each that is deleted, and the refresh's.
    assert!(taken.len() <= 4 * COUNT + 10, "{} calls", taken.len());
    let (first, last) = (taken[0], taken[taken.len() - 1]);
    let dictated = (taken.len() - CALLS_A_SECOND) as f64 / CALLS_A_SECOND as f64;
    let took = between(first, last);
    println!(
        "{} calls, and {} refused, in {took:.1} s instead of {dictated:.1} s",
        taken.len(),
        calls.len() - taken.len()
    );
    assert!(
        took <= FACTOR * dictated,
        "{took} s instead of {dictated} s"
    );
}

#[test]
fn deletes_that_keep_the_gateway_busy_take_the_sum_of_their_times() {
    let (emulator, workspace) = limited("0.2s");
    workspace.write("");

    let (outcome, calls) = apply(&emulator, &workspace);

    outcome
        .exits(0)
        .says("0 added, 0 changed, 200 destroyed")
        .does_not_say("Error");
    let deleted = accepted(&calls, "DeleteSslVpnClientCert");
    assert_eq!(deleted.len(), COUNT);
    // Whoever is refused waits in its place: nobody tries beside it.
    let refused = of(&calls, "DeleteSslVpnClientCert").len() - COUNT;
    assert!(refused <= COUNT, "{refused} refused");

    let sum = COUNT as f64 * 0.2;
    let took = between(deleted[0], deleted[COUNT - 1]) + 0.2;
    println!(
        "{} calls, {refused} deletes refused, in {took:.1} s instead of {sum:.1} s",
        calls.len()
    );
    assert!(took <= FACTOR * sum, "{took} s instead of {sum} s");
}
