//! MoveResourceState: taking over objects of other resource types, as Terraform calls it: without Configure.

use terraform_provider_alivpn::tf::proto::{
    RawState, get_provider_schema, move_resource_state, read_resource,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::list_client_certs::certificates;
use crate::list_servers::{servers, session};
use crate::plugin_caller::Launch;
use crate::session::{Session, decode, summaries};

fn request(source: &str, target: &str, json: &str) -> move_resource_state::Request {
    let raw = |json: &str| {
        Some(RawState {
            json: json.as_bytes().to_vec(),
            ..Default::default()
        })
    };
    move_resource_state::Request {
        source_provider_address: "registry.terraform.io/example/old".to_owned(),
        source_type_name: source.to_owned(),
        source_schema_version: 3,
        source_state: raw(json),
        target_type_name: target.to_owned(),
        source_private: b"private".to_vec(),
        source_identity: raw(r#"{"label":"a"}"#),
        source_identity_schema_version: 1,
    }
}

async fn moved(request: move_resource_state::Request) -> move_resource_state::Response {
    let mut session = Session::exercise().await;
    session
        .client
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn an_object_of_another_provider_is_taken_over_with_its_identity_and_private_data() {
    let answer = moved(request(
        "old_thing",
        "exercise_versioned",
        r#"{"label":"a","more":1}"#,
    ))
    .await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let ty = Type::object([
        ("name", Type::String),
        ("size", Type::Number),
        ("secret", Type::String),
    ]);
    let expected = Value::map([
        ("name", Value::from("a")),
        ("size", Value::Null),
        ("secret", Value::Null),
    ]);
    assert_eq!(decode(answer.target_state, &ty), expected);
    assert_eq!(answer.target_private, b"was: private");
    let identity = answer.target_identity.unwrap().identity_data;
    let known = decode(identity, &Type::object([("name", Type::String)]));
    assert_eq!(known.attribute("name"), &Value::from("a"));
}

#[tokio::test]
async fn an_object_of_the_same_type_under_another_address_of_the_provider_is_upgraded_and_kept() {
    let request = move_resource_state::Request {
        source_provider_address: "mirror.example.com/alivpn/exercise".to_owned(),
        source_schema_version: 0,
        ..request(
            "exercise_versioned",
            "exercise_versioned",
            r#"{"title":"a","size":"7"}"#,
        )
    };
    let answer = moved(request.clone()).await;
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let ty = Type::object([
        ("name", Type::String),
        ("size", Type::Number),
        ("secret", Type::String),
    ]);
    let expected = Value::map([
        ("name", Value::from("a")),
        ("size", Value::from(7)),
        ("secret", Value::Null),
    ]);
    assert_eq!(decode(answer.target_state, &ty), expected);
    assert_eq!(answer.target_private, b"private");

    let newer = move_resource_state::Request {
        source_schema_version: 9,
        ..request
    };
    let answer = moved(newer).await;
    assert_eq!(
        summaries(&answer.diagnostics),
        ["State from a newer provider"]
    );
}

#[tokio::test]
async fn what_cannot_be_taken_over_is_an_error_that_says_what_to_do() {
    let refused = "Cannot move from this resource type";
    for (source, target, json, summary) in [
        ("other_thing", "exercise_versioned", "{}", refused),
        ("old_thing", "exercise_thing", "{}", refused),
        ("old_thing", "exercise_none", "{}", "Unknown resource type"),
        (
            "old_thing",
            "exercise_versioned",
            r#"{"label":[]}"#,
            "Unreadable state",
        ),
        (
            "old_thing",
            "exercise_versioned",
            "",
            "State in an unknown form",
        ),
    ] {
        let answer = moved(request(source, target, json)).await;
        assert_eq!(summaries(&answer.diagnostics), [summary]);
        assert!(answer.target_state.is_none());
    }
    let answer = moved(request("other_thing", "exercise_versioned", "{}")).await;
    assert!(answer.diagnostics[0].detail.contains("import"));
}

#[tokio::test]
async fn the_server_says_what_it_can_do() {
    let mut session = Session::exercise().await;
    let answer = session
        .client
        .get_schema(get_provider_schema::Request {})
        .await
        .unwrap();
    let capabilities = answer.into_inner().server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
}

#[tokio::test]
async fn a_server_of_the_go_provider_is_moved_without_a_region_an_identity_or_private_data() {
    let mut session = Session::of(Launch::default()).await;
    let ty = session.resource_type("alivpn_ssl_vpn_server").await;
    // A Terraform of any registry, and an OpenTofu that gives the name alone.
    for address in [
        "registry.terraform.io/aliyun/alicloud",
        "registry.opentofu.org/aliyun/alicloud",
        "alicloud",
    ] {
        let request = move_resource_state::Request {
            source_provider_address: address.to_owned(),
            source_schema_version: 0,
            source_identity: None,
            ..request(
                "alicloud_ssl_vpn_server",
                "alivpn_ssl_vpn_server",
                r#"{"id":"vss-1","local_subnet":"192.168.0.0/16,10.1.0.0/16","port":1194,"connections":1}"#,
            )
        };
        let answer = session.client.move_resource_state(request).await;
        let answer = answer.unwrap().into_inner();
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        let state = decode(answer.target_state, &ty);
        assert_eq!(state.attribute("id"), &Value::from("vss-1"));
        assert_eq!(state.attribute("region"), &Value::Null);
        let subnets = state.attribute("local_subnets").as_list();
        assert_eq!(subnets.map(<[Value]>::len), Some(2));
        assert!(answer.target_identity.is_none());
        assert!(answer.target_private.is_empty());
    }
}

#[tokio::test]
async fn a_certificate_of_the_go_provider_is_moved_without_its_key_and_the_first_read_fills_region_and_identity()
 {
    const TYPE: &str = "alivpn_ssl_vpn_client_cert";
    let (emulator, [id, ..], [server_id, _]) = certificates().await;
    let old = serde_json::json!({
        "id": id, "name": "ann", "ssl_vpn_server_id": server_id, "status": "normal", "ca_cert": "CA", "client_cert": "CERT",
        "client_key": "THE KEY", "client_config": "CONFIG WITH THE KEY",
    });
    let request = move_resource_state::Request {
        source_provider_address: "registry.terraform.io/aliyun/alicloud".to_owned(),
        source_schema_version: 0,
        source_private: b"THE KEY".to_vec(),
        source_identity: None,
        ..request("alicloud_ssl_vpn_client_cert", TYPE, &old.to_string())
    };
    // Terraform asks a process that it never configures.
    let mut unconfigured = Session::of(Launch::default()).await;
    let ty = unconfigured.resource_type(TYPE).await;
    let answer = unconfigured.client.move_resource_state(request).await;
    let moved = answer.unwrap().into_inner();
    assert_eq!(summaries(&moved.diagnostics), [""; 0]);
    assert!(moved.target_identity.is_none() && moved.target_private.is_empty());
    let state = moved.target_state.clone().unwrap();
    assert!(!String::from_utf8_lossy(&state.msgpack).contains("KEY"));
    let state = decode(moved.target_state.clone(), &ty);
    assert_eq!(state.attribute("region"), &Value::Null);
    assert_eq!(state.attribute("client_cert"), &Value::from("CERT"));

    let mut session = session(&emulator).await;
    let identity_type = session.identity_type(TYPE).await;
    let read = read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: moved.target_state,
        ..Default::default()
    };
    let read = session.client.read_resource(read).await;
    let read = read.unwrap().into_inner();
    assert_eq!(summaries(&read.diagnostics), [""; 0]);
    let state = decode(read.new_state, &ty);
    assert_eq!(state.attribute("region"), &Value::from("cn-hangzhou"));
    assert_eq!(state.attribute("name"), &Value::from("ann"));
    assert!(!state.attribute("end_time").is_null());
    let expected = Value::map([
        ("id", Value::from(id.as_str())),
        ("region", Value::from("cn-hangzhou")),
    ]);
    let identity = read.new_identity.unwrap().identity_data;
    assert_eq!(decode(identity, &identity_type), expected);
}

#[tokio::test]
async fn the_first_read_of_a_moved_server_fills_region_and_identity_which_then_stay() {
    const TYPE: &str = "alivpn_ssl_vpn_server";
    let (emulator, [id, _]) = servers().await;
    let mut session = session(&emulator).await;
    let ty = session.resource_type(TYPE).await;
    let identity_type = session.identity_type(TYPE).await;
    let request = move_resource_state::Request {
        source_provider_address: "registry.terraform.io/aliyun/alicloud".to_owned(),
        source_schema_version: 0,
        source_identity: None,
        ..request(
            "alicloud_ssl_vpn_server",
            TYPE,
            &format!(r#"{{"id":"{id}","local_subnet":"192.168.0.0/16"}}"#),
        )
    };
    let answer = session.client.move_resource_state(request).await;
    let moved = answer.unwrap().into_inner();
    assert!(moved.target_identity.is_none());
    let read = read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: moved.target_state,
        private: moved.target_private,
        ..Default::default()
    };
    let answer = session.client.read_resource(read).await;
    let first = answer.unwrap().into_inner();
    assert_eq!(summaries(&first.diagnostics), [""; 0]);
    let state = decode(first.new_state.clone(), &ty);
    assert_eq!(state.attribute("region"), &Value::from("cn-hangzhou"));
    assert_eq!(state.attribute("name"), &Value::from("office"));
    let identity = first.new_identity.clone().unwrap().identity_data;
    let expected = Value::map([
        ("id", Value::from(id.as_str())),
        ("region", Value::from("cn-hangzhou")),
    ]);
    assert_eq!(decode(identity, &identity_type), expected);

    let again = read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: first.new_state.clone(),
        current_identity: first.new_identity.clone(),
        private: first.private.clone(),
        ..Default::default()
    };
    let answer = session.client.read_resource(again).await;
    let second = answer.unwrap().into_inner();
    assert_eq!(second.new_state, first.new_state);
    assert_eq!(second.new_identity, first.new_identity);
    assert_eq!(second.private, first.private);
}
