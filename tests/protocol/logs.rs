//! What the log says of an RPC, and what it never says.

use std::collections::BTreeSet;
use std::ffi::OsString;

use serde_json::Value as Json;
use terraform_provider_alivpn::tf::proto::{
    apply_resource_change, plan_resource_change, read_resource, stop, validate_resource_type_config,
};

use crate::exercise_program::exercise;
use crate::plugin_caller::Launch;
use crate::session::{Session, json};

const SECRET: &str = "unmistakable-secret";

async fn logging(variables: &[(&'static str, &str)]) -> Session {
    let environment = variables
        .iter()
        .map(|(name, value)| (*name, Some(OsString::from(*value))));
    let launch = Launch {
        program: exercise(),
        environment: environment.collect(),
        ..Launch::default()
    };
    let mut session = Session::of(launch).await;
    session.configure(r#"{"prefix":null}"#).await;
    session
}

/// An object of `exercise_shape`.
fn shape(name: &str, secret: &str) -> String {
    format!(
        r#"{{"name":"{name}","texts":null,"marks":null,"labels":null,"amount":null,"secret":"{secret}","open":null,"rule":[],"peer":[],"zone":{{}}}}"#
    )
}

async fn read(session: &Session, name: &str) -> Vec<String> {
    let request = read_resource::Request {
        type_name: "exercise_shape".to_owned(),
        current_state: json(&shape(name, SECRET)),
        ..Default::default()
    };
    let answer = session
        .client
        .clone()
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    let told = answer
        .diagnostics
        .iter()
        .map(|found| format!("{} {}", found.summary, found.detail));
    told.collect()
}

/// The lines written so far, once one of them has this message.
async fn lines(session: &Session, message: &str) -> Vec<String> {
    let written = |lines: &[String]| lines.iter().any(|line| line.contains(message));
    session.standard_error(written).await
}

fn parsed(lines: &[String]) -> Vec<Json> {
    lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[tokio::test]
async fn each_line_of_an_rpc_has_its_name_type_request_and_duration() {
    let session = logging(&[("TF_LOG_PROVIDER", "TRACE")]).await;
    assert_eq!(read(&session, "x").await, [""; 0]);
    assert_eq!(read(&session, "x").await, [""; 0]);
    session.client.clone().stop(stop::Request {}).await.unwrap();
    let lines = parsed(&lines(&session, "stop requested").await);
    let of =
        |rpc: &str| -> Vec<&Json> { lines.iter().filter(|line| line["tf_rpc"] == rpc).collect() };
    let reads = of("ReadResource");
    let messages: Vec<_> = reads
        .iter()
        .map(|line| line["@message"].as_str().unwrap())
        .collect();
    let once = ["request received", "the shape is read", "request served"];
    assert_eq!(messages, [once, once].concat());
    let levels: Vec<_> = reads[..3]
        .iter()
        .map(|line| line["@level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["trace", "warn", "debug"]);
    let mut requests = BTreeSet::new();
    for line in reads {
        assert_eq!(line["tf_type_name"], "exercise_shape", "{line}");
        assert!(
            line["tf_req_duration_ms"].as_f64().unwrap() >= 0.0,
            "{line}"
        );
        requests.insert(line["tf_req_id"].as_str().unwrap());
    }
    assert_eq!(requests.len(), 2, "each request has an ID of its own");
    assert!(!of("Stop").is_empty() && !of("Configure").is_empty());
}

/// A caller cuts what is longer than 64 KiB into pieces that are no JSON.
#[tokio::test]
async fn a_line_about_a_name_of_any_length_can_be_read() {
    let session = logging(&[("TF_LOG", "TRACE")]).await;
    let request = read_resource::Request {
        type_name: "\u{1}".repeat(60_000),
        ..Default::default()
    };
    session.client.clone().read_resource(request).await.unwrap();
    let lines = lines(&session, "request failed").await;
    assert!(lines.iter().all(|line| line.len() < 64 * 1024));
    let failed = parsed(&lines).pop().unwrap();
    let name = failed["tf_type_name"].as_str().unwrap();
    assert!(name.ends_with(" bytes more)"), "{}", name.len());
}

#[tokio::test]
async fn a_log_of_errors_only_says_of_which_rpc_they_are() {
    let session = logging(&[("TF_LOG_PROVIDER", "ERROR"), ("TF_LOG", "TRACE")]).await;
    read(&session, "x").await;
    read(&session, "panic after a wait").await;
    let lines = parsed(&lines(&session, "request failed").await);
    for line in &lines {
        assert_eq!(line["@level"], "error", "{line}");
        assert_eq!(line["tf_rpc"], "ReadResource", "{line}");
        assert!(
            line["tf_req_id"].is_string() && line["tf_req_duration_ms"].is_number(),
            "{line}"
        );
    }
    assert_eq!(
        lines.len(),
        2,
        "the panic and the failed request: {lines:?}"
    );
}

#[tokio::test]
async fn the_particular_variable_silences_the_general_one() {
    let session = logging(&[("TF_LOG_PROVIDER", "OFF"), ("TF_LOG", "TRACE")]).await;
    read(&session, "panic after a wait").await;
    let lines = lines(&session, "panic").await;
    assert_eq!(
        parsed(&lines),
        [Json::Null; 0],
        "only the report of the panic, which is text"
    );
}

#[tokio::test]
async fn no_line_has_the_value_of_a_sensitive_attribute() {
    let session = logging(&[("TF_LOG", "TRACE")]).await;
    let mut client = session.client.clone();
    let type_name = || "exercise_shape".to_owned();
    let too_long = format!("{SECRET}{SECRET}");
    for secret in [SECRET, &too_long] {
        let object = || json(&shape("x", secret));
        let validate = validate_resource_type_config::Request {
            type_name: type_name(),
            config: object(),
            ..Default::default()
        };
        client
            .validate_resource_type_config(validate)
            .await
            .unwrap();
        let plan = plan_resource_change::Request {
            type_name: type_name(),
            proposed_new_state: object(),
            config: object(),
            ..Default::default()
        };
        client.plan_resource_change(plan).await.unwrap();
        let apply = apply_resource_change::Request {
            type_name: type_name(),
            planned_state: object(),
            config: object(),
            ..Default::default()
        };
        client.apply_resource_change(apply).await.unwrap();
    }
    for name in [
        "x",
        "panic after a wait",
        "panic in a task",
        "panic with the secret",
    ] {
        let told = read(&session, name).await;
        assert!(!told.iter().any(|words| words.contains(SECRET)), "{told:?}");
    }
    // The last three: what cannot be read is not repeated either.
    for broken in [
        format!(r#"{{"name":{{}},"secret":"{SECRET}"}}"#),
        format!(r#"{{"secret":["{SECRET}"]}}"#),
        format!(r#""{SECRET}""#),
    ] {
        let request = read_resource::Request {
            type_name: type_name(),
            current_state: json(&broken),
            ..Default::default()
        };
        client.read_resource(request).await.unwrap();
    }
    session.client.clone().stop(stop::Request {}).await.unwrap();
    let lines = lines(&session, "stop requested").await;
    let line = lines.iter().find(|line| line.contains(SECRET));
    assert_eq!(line, None);
}
