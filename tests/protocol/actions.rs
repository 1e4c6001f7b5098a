//! Actions: planned, then invoked with progress, with one last event that says how it ended.

use std::time::Duration;

use prost::Message;
use terraform_provider_alivpn::tf::proto::deferred::Reason;
use terraform_provider_alivpn::tf::proto::invoke_action::event::Type as Event;
use terraform_provider_alivpn::tf::proto::{
    ClientCapabilities, DynamicValue, get_metadata, invoke_action, plan_action,
    validate_action_config,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
use tonic::Streaming;

use crate::session::{Session, encode, json, patient, summaries};

const TYPE: &str = "exercise_greet";

fn config(name: &str, times: i64) -> String {
    format!(r#"{{"name":"{name}","times":{times},"padding":null}}"#)
}

async fn invoke(session: &mut Session, config: &str) -> Streaming<invoke_action::Event> {
    let request = invoke_action::Request {
        action_type: TYPE.to_owned(),
        config: json(config),
        client_capabilities: None,
    };
    let answer = session.client.invoke_action(request).await;
    answer.unwrap().into_inner()
}

/// The lines of progress, and what the last event says.
async fn rest(mut stream: Streaming<invoke_action::Event>) -> (Vec<String>, Vec<String>) {
    let mut lines = Vec::new();
    let mut end = None;
    while let Some(event) = stream.message().await.unwrap() {
        assert_eq!(end, None, "an event after the last");
        match event.r#type.expect("an event without a type") {
            Event::Progress(progress) => lines.push(progress.message),
            Event::Completed(completed) => {
                let said = summaries(&completed.diagnostics);
                end = Some(said.into_iter().map(str::to_owned).collect());
            }
        }
    }
    (lines, end.expect("no event says how it ended"))
}

async fn plan(
    session: &mut Session,
    config: Option<DynamicValue>,
    client_capabilities: Option<ClientCapabilities>,
) -> plan_action::Response {
    let request = plan_action::Request {
        action_type: TYPE.to_owned(),
        config,
        client_capabilities,
    };
    session
        .client
        .plan_action(request)
        .await
        .unwrap()
        .into_inner()
}

/// Terraform's own copy of the contract says 8; whoever calls GetMetadata goes by the provider library's.
#[test]
fn actions_are_the_ninth_field_of_the_metadata() {
    let actions = vec![get_metadata::ActionMetadata {
        type_name: "a".to_owned(),
    }];
    let metadata = get_metadata::Response {
        actions,
        ..Default::default()
    };
    assert_eq!(metadata.encode_to_vec(), b"\x4a\x03\x0a\x01a");
}

#[tokio::test]
async fn an_action_is_listed_and_validated_without_configure() {
    let mut session = Session::exercise().await;
    let answer = session.client.get_metadata(get_metadata::Request {}).await;
    let listed = answer.unwrap().into_inner().actions;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].type_name, TYPE);
    let schemas = session.schemas().await.action_schemas;
    assert!(schemas[TYPE].schema.is_some());
    for (times, expected) in [(3, &[][..]), (-1, &["Invalid value for `times`"])] {
        let request = validate_action_config::Request {
            action_type: TYPE.to_owned(),
            config: json(&config("ann", times)),
        };
        let answer = session.client.validate_action_config(request).await;
        let diagnostics = answer.unwrap().into_inner().diagnostics;
        assert_eq!(summaries(&diagnostics), expected);
    }
}

