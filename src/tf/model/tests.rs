use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::*;
use crate::tf::number::Number;
use crate::tf::path::AttributePath;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Timeouts {
    create: Attr<String>,
    delete: Attr<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Secret(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Token(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Protocol {
    Tcp,
    Udp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Model {
    id: String,
    name: Attr<String>,
    port: Attr<u16>,
    exact: Attr<Number>,
    ratio: f64,
    offset: i64,
    on: bool,
    protocol: Attr<Protocol>,
    secret: Option<Secret>,
    token: Attr<Token>,
    subnets: Attr<BTreeSet<String>>,
    list: Vec<Attr<String>>,
    tags: BTreeMap<String, Attr<String>>,
    pair: Option<(String, i32)>,
    timeouts: Option<Timeouts>,
    blocks: Attr<Vec<Timeouts>>,
}

fn model() -> Model {
    Model {
        id: "vss-1".to_owned(),
        name: Attr::Unknown,
        port: Attr::Known(65535),
        exact: Attr::Known("0.1000000000000000000000000000000000001".parse().unwrap()),
        ratio: 0.1,
        offset: -3,
        on: true,
        protocol: Attr::Known(Protocol::Udp),
        secret: Some(Secret("s".to_owned())),
        token: Attr::Known(Token("t".to_owned())),
        subnets: Attr::Known(BTreeSet::from(["b".to_owned(), "a".to_owned()])),
        list: vec![Attr::Null, Attr::Unknown, Attr::Known("x".to_owned())],
        tags: BTreeMap::from([("k".to_owned(), Attr::Unknown)]),
        pair: Some(("p".to_owned(), 7)),
        timeouts: Some(Timeouts {
            create: Attr::Known("90s".to_owned()),
            delete: Attr::Null,
        }),
        blocks: Attr::Known(vec![Timeouts::default()]),
    }
}

fn value() -> Value {
    let timeouts = |create: Value| Value::map([("create", create), ("delete", Value::Null)]);
    Value::map([
        ("id", Value::from("vss-1")),
        ("name", Value::Unknown),
        ("port", Value::from(65535)),
        (
            "exact",
            Value::Number("0.1000000000000000000000000000000000001".parse().unwrap()),
        ),
        ("ratio", Value::Number("0.1".parse().unwrap())),
        ("offset", Value::from(-3)),
        ("on", Value::Bool(true)),
        ("protocol", Value::from("UDP")),
        ("secret", Value::from("s")),
        ("token", Value::from("t")),
        (
            "subnets",
            Value::List(vec![Value::from("a"), Value::from("b")]),
        ),
        (
            "list",
            Value::List(vec![Value::Null, Value::Unknown, Value::from("x")]),
        ),
        ("tags", Value::map([("k", Value::Unknown)])),
        ("pair", Value::List(vec![Value::from("p"), Value::from(7)])),
        ("timeouts", timeouts(Value::from("90s"))),
        ("blocks", Value::List(vec![timeouts(Value::Null)])),
    ])
}

/// The message about the whole model's value with one attribute replaced.
fn refused(name: &str, with: Value) -> String {
    let mut value = value();
    if let Value::Map(attributes) = &mut value {
        attributes.insert(name.to_owned(), with);
    }
    from_value::<Model>(&value).unwrap_err().to_string()
}

#[test]
fn a_model_and_its_value_are_the_same() {
    assert_eq!(to_value(&model()).unwrap(), value());
    assert_eq!(from_value::<Model>(&value()).unwrap(), model());
}

#[test]
fn what_the_object_lacks_is_null() {
    assert_eq!(
        from_value::<Timeouts>(&Value::map([("create", Value::Unknown)]))
            .unwrap()
            .create,
        Attr::Unknown
    );
    assert_eq!(
        from_value::<Timeouts>(&Value::Map(BTreeMap::new())).unwrap(),
        Timeouts::default()
    );
    let error = from_value::<Model>(&Value::Map(BTreeMap::new())).unwrap_err();
    assert_eq!(
        (error.path, error.kind),
        (AttributePath::from("id"), ModelErrorKind::Null)
    );
}

#[test]
fn a_field_without_room_for_null_or_unknown_says_so_with_its_path() {
    assert_eq!(refused("id", Value::Null), "id: a value is required here");
    assert_eq!(
        refused("id", Value::Unknown),
        "id: the value must be known here"
    );
    assert_eq!(
        refused("list", Value::Null),
        "list: a value is required here"
    );
    assert_eq!(
        refused("timeouts", Value::Unknown),
        "timeouts: the value must be known here"
    );
    assert_eq!(
        refused("subnets", Value::List(vec![Value::Unknown])),
        "subnets[0]: the value must be known here"
    );
}

#[test]
fn a_whole_model_may_be_null_or_unknown_in_an_attr() {
    assert_eq!(
        from_value::<Attr<Timeouts>>(&Value::Null).unwrap(),
        Attr::Null
    );
    assert_eq!(
        from_value::<Attr<Timeouts>>(&Value::Unknown).unwrap(),
        Attr::Unknown
    );
    assert_eq!(from_value::<Option<Timeouts>>(&Value::Null).unwrap(), None);
    assert_eq!(
        from_value::<Timeouts>(&Value::Null).unwrap_err().kind,
        ModelErrorKind::Null
    );
}

#[test]
fn a_number_out_of_range_names_the_bounds() {
    let bounds = "port: a whole number from 0 to 65535 is required";
    for text in ["65536", "-1", "1.5", "1e30"] {
        assert_eq!(
            refused("port", Value::Number(text.parse().unwrap())),
            bounds
        );
    }
    let bounds =
        "offset: a whole number from -9223372036854775808 to 9223372036854775807 is required";
    assert_eq!(
        refused(
            "offset",
            Value::Number("9223372036854775808".parse().unwrap())
        ),
        bounds
    );
    for text in ["1e400", "0.10000000000000000000001"] {
        let error = refused("ratio", Value::Number(text.parse().unwrap()));
        assert_eq!(error, "ratio: the number does not fit a 64-bit float");
    }
}

#[test]
fn an_attribute_that_the_model_lacks_is_an_error() {
    assert_eq!(
        refused("zone", Value::Null),
        "zone: the object has no such attribute"
    );
    let timeouts = Value::map([("read", Value::Null)]);
    assert_eq!(
        refused("blocks", Value::List(vec![timeouts])),
        "blocks[0].read: the object has no such attribute"
    );
}

#[test]
fn another_kind_of_value_is_named_by_kind_alone() {
    let secret = || Value::from("hunter2");
    for (name, with, message) in [
        ("on", secret(), "on: a bool is required, not a string"),
        ("port", secret(), "port: a number is required, not a string"),
        (
            "exact",
            secret(),
            "exact: a number is required, not a string",
        ),
        ("list", secret(), "list: a list is required, not a string"),
        (
            "tags",
            secret(),
            "tags: an object is required, not a string",
        ),
        (
            "timeouts",
            secret(),
            "timeouts: an object is required, not a string",
        ),
        (
            "protocol",
            secret(),
            "protocol: one of TCP, UDP is required",
        ),
        (
            "protocol",
            Value::from(1),
            "protocol: a string is required, not a number",
        ),
        (
            "token",
            Value::Bool(true),
            "token: a string is required, not a bool",
        ),
        (
            "tags",
            Value::map([("a", Value::from(1))]),
            "tags[\"a\"]: a string is required, not a number",
        ),
        (
            "pair",
            Value::List(vec![secret()]),
            "pair: invalid length 1, expected a tuple of size 2",
        ),
        (
            "pair",
            Value::List(vec![secret(), Value::from(1), Value::Null]),
            "pair: 3 elements are too many",
        ),
    ] {
        assert_eq!(refused(name, with), message);
    }
}

#[test]
fn a_dynamic_value_is_read_as_what_it_carries() {
    let dynamic = |value| Value::Dynamic(Box::new((crate::tf::types::Type::String, value)));
    assert_eq!(
        from_value::<Attr<String>>(&dynamic(Value::from("x"))).unwrap(),
        Attr::Known("x".to_owned())
    );
    assert_eq!(
        from_value::<Attr<String>>(&dynamic(Value::Unknown)).unwrap(),
        Attr::Unknown
    );
    assert_eq!(
        from_value::<Attr<String>>(&dynamic(Value::Null)).unwrap(),
        Attr::Null
    );
}

#[test]
fn what_has_no_place_in_values_is_refused_with_its_path() {
    #[derive(Serialize)]
    struct Odd {
        odd: BTreeMap<String, f64>,
    }
    let odd = Odd {
        odd: BTreeMap::from([("k".to_owned(), f64::NAN)]),
    };
    assert_eq!(
        to_value(&odd).unwrap_err().to_string(),
        "odd[\"k\"]: the number does not fit a 64-bit float"
    );
    assert!(matches!(
        to_value(&BTreeMap::from([(1, 2)])).unwrap_err().kind,
        ModelErrorKind::Unsupported(_)
    ));
    assert!(matches!(
        to_value(&Ok::<u8, u8>(1)).unwrap_err().kind,
        ModelErrorKind::Unsupported(_)
    ));
}

#[test]
fn an_attr_comes_from_what_it_holds() {
    assert_eq!(Attr::<&str>::from("x"), Attr::Known("x"));
    assert_eq!(Attr::<u8>::from(None), Attr::Null);
    assert_eq!(Attr::<u8>::from(Some(1)), Attr::Known(1));
    assert_eq!(Attr::Known(1).value(), Some(1));
    assert_eq!(Attr::<u8>::default().known(), None);
}
