//! A panic below an RPC is an error of that RPC and of nothing else.

use terraform_provider_alivpn::tf::proto::{
    apply_resource_change, plan_resource_change, read_resource, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, json, path, summaries};

const TROUBLE: &str = r#"{"name":"panic","note":null,"id":"x"}"#;

#[tokio::test]
async fn a_panic_becomes_a_diagnostic_that_names_the_rpc_and_the_process_serves_on() {
    let mut session = Session::configured_exercise().await;
    let client = &session.client;
    let thing = || "exercise_thing".to_owned();
    let validation = validate_resource_type_config::Request {
        type_name: thing(),
        config: json(TROUBLE),
        ..Default::default()
    };
    let plan = plan_resource_change::Request {
        type_name: thing(),
        proposed_new_state: json(TROUBLE),
        config: json(TROUBLE),
        ..Default::default()
    };
    let apply = apply_resource_change::Request {
        type_name: thing(),
        planned_state: json(TROUBLE),
        config: json(TROUBLE),
        ..Default::default()
    };
    let read = read_resource::Request {
        type_name: thing(),
        current_state: json(TROUBLE),
        ..Default::default()
    };
    macro_rules! said {
        ($rpc:ident($request:expr)) => {{
            let answer = client.clone().$rpc($request).await.unwrap();
            answer.into_inner().diagnostics
        }};
    }
    for (rpc, diagnostics) in [
        (
            "ValidateResourceTypeConfig",
            said!(validate_resource_type_config(validation)),
        ),
        ("PlanResourceChange", said!(plan_resource_change(plan))),
        ("ApplyResourceChange", said!(apply_resource_change(apply))),
        ("ReadResource", said!(read_resource(read))),
    ] {
        assert_eq!(summaries(&diagnostics), ["The provider crashed"], "{rpc}");
        let detail = &diagnostics[0].detail;
        assert!(
            detail.starts_with(&format!("{rpc} ")) && detail.contains("report"),
            "{detail}"
        );
    }

    let request = plan_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        prior_state: json("null"),
        proposed_new_state: json(r#"{"name":"fine","note":null,"id":null}"#),
        config: json(r#"{"name":"fine","note":null,"id":null}"#),
        ..Default::default()
    };
    let answer = session
        .client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let ty = session.resource_type("exercise_thing").await;
    let planned = decode(answer.planned_state, &ty);
    assert_eq!(planned.attribute("id"), &Value::Unknown);
}

const SECRET: &str = "unmistakable-secret";

fn shape(name: &str) -> String {
    format!(
        r#"{{"name":"{name}","texts":null,"marks":null,"labels":null,"amount":null,"secret":"{SECRET}","open":null,"rule":[],"peer":[],"zone":{{}}}}"#
    )
}

#[tokio::test]
async fn a_panic_after_a_wait_or_in_a_task_is_no_different() {
    let session = Session::configured_exercise().await;
    let mut client = session.client.clone();
    for (name, words) in [
        ("panic after a wait", ": asked to panic."),
        ("panic in a task", "ended in a panic."),
        ("panic with the secret", "ended in a panic."),
    ] {
        for _ in 0..3 {
            let request = read_resource::Request {
                type_name: "exercise_shape".to_owned(),
                current_state: json(&shape(name)),
                ..Default::default()
            };
            let answer = client.read_resource(request).await.unwrap().into_inner();
            assert_eq!(summaries(&answer.diagnostics), ["The provider crashed"]);
            let crash = &answer.diagnostics[0];
            assert!(
                crash.detail.starts_with("ReadResource "),
                "{name}: {}",
                crash.detail
            );
            assert!(crash.detail.contains(words), "{name}: {}", crash.detail);
            assert!(!crash.detail.contains(SECRET), "{name}: {}", crash.detail);
            assert_eq!(path(crash), "");
        }
    }
    let request = read_resource::Request {
        type_name: "exercise_shape".to_owned(),
        current_state: json(&shape("fine")),
        ..Default::default()
    };
    let answer = client.read_resource(request).await.unwrap().into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);

    // Each panic is reported with its place, and without anything of the state.
    // A panic in a task is reported twice: the caller of the task panics as well.
    let all = |lines: &[String]| {
        let reports = lines.iter().filter(|line| line.starts_with("    at "));
        reports.count() == 12
    };
    let reports = session.standard_error(all).await.join("\n");
    assert!(reports.contains("panic: asked to panic"), "{reports}");
    assert!(reports.contains("exercise/shape.rs:"), "{reports}");
    assert!(!reports.contains(SECRET), "{reports}");
}
