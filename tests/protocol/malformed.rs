//! Values that are none: an error that says where, in every RPC that takes one, and the process serves on.

use terraform_provider_alivpn::tf::proto::diagnostic::Severity;
use terraform_provider_alivpn::tf::proto::{self, DynamicValue};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::exercise_program::exercise;
use crate::places::{with_object, with_provider_config, with_value};
use crate::plugin_caller::Launch;
use crate::rpcs::{Rpc, about_the_provider, upgrade};
use crate::session::{Session, bytes, encode, path, summaries};

const NIL: &[u8] = b"\xc0";

/// The attributes and blocks of `exercise_shape`.
const FIELDS: [&str; 10] = [
    "amount", "labels", "marks", "name", "open", "peer", "rule", "secret", "texts", "zone",
];

/// An object of `exercise_shape` with these bytes for one attribute.
fn shape(attribute: &str, value: &[u8]) -> Vec<u8> {
    let mut object = vec![0x80 | FIELDS.len() as u8];
    for name in FIELDS {
        object.push(0xa0 | name.len() as u8);
        object.extend(name.as_bytes());
        object.extend(match name {
            _ if name == attribute => value,
            "name" => b"\xa1x",
            _ => NIL,
        });
    }
    object
}

fn text(json: &str) -> DynamicValue {
    DynamicValue {
        msgpack: Default::default(),
        json: json.to_owned().into(),
    }
}

