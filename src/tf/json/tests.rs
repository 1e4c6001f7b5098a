use proptest::prelude::*;

use super::*;
use crate::tf::arbitrary::{any_type, any_typed_value, damage, damages};
use crate::tf::encoding::{EncodeErrorKind, MAX_DEPTH, MAX_VALUES};
use crate::tf::number::NumberError;
use crate::tf::path::AttributePath;

fn refused(text: &str, ty: &Type) -> (String, DecodeErrorKind) {
    let error = decode(text.as_bytes(), ty).unwrap_err();
    (error.path.to_string(), error.kind)
}

fn object() -> Type {
    Type::object([("a", Type::String), ("n", Type::list(Type::Number))])
}

fn mismatch(expected: &'static str, found: &'static str) -> DecodeErrorKind {
    DecodeErrorKind::Mismatch { expected, found }
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

#[test]
fn values_are_written_and_read() {
    for (value, ty, text) in [
        (Value::Null, Type::String, "null"),
        (Value::from(true), Type::Bool, "true"),
        (Value::from("a\"ä\n"), Type::String, "\"a\\\"ä\\n\""),
        (
            number("0.1000000000000000000000000000000000001"),
            Type::Number,
            "0.1000000000000000000000000000000000001",
        ),
        (number("1e1000"), Type::Number, "1e1000"),
        (
            Value::List(vec![Value::from("x"), Value::Null]),
            Type::set(Type::String),
            r#"["x",null]"#,
        ),
        (
            Value::map([("b", Value::Null), ("a", Value::from(false))]),
            Type::map(Type::Bool),
            r#"{"a":false,"b":null}"#,
        ),
        (
            Value::Dynamic(Box::new((
                Type::list(Type::Number),
                Value::List(vec![number("1")]),
            ))),
            Type::Dynamic,
            r#"{"type":["list","number"],"value":[1]}"#,
        ),
        (
            Value::List(vec![Value::from("x"), Value::from(1)]),
            Type::Tuple(vec![Type::String, Type::Number]),
            r#"["x",1]"#,
        ),
        (
            Value::map([("a", Value::from("x")), ("n", Value::Null)]),
            object(),
            r#"{"a":"x","n":null}"#,
        ),
    ] {
        assert_eq!(
            String::from_utf8(encode(&value, &ty).unwrap()).unwrap(),
            text
        );
        assert_eq!(decode(text.as_bytes(), &ty), Ok(value));
    }
}

#[test]
fn what_terraform_writes_differently_is_read_too() {
    let dynamic = Value::Dynamic(Box::new((
        Type::list(Type::Dynamic),
        Value::List(vec![Value::Null]),
    )));
    let text = br#" { "value" : [ null ] , "type" : ["list","dynamic"] } "#;
    assert_eq!(decode(text, &Type::Dynamic), Ok(dynamic));
    assert_eq!(decode(br#""12.50""#, &Type::Number), Ok(number("12.5")));
    assert_eq!(decode(b"null", &Type::Number), Ok(Value::Null));
}

#[test]
fn an_error_names_its_place_and_kind() {
    let list = || Type::list(Type::String);
    let pair = Type::Tuple(vec![Type::String, Type::Bool]);
    for (text, ty, place, kind) in [
        ("", Type::String, "", DecodeErrorKind::Truncated),
        ("[\"x", list(), "[0]", DecodeErrorKind::Truncated),
        ("1", Type::String, "", mismatch("a string", "a number")),
        ("-1", Type::String, "", mismatch("a string", "a number")),
        ("1.5", Type::Bool, "", mismatch("a bool", "a number")),
        ("true", Type::String, "", mismatch("a string", "a bool")),
        ("true", Type::Number, "", mismatch("a number", "a bool")),
        ("[1]", Type::Number, "", mismatch("a number", "an array")),
        ("{}", Type::Number, "", mismatch("a number", "an object")),
        ("\"x\"", Type::Number, "", NumberError::Syntax.into()),
        (
            "1e1000000001",
            Type::Number,
            "",
            NumberError::Exponent.into(),
        ),
        (
            "[\"x\",{}]",
            list(),
            "[1]",
            mismatch("a string", "an object"),
        ),
        (
            "[\"x\",[]]",
            Type::set(Type::String),
            "[1]",
            mismatch("a string", "an array"),
        ),
        ("{}", list(), "", mismatch("a list", "an object")),
        (
            "[]",
            Type::map(Type::Bool),
            "",
            mismatch("a map", "an array"),
        ),
        (
            "[\"x\"]",
            pair.clone(),
            "",
            DecodeErrorKind::TupleLength {
                expected: 2,
                found: 1,
            },
        ),
        (
            "[null,null,{}]",
            pair.clone(),
            "",
            DecodeErrorKind::TupleLength {
                expected: 2,
                found: 3,
            },
        ),
        ("[\"x\",\"x\"]", pair, "[1]", mismatch("a bool", "a string")),
        (
            "{\"k\":true,\"k\":true}",
            Type::map(Type::Bool),
            "[\"k\"]",
            DecodeErrorKind::DuplicateKey,
        ),
        (
            "{\"k\":\"x\"}",
            Type::map(Type::Bool),
            "[\"k\"]",
            mismatch("a bool", "a string"),
        ),
        (
            "{\"n\":null}",
            object(),
            "a",
            DecodeErrorKind::MissingAttribute,
        ),
        (
            "{\"a\":null,\"b\":null}",
            object(),
            "b",
            DecodeErrorKind::UnknownAttribute,
        ),
        (
            "{\"a\":null,\"a\":null}",
            object(),
            "a",
            DecodeErrorKind::DuplicateKey,
        ),
        (
            "{\"a\":null,\"n\":[false]}",
            object(),
            "n[0]",
            mismatch("a number", "a bool"),
        ),
        (
            "\"x\"",
            Type::Dynamic,
            "",
            mismatch("a value with its type", "a string"),
        ),
        (
            "{\"type\":\"bool\"}",
            Type::Dynamic,
            "",
            DecodeErrorKind::DynamicShape,
        ),
        (
            "{\"value\":true}",
            Type::Dynamic,
            "",
            DecodeErrorKind::DynamicShape,
        ),
        (
            "{\"type\":\"bool\",\"value\":true,\"x\":1}",
            Type::Dynamic,
            "",
            DecodeErrorKind::DynamicShape,
        ),
        (
            "{\"value\":[1],\"type\":[\"list\",\"bool\"]}",
            Type::Dynamic,
            "[0]",
            mismatch("a bool", "a number"),
        ),
    ] {
        assert_eq!(refused(text, &ty), (place.to_owned(), kind), "{text}");
    }
    assert!(matches!(
        refused("{\"type\":\"x\",\"value\":1}", &Type::Dynamic).1,
        DecodeErrorKind::Type(_)
    ));
    assert_eq!(
        decode(b"\"\xff\"", &Type::String).unwrap_err().kind,
        DecodeErrorKind::InvalidUtf8
    );
    let ty = Type::Tuple(vec![Type::String, Type::map(Type::Bool)]);
    for text in [
        "nuts",
        "null 1",
        "[\"x\",]",
        "[null,{\"a\"}]",
        "[\"\\ud800\"]",
        "[\"\n\"]",
        "NaN",
        "Infinity",
        "01",
    ] {
        assert!(
            matches!(refused(text, &ty).1, DecodeErrorKind::Json(_)),
            "{text}"
        );
    }
}

#[test]
fn an_error_never_repeats_a_value() {
    for text in [
        "\"hunter2\"",
        "{\"a\":\"hunter2\",\"n\":[\"hunter2\"]}",
        "[\"hunter2\"]",
        "\"hunter2\" \"hunter2\"",
        "\"hunter2\\x\"",
    ] {
        for ty in [
            Type::Bool,
            Type::Number,
            Type::Dynamic,
            object(),
            Type::String,
        ] {
            let error = decode(text.as_bytes(), &ty)
                .map(drop)
                .map_err(|error| format!("{error} {error:?}"));
            assert!(
                !error.err().is_some_and(|error| error.contains("hunter2")),
                "{text}"
            );
        }
    }
}

#[test]
fn a_stored_state_may_have_other_attributes() {
    let text = br#"{"n":[1],"gone":{"x":[1e999,"\ud83d\ude00"]},"gone":1}"#;
    let expected = Value::map([("a", Value::Null), ("n", Value::List(vec![Value::from(1)]))]);
    assert_eq!(decode_state(text, &object()), Ok(expected));
    let error = decode_state(br#"{"n":[true]}"#, &object()).unwrap_err();
    assert_eq!(error.path, AttributePath::from("n").index(0));
    assert_eq!(
        decode_state(br#"{"n":null,"n":null}"#, &object())
            .unwrap_err()
            .kind,
        DecodeErrorKind::DuplicateKey
    );
}

#[test]
fn a_message_holds_as_many_values_as_stated_and_no_more() {
    let list = |length: usize| format!("[{}7]", "7,".repeat(length - 1));
    let ty = Type::list(Type::Number);
    assert!(decode(list(MAX_VALUES - 1).as_bytes(), &ty).is_ok());
    let place = format!("[{}]", MAX_VALUES - 1);
    let error = (place, DecodeErrorKind::TooManyValues);
    assert_eq!(refused(&list(MAX_VALUES), &ty), error);
    let padded = format!(
        r#"{{"type":["set",{}"bool"],"value":null}}"#,
        " ".repeat(1 << 24)
    );
    assert_eq!(
        refused(&padded, &Type::Dynamic).1,
        DecodeErrorKind::TooManyValues
    );
}

/// They take memory without a byte in the message, so a small one must not bring many.
#[test]
fn attributes_that_a_state_lacks_count_as_several_values() {
    let wide = Type::object((0..100).map(|number| (format!("a{number:02}"), Type::String)));
    let ty = Type::list(wide);
    let list = |length: usize| format!("[{}{{}}]", "{},".repeat(length - 1));
    // Each object counts as one value, and its attributes as eight each.
    let most = (MAX_VALUES - 1) / 801;
    assert!(decode_state(list(most).as_bytes(), &ty).is_ok());
    let error = decode_state(list(most + 1).as_bytes(), &ty).unwrap_err();
    let place = error.path.to_string();
    assert!(place.starts_with(&format!("[{most}].a")), "{place}");
    assert_eq!(error.kind, DecodeErrorKind::TooManyAbsent);
}

#[test]
fn nesting_ends_at_the_stated_limit() {
    let nested = |depth: usize| {
        let list = |(ty, value), _| (Type::list(ty), Value::List(vec![value]));
        (0..depth).fold((Type::Bool, Value::Bool(true)), list)
    };
    let (ty, value) = nested(MAX_DEPTH);
    let bytes = encode(&value, &ty).unwrap();
    assert_eq!(decode(&bytes, &ty), Ok(value));
    let (ty, value) = nested(MAX_DEPTH + 1);
    let error = encode(&value, &ty).unwrap_err();
    assert_eq!(
        (error.path.0.len(), error.kind),
        (MAX_DEPTH, EncodeErrorKind::TooDeep)
    );
    let text = "[".repeat(MAX_DEPTH + 1) + "true" + &"]".repeat(MAX_DEPTH + 1);
    let error = decode(text.as_bytes(), &ty).unwrap_err();
    assert_eq!(
        (error.path.0.len(), error.kind),
        (MAX_DEPTH, DecodeErrorKind::TooDeep)
    );
}

#[test]
fn values_of_open_type_nest_no_deeper_than_others() {
    let open = |begin: &str, end: &str| begin.repeat(100) + "null" + &end.repeat(100);
    let type_first = open(r#"{"type":"dynamic","value":"#, "}");
    let value_first = open(r#"{"value":"#, r#","type":"dynamic"}"#);
    assert_eq!(
        refused(&type_first, &Type::Dynamic).1,
        DecodeErrorKind::TooDeep
    );
    assert_eq!(
        refused(&value_first, &Type::Dynamic).1,
        DecodeErrorKind::TooDeep
    );
    assert!(decode("[".repeat(1_000_000).as_bytes(), &Type::Number).is_err());
    assert!(
        decode_state(
            format!("{{\"x\":{}", "[".repeat(1_000_000)).as_bytes(),
            &object()
        )
        .is_err()
    );
}

#[test]
fn unknown_has_no_place_in_json() {
    let value = Value::map([("a", Value::Unknown)]);
    let error = encode(&value, &object()).unwrap_err();
    assert_eq!(
        (error.path, error.kind),
        (AttributePath::from("a"), EncodeErrorKind::Unknown)
    );
}

proptest! {
    #[test]
    fn every_known_value_survives_json((ty, value) in any_typed_value(false)) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode_state(&bytes, &ty), Ok(value.clone()));
        prop_assert_eq!(decode(&bytes, &ty), Ok(value));
    }

    #[test]
    fn arbitrary_text_is_refused_or_survives(ty in any_type(), text in "[\\[\\]{}:,\"a-c0-9eE.+ \\\\-]{0,24}") {
        if let Ok(value) = decode(text.as_bytes(), &ty) {
            prop_assert_eq!(decode(&encode(&value, &ty).unwrap(), &ty), Ok(value));
        }
    }

    #[test]
    fn damaged_text_is_refused_or_survives((ty, value) in any_typed_value(false), damages in damages()) {
        let bytes = damage(encode(&value, &ty).unwrap(), &damages);
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert_eq!(decode(&encode(&value, &ty).unwrap(), &ty), Ok(value));
        }
    }
}
