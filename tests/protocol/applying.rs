//! What an apply says is there is there, also where the resource breaks its own plan.

use terraform_provider_alivpn::tf::proto::apply_resource_change;
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, json, summaries};

async fn applied(session: &mut Session, prior: &str, planned: &str) -> Value {
    let request = apply_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        prior_state: json(prior),
        planned_state: json(planned),
        config: json(planned),
        ..Default::default()
    };
    let answer = session.client.apply_resource_change(request).await;
    let answer = answer.unwrap().into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let ty = session.resource_type("exercise_thing").await;
    decode(answer.new_state, &ty)
}

#[tokio::test]
async fn an_object_that_was_not_created_is_in_no_state() {
    let mut session = Session::configured_exercise().await;
    let none = r#"{"name":"none","note":null,"id":"known"}"#;
    assert_eq!(applied(&mut session, "null", none).await, Value::Null);
}

#[tokio::test]
async fn an_object_that_was_not_deleted_stays_in_the_state() {
    let mut session = Session::configured_exercise().await;
    let stays = r#"{"name":"stays","note":null,"id":"x"}"#;
    let state = applied(&mut session, stays, "null").await;
    assert_eq!(state.attribute("id"), &Value::from("x"));
}
