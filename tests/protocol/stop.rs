//! Stop cuts short what runs and lets later calls proceed.

use std::time::Duration;

use terraform_provider_alivpn::tf::proto::{
    apply_resource_change, configure, import_resource_state, plan_resource_change, read_resource,
    stop,
};
use tokio::time::timeout;

use crate::exercise_program::exercise;
use crate::plugin_caller::Launch;
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
    session.stop_until(|| waiting.is_finished()).await;
    let answer = waiting.await.unwrap().unwrap().into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Stopped"]);

    let answer = session
        .client
        .apply_resource_change(create("later"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
}

/// An object of `exercise_shape` that waits for Stop.
const WAITING: &str = r#"{"name":"wait","texts":null,"marks":null,"labels":null,"amount":null,"secret":null,"open":null,"rule":[],"peer":[],"zone":{}}"#;

#[tokio::test]
async fn one_stop_ends_every_call_that_is_under_way() {
    let launch = Launch {
        program: exercise(),
        environment: [("TF_LOG_PROVIDER", Some("TRACE".into()))].into(),
        ..Launch::default()
    };
    let mut session = Session::of(launch).await;
    session.configure(r#"{"prefix":null}"#).await;
    let type_name = || "exercise_shape".to_owned();
    let apply = |prior: &str, planned: &str| apply_resource_change::Request {
        type_name: type_name(),
        prior_state: json(prior),
        planned_state: json(planned),
        ..Default::default()
    };
    let mut calls = tokio::task::JoinSet::new();
    for request in [
        apply("null", WAITING),
        apply(WAITING, WAITING),
        apply(WAITING, "null"),
    ] {
        let mut client = session.client.clone();
        calls.spawn(async move {
            let answer = client.apply_resource_change(request).await.unwrap();
            answer.into_inner().diagnostics
        });
    }
    let request = read_resource::Request {
        type_name: type_name(),
        current_state: json(WAITING),
        ..Default::default()
    };
    let mut client = session.client.clone();
    calls.spawn(async move {
        client
            .read_resource(request)
            .await
            .unwrap()
            .into_inner()
            .diagnostics
    });
    let request = import_resource_state::Request {
        type_name: type_name(),
        id: "wait".to_owned(),
        ..Default::default()
    };
    let mut client = session.client.clone();
    calls.spawn(async move {
        let answer = client.import_resource_state(request).await.unwrap();
        answer.into_inner().diagnostics
    });

    let request = plan_resource_change::Request {
        type_name: type_name(),
        proposed_new_state: json(WAITING),
        config: json(WAITING),
        ..Default::default()
    };
    let mut client = session.client.clone();
    calls.spawn(async move {
        let answer = client.plan_resource_change(request).await.unwrap();
        answer.into_inner().diagnostics
    });

    // What a call does between this line and its wait takes microseconds.
    session.has_received(6, "exercise_shape").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(calls.try_join_next().is_none(), "none ends by itself");
    let answer = session.client.clone().stop(stop::Request {}).await.unwrap();
    assert_eq!(answer.into_inner().error, "");
    let ended = timeout(Duration::from_secs(10), calls.join_all());
    let ended = ended.await.expect("a call goes on after Stop");
    assert_eq!(ended.len(), 6);
    for diagnostics in ended {
        assert_eq!(summaries(&diagnostics), ["Stopped"]);
    }
}

#[tokio::test]
async fn a_stop_ends_a_waiting_configure_and_the_next_one_is_served() {
    let mut session = Session::exercise().await;
    let request = configure::Request {
        config: json(r#"{"prefix":"wait"}"#),
        ..Default::default()
    };
    let mut client = session.client.clone();
    let waiting = tokio::spawn(async move { client.configure(request).await });
    session.stop_until(|| waiting.is_finished()).await;
    let answer = waiting.await.unwrap().unwrap().into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Stopped"]);

    session.configure(r#"{"prefix":"x"}"#).await;
    let answer = session.client.apply_resource_change(create("later")).await;
    assert_eq!(
        summaries(&answer.unwrap().into_inner().diagnostics),
        [""; 0]
    );
}
