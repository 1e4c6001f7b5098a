//! What the log says of an RPC, and what it never says.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::Duration;

use serde_json::Value as Json;
use terraform_provider_alivpn::emulator::{self, Emulator};
use terraform_provider_alivpn::tf::proto::{
    apply_resource_change, plan_resource_change, read_resource, stop, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::exercise_program::exercise;
use crate::list_servers;
use crate::plugin_caller::Launch;
use crate::rpcs::{call_function, invoke_action};
use crate::session::{Session, encode, json};

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

/// What every line of a request says.
fn says_of_which_request(line: &Json, type_name: &str) {
    assert_eq!(line["tf_type_name"], type_name, "{line}");
    assert!(line["tf_req_id"].is_string(), "{line}");
    assert!(
        line["tf_req_duration_ms"]
            .as_f64()
            .is_some_and(|taken| taken >= 0.0),
        "{line}"
    );
}

/// The lines of one request of this RPC.
fn of_one_request<'a>(lines: &'a [Json], rpc: &str) -> Vec<&'a Json> {
    let lines: Vec<_> = lines.iter().filter(|line| line["tf_rpc"] == rpc).collect();
    assert!(
        lines
            .windows(2)
            .all(|pair| pair[0]["tf_req_id"] == pair[1]["tf_req_id"]),
        "{lines:?}"
    );
    lines
}

/// A stream's work is on a thread of its own.
#[tokio::test]
async fn so_has_each_line_of_a_stream() {
    let mut session = logging(&[("TF_LOG_PROVIDER", "TRACE")]).await;
    let config = r#"{"name":"list","count":2,"padding":null,"mode":null}"#;
    let list = ("exercise_identified", config.to_owned());
    assert_eq!(list_servers::list(&mut session, list, false).await.len(), 2);
    session.stop().await;
    let lines = parsed(&lines(&session, "stop requested").await);
    let lines = of_one_request(&lines, "ListResource");
    let messages: Vec<_> = lines
        .iter()
        .map(|line| line["@message"].as_str().unwrap())
        .collect();
    assert_eq!(messages, ["request received", "request served"]);
    for line in lines {
        says_of_which_request(line, "exercise_identified");
    }
}

#[tokio::test]
async fn so_has_each_line_about_a_call_of_the_cloud() {
    let mut settings = emulator::Settings::default();
    settings.timing.converge = Duration::ZERO;
    let emulator = Emulator::start(settings).await.unwrap();
    let launch = Launch {
        environment: [("TF_LOG_PROVIDER", Some("TRACE".into()))].into(),
        ..Launch::default()
    };
    let mut session = list_servers::session_of(launch, &emulator).await;
    let type_name = "alivpn_ssl_vpn_server";
    let ty = session.resource_type(type_name).await;
    let Type::Object(attributes) = &ty else {
        panic!("{ty:?}")
    };
    let set = |name: &String| match name.as_str() {
        "vpn_gateway_id" => Value::from("vpn-bp1emulator0001"),
        "client_ip_pool" => Value::from("10.30.0.0/24"),
        "local_subnets" => Value::List(vec![Value::from("192.168.0.0/16")]),
        _ => Value::Null,
    };
    let config = Value::map(attributes.keys().map(|name| (name, set(name))));
    let config = || encode(&config, &ty);
    let plan = plan_resource_change::Request {
        type_name: type_name.to_owned(),
        proposed_new_state: config(),
        config: config(),
        ..Default::default()
    };
    let planned = session
        .client
        .plan_resource_change(plan)
        .await
        .unwrap()
        .into_inner();
    let apply = apply_resource_change::Request {
        type_name: type_name.to_owned(),
        planned_state: planned.planned_state,
        planned_private: planned.planned_private,
        config: config(),
        ..Default::default()
    };
    let applied = session
        .client
        .apply_resource_change(apply)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(applied.diagnostics, []);
    session.stop().await;
    let lines = parsed(&lines(&session, "stop requested").await);
    let lines = of_one_request(&lines, "ApplyResourceChange");
    let operations: Vec<_> = lines
        .iter()
        .filter(|line| line["@message"] == "API call")
        .map(|line| line["operation"].as_str().unwrap())
        .collect();
    assert!(operations.contains(&"CreateSslVpnServer"), "{operations:?}");
    for line in lines {
        says_of_which_request(line, type_name);
    }
}

/// An answer that has errors beside its state, a stream's last event and a function's error are failures like others.
#[tokio::test]
async fn an_error_in_an_answer_is_a_line_in_a_log_of_errors() {
    let session = logging(&[("TF_LOG_PROVIDER", "ERROR")]).await;
    let mut client = session.client.clone();
    let object = || json(r#"{"name":"x","zone":"z","note":"half"}"#);
    let create = apply_resource_change::Request {
        type_name: "exercise_identified".to_owned(),
        planned_state: object(),
        config: object(),
        ..Default::default()
    };
    let refused = client
        .apply_resource_change(create)
        .await
        .unwrap()
        .into_inner();
    assert!(refused.new_state.is_some() && refused.diagnostics.len() == 1);
    let greeting = json(r#"{"name":"fail","times":0,"padding":null}"#);
    let failed = invoke_action("exercise_greet", greeting)
        .diagnostics(&client)
        .await;
    assert_eq!(failed.len(), 1);
    let arguments = [format!("\"{SECRET}\""), "\"\"".to_owned()];
    let arguments = arguments.iter().flat_map(|text| json(text)).collect();
    let failed = call_function("join", arguments).diagnostics(&client).await;
    assert_eq!(failed.len(), 1);
    let lines = lines(&session, "CallFunction").await;
    let said: Vec<_> = parsed(&lines)
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            [
                text("@level"),
                text("tf_rpc"),
                text("@message"),
                text("diagnostic"),
            ]
            .join(", ")
        })
        .collect();
    let expected = [
        "error, ApplyResourceChange, request failed, Half done",
        "error, InvokeAction, request failed, Not amused",
        "error, CallFunction, request failed, Error in the function call",
    ];
    assert_eq!(said, expected);
    assert!(!lines.iter().any(|line| line.contains(SECRET)));
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
