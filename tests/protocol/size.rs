//! Requests and answers up to 256 MiB, and none beyond.

use std::time::Duration;

use terraform_provider_alivpn::tf::proto::{
    DynamicValue, apply_resource_change, read_resource, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::value::Value;
use tokio::time::timeout;
use tonic::Code;

use crate::exercise_program::exercise;
use crate::plugin_caller::Launch;
use crate::rpcs::about_the_provider;
use crate::session::{Session, encode};

const MIB: usize = 1 << 20;

/// For what takes a few seconds of an idle machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// An object of `exercise_thing` whose note is so large. Written by hand: not once more than it must is it copied.
fn thing(mib: usize) -> DynamicValue {
    let note = mib * MIB;
    let length = u32::try_from(note).unwrap().to_be_bytes();
    let begin = [b"\x83\xa2id\xa1x\xa4name\xa1x\xa4note\xdb", &length[..]].concat();
    let mut object = vec![b'x'; begin.len() + note];
    object[..begin.len()].copy_from_slice(&begin);
    DynamicValue {
        msgpack: object.into(),
        json: Default::default(),
    }
}

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
    // As much as has room beside the rest of a message.
    let large = thing(255);
    let request = read_resource::Request {
        type_name: "exercise_thing".to_owned(),
        current_state: Some(large.clone()),
        ..Default::default()
    };
    let answer = timeout(PATIENCE, session.client.read_resource(request)).await;
    let answer = answer.expect("an answer in time").unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    assert!(answer.new_state == Some(large), "not what was sent");

    let request = validate_resource_type_config::Request {
        type_name: "exercise_thing".to_owned(),
        config: Some(thing(257)),
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
    let ty = session.resource_type("exercise_thing").await;
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
    assert!(status.message().contains("268435456"), "{status}");
    for rpc in about_the_provider() {
        assert_eq!(rpc.diagnostics(&session.client).await, [], "still served");
    }
}
