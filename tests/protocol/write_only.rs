//! Write-only arguments: handed over with a change, and in no state and no plan.

use terraform_provider_alivpn::tf::proto::{
    ClientCapabilities, apply_resource_change, import_resource_state, plan_resource_change,
    read_resource, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, json, patient, summaries};

const TYPE: &str = "exercise_keeper";

/// The object with these values of its secrets.
fn keeper(secret: &str, version: i64, token: &str, computed: &str) -> String {
    format!(
        r#"{{"name":"a","secret":{secret},"secret_version":{version},"secret_length":{computed},"module_name":null,"mode":null,"pace":null,
            "rule":[{{"what":"x","token":{token},"token_length":{computed}}}]}}"#
    )
}

fn secrets(value: &Value) -> [Value; 2] {
    let rule = value.attribute("rule").as_list().unwrap();
    [
        value.attribute("secret").clone(),
        rule[0].attribute("token").clone(),
    ]
}

#[tokio::test]
async fn a_secret_reaches_create_and_update_and_stays_out_of_plan_and_state() {
    let mut session = Session::configured_exercise().await;
    let ty = session.resource_type(TYPE).await;
    let config = keeper(r#""hunter2""#, 2, r#""abc""#, "null");
    for prior in ["null".to_owned(), keeper("null", 1, "null", "1")] {
        let request = plan_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: json(&prior),
            proposed_new_state: json(&config),
            config: json(&config),
            ..Default::default()
        };
        let planned = session
            .client
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        let planned_state = decode(planned.planned_state.clone(), &ty);
        assert_eq!(secrets(&planned_state), [Value::Null, Value::Null]);
        assert!(!format!("{:?}", planned.planned_private).contains("hunter2"));

        let request = apply_resource_change::Request {
            type_name: TYPE.to_owned(),
            prior_state: json(&prior),
            planned_state: planned.planned_state,
            config: json(&config),
            planned_private: planned.planned_private,
            ..Default::default()
        };
        let applied = session
            .client
            .apply_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&applied.diagnostics), [""; 0]);
        let state = decode(applied.new_state, &ty);
        assert_eq!(secrets(&state), [Value::Null, Value::Null]);
        assert_eq!(state.attribute("secret_length"), &Value::from(7));
    }
}

#[tokio::test]
async fn no_read_and_no_import_says_what_is_write_only() {
    let mut session = Session::configured_exercise().await;
    let ty = session.resource_type(TYPE).await;
    let request = read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: json(&keeper("null", 1, "null", "1")),
        ..Default::default()
    };
    let answer = session
        .client
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        decode(answer.new_state, &ty).attribute("secret"),
        &Value::Null
    );
    let request = import_resource_state::Request {
        type_name: TYPE.to_owned(),
        id: "a".to_owned(),
        ..Default::default()
    };
    let mut answer = session
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    let state = answer.imported_resources.remove(0).state;
    assert_eq!(decode(state, &ty).attribute("secret"), &Value::Null);
}

#[tokio::test]
async fn a_caller_that_would_store_write_only_arguments_may_not_set_them() {
    let mut session = Session::exercise().await;
    let validate = |config: &str, client_capabilities: Option<ClientCapabilities>| {
        validate_resource_type_config::Request {
            type_name: TYPE.to_owned(),
            config: json(config),
            client_capabilities,
        }
    };
    let config = keeper(r#""hunter2""#, 1, r#""abc""#, "null");
    let request = validate(&config, None);
    let answer = session
        .client
        .validate_resource_type_config(request)
        .await
        .unwrap()
        .into_inner();
    let unsupported = "Write-only arguments are not supported here";
    assert_eq!(summaries(&answer.diagnostics), [unsupported, unsupported]);
    assert!(!format!("{answer:?}").contains("hunter2"));
    for request in [
        validate(&config, patient()),
        validate(&keeper("null", 1, "null", "null"), None),
    ] {
        let answer = session
            .client
            .validate_resource_type_config(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    }
}
