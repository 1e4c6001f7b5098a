//! Calls that compute, and wait for nothing: they delay neither another call nor the end of the process.

use std::time::Duration;

use nix::sys::signal::Signal;
use terraform_provider_alivpn::tf::proto::provider_client::ProviderClient;
use terraform_provider_alivpn::tf::proto::{
    DynamicValue, apply_resource_change, call_function, configure, stop,
};
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

fn json(text: &str) -> Option<DynamicValue> {
    Some(DynamicValue {
        json: text.to_owned().into(),
        ..DynamicValue::default()
    })
}

/// Waits until so many calls of an RPC have their threads.
async fn begun(caller: &Caller, rpc: &str, count: usize) {
    let begun = |line: &&String| line.contains("request received") && line.contains(rpc);
    let all = async {
        while caller.stderr.lock().unwrap().iter().filter(begun).count() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let limit = timeout(SOON, all).await;
    limit.unwrap_or_else(|_| panic!("no {count} calls of {rpc}"));
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

/// Longer than a Stop may take, shorter than a test waits.
const WHILE: u64 = 4_000;

#[tokio::test]
async fn a_stop_reaches_a_waiting_call_also_when_no_thread_is_left() {
    let launch = Launch {
        environment: [("TF_LOG_PROVIDER", Some("TRACE".into()))].into(),
        ..exercised()
    };
    let caller = launch.start().await;
    let mut client = ProviderClient::new(caller.channel.clone());
    let request = configure::Request {
        config: json(r#"{"prefix":null}"#),
        ..Default::default()
    };
    let configured = client.configure(request).await.unwrap().into_inner();
    assert_eq!(configured.diagnostics, []);
    let request = apply_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        planned_state: json(r#"{"name":"wait","note":null,"id":null}"#),
        config: json(r#"{"name":"wait","note":null,"id":null}"#),
        ..Default::default()
    };
    let mut applying = client.clone();
    let waiting = tokio::spawn(async move { applying.apply_resource_change(request).await });
    begun(&caller, "ApplyResourceChange", 1).await;
    for _ in 0..CALLS {
        tokio::spawn(compute(caller.channel.clone(), LONG));
    }
    let last = tokio::spawn(compute(caller.channel.clone(), WHILE));
    begun(&caller, "CallFunction", CALLS + 1).await;

    let stopped = timeout(AT_ONCE, client.stop(stop::Request {})).await;
    let stopped = stopped.expect("the Stop waits for those that compute");
    assert_eq!(stopped.unwrap().into_inner().error, "");
    assert!(!last.is_finished(), "no thread was left meanwhile");
    let answer = timeout(SOON, waiting).await.expect("it waits on");
    let diagnostics = answer.unwrap().unwrap().into_inner().diagnostics;
    let summaries: Vec<_> = diagnostics.iter().map(|found| &*found.summary).collect();
    assert_eq!(summaries, ["Stopped"]);
}

#[tokio::test]
async fn it_ends_with_a_caller_that_is_killed() {
    let mut caller = busy(through_a_shell(exercised(), r#""$1"; true"#)).await;
    signal(&caller, Signal::SIGKILL);
    gone(&mut caller).await;
    assert_eq!(leftovers(&caller).len(), 0);
}
