//! Data sources: validation without Configure, reading with it.

use terraform_provider_alivpn::tf::proto::deferred::Reason;
use terraform_provider_alivpn::tf::proto::{
    ClientCapabilities, get_metadata, read_data_source, validate_data_source_config,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, encode, json, patient, schema_type, summaries};

async fn validate(session: &mut Session, config: &str) -> Vec<(String, usize)> {
    let request = validate_data_source_config::Request {
        type_name: "exercise_echo".to_owned(),
        config: json(config),
    };
    let answer = session.client.validate_data_source_config(request).await;
    let diagnostics = answer.unwrap().into_inner().diagnostics;
    let steps = diagnostics.iter().map(|diagnostic| {
        let steps = diagnostic.attribute.as_ref().map(|path| path.steps.len());
        (diagnostic.summary.clone(), steps.unwrap_or(0))
    });
    steps.collect()
}

fn request(
    text: &str,
    client_capabilities: Option<ClientCapabilities>,
) -> read_data_source::Request {
    let config = format!(r#"{{"text":"{text}","volume":null,"answer":null,"distance":null}}"#);
    read_data_source::Request {
        type_name: "exercise_echo".to_owned(),
        config: json(&config),
        provider_meta: None,
        client_capabilities,
    }
}

async fn read(
    session: &mut Session,
    text: &str,
    client_capabilities: Option<ClientCapabilities>,
) -> read_data_source::Response {
    let request = request(text, client_capabilities);
    let answer = session.client.read_data_source(request).await;
    answer.unwrap().into_inner()
}

#[tokio::test]
async fn every_data_source_is_listed_with_its_schema() {
    let mut session = Session::exercise().await;
    let schemas = session.schemas().await.data_source_schemas;
    let answer = session.client.get_metadata(get_metadata::Request {}).await;
    let listed = answer.unwrap().into_inner().data_sources;
    let names: Vec<_> = listed.iter().map(|listed| &*listed.type_name).collect();
    assert_eq!(names, ["exercise_echo", "exercise_tally"]);
    assert_eq!(schemas.len(), 2);
    let block = schemas["exercise_echo"].block.as_ref().unwrap();
    assert!(block.attributes[0].required && block.attributes[2].computed);
}

#[tokio::test]
async fn a_data_block_is_validated_without_configure() {
    let mut session = Session::exercise().await;
    let good = r#"{"text":"hello","volume":1,"answer":null,"distance":null}"#;
    assert_eq!(validate(&mut session, good).await, []);
    // The declared rules first, all of them.
    let bad = r#"{"text":"","volume":0,"answer":"mine","distance":null}"#;
    let found = validate(&mut session, bad).await;
    let expected = [
        "Invalid value for `text`",
        "Value for a read-only attribute",
    ];
    assert_eq!(found, expected.map(|summary| (summary.to_owned(), 1)));
    // Then the rules across arguments.
    let quiet = r#"{"text":"hello","volume":0,"answer":null,"distance":null}"#;
    let found = validate(&mut session, quiet).await;
    assert_eq!(found, [("Too quiet".to_owned(), 1)]);
}

#[tokio::test]
async fn a_read_keeps_the_configuration_fills_in_the_rest_and_leaves_nothing_unknown() {
    let mut session = Session::exercise().await;
    session.configure(r#"{"prefix":"re-"}"#).await;
    let ty = schema_type(&session.schemas().await.data_source_schemas["exercise_echo"]);
    let answer = read(&mut session, "hello", None).await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let state = decode(answer.state, &ty);
    assert_eq!(state.attribute("text"), &Value::from("hello"));
    assert_eq!(state.attribute("answer"), &Value::from("re-hello"));
    assert_eq!(state.attribute("distance"), &Value::Null);

    let answer = read(&mut session, "warn", None).await;
    assert_eq!(summaries(&answer.diagnostics), ["Noisy"]);
    assert!(answer.state.is_some());
}

#[tokio::test]
async fn a_read_that_fails_says_so_and_has_no_state() {
    let mut session = Session::configured_exercise().await;
    for (text, summary) in [
        ("fail", "No echo"),
        ("panic", "The provider crashed"),
        ("nothing", "No result"),
    ] {
        let answer = read(&mut session, text, None).await;
        assert_eq!(summaries(&answer.diagnostics), [summary]);
        assert_eq!(answer.state, None, "{text}");
    }
}

#[tokio::test]
async fn an_absent_prerequisite_defers_a_read_only_where_the_caller_can_wait() {
    let mut session = Session::configured_exercise().await;
    let answer = read(&mut session, "absent", patient()).await;
    assert_eq!(summaries(&answer.diagnostics), ["Noisy"]);
    assert_eq!(answer.deferred.unwrap().reason(), Reason::AbsentPrereq);
    let answer = read(&mut session, "absent", None).await;
    assert_eq!(summaries(&answer.diagnostics), ["Noisy", "No wall"]);
    assert_eq!(answer.deferred, None);
}

#[tokio::test]
async fn an_unknown_provider_configuration_defers_a_read_only_where_the_caller_can_wait() {
    let mut session = Session::exercise().await;
    session.configure_unknown().await;
    let answer = read(&mut session, "hello", patient()).await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let reason = answer.deferred.unwrap().reason();
    assert_eq!(reason, Reason::ProviderConfigUnknown);
    let answer = read(&mut session, "hello", None).await;
    let summary = "Provider configuration not known yet";
    assert_eq!(summaries(&answer.diagnostics), [summary]);
    assert_eq!(answer.deferred, None);
}

#[tokio::test]
async fn a_read_before_configure_or_without_a_configuration_is_an_error() {
    let mut session = Session::exercise().await;
    let answer = read(&mut session, "hello", patient()).await;
    let summary = "Provider not configured";
    assert_eq!(summaries(&answer.diagnostics), [summary]);
    session.configure(r#"{"prefix":null}"#).await;
    let unknown = encode(&Value::Unknown, &Type::Bool);
    for (config, summary) in [
        (None, "Missing required argument"),
        (json("null"), "Missing required argument"),
        (unknown, "Unreadable configuration"),
    ] {
        let request = read_data_source::Request {
            type_name: "exercise_echo".to_owned(),
            config,
            ..Default::default()
        };
        let answer = session.client.read_data_source(request).await.unwrap();
        let diagnostics = answer.into_inner().diagnostics;
        assert_eq!(summaries(&diagnostics), [summary]);
    }
}

#[tokio::test]
async fn a_stop_ends_a_waiting_read() {
    let mut session = Session::configured_exercise().await;
    let mut client = session.client.clone();
    let request = request("wait", None);
    let waiting = tokio::spawn(async move { client.read_data_source(request).await });
    session.stop_until(|| waiting.is_finished()).await;
    let answer = waiting.await.unwrap().unwrap().into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Stopped"]);
}
