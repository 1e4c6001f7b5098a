use proptest::prelude::*;

use super::*;
use crate::tf::arbitrary::{any_type, any_typed_value, damage, damages};
use crate::tf::encoding::{EncodeErrorKind, MAX_DEPTH, MAX_VALUES};
use crate::tf::number::NumberError;
use crate::tf::path::AttributePath;

fn refused(bytes: &[u8], ty: &Type) -> (String, DecodeErrorKind) {
    let error = decode(bytes, ty).unwrap_err();
    (error.path.to_string(), error.kind)
}

fn object() -> Type {
    Type::object([("a", Type::String), ("n", Type::list(Type::Number))])
}

fn mismatch(expected: &'static str, found: &'static str) -> DecodeErrorKind {
    DecodeErrorKind::Mismatch { expected, found }
}

#[test]
fn values_are_written_as_terraform_writes_them() {
    for (value, ty, bytes) in [
        (Value::Null, Type::String, b"\xc0".as_slice()),
        (Value::Unknown, Type::String, b"\xd4\x00\x00"),
        (Value::from(true), Type::Bool, b"\xc3"),
        (Value::from("ab"), Type::String, b"\xa2ab"),
        (Value::from(-1), Type::Number, b"\xa2-1"),
        (Value::from(65535), Type::Number, b"\xa565535"),
        (
            Value::List(vec![Value::from("x")]),
            Type::set(Type::String),
            b"\x91\xa1x",
        ),
        (
            Value::map([("b", Value::Null), ("a", Value::Unknown)]),
            Type::map(Type::Bool),
            b"\x82\xa1a\xd4\x00\x00\xa1b\xc0",
        ),
        (
            Value::Dynamic(Box::new((Type::String, Value::from("x")))),
            Type::Dynamic,
            b"\x92\xc4\x08\"string\"\xa1x",
        ),
        (
            Value::map([("a", Value::from("x"))]),
            object(),
            b"\x82\xa1a\xa1x\xa1n\xc0",
        ),
    ] {
        assert_eq!(encode(&value, &ty).unwrap(), bytes, "{value:?}");
    }
}

#[test]
fn a_number_is_written_as_text_which_terraform_reads_with_its_full_precision() {
    let written =
        |text: &str| encode(&Value::Number(text.parse().unwrap()), &Type::Number).unwrap();
    assert_eq!(written("1194"), b"\xa41194");
    assert_eq!(written("1.50"), b"\xa31.5");
    assert_eq!(written("0.1"), b"\xa30.1");
    assert_eq!(written("18446744073709551617"), b"\xb418446744073709551617");
    assert_eq!(written("1e1000"), b"\xa61e1000");
}

#[test]
fn a_number_is_read_from_every_form() {
    for (bytes, text) in [
        (b"\x07".as_slice(), "7"),
        (b"\xe0", "-32"),
        (b"\xcc\xff", "255"),
        (b"\xcd\xff\xff", "65535"),
        (b"\xce\xff\xff\xff\xff", "4294967295"),
        (
            b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
            "18446744073709551615",
        ),
        (b"\xd0\x80", "-128"),
        (b"\xd1\x80\0", "-32768"),
        (b"\xd2\x80\0\0\0", "-2147483648"),
        (b"\xd3\x80\0\0\0\0\0\0\0", "-9223372036854775808"),
        (b"\xca\x3f\xc0\0\0", "1.5"),
        (b"\xcb\x3f\xf8\0\0\0\0\0\0", "1.5"),
        (b"\xa51.250", "1.25"),
    ] {
        assert_eq!(
            decode(bytes, &Type::Number),
            Ok(Value::Number(text.parse().unwrap())),
            "{text}"
        );
    }
}

#[test]
fn any_extension_is_unknown() {
    for bytes in [
        b"\xd4\x00\x00".as_slice(),
        b"\xd5\x0c\x81\x01",
        b"\xc7\x00\x05",
        b"\xc7\x03\x0c\x81\x01\xc2",
        b"\xc8\x00\x01\x0c\x80",
        b"\xc9\x00\x00\x00\x01\x0c\x80",
        b"\xd8\x0c0123456789abcdef",
    ] {
        for ty in [Type::String, object(), Type::Dynamic] {
            assert_eq!(decode(bytes, &ty), Ok(Value::Unknown));
        }
    }
    for bytes in [
        b"\xd4\x00".as_slice(),
        b"\xd4",
        b"\xc7\x02\x0c\x80",
        b"\xc9\xff\xff\xff\xff\x0c\x80",
    ] {
        assert_eq!(
            refused(bytes, &Type::String),
            (String::new(), DecodeErrorKind::Truncated)
        );
    }
}

