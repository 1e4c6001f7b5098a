//! A panic below an RPC is an error of that RPC and of nothing else.

use terraform_provider_alivpn::tf::proto::{plan_resource_change, read_resource};
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, json, summaries};

const TROUBLE: &str = r#"{"name":"panic","note":null,"id":"x"}"#;

#[tokio::test]
async fn a_panic_becomes_a_diagnostic_that_names_the_rpc_and_the_process_serves_on() {
    let mut session = Session::configured_exercise().await;
    let request = read_resource::Request {
        type_name: "exercise_thing".to_owned(),
        current_state: json(TROUBLE),
        ..Default::default()
    };
    let answer = session
        .client
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["The provider crashed"]);
    let detail = &answer.diagnostics[0].detail;
    assert!(
        detail.contains("ReadResource") && detail.contains("report"),
        "{detail}"
    );

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