#[tokio::test]
async fn a_plan_takes_unknown_values_and_is_deferred_only_where_the_caller_can_wait() {
    let mut session = Session::configured_exercise().await;
    let ty = Type::object([
        ("name", Type::String),
        ("times", Type::Number),
        ("padding", Type::Number),
    ]);
    let unknown = Value::map([
        ("name", Value::Unknown),
        ("times", Value::Unknown),
        ("padding", Value::Null),
    ]);
    let planned = plan(&mut session, encode(&unknown, &ty), patient()).await;
    assert_eq!(planned, plan_action::Response::default());

    let absent = json(&config("absent", 1));
    let planned = plan(&mut session, absent.clone(), patient()).await;
    assert_eq!(planned.deferred.unwrap().reason(), Reason::AbsentPrereq);
    let planned = plan(&mut session, absent, None).await;
    assert_eq!(summaries(&planned.diagnostics), ["Nobody there"]);
    assert_eq!(planned.deferred, None);

    let planned = plan(&mut session, json(&config("warn", 1)), None).await;
    assert_eq!(summaries(&planned.diagnostics), ["Loud"]);

    session.configure_unknown().await;
    let planned = plan(&mut session, json(&config("ann", 1)), patient()).await;
    let reason = planned.deferred.unwrap().reason();
    assert_eq!(reason, Reason::ProviderConfigUnknown);
    let planned = plan(&mut session, json(&config("ann", 1)), None).await;
    assert_eq!(planned, plan_action::Response::default());
}

#[tokio::test]
async fn progress_streams_while_the_action_runs_and_its_end_comes_last() {
    let mut session = Session::configured_exercise().await;
    let (lines, end) = rest(invoke(&mut session, &config("ann", 3)).await).await;
    assert_eq!(lines, ["hello ann 1", "hello ann 2", "hello ann 3"]);
    assert_eq!(end, [""; 0]);
    for (name, summary) in [
        ("warn", "Loud"),
        ("fail", "Not amused"),
        ("panic", "The provider crashed"),
    ] {
        let (lines, end) = rest(invoke(&mut session, &config(name, 1)).await).await;
        assert_eq!(lines.len(), 1, "{name}");
        assert_eq!(end, [summary]);
    }

    // A line is there before the action ends: this one ends only when it is stopped.
    let mut stream = invoke(&mut session, &config("wait", 1)).await;
    assert!(stream.message().await.unwrap().is_some());
    session.stop().await;
    let (lines, end) = rest(stream).await;
    assert_eq!(lines, [""; 0]);
    assert_eq!(end, ["Stopped"]);
}

#[tokio::test]
async fn an_action_without_a_config_block_has_nothing_set() {
    let mut session = Session::configured_exercise().await;
    let planned = plan(&mut session, json("null"), None).await;
    assert_eq!(planned, plan_action::Response::default());
    let (lines, end) = rest(invoke(&mut session, "null").await).await;
    assert_eq!(lines, ["hello world 1"]);
    assert_eq!(end, [""; 0]);
}

#[tokio::test]
async fn a_cancelled_stream_stops_the_action() {
    let mut session = Session::configured_exercise().await;
    let mut stream = invoke(&mut session, &config("wait", 1)).await;
    assert!(stream.message().await.unwrap().is_some());
    drop(stream);
    session.until_happened("wait cancelled").await;
}

#[tokio::test]
async fn a_slow_reader_slows_the_action_and_stop_reaches_it_all_the_same() {
    let mut session = Session::configured_exercise().await;
    let config = r#"{"name":"slow","times":1000000,"padding":65536}"#;
    let mut stream = invoke(&mut session, config).await;
    assert!(stream.message().await.unwrap().is_some());
    let mut greeted = session.tally("slow greeted").await;
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = session.tally("slow greeted").await;
        if now == greeted {
            break;
        }
        greeted = now;
    }
    session.stop().await;
    session.until_happened("slow cancelled").await;
    assert_eq!(rest(stream).await.1, ["Stopped"]);
}

#[tokio::test]
async fn an_action_before_configure_or_of_an_unknown_type_ends_at_once_with_a_diagnostic() {
    let mut session = Session::exercise().await;
    let (lines, end) = rest(invoke(&mut session, &config("ann", 1)).await).await;
    assert_eq!(lines, [""; 0]);
    assert_eq!(end, ["Provider not configured"]);
    let request = invoke_action::Request {
        action_type: "exercise_nothing".to_owned(),
        ..Default::default()
    };
    let answer = session.client.invoke_action(request).await.unwrap();
    let (_, end) = rest(answer.into_inner()).await;
    assert_eq!(end, ["Unknown action type"]);
}