#[test]
fn an_error_names_its_place_and_kind() {
    let list = || Type::list(Type::String);
    let pair = Type::Tuple(vec![Type::String, Type::Bool]);
    for (bytes, ty, place, kind) in [
        (b"".as_slice(), Type::String, "", DecodeErrorKind::Truncated),
        (
            b"\xc0\xc0\xc0",
            Type::String,
            "",
            DecodeErrorKind::TrailingBytes(2),
        ),
        (b"\xc1", Type::String, "", DecodeErrorKind::Reserved),
        (b"\xa5abc", Type::String, "", DecodeErrorKind::Truncated),
        (
            b"\xc4\x01x",
            Type::String,
            "",
            mismatch("a string", "bytes"),
        ),
        (b"\xa1x", Type::Bool, "", mismatch("a bool", "a string")),
        (b"\x91\xa1\xff", list(), "[0]", DecodeErrorKind::InvalidUtf8),
        (
            b"\x92\xa1x\x01",
            list(),
            "[1]",
            mismatch("a string", "a number"),
        ),
        (
            b"\x92\xa1x\x01",
            Type::set(Type::String),
            "[1]",
            mismatch("a string", "a number"),
        ),
        (b"\x80", list(), "", mismatch("a list", "a map")),
        (
            b"\x90",
            Type::map(Type::Bool),
            "",
            mismatch("a map", "an array"),
        ),
        (
            b"\x91\xa1x",
            pair.clone(),
            "",
            DecodeErrorKind::TupleLength {
                expected: 2,
                found: 1,
            },
        ),
        (
            b"\x92\xa1x\xa1x",
            pair,
            "[1]",
            mismatch("a bool", "a string"),
        ),
        (
            b"\x81\x01\xc0",
            Type::map(Type::Bool),
            "",
            DecodeErrorKind::InvalidKey,
        ),
        (
            b"\x81\xa1\xff\xc0",
            Type::map(Type::Bool),
            "",
            DecodeErrorKind::InvalidUtf8,
        ),
        (
            b"\x82\xa1k\xc2\xa1k\xc3",
            Type::map(Type::Bool),
            "[\"k\"]",
            DecodeErrorKind::DuplicateKey,
        ),
        (
            b"\x81\xa1k\x01",
            Type::map(Type::Bool),
            "[\"k\"]",
            mismatch("a bool", "a number"),
        ),
        (
            b"\x81\xa1n\xc0",
            object(),
            "a",
            DecodeErrorKind::MissingAttribute,
        ),
        (
            b"\x82\xa1a\xc0\xa1b\xc0",
            object(),
            "b",
            DecodeErrorKind::UnknownAttribute,
        ),
        (
            b"\x82\xa1a\xc0\xa1a\xc0",
            object(),
            "a",
            DecodeErrorKind::DuplicateKey,
        ),
        (
            b"\x82\xa1a\xc0\xa1n\x91\xc3",
            object(),
            "n[0]",
            mismatch("a number", "a bool"),
        ),
        (b"\xa1x", Type::Number, "", NumberError::Syntax.into()),
        (
            b"\xcb\x7f\xf0\0\0\0\0\0\0",
            Type::Number,
            "",
            NumberError::NotFinite.into(),
        ),
        (
            b"\xca\x7f\xc0\0\0",
            Type::Number,
            "",
            NumberError::NotFinite.into(),
        ),
        (
            b"\xac1e1000000001",
            Type::Number,
            "",
            NumberError::Exponent.into(),
        ),
        (
            b"\xa1x",
            Type::Dynamic,
            "",
            mismatch("a value with its type", "a string"),
        ),
        (
            b"\x91\xc0",
            Type::Dynamic,
            "",
            DecodeErrorKind::DynamicShape,
        ),
        (
            b"\x92\x01\xc0",
            Type::Dynamic,
            "",
            DecodeErrorKind::DynamicShape,
        ),
    ] {
        assert_eq!(refused(bytes, &ty), (place.to_owned(), kind), "{bytes:?}");
    }
    assert!(matches!(
        refused(b"\x92\xc4\x01x\xc0", &Type::Dynamic).1,
        DecodeErrorKind::Type(_)
    ));
    assert_eq!(
        decode(b"\x92\xa8\"string\"\xc0", &Type::Dynamic).map(|value| value.is_null()),
        Ok(true)
    );
}

#[test]
fn a_length_beyond_the_bytes_is_refused_before_anything_is_allocated() {
    for (bytes, ty) in [
        (
            b"\xdd\xff\xff\xff\xff\xc0".as_slice(),
            Type::list(Type::String),
        ),
        (b"\xdf\xff\xff\xff\xff\xa0", Type::map(Type::String)),
        (b"\xdb\xff\xff\xff\xffx", Type::String),
        (b"\xdc\x00\x03\xc0\xc0", Type::list(Type::String)),
        (b"\x82\xa0\xc0\xa0", Type::map(Type::String)),
    ] {
        assert_eq!(refused(bytes, &ty).1, DecodeErrorKind::Truncated);
    }
}

