//! Many calls: at once, and one after the other.

use std::time::Duration;

use futures_util::future::join_all;
use terraform_provider_alivpn::tf::proto::{
    apply_resource_change, plan_resource_change, read_resource, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::exercise_program::exercise;
use crate::plugin_caller::Launch;
use crate::session::{Session, decode, encode, summaries};

fn thing(name: &str, id: Value) -> Value {
    Value::map([
        ("name", Value::from(name)),
        ("note", Value::Null),
        ("id", id),
    ])
}

/// Plans, creates and reads one thing; each answer must be about this one.
async fn life(session: &Session, ty: &Type, name: &str) {
    let mut client = session.client.clone();
    let type_name = || "exercise_thing".to_owned();
    let config = encode(&thing(name, Value::Null), ty);
    let validate = validate_resource_type_config::Request {
        type_name: type_name(),
        config: config.clone(),
        ..Default::default()
    };
    assert_eq!(
        client
            .validate_resource_type_config(validate)
            .await
            .unwrap()
            .into_inner()
            .diagnostics,
        []
    );
    let plan = plan_resource_change::Request {
        type_name: type_name(),
        proposed_new_state: config.clone(),
        config: config.clone(),
        ..Default::default()
    };
    let planned = client
        .plan_resource_change(plan)
        .await
        .unwrap()
        .into_inner()
        .planned_state;
    assert_eq!(decode(planned.clone(), ty), thing(name, Value::Unknown));
    let apply = apply_resource_change::Request {
        type_name: type_name(),
        planned_state: planned,
        config,
        ..Default::default()
    };
    let created = client
        .apply_resource_change(apply)
        .await
        .unwrap()
        .into_inner()
        .new_state;
    assert_eq!(decode(created.clone(), ty), thing(name, Value::from(name)));
    let private = name.as_bytes().to_vec();
    let read = read_resource::Request {
        type_name: type_name(),
        current_state: created.clone(),
        private: private.clone(),
        ..Default::default()
    };
    let read = client.read_resource(read).await.unwrap().into_inner();
    assert_eq!((read.new_state, read.private), (created, private));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_calls_at_once_get_each_its_own_answer() {
    let mut session = Session::configured_exercise().await;
    let ty = session.resource_type("exercise_thing").await;
    for round in 0..8 {
        let names: Vec<String> = (0..64)
            .map(|place| format!("thing-{round}-{place}"))
            .collect();
        join_all(names.iter().map(|name| life(&session, &ty, name))).await;
    }
}

/// What waits holds no thread: all of them wait together, and one Stop answers all.
#[tokio::test]
async fn sixty_four_calls_that_wait_at_once_are_all_answered() {
    let launch = Launch {
        program: exercise(),
        environment: [("TF_LOG_PROVIDER", Some("TRACE".into()))].into(),
        ..Launch::default()
    };
    let mut session = Session::of(launch).await;
    session.configure(r#"{"prefix":null}"#).await;
    let ty = session.resource_type("exercise_thing").await;
    let request = apply_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        planned_state: encode(&thing("wait", Value::Null), &ty),
        ..Default::default()
    };
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let (mut client, request) = (session.client.clone(), request.clone());
        calls.spawn(async move {
            let answer = client.apply_resource_change(request).await.unwrap();
            answer.into_inner().diagnostics
        });
    }
    session.has_received(64, "exercise_thing").await;
    // They wait, and others are served meanwhile.
    life(&session, &ty, "another").await;
    assert!(calls.try_join_next().is_none(), "none ends by itself");
    session.stop().await;
    let answers = timeout(Duration::from_secs(10), calls.join_all()).await;
    let answers = answers.expect("a call goes on after Stop");
    assert_eq!(answers.len(), 64);
    for diagnostics in answers {
        assert_eq!(summaries(&diagnostics), ["Stopped"]);
    }
}

/// Four calls each.
const TURNS: usize = 2_500;

/// In bytes, what a call may leave behind: less than anything that a call has of its own.
const MOST_KEPT: usize = 100;

#[tokio::test]
async fn ten_thousand_calls_one_after_the_other_leave_the_memory_flat() {
    // Without TLS, which is not what is measured here and takes most of the time.
    let launch = Launch {
        program: exercise(),
        identity: None,
        ..Launch::default()
    };
    let mut session = Session::of(launch).await;
    session.configure(r#"{"prefix":null}"#).await;
    let ty = session.resource_type("exercise_thing").await;
    let type_name = || "exercise_thing".to_owned();
    let config = || encode(&thing("x", Value::Null), &ty);
    let validate = validate_resource_type_config::Request {
        type_name: type_name(),
        config: config(),
        ..Default::default()
    };
    let plan = plan_resource_change::Request {
        type_name: type_name(),
        proposed_new_state: config(),
        config: config(),
        ..Default::default()
    };
    let apply = apply_resource_change::Request {
        type_name: type_name(),
        planned_state: encode(&thing("x", Value::Unknown), &ty),
        config: config(),
        ..Default::default()
    };
    let read = read_resource::Request {
        type_name: type_name(),
        current_state: encode(&thing("x", Value::from("x")), &ty),
        ..Default::default()
    };
    let mut client = session.client.clone();
    let mut half = 0;
    for turn in 0..TURNS {
        let validated = client.validate_resource_type_config(validate.clone());
        assert_eq!(validated.await.unwrap().into_inner().diagnostics, []);
        let planned = client.plan_resource_change(plan.clone()).await.unwrap();
        assert_eq!(planned.into_inner().planned_state, apply.planned_state);
        let created = client.apply_resource_change(apply.clone()).await.unwrap();
        assert_eq!(created.into_inner().new_state, read.current_state);
        let found = client.read_resource(read.clone()).await.unwrap();
        assert_eq!(found.into_inner().new_state, read.current_state);
        if turn == TURNS / 2 {
            half = session.memory("VmRSS");
        }
    }
    let whole = session.memory("VmRSS");
    let bound = half + 2 * TURNS * MOST_KEPT / 1024;
    assert!(
        whole < bound,
        "{half} KiB after half of the calls, {whole} KiB after all"
    );
}
