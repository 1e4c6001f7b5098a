//! How the process ends when it is told to, and that nothing is left.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use terraform_provider_alivpn::plugin::proto::Empty;
use terraform_provider_alivpn::plugin::proto::grpc_controller_client::GrpcControllerClient;

use crate::plugin_caller::{Caller, Launch};
use crate::{SERVING, SOON, end, health, leftovers};

/// The promise is 100 ms; the rest is for a machine with other things to do.
const AT_ONCE: Duration = Duration::from_secs(1);

pub fn signal(caller: &Caller, signal: Signal) {
    let pid = caller.child.id().expect("the process has ended");
    kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
}

pub fn terminate(caller: &Caller) {
    signal(caller, Signal::SIGTERM);
}

/// Says Shutdown. The end does not wait longer than 50 ms for its answer to leave, so on a busy machine the connection may
/// break first; any other failure is one.
pub async fn shut_down(caller: &Caller) {
    let mut controller = GrpcControllerClient::new(caller.channel.clone());
    if let Err(status) = controller.shutdown(Empty {}).await {
        assert_eq!(status.message(), "transport error", "{status:?}");
    }
}

#[tokio::test]
async fn a_shutdown_is_answered_and_then_the_process_is_gone_with_its_folder() {
    let mut caller = Launch::default().start().await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    shut_down(&caller).await;
    assert!(end(&mut caller, AT_ONCE).await.success());
    assert_eq!(leftovers(&caller), [] as [std::path::PathBuf; 0]);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_peers_that_never_finish() {
    let mut caller = Launch::default().start().await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    let _silent = tokio::net::UnixStream::connect(caller.handshake.socket())
        .await
        .unwrap();
    shut_down(&caller).await;
    assert!(end(&mut caller, AT_ONCE).await.success());
}

#[tokio::test]
async fn sigterm_ends_it_cleanly() {
    let mut caller = Launch::default().start().await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    terminate(&caller);
    assert!(end(&mut caller, AT_ONCE).await.success());
    assert_eq!(leftovers(&caller), [] as [std::path::PathBuf; 0]);
}

#[tokio::test]
async fn sigterm_right_after_the_handshake_line_leaves_nothing() {
    let mut caller = Launch::default().start().await;
    terminate(&caller);
    assert!(end(&mut caller, SOON).await.success());
    assert_eq!(leftovers(&caller), [] as [std::path::PathBuf; 0]);
}

#[tokio::test]
async fn ctrl_c_and_a_closed_terminal_are_left_to_the_caller() {
    let mut caller = Launch::default().start().await;
    for ignored in [Signal::SIGINT, Signal::SIGHUP, Signal::SIGINT] {
        signal(&caller, ignored);
        assert_eq!(
            health(&caller.channel, "plugin").await.unwrap(),
            SERVING,
            "{ignored}"
        );
    }
    assert_eq!(caller.child.try_wait().unwrap(), None);
}

/// More often than not at least: a machine with other things to do may come to one of them late.
#[tokio::test]
async fn the_time_from_shutdown_to_exit_is_short() {
    let mut times = Vec::new();
    for _ in 0..5 {
        let mut caller = Launch::default().start().await;
        health(&caller.channel, "plugin").await.unwrap();
        let before = Instant::now();
        shut_down(&caller).await;
        end(&mut caller, AT_ONCE).await;
        times.push(before.elapsed());
    }
    times.sort();
    assert!(times[2] < Duration::from_millis(100), "{times:?}");
}