#[test]
fn a_message_holds_as_many_values_as_stated_and_no_more() {
    let list = |length: usize| {
        let length = (length as u32).to_be_bytes();
        let elements = b"\xc0".repeat(MAX_VALUES);
        [b"\xdd".as_slice(), &length, &elements].concat()
    };
    let ty = Type::list(Type::map(Type::Bool));
    let most = list(MAX_VALUES - 1);
    assert!(decode(&most[..most.len() - 1], &ty).is_ok());
    let error = (String::new(), DecodeErrorKind::TooManyValues);
    assert_eq!(refused(&list(MAX_VALUES), &ty), error);
    let halves = Type::list(Type::list(Type::Bool));
    let half = [
        b"\xdd\x00\x08\x00\x00".as_slice(),
        &b"\xc0".repeat(0x0008_0000),
    ];
    let two = [b"\x92".as_slice(), &half.concat(), &half.concat()].concat();
    let error = ("[1]".to_owned(), DecodeErrorKind::TooManyValues);
    assert_eq!(refused(&two, &halves), error);
}

#[test]
fn the_types_that_values_bring_along_count_too() {
    let padded = format!("\"bool\"{}", " ".repeat(1 << 20));
    let length = (padded.len() as u32).to_be_bytes();
    let open = [b"\x92\xc6".as_slice(), &length, padded.as_bytes(), b"\xc3"].concat();
    let list = |count: u8| [[0x90 | count].as_slice(), &open.repeat(count.into())].concat();
    let ty = Type::list(Type::Dynamic);
    assert!(decode(&list(15), &ty).is_ok());
    let more = [b"\xdc\x00\x11".as_slice(), &open.repeat(17)].concat();
    let error = ("[15]".to_owned(), DecodeErrorKind::TooManyValues);
    assert_eq!(refused(&more, &ty), error);
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
    let error = decode(
        &[b"\x91".repeat(MAX_DEPTH + 1).as_slice(), b"\xc3"].concat(),
        &ty,
    )
    .unwrap_err();
    assert_eq!(
        (error.path.0.len(), error.kind),
        (MAX_DEPTH, DecodeErrorKind::TooDeep)
    );
}

#[test]
fn values_of_open_type_nest_no_deeper_than_others() {
    let bytes = b"\x92\xc4\x09\"dynamic\"".repeat(1_000);
    assert_eq!(refused(&bytes, &Type::Dynamic).1, DecodeErrorKind::TooDeep);
}

#[test]
fn what_is_not_of_the_type_is_not_written() {
    let failed = |value: Value, ty: Type| {
        let error = encode(&value, &ty).unwrap_err();
        (error.path, error.kind)
    };
    let mismatch = |expected, found| EncodeErrorKind::Mismatch { expected, found };
    let text = || Value::from("hunter2");
    let root = AttributePath::root;
    assert_eq!(
        failed(text(), Type::Bool),
        (root(), mismatch("a bool", "a string"))
    );
    let in_list = Value::map([("n", Value::List(vec![text()]))]);
    assert_eq!(
        failed(in_list, object()),
        (
            AttributePath::from("n").index(0),
            mismatch("a number", "a string")
        )
    );
    let extra = Value::map([("x", text())]);
    assert_eq!(
        failed(extra, object()),
        (AttributePath::from("x"), EncodeErrorKind::UnknownAttribute)
    );
    let in_map = Value::map([("k", text())]);
    assert_eq!(
        failed(in_map, Type::map(Type::Bool)),
        (root().key("k"), mismatch("a bool", "a string"))
    );
    let short = EncodeErrorKind::TupleLength {
        expected: 1,
        found: 0,
    };
    assert_eq!(
        failed(Value::List(Vec::new()), Type::Tuple(vec![Type::Bool])),
        (root(), short)
    );
    let wrapped = Value::Dynamic(Box::new((Type::String, text())));
    assert_eq!(
        failed(wrapped, Type::String),
        (root(), mismatch("a string", "a value with its type"))
    );
}

proptest! {
    #[test]
    fn every_value_survives_msgpack((ty, value) in any_typed_value(true)) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode(&bytes, &ty), Ok(value));
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_survive(ty in any_type(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert_eq!(decode(&encode(&value, &ty).unwrap(), &ty), Ok(value));
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_survive((ty, value) in any_typed_value(true), damages in damages()) {
        let bytes = damage(encode(&value, &ty).unwrap(), &damages);
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert_eq!(decode(&encode(&value, &ty).unwrap(), &ty), Ok(value));
        }
    }
}
