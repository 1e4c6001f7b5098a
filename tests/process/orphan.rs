//! A caller that is killed takes the process with it, however it was started.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::timeout;

use crate::plugin_caller::{Caller, Launch};
use crate::{SERVING, health};

/// The promise.
const LIMIT: Duration = Duration::from_secs(2);

/// A shell that starts the binary as its child and stays.
pub fn through_a_shell(launch: Launch, script: &str) -> Launch {
    let arguments = vec![
        "-c".into(),
        script.into(),
        "sh".into(),
        launch.program.clone().into(),
    ];
    Launch {
        program: "/bin/sh".into(),
        arguments,
        ..launch
    }
}

/// Waits until the process is gone, for as long as is promised after a kill: nobody holds its standard error any more.
pub async fn gone(caller: &mut Caller) {
    timeout(LIMIT, &mut caller.stderr_ended)
        .await
        .expect("the process outlives its caller")
        .unwrap();
}

#[tokio::test]
async fn a_killed_caller_that_is_the_parent() {
    let mut caller = through_a_shell(Launch::default(), r#""$1"; true"#)
        .start()
        .await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    // Standard output stays open and the connection too: the parent is the only sign.
    kill(
        Pid::from_raw(caller.child.id().unwrap().try_into().unwrap()),
        Signal::SIGKILL,
    )
    .unwrap();
    gone(&mut caller).await;
    assert_eq!(crate::leftovers(&caller).len(), 0);
}

/// Closes what a killed caller's kernel closes; standard error stays, to see the end by.
fn abandon(caller: &mut Caller) {
    caller.stdout = None;
    caller.channel = caller.handshake.connect(None);
}

#[tokio::test]
async fn a_killed_caller_behind_a_shell_that_stays() {
    let mut caller = through_a_shell(Launch::default(), r#""$1"; exec 2>&-; exec sleep 60"#)
        .start()
        .await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    abandon(&mut caller);
    gone(&mut caller).await;
    assert_eq!(crate::leftovers(&caller).len(), 0);
}

#[tokio::test]
async fn a_caller_that_never_came_is_not_waited_for_either() {
    let mut caller = through_a_shell(Launch::default(), r#""$1"; exec 2>&-; exec sleep 60"#)
        .start()
        .await;
    abandon(&mut caller);
    gone(&mut caller).await;
}
