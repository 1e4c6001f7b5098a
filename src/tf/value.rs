//! Values as Terraform sends them.
//!
//! A [`Value`] does not repeat its type: whoever reads or writes one has the schema's. Only where the schema leaves the
//! type open does a value carry it ([`Value::Dynamic`]). Null and unknown may stand anywhere in it.

use std::collections::BTreeMap;

use zeroize::Zeroize;

use super::number::Number;
use super::types::Type;

/// A value under some [`Type`]. Its `Debug` shows everything, secrets too: it is for tests, never for logs or messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Not set.
    Null,
    /// Will only be known after apply.
    Unknown,
    /// Of type bool.
    Bool(bool),
    /// Of type number.
    Number(Number),
    /// Of type string.
    String(String),
    /// Of type list, set or tuple.
    List(Vec<Value>),
    /// Of type map or object.
    Map(BTreeMap<String, Value>),
    /// A value of a type that the schema leaves open, with that type.
    Dynamic(Box<(Type, Value)>),
}

static NULL: Value = Value::Null;
static UNKNOWN: Value = Value::Unknown;

impl Value {
    /// A map or an object with these elements.
    pub fn map<K: Into<String>>(elements: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(
            elements
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// The value itself, without the type that a dynamic one carries.
    pub fn concrete(&self) -> &Value {
        let mut value = self;
        while let Value::Dynamic(dynamic) = value {
            value = &dynamic.1;
        }
        value
    }

    /// The attribute of an object, or the element of a map. Null when there is none or the value itself is null; unknown
    /// when the value itself is.
    pub fn attribute(&self, name: &str) -> &Value {
        match self.concrete() {
            Value::Map(attributes) => attributes.get(name).unwrap_or(&NULL),
            Value::Unknown => &UNKNOWN,
            _ => &NULL,
        }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self.concrete(), Value::Null)
    }

    /// Whether the value itself is known; null is. Its elements may be unknown all the same.
    pub fn is_known(&self) -> bool {
        !matches!(self.concrete(), Value::Unknown)
    }

    /// Whether nothing in the value is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Value::Unknown => false,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
            Value::List(elements) => elements.iter().all(Value::is_wholly_known),
            Value::Map(elements) => elements.values().all(Value::is_wholly_known),
            Value::Dynamic(dynamic) => dynamic.1.is_wholly_known(),
        }
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self.concrete() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match self.concrete() {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self.concrete() {
            Value::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements of a known map or object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self.concrete() {
            Value::Map(elements) => Some(elements),
            _ => None,
        }
    }

    /// Whether two values of a type are equal: sets without regard to order and repetition, absent attributes as null.
    /// Unknown equals unknown.
    pub fn same(&self, other: &Value, ty: &Type) -> bool {
        self == other || self.canonical(ty) == other.canonical(ty)
    }

    /// The one form of all values that are the [`same`](Value::same).
    fn canonical(&self, ty: &Type) -> Value {
        match (self, ty) {
            (Value::List(elements), Type::List(element)) => Value::List(
                elements
                    .iter()
                    .map(|value| value.canonical(element))
                    .collect(),
            ),
            (Value::List(elements), Type::Set(element)) => {
                let mut elements: Vec<Value> = elements
                    .iter()
                    .map(|value| value.canonical(element))
                    .collect();
                elements.sort_unstable();
                elements.dedup_by(|left, right| left == right && left.is_wholly_known());
                Value::List(elements)
            }
            (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
                Value::List(
                    elements
                        .iter()
                        .zip(types)
                        .map(|(value, ty)| value.canonical(ty))
                        .collect(),
                )
            }
            (Value::Map(elements), Type::Map(element)) => Value::Map(
                elements
                    .iter()
                    .map(|(key, value)| (key.clone(), value.canonical(element)))
                    .collect(),
            ),
            (Value::Map(elements), Type::Object(types)) => {
                let mut canonical = elements.clone();
                for (name, ty) in types {
                    canonical.insert(name.clone(), self.attribute(name).canonical(ty));
                }
                Value::Map(canonical)
            }
            (Value::Dynamic(dynamic), Type::Dynamic) => Value::Dynamic(Box::new((
                dynamic.0.clone(),
                dynamic.1.canonical(&dynamic.0),
            ))),
            _ => self.clone(),
        }
    }

    /// What the value is, with its article, for messages: never the value itself.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Unknown => "an unknown value",
            Value::Bool(_) => "a bool",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Dynamic(_) => "a value with its type",
        }
    }
}

