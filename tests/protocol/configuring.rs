//! What works without Configure, what does not, and what a second Configure does.

use terraform_provider_alivpn::tf::proto::diagnostic::Severity;
use terraform_provider_alivpn::tf::proto::{
    apply_resource_change, configure, get_provider_schema, plan_resource_change,
    prepare_provider_config, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::plugin_caller::Launch;
use crate::rpcs::{about_the_provider, of_the_cloud, upgrade};
use crate::session::{Session, decode, encode, json, summaries};

const THING: &str = r#"{"name":"x","note":null,"id":null}"#;

#[tokio::test]
async fn what_needs_the_cloud_gets_an_error_before_configure() {
    for session in [
        Session::exercise().await,
        Session::of(Launch::default()).await,
    ] {
        let mut client = session.client.clone();
        let schemas = client
            .get_schema(get_provider_schema::Request {})
            .await
            .unwrap()
            .into_inner();
        for rpc in of_the_cloud(&schemas) {
            let called = rpc.name.clone();
            let found = rpc.diagnostics(&session.client).await;
            assert_eq!(summaries(&found), ["Provider not configured"], "{called}");
            assert_eq!(found[0].severity(), Severity::Error, "{called}");
        }
    }
}

#[tokio::test]
async fn schemas_validation_upgrades_and_plans_work_before_configure() {
    let mut session = Session::exercise().await;
    for rpc in about_the_provider() {
        assert_eq!(rpc.diagnostics(&session.client).await, []);
    }
    let prepared = prepare_provider_config::Request {
        config: json(r#"{"prefix":"p"}"#),
    };
    let prepared = session
        .client
        .prepare_provider_config(prepared)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(prepared.diagnostics, []);
    assert_eq!(prepared.prepared_config, json(r#"{"prefix":"p"}"#));
    let validated = validate_resource_type_config::Request {
        type_name: "exercise_thing".to_owned(),
        config: json(THING),
        ..Default::default()
    };
    let validated = session
        .client
        .validate_resource_type_config(validated)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(validated.diagnostics, []);
    let upgraded = upgrade("exercise_thing", 0, THING.as_bytes());
    assert_eq!(upgraded.diagnostics(&session.client).await, []);
    let planned = plan_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        proposed_new_state: json(THING),
        config: json(THING),
        ..Default::default()
    };
    let planned = session
        .client
        .plan_resource_change(planned)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(planned.diagnostics, []);
}

#[tokio::test]
async fn a_second_configure_takes_the_place_of_the_first() {
    let mut session = Session::exercise().await;
    for prefix in ["one-", "two-"] {
        session
            .configure(&format!(r#"{{"prefix":"{prefix}"}}"#))
            .await;
        assert_eq!(created(&mut session).await, Ok(format!("{prefix}x")));
    }
}

/// Going on with the first would change things in an account that the caller no longer means.
#[tokio::test]
async fn a_configure_that_fails_leaves_nothing_configured() {
    let mut session = Session::exercise().await;
    session.configure(r#"{"prefix":"one-"}"#).await;
    for bad in [r#"{"prefix":["x"]}"#, "null", r#"{"other":1}"#] {
        let request = configure::Request {
            config: json(bad),
            ..Default::default()
        };
        let answer = session
            .client
            .configure(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(
            summaries(&answer.diagnostics),
            ["Unreadable provider configuration"],
            "{bad}"
        );
        assert_eq!(
            created(&mut session).await,
            Err("Provider not configured".to_owned()),
            "{bad}"
        );
    }
    session.configure(r#"{"prefix":"two-"}"#).await;
    assert_eq!(created(&mut session).await, Ok("two-x".to_owned()));
}

/// The ID of a new thing.
async fn created(session: &mut Session) -> Result<String, String> {
    let ty = session.resource_type("exercise_thing").await;
    let planned = Value::map([("name", Value::from("x")), ("id", Value::Unknown)]);
    let request = apply_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        planned_state: encode(&planned, &ty),
        config: json(THING),
        ..Default::default()
    };
    let answer = session
        .client
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    match answer.diagnostics.first() {
        Some(found) => Err(found.summary.clone()),
        None => Ok(decode(answer.new_state, &ty)
            .attribute("id")
            .as_str()
            .unwrap_or_default()
            .to_owned()),
    }
}
