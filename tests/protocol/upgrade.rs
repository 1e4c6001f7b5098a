//! Stored states of older schema versions.

use std::collections::HashMap;

use terraform_provider_alivpn::tf::proto::{RawState, upgrade_resource_state};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, summaries};

const TYPE: &str = "exercise_versioned";

async fn upgrade(version: i64, raw_state: RawState) -> upgrade_resource_state::Response {
    let mut session = Session::exercise().await;
    let request = upgrade_resource_state::Request {
        type_name: TYPE.to_owned(),
        version,
        raw_state: Some(raw_state),
    };
    session
        .client
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner()
}

async fn from_json(version: i64, json: &str) -> upgrade_resource_state::Response {
    let raw = RawState {
        json: json.as_bytes().to_vec(),
        ..Default::default()
    };
    upgrade(version, raw).await
}

fn ty() -> Type {
    Type::object([
        ("name", Type::String),
        ("size", Type::Number),
        ("secret", Type::String),
    ])
}

#[tokio::test]
async fn a_state_of_any_older_version_becomes_one_of_todays_without_configure() {
    let today = Value::map([
        ("name", Value::from("a")),
        ("size", Value::from(12)),
        // Whatever an upgrader leaves there: it is write-only.
        ("secret", Value::Null),
    ]);
    for (version, json) in [
        (0, r#"{"title":"a","size":"12"}"#),
        (1, r#"{"name":"a","size":"12"}"#),
        (2, r#"{"name":"a","size":12,"secret":null}"#),
    ] {
        let answer = from_json(version, json).await;
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        assert_eq!(decode(answer.upgraded_state, &ty()), today, "{json}");
    }
}

#[tokio::test]
async fn what_a_state_has_beyond_its_version_is_dropped_and_what_it_lacks_is_null() {
    for (version, json) in [
        (0, r#"{"title":"a","tags":{"x":[1]},"name":7}"#),
        (2, r#"{"name":"a","tags":{"x":[1]}}"#),
    ] {
        let answer = from_json(version, json).await;
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        let state = decode(answer.upgraded_state, &ty());
        assert_eq!(state.attribute("name"), &Value::from("a"));
        assert_eq!(state.attribute("size"), &Value::Null);
    }
}

/// Two megabytes that lack two million attributes.
#[tokio::test]
async fn what_a_small_state_lacks_does_not_take_all_memory() {
    let mut session = Session::exercise().await;
    let rules = vec!["{}"; 700_000].join(",");
    let request = upgrade_resource_state::Request {
        type_name: "exercise_keeper".to_owned(),
        version: 0,
        raw_state: Some(RawState {
            json: format!(r#"{{"rule":[{rules}]}}"#).into(),
            ..Default::default()
        }),
    };
    let answer = session.client.upgrade_resource_state(request).await;
    let diagnostics = answer.unwrap().into_inner().diagnostics;
    assert_eq!(summaries(&diagnostics), ["Unreadable state"]);
    let detail = &diagnostics[0].detail;
    assert!(
        detail.contains("rule[") && detail.contains("too many attributes are missing"),
        "{detail}"
    );
    let most = session.memory("VmHWM");
    assert!(most < 100 * 1024, "{most} KiB");
}

#[tokio::test]
async fn a_state_that_cannot_be_upgraded_is_an_error_that_says_why() {
    for (version, json, summary, part) in [
        (3, "{}", "State from a newer provider", "version 3"),
        (
            i64::MAX,
            "{}",
            "State from a newer provider",
            "versions up to 2",
        ),
        (-1, "{}", "State of a version too old", "version -1"),
        (1, r#"{"name":"a","size":"large"}"#, "Unknown size", "large"),
        (0, r#"{"title":["a"]}"#, "Unreadable state", "title"),
        (2, r#"{"name":"a""#, "Unreadable state", "too early"),
    ] {
        let answer = from_json(version, json).await;
        assert_eq!(summaries(&answer.diagnostics), [summary], "{json}");
        let detail = &answer.diagnostics[0].detail;
        assert!(detail.contains(part), "{detail}");
    }
}

#[tokio::test]
async fn a_state_in_the_flat_form_of_terraform_0_11_is_a_clear_error() {
    let flatmap = HashMap::from([("name".to_owned(), "a".to_owned())]);
    let raw = RawState {
        flatmap,
        ..Default::default()
    };
    let answer = upgrade(0, raw).await;
    assert_eq!(summaries(&answer.diagnostics), ["State in an unknown form"]);
    assert!(answer.diagnostics[0].detail.contains("0.11"));
}
