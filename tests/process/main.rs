//! The plugin process from outside: how it starts, whom it serves, how it ends. Runs the real binary.

#![forbid(unsafe_code)]
#![cfg(test)]

#[path = "../support/exercise_program.rs"]
mod exercise_program;
#[path = "../support/plugin_caller.rs"]
mod plugin_caller;

mod by_hand;
mod computing;
mod debug;
mod ending;
mod handshake;
mod logs;
mod orphan;
mod provider;
mod services;
mod tls;

use std::process::{ExitStatus, Output};
use std::time::Duration;

use plugin_caller::{Caller, Launch};
use terraform_provider_alivpn::plugin::proto::health::HealthCheckRequest;
use terraform_provider_alivpn::plugin::proto::health::health_client::HealthClient;
use tokio::time::timeout;
use tonic::Status;
use tonic::transport::Channel;

/// For what should take milliseconds, on a machine that may be busy.
const SOON: Duration = Duration::from_secs(10);

/// The status in numbers that the health service gives for `service`.
async fn health(channel: &Channel, service: &str) -> Result<i32, Status> {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let answer = timeout(SOON, HealthClient::new(channel.clone()).check(request))
        .await
        .expect("no answer in time");
    Ok(answer?.into_inner().status)
}

const SERVING: i32 = 1;

/// Waits for the process to end, at most `limit`.
async fn end(caller: &mut Caller, limit: Duration) -> ExitStatus {
    timeout(limit, caller.child.wait())
        .await
        .expect("the process is still there")
        .unwrap()
}

/// Everything that stands in the process's folder for temporary files.
fn leftovers(caller: &Caller) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(caller.directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

/// Runs a process that is expected to end by itself, and says what it left behind in its temporary folder as well.
async fn outcome(launch: Launch) -> (Output, usize) {
    let directory = tempfile::tempdir().unwrap();
    let child = launch.spawn(&directory);
    let output = timeout(SOON, child.wait_with_output())
        .await
        .expect("the process does not end")
        .unwrap();
    (output, std::fs::read_dir(directory.path()).unwrap().count())
}
