//! Types and values for property tests.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::number::Number;
use super::types::Type;
use super::value::Value;

/// Any type of a few levels.
pub(super) fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        2 => Just(Type::String),
        2 => Just(Type::Number),
        1 => Just(Type::Bool),
        1 => Just(Type::Dynamic),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            btree_map("[a-c\"ä]{0,2}", inner.clone(), 0..4).prop_map(Type::Object),
            vec(inner, 0..3).prop_map(Type::Tuple),
        ]
    })
}

/// Any number, be it whole, a float or neither.
pub(super) fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-300_i64..300).prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).ok()),
        "-?[0-9]{1,25}(\\.[0-9]{1,25})?(e-?[0-9]{1,4})?".prop_map(|text| text.parse().unwrap()),
    ]
}

/// Any value of the type; null anywhere, unknown anywhere if wanted.
pub(super) fn any_value(ty: &Type, unknown: bool) -> BoxedStrategy<Value> {
    let present = match ty {
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::Number => any_number().prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => typed_value(unknown)
            .prop_map(|pair| Value::Dynamic(Box::new(pair)))
            .boxed(),
        Type::List(element) | Type::Set(element) => vec(any_value(element, unknown), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Map(element) => btree_map(any::<String>(), any_value(element, unknown), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Object(types) => {
            let names: Vec<String> = types.keys().cloned().collect();
            let values: Vec<_> = types.values().map(|ty| any_value(ty, unknown)).collect();
            values
                .prop_map(move |values| Value::Map(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
        Type::Tuple(types) => {
            let values: Vec<_> = types.iter().map(|ty| any_value(ty, unknown)).collect();
            values.prop_map(Value::List).boxed()
        }
    };
    let unknowns = u32::from(unknown);
    prop_oneof![8 => present, 1 => Just(Value::Null), unknowns => Just(Value::Unknown)].boxed()
}

/// Any type with a value of it. An open type inside brings a simple one along, or values would never end.
pub(super) fn typed_value(unknown: bool) -> BoxedStrategy<(Type, Value)> {
    let simple = prop_oneof![
        Just(Type::String),
        Just(Type::list(Type::Number)),
        Just(Type::object([
            ("a", Type::Bool),
            ("b", Type::set(Type::String))
        ])),
        Just(Type::Tuple(vec![Type::Number, Type::String])),
    ];
    simple
        .prop_flat_map(move |ty| {
            let value = any_value(&ty, unknown);
            (Just(ty), value)
        })
        .boxed()
}

/// Any type with a value of it.
pub(super) fn any_typed_value(unknown: bool) -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(move |ty| {
        let value = any_value(&ty, unknown);
        (Just(ty), value)
    })
}

/// Bytes as they should be, with a few bytes changed, taken out or put in.
pub(super) fn damage(mut bytes: Vec<u8>, damages: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (place, how, byte) in damages {
        if bytes.is_empty() {
            break;
        }
        let place = place.index(bytes.len());
        match how % 4 {
            0 => bytes[place] = *byte,
            1 => drop(bytes.remove(place)),
            2 => bytes.insert(place, *byte),
            _ => bytes.truncate(place),
        }
    }
    bytes
}

/// What [`damage`] does.
pub(super) fn damages() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    vec(any::<(prop::sample::Index, u8, u8)>(), 1..4)
}
