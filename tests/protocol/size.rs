//! Requests and answers up to 256 MiB, and none beyond.

use std::time::Duration;

use terraform_provider_alivpn::tf::proto::{
    apply_resource_change, read_resource, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::value::Value;
use tokio::time::timeout;
use tonic::Code;

use crate::exercise_program::exercise;
use crate::plugin_caller::Launch;
use crate::rpcs::about_the_provider;
use crate::session::{Session, decode, encode};

const MIB: usize = 1 << 20;

/// For what takes a second or two.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn what_is_large_goes_both_ways_and_what_is_too_large_is_refused_in_words() {
    let launch = Launch {
        program: exercise(),
        identity: None,
        ..Launch::default()
    };
    let mut session = Session::of(launch).await;
    session.configure(r#"{"prefix":null}"#).await;
    session.client = session.client.clone().max_encoding_message_size(1 << 30);
    let ty = session.resource_type("exercise_thing").await;
    let state = |mib: usize| {
        let note = Value::from("x".repeat(mib * MIB));
        Value::map([
            ("name", Value::from("x")),
            ("note", note),
            ("id", Value::from("x")),
        ])
    };

    let large = state(101);
    let request = read_resource::Request {
        type_name: "exercise_thing".to_owned(),
        current_state: encode(&large, &ty),
        ..Default::default()
    };
    let answer = session
        .client
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.diagnostics, []);
    assert!(decode(answer.new_state, &ty) == large, "not what was sent");
    drop(large);

    let request = validate_resource_type_config::Request {
        type_name: "exercise_thing".to_owned(),
        config: encode(&state(257), &ty),
        ..Default::default()
    };
    let refused = timeout(
        PATIENCE,
        session.client.validate_resource_type_config(request),
    )
    .await;
    let status = refused.expect("an answer in time").unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status}");
    assert!(status.message().contains("268435456"), "{status}");

    // The name comes back as the ID as well.
    let name = Value::from("x".repeat(130 * MIB));
    let planned = Value::map([("name", name), ("id", Value::Unknown)]);
    let request = apply_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        planned_state: encode(&planned, &ty),
        ..Default::default()
    };
    let refused = timeout(PATIENCE, session.client.apply_resource_change(request)).await;
    let status = refused.expect("an answer in time").unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status}");
    for rpc in about_the_provider() {
        assert_eq!(rpc.diagnostics(&session.client).await, [], "still served");
    }
}
