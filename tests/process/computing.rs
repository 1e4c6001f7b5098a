//! Calls that compute, and wait for nothing: they delay neither another call nor the end of the process.

use std::time::Duration;

use nix::sys::signal::Signal;
use terraform_provider_alivpn::tf::proto::provider_client::ProviderClient;
use terraform_provider_alivpn::tf::proto::{DynamicValue, call_function};
use tokio::time::timeout;
use tonic::Status;
use tonic::transport::Channel;

use crate::ending::{shut_down, signal, terminate};
use crate::exercise_program::exercise;
use crate::orphan::{gone, through_a_shell};
use crate::plugin_caller::{Caller, Launch};
use crate::{SERVING, SOON, end, health, leftovers};

/// One fewer than the process has threads for calls.
const CALLS: usize = 3;

/// Longer than any test waits.
const LONG: u64 = 120_000;

/// The end takes 50 ms at most; the rest is for a machine whose processors all compute.
const AT_ONCE: Duration = Duration::from_secs(2);

async fn compute(channel: Channel, milliseconds: u64) -> Result<(), Status> {
    let request = call_function::Request {
        name: "compute".to_owned(),
        arguments: vec![DynamicValue {
            json: milliseconds.to_string().into(),
            ..DynamicValue::default()
        }],
    };
    let answer = ProviderClient::new(channel).call_function(request).await?;
    assert_eq!(answer.into_inner().error, None);
    Ok(())
}

/// A process that computes for several callers, with a thread left for another.
async fn busy(launch: Launch) -> Caller {
    let caller = launch.start().await;
    compute(caller.channel.clone(), 0).await.unwrap();
    for _ in 0..CALLS {
        tokio::spawn(compute(caller.channel.clone(), LONG));
    }
    // Calls of one connection arrive in their order: once this one is answered, those before it run.
    timeout(SOON, compute(caller.channel.clone(), 0))
        .await
        .expect("another call waits for those that compute")
        .unwrap();
    caller
}

fn exercised() -> Launch {
    Launch {
        program: exercise(),
        ..Launch::default()
    }
}

#[tokio::test]
async fn other_calls_are_served_and_a_shutdown_ends_it_at_once() {
    let mut caller = busy(exercised()).await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    shut_down(&caller).await;
    assert!(end(&mut caller, AT_ONCE).await.success());
    assert_eq!(leftovers(&caller).len(), 0);
}

#[tokio::test]
async fn sigterm_ends_it_at_once_also_when_no_thread_is_left() {
    let mut caller = busy(exercised()).await;
    for _ in 0..CALLS {
        tokio::spawn(compute(caller.channel.clone(), LONG));
    }
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    terminate(&caller);
    assert!(end(&mut caller, AT_ONCE).await.success());
    assert_eq!(leftovers(&caller).len(), 0);
}

#[tokio::test]
async fn it_ends_with_a_caller_that_is_killed() {
    let mut caller = busy(through_a_shell(exercised(), r#""$1"; true"#)).await;
    signal(&caller, Signal::SIGKILL);
    gone(&mut caller).await;
    assert_eq!(leftovers(&caller).len(), 0);
}