/// Leaves no text behind: for a value that may hold secrets. Their names and types are none.
impl Zeroize for Value {
    fn zeroize(&mut self) {
        match self {
            Value::String(text) => text.zeroize(),
            Value::List(elements) => elements.iter_mut().for_each(Value::zeroize),
            Value::Map(elements) => elements.values_mut().for_each(Value::zeroize),
            Value::Dynamic(dynamic) => dynamic.1.zeroize(),
            Value::Null | Value::Unknown | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::Bool(bool)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Number(Number::from(int))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dynamic(ty: Type, value: Value) -> Value {
        Value::Dynamic(Box::new((ty, value)))
    }

    #[test]
    fn an_attribute_of_null_is_null_and_of_unknown_unknown() {
        let object = Value::map([("a", Value::from(1))]);
        assert_eq!(object.attribute("a"), &Value::from(1));
        assert_eq!(object.attribute("b"), &Value::Null);
        assert_eq!(Value::Null.attribute("a"), &Value::Null);
        assert_eq!(Value::Unknown.attribute("a"), &Value::Unknown);
        let wrapped = dynamic(Type::object([("a", Type::Number)]), object);
        assert_eq!(wrapped.attribute("a"), &Value::from(1));
    }

    #[test]
    fn a_dynamic_value_is_null_or_unknown_as_what_it_carries() {
        assert!(dynamic(Type::String, Value::Null).is_null());
        assert!(!dynamic(Type::String, Value::Unknown).is_known());
    }

    #[test]
    fn no_text_is_left_at_any_depth_of_what_is_wiped() {
        let mut value = Value::map([
            ("a", Value::from("s")),
            ("b", Value::List(vec![Value::from("s"), Value::Null])),
            (
                "c",
                dynamic(
                    Type::object([("d", Type::String)]),
                    Value::map([("d", Value::from("s"))]),
                ),
            ),
        ]);
        value.zeroize();
        assert!(!format!("{value:?}").contains("\"s\""), "{value:?}");
    }

    #[test]
    fn unknown_is_found_at_any_depth() {
        let value = Value::map([("a", Value::List(vec![Value::from("x"), Value::Unknown]))]);
        assert!(value.is_known());
        assert!(!value.is_wholly_known());
        assert!(Value::Null.is_wholly_known());
    }

    #[test]
    fn sets_are_the_same_in_any_order_and_lists_are_not() {
        let forward = Value::List(vec![Value::from("a"), Value::from("b"), Value::from("a")]);
        let backward = Value::List(vec![Value::from("b"), Value::from("a")]);
        let set = Type::set(Type::String);
        assert!(forward.same(&backward, &set));
        assert!(!forward.same(&backward, &Type::list(Type::String)));
        let nested = |value: &Value| Value::map([("a", Value::List(vec![value.clone()]))]);
        let ty = Type::object([("a", Type::set(set))]);
        assert!(nested(&forward).same(&nested(&backward), &ty));
        assert!(!nested(&forward).same(&nested(&Value::Null), &ty));
    }

    #[test]
    fn two_unknown_elements_of_a_set_are_not_one() {
        let set = Type::set(Type::String);
        let one = Value::List(vec![Value::Unknown]);
        let two = Value::List(vec![Value::Unknown, Value::Unknown]);
        assert!(!one.same(&two, &set));
    }

    #[test]
    fn an_absent_attribute_is_the_same_as_null() {
        let ty = Type::object([("a", Type::String), ("b", Type::String)]);
        let short = Value::map([("a", Value::from("x"))]);
        let full = Value::map([("a", Value::from("x")), ("b", Value::Null)]);
        assert!(short.same(&full, &ty));
    }

    #[test]
    fn dynamic_values_of_different_types_differ() {
        let list = dynamic(Type::list(Type::String), Value::List(Vec::new()));
        let set = dynamic(Type::set(Type::String), Value::List(Vec::new()));
        assert!(!list.same(&set, &Type::Dynamic));
        assert!(list.same(&list.clone(), &Type::Dynamic));
    }
}