/// What is no object of `exercise_shape`, with the place of the error and words of it.
fn malformed() -> Vec<(DynamicValue, &'static str, &'static str)> {
    let nested = b"\x92\xc4\x09\"dynamic\"".repeat(1_000);
    let deep_type = format!(r#"{}"bool"{}"#, r#"["set","#.repeat(70), "]".repeat(70));
    let length = (deep_type.len() as u16).to_be_bytes();
    let deep_type = [b"\x92\xc5".as_slice(), &length, deep_type.as_bytes(), NIL].concat();
    let many = [b"\xdd\x00\x20\x00\x00".as_slice(), &NIL.repeat(0x0020_0000)].concat();
    let msgpack: Vec<(Vec<u8>, &str, &str)> = vec![
        (b"\xc1".to_vec(), "", "not msgpack"),
        (b"\x8a".to_vec(), "", "ends too early"),
        (
            b"\xdf\xff\xff\xff\xff\xa4name".to_vec(),
            "",
            "ends too early",
        ),
        (
            b"\xc6\xff\xff\xff\xff".to_vec(),
            "",
            "an object is required, not bytes",
        ),
        (b"\x90".to_vec(), "", "an object is required, not an array"),
        (b"\x80".to_vec(), "amount", "missing"),
        (b"\x81\x01\xc0".to_vec(), "", "key is not a string"),
        (
            b"\x82\xa4name\xc0\xa4name\xc0".to_vec(),
            "name",
            "occurs twice",
        ),
        (b"\x81\xa5other\xc0".to_vec(), "other", "no such attribute"),
        (
            [shape("name", b"\xa1x").as_slice(), NIL].concat(),
            "",
            "1 bytes follow",
        ),
        (shape("name", b"\xa2\xff\xfe"), "name", "not UTF-8"),
        (
            shape("name", b"\x01"),
            "name",
            "a string is required, not a number",
        ),
        (
            shape("texts", b"\x92\xa1a\xc3"),
            "texts[1]",
            "a string is required, not a bool",
        ),
        (
            shape("texts", b"\xdd\xff\xff\xff\xff"),
            "texts",
            "ends too early",
        ),
        (shape("texts", &many), "texts", "more than 1048576 values"),
        // An element of a set has no place on the wire: the error stands at the set.
        (
            shape("marks", b"\x92\xa1a\x01"),
            "marks",
            "a string is required, not a number",
        ),
        (
            shape("labels", b"\x81\xa1k\x01"),
            r#"labels["k"]"#,
            "a string is required, not a number",
        ),
        (
            shape("labels", b"\x82\xa1k\xc0\xa1k\xc0"),
            r#"labels["k"]"#,
            "occurs twice",
        ),
        (
            shape("amount", b"\xa3abc"),
            "amount",
            "not a decimal number",
        ),
        (shape("amount", b"\xac1e1000000001"), "amount", "exponent"),
        (
            shape("amount", b"\xcb\x7f\xf8\0\0\0\0\0\0"),
            "amount",
            "NaN",
        ),
        (
            shape("open", b"\x93\xc0\xc0\xc0"),
            "open",
            "a pair of its type and itself",
        ),
        (
            shape("open", b"\x92\xc4\x03\"x\"\xc0"),
            "open",
            "type cannot be read",
        ),
        (shape("open", &nested), "open", "nested deeper"),
        (shape("open", &deep_type), "open", "type cannot be read"),
        (
            shape("rule", b"\x92\x81\xa4port\x01\x81\xa4port\xc3"),
            "rule[1].port",
            "a number is required, not a bool",
        ),
        (
            shape("peer", b"\x91\x81\xa4port\xc3"),
            "peer",
            "a number is required, not a bool",
        ),
        (
            shape("zone", b"\x81\xa1z\x81\xa4port\xc3"),
            r#"zone["z"].port"#,
            "a number is required, not a bool",
        ),
    ];
    let json = [
        ("nuts", "", "not JSON"),
        ("{", "", "ends too early"),
        ("[]", "", "an object is required, not an array"),
        (r#"{"name":"x"}"#, "amount", "missing"),
        (
            r#"{"texts":["a",7]}"#,
            "texts[1]",
            "a string is required, not a number",
        ),
        (
            r#"{"labels":{"k":{}}}"#,
            r#"labels["k"]"#,
            "a string is required, not an object",
        ),
        (
            r#"{"zone":{"z":{"port":[]}}}"#,
            r#"zone["z"].port"#,
            "a number is required, not an array",
        ),
    ];
    let msgpack = msgpack
        .into_iter()
        .map(|(value, place, words)| (bytes(&value), place, words));
    msgpack
        .chain(json.map(|(value, place, words)| (text(value), place, words)))
        .collect()
}

async fn refused(rpc: Rpc, session: &Session, place: &str, words: &str) {
    let called = format!("{} with {words:?} at {place:?}", rpc.name);
    let found = rpc.diagnostics(&session.client).await;
    let [error] = found.as_slice() else {
        panic!("{called}: {found:?}")
    };
    assert_eq!(error.severity(), Severity::Error, "{called}");
    assert!(
        error.summary.starts_with("Unreadable "),
        "{called}: {}",
        error.summary
    );
    assert!(error.detail.contains(words), "{called}: {}", error.detail);
    assert_eq!(path(error), place, "{called}");
}

#[tokio::test]
async fn a_value_that_is_none_is_an_error_at_its_place_in_every_rpc() {
    let session = Session::configured_exercise().await;
    let good = bytes(&shape("name", b"\xa1x"));
    for (bad, place, words) in malformed() {
        for rpc in with_object("exercise_shape", &good, &bad) {
            refused(rpc, &session, place, words).await;
        }
    }
    for rpc in about_the_provider() {
        assert_eq!(rpc.diagnostics(&session.client).await, []);
    }
}

#[tokio::test]
async fn every_other_place_for_a_value_refuses_what_is_none() {
    let mut session = Session::configured_exercise().await;
    let ty = session.resource_type("exercise_identified").await;
    let thing = Value::map([("name", Value::from("x")), ("zone", Value::from("z"))]);
    let thing = encode(&thing, &ty).unwrap();
    let echo = text(r#"{"text":"x","volume":null,"answer":null,"distance":null}"#);
    for bad in [
        bytes(b"\xc1"),
        bytes(b"\xc0\xc0"),
        bytes(b"\xdd\xff\xff\xff\xff"),
        bytes(b"\xdf\xff\xff\xff\xff"),
        text("nuts"),
        text(&"[".repeat(100_000)),
    ] {
        for rpc in with_value(&thing, &echo, &bad) {
            let called = rpc.name.clone();
            let found = rpc.diagnostics(&session.client).await;
            let [error] = found.as_slice() else {
                panic!("{called} with {bad:?}: {found:?}")
            };
            assert_eq!(error.severity(), Severity::Error, "{called}");
            assert!(error.summary.contains("nreadable"), "{called}: {error:?}");
            let of_the_module = error.summary == "Unreadable provider_meta block";
            assert_eq!(called.ends_with("provider_meta"), of_the_module, "{called}");
        }
    }
    for rpc in about_the_provider() {
        assert_eq!(rpc.diagnostics(&session.client).await, []);
    }
}

#[tokio::test]
async fn a_stored_state_that_is_none_is_an_error_at_its_place() {
    let session = Session::exercise().await;
    for (state, place, words) in [
        (b"nuts".as_slice(), "", "not JSON"),
        (b"{\"name\":\"\xff\"}", "", "not UTF-8"),
        (
            br#"{"texts":["a",7]}"#,
            "texts[1]",
            "a string is required, not a number",
        ),
        (
            br#"{"rule":[{"port":"x"}]}"#,
            "rule[0].port",
            "not a decimal number",
        ),
    ] {
        refused(upgrade("exercise_shape", 0, state), &session, place, words).await;
    }
    let deep = "[".repeat(1_000_000);
    for state in [
        deep.clone(),
        format!(r#"{{"open":{deep}"#),
        format!(r#"{{"gone":{deep}"#),
    ] {
        let found = upgrade("exercise_shape", 0, state.as_bytes())
            .diagnostics(&session.client)
            .await;
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[tokio::test]
async fn a_provider_block_that_is_none_is_an_error_at_its_place() {
    for (launch, attribute) in [
        (
            Launch {
                program: exercise(),
                ..Launch::default()
            },
            "prefix",
        ),
        (Launch::default(), "access_key"),
    ] {
        let session = Session::of(launch).await;
        let wrong = [
            b"\x81",
            &[0xa0 | attribute.len() as u8],
            attribute.as_bytes(),
            b"\x91\xc0",
        ]
        .concat();
        for (bad, place, words) in [
            (bytes(b"\xc1"), "", "not msgpack"),
            (bytes(b"\x81\xa5other\xc0"), "other", "no such attribute"),
            (
                bytes(&wrong),
                attribute,
                "a string is required, not an array",
            ),
            (text("{"), "", "ends too early"),
        ] {
            for rpc in with_provider_config(&bad) {
                refused(rpc, &session, place, words).await;
            }
        }
    }
}

/// Null and unknown are values, but not objects that can be read, validated or applied.
#[tokio::test]
async fn an_object_that_is_null_or_unknown_where_there_must_be_one_is_an_error() {
    let session = Session::configured_exercise().await;
    let good = bytes(&shape("name", b"\xa1x"));
    let objects = [
        (bytes(b"\xd4\0\0"), "unknown as a whole"),
        (text("null"), "null"),
        (DynamicValue::default(), "null"),
    ];
    for (object, words) in &objects {
        for rpc in with_object("exercise_shape", &good, object) {
            let may_be_null = ["prior_state", "proposed_new_state", "planned_state"];
            if *words == "null" && may_be_null.iter().any(|part| rpc.name.ends_with(part)) {
                assert_eq!(rpc.diagnostics(&session.client).await, []);
            } else {
                refused(rpc, &session, "", words).await;
            }
        }
    }
    // Last: a Configure that fails leaves nothing configured.
    for (object, words) in objects {
        for rpc in with_provider_config(&object) {
            refused(rpc, &session, "", words).await;
        }
    }
}

#[tokio::test]
async fn an_apply_of_nothing_to_nothing_is_an_error() {
    let session = Session::configured_exercise().await;
    let nothing = proto::apply_resource_change::Request {
        type_name: "exercise_shape".to_owned(),
        ..Default::default()
    };
    let answer = session
        .client
        .clone()
        .apply_resource_change(nothing)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Unreadable planned state"]);
}

/// Terraform 1.6 and later say what they know of an unknown value; any extension type is one.
#[tokio::test]
async fn refinements_of_unknown_values_are_no_failure() {
    let session = Session::configured_exercise().await;
    for unknown in [
        b"\xd4\x00\x00".as_slice(),
        b"\xc7\x03\x0c\x81\x01\xc2",
        b"\xc7\x07\x0c\x82\x01\xc2\x02\xa1x\x63",
        b"\xc7\x01\x0c\x81",
        b"\xd6\x7f\0\0\0\0",
    ] {
        for attribute in FIELDS {
            let object = bytes(&shape(attribute, unknown));
            let request = proto::validate_resource_type_config::Request {
                type_name: "exercise_shape".to_owned(),
                config: Some(object),
                ..Default::default()
            };
            let answer = session
                .client
                .clone()
                .validate_resource_type_config(request)
                .await
                .unwrap()
                .into_inner();
            assert_eq!(answer.diagnostics, [], "{attribute}");
        }
    }
}

/// The value of every attribute and block, a `dynamic` block's too, may be known only after apply.
#[tokio::test]
async fn whatever_is_unknown_the_product_validates_the_rest() {
    let mut session = Session::of(Launch::default()).await;
    let resource = session.resource_type("alivpn_ssl_vpn_server").await;
    let provider = session.provider_type().await;
    let (Type::Object(attributes), Type::Object(arguments)) = (&resource, &provider) else {
        panic!("{resource} {provider}")
    };
    let required = ["vpn_gateway_id", "client_ip_pool", "local_subnets"];
    let computed = [
        "id",
        "region",
        "internet_ip",
        "max_connections",
        "create_time",
        "resource_group_id",
        "idaas_instance_version",
    ];
    for unknown in attributes
        .keys()
        .filter(|name| !computed.contains(&name.as_str()))
    {
        let config = required
            .iter()
            .map(|name| (*name, Value::Unknown))
            .chain([(unknown.as_str(), Value::Unknown)]);
        let request = proto::validate_resource_type_config::Request {
            type_name: "alivpn_ssl_vpn_server".to_owned(),
            config: encode(&Value::map(config), &resource),
            ..Default::default()
        };
        let answer = session
            .client
            .validate_resource_type_config(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.diagnostics, [], "{unknown}");
    }
    for unknown in arguments.keys() {
        let config = || encode(&Value::map([(unknown.as_str(), Value::Unknown)]), &provider);
        let prepare = proto::prepare_provider_config::Request { config: config() };
        let answer = session
            .client
            .prepare_provider_config(prepare)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.diagnostics, [], "{unknown}");
        let configure = proto::configure::Request {
            config: config(),
            ..Default::default()
        };
        let answer = session
            .client
            .configure(configure)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.diagnostics, [], "{unknown}");
    }
}
