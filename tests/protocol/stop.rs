//! Stop cuts short what runs and lets later calls proceed.

use std::time::Duration;

use terraform_provider_alivpn::tf::proto::{apply_resource_change, stop};
use tokio::time::timeout;

use crate::session::{Session, json, summaries};

fn create(name: &str) -> apply_resource_change::Request {
    let planned = format!(r#"{{"name":"{name}","note":null,"id":null}}"#);
    apply_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        prior_state: json("null"),
        planned_state: json(&planned),
        config: json(&planned),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_stop_ends_a_waiting_call_and_nothing_that_comes_after_it() {
    let mut session = Session::configured_exercise().await;
    let mut client = session.client.clone();
    let waiting = tokio::spawn(async move { client.apply_resource_change(create("wait")).await });
    // The call may reach the process after the first Stop, which is then none of its business.
    let answer = timeout(Duration::from_secs(10), async {
        while !waiting.is_finished() {
            session.client.stop(stop::Request {}).await.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        waiting.await.unwrap().unwrap().into_inner()
    });
    let answer = answer.await.expect("the call goes on after Stop");
    assert_eq!(summaries(&answer.diagnostics), ["Stopped"]);

    let answer = session
        .client
        .apply_resource_change(create("later"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
}
