//! What a person is told: how grave, what, about which place, in an order that stays.

use terraform_provider_alivpn::tf::proto::diagnostic::Severity::{self, Error, Warning};
use terraform_provider_alivpn::tf::proto::{Diagnostic, validate_resource_type_config};

use crate::session::{Session, json, path};

/// An object of `exercise_shape` with these attributes set.
fn shape(set: serde_json::Value) -> String {
    let mut object = serde_json::json!({
        "name": "x", "texts": null, "marks": null, "labels": null, "amount": null, "secret": null, "open": null,
        "rule": [], "peer": [], "zone": {},
    });
    for (name, value) in set.as_object().unwrap() {
        object[name] = value.clone();
    }
    object.to_string()
}

async fn validate(session: &Session, set: serde_json::Value) -> Vec<Diagnostic> {
    let request = validate_resource_type_config::Request {
        type_name: "exercise_shape".to_owned(),
        config: json(&shape(set)),
        ..Default::default()
    };
    let answer = session
        .client
        .clone()
        .validate_resource_type_config(request)
        .await;
    answer.unwrap().into_inner().diagnostics
}

fn shown(diagnostics: &[Diagnostic]) -> Vec<(Severity, &str, String)> {
    diagnostics
        .iter()
        .map(|found| (found.severity(), found.summary.as_str(), path(found)))
        .collect()
}

#[tokio::test]
async fn several_errors_come_at_their_elements_in_the_order_of_the_declaration() {
    let session = Session::exercise().await;
    let wrong = serde_json::json!({
        "zone": {"z": {"port": 0}, "y": {"port": null}},
        "peer": [{"port": 70000}],
        "rule": [{"port": 1}, {"port": 1.5}],
        "labels": {"n": "x", "m": "a", "l": "y"},
        "marks": ["b", "c"],
        "texts": ["a", "x", null, "y"],
        "name": null,
    });
    let expected = [
        (Error, "Missing required argument", "name"),
        (Error, "Invalid value for `texts[1]`", "texts[1]"),
        (Error, "Invalid value for `texts[2]`", "texts[2]"),
        (Error, "Invalid value for `texts[3]`", "texts[3]"),
        (Error, "Invalid value for `marks[1]`", "marks"),
        (
            Error,
            r#"Invalid value for `labels["l"]`"#,
            r#"labels["l"]"#,
        ),
        (
            Error,
            r#"Invalid value for `labels["n"]`"#,
            r#"labels["n"]"#,
        ),
        (Error, "Invalid value for `rule[1].port`", "rule[1].port"),
        (Error, "Invalid value for `peer[0].port`", "peer"),
        (Error, "Missing required argument", r#"zone["y"].port"#),
        (
            Error,
            r#"Invalid value for `zone["z"].port`"#,
            r#"zone["z"].port"#,
        ),
    ];
    let expected = expected.map(|(severity, summary, place)| (severity, summary, place.to_owned()));
    for _ in 0..5 {
        assert_eq!(shown(&validate(&session, wrong.clone()).await), expected);
    }
}

#[tokio::test]
async fn warnings_and_errors_keep_their_severity_detail_and_order() {
    let session = Session::exercise().await;
    let found = validate(&session, serde_json::json!({"name": "old"})).await;
    assert_eq!(
        shown(&found),
        [
            (Warning, "An old name", "name".to_owned()),
            (Error, "An old label", r#"labels["x"]"#.to_owned()),
            (Warning, "Nothing in particular", String::new()),
        ]
    );
    assert_eq!(found[0].detail, "It works still.");
    assert_eq!(found[2].attribute, None, "it is about the whole");
}

#[tokio::test]
async fn what_is_wrong_with_a_sensitive_value_is_said_without_it() {
    let session = Session::exercise().await;
    let secret = "unmistakable".repeat(5);
    let found = validate(&session, serde_json::json!({"secret": secret})).await;
    assert_eq!(
        shown(&found),
        [(Error, "Invalid value for `secret`", "secret".to_owned())]
    );
    assert!(!format!("{found:?}").contains("unmistakable"));
}

#[tokio::test]
async fn a_flood_of_errors_is_a_hundred_and_a_number() {
    let session = Session::exercise().await;
    let texts = vec!["x"; 200_000];
    let found = validate(&session, serde_json::json!({"texts": texts})).await;
    assert_eq!(found.len(), 101);
    assert_eq!(path(&found[99]), "texts[99]");
    assert_eq!(
        (found[100].severity(), found[100].summary.as_str()),
        (Error, "199900 more problems are not shown")
    );
}
