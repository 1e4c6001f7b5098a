//! Words for who waits.

use std::io::Write;
use std::time::Duration;

use tokio::time::{sleep, timeout};

/// Longer, and a person wants to know what takes so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// No answer to one question takes longer where all is well.
pub const LIMIT: Duration = Duration::from_secs(15);

/// What `asking` came to, or `None` when that took [`LIMIT`]. After 2 seconds `output` is told what is being asked for.
pub async fn for_answer<F: Future>(
    what: &str,
    asking: F,
    output: &mut (impl Write + Send),
) -> Option<F::Output> {
    to_the_end(what, timeout(LIMIT, asking), output).await.ok()
}

/// As [`for_answer`], for what has limits of its own.
pub async fn to_the_end<F: Future>(
    what: &str,
    asking: F,
    output: &mut (impl Write + Send),
) -> F::Output {
    let mut asking = std::pin::pin!(asking);
    tokio::select! {
        biased;
        answer = &mut asking => return answer,
        () = sleep(PATIENCE) => {}
    }
    // That it is not heard changes nothing.
    let _ = writeln!(output, "alivpn: still waiting for {what}");
    asking.await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn after(seconds: f64) -> (Option<&'static str>, String) {
        let mut output = Vec::new();
        let asking = async {
            sleep(Duration::from_secs_f64(seconds)).await;
            "answer"
        };
        let answer = for_answer("STS", asking, &mut output).await;
        (answer, String::from_utf8(output).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn after_two_seconds_it_is_said_what_is_waited_for_and_after_fifteen_it_ends() {
        assert_eq!(after(1.9).await, (Some("answer"), String::new()));
        let said = "alivpn: still waiting for STS\n".to_owned();
        assert_eq!(after(14.9).await, (Some("answer"), said.clone()));
        assert_eq!(after(60.0).await, (None, said));
    }
}
