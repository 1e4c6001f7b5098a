//! Types of values, and their notation in JSON (`"string"`, `["list","number"]`, `["object",{"port":"number"}]`).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::json;
use serde_json::value::RawValue;

use super::encoding::deeper;

/// The type of a value: how its bytes are to be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Text.
    String,
    /// A decimal number of any size.
    Number,
    /// True or false.
    Bool,
    /// Any type: such a value brings its type along.
    Dynamic,
    /// A sequence of elements of one type.
    List(Box<Type>),
    /// Elements of one type, without order and without repetition.
    Set(Box<Type>),
    /// Elements of one type, each under a key of its own.
    Map(Box<Type>),
    /// Named attributes, each of its own type.
    Object(BTreeMap<String, Type>),
    /// A sequence of fixed length, each element of its own type.
    Tuple(Vec<Type>),
}

/// Why some bytes are not a type in JSON notation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the notation of a type cannot be read: {0}")]
pub struct TypeError(String);

impl Type {
    /// A list of elements of this type.
    pub fn list(element: Type) -> Type {
        Type::List(Box::new(element))
    }

    /// A set of elements of this type.
    pub fn set(element: Type) -> Type {
        Type::Set(Box::new(element))
    }

    /// A map with elements of this type.
    pub fn map(element: Type) -> Type {
        Type::Map(Box::new(element))
    }

    /// An object with these attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Type {
        Type::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }

    /// Reads the JSON notation. An object may name its optional attributes in a third element; a value has them all
    /// the same, so they make no difference here.
    ///
    /// # Errors
    /// Anything that is not a type, and one nested deeper than [`MAX_DEPTH`](super::encoding::MAX_DEPTH).
    pub fn from_json(bytes: &[u8]) -> Result<Type, TypeError> {
        let text =
            std::str::from_utf8(bytes).map_err(|_| TypeError("it is not UTF-8".to_owned()))?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let fault = Cell::new(EXPECTED);
        let seed = TypeSeed {
            depth: 0,
            fault: &fault,
        };
        seed.deserialize(&mut deserializer)
            .and_then(|ty| deserializer.end().map(|()| ty))
            .map_err(|error| {
                TypeError(if error.is_data() {
                    fault.get().to_owned()
                } else {
                    error.to_string()
                })
            })
    }

    /// The JSON notation.
    pub fn to_json(&self) -> Vec<u8> {
        self.notation().to_string().into_bytes()
    }

    fn notation(&self) -> serde_json::Value {
        match self {
            Type::String => json!("string"),
            Type::Number => json!("number"),
            Type::Bool => json!("bool"),
            Type::Dynamic => json!("dynamic"),
            Type::List(element) => json!(["list", element.notation()]),
            Type::Set(element) => json!(["set", element.notation()]),
            Type::Map(element) => json!(["map", element.notation()]),
            Type::Object(attributes) => {
                let attributes: serde_json::Map<_, _> = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.notation()))
                    .collect();
                json!(["object", attributes])
            }
            Type::Tuple(elements) => json!([
                "tuple",
                elements.iter().map(Type::notation).collect::<Vec<_>>()
            ]),
        }
    }

    /// Whether some part of a value of this type brings its own type along.
    pub fn contains_dynamic(&self) -> bool {
        match self {
            Type::Dynamic => true,
            Type::String | Type::Number | Type::Bool => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                element.contains_dynamic()
            }
            Type::Object(attributes) => attributes.values().any(Type::contains_dynamic),
            Type::Tuple(elements) => elements.iter().any(Type::contains_dynamic),
        }
    }

    /// The kind of value that the type asks for, with its article, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Type::String => "a string",
            Type::Number => "a number",
            Type::Bool => "a bool",
            Type::Dynamic => "a value with its type",
            Type::List(_) => "a list",
            Type::Set(_) => "a set",
            Type::Map(_) => "a map",
            Type::Object(_) => "an object",
            Type::Tuple(_) => "a tuple",
        }
    }
}

impl fmt::Display for Type {
    /// The type as one says it: `list of string`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::String => formatter.write_str("string"),
            Type::Number => formatter.write_str("number"),
            Type::Bool => formatter.write_str("bool"),
            Type::Dynamic => formatter.write_str("dynamic"),
            Type::List(element) => write!(formatter, "list of {element}"),
            Type::Set(element) => write!(formatter, "set of {element}"),
            Type::Map(element) => write!(formatter, "map of {element}"),
            Type::Object(_) => formatter.write_str("object"),
            Type::Tuple(_) => formatter.write_str("tuple"),
        }
    }
}

const EXPECTED: &str = "a type is a word, or an array that begins with one";

/// Reads one type; `depth` is how many it is nested in. What is wrong with it goes into `fault`: the messages that serde
/// makes by itself would repeat what they found.
#[derive(Clone, Copy)]
struct TypeSeed<'a> {
    depth: usize,
    fault: &'a Cell<&'static str>,
}

impl<'a> TypeSeed<'a> {
    fn fail<E: Error>(self, fault: &'static str) -> E {
        self.fault.set(fault);
        E::custom(fault)
    }

    fn nested<E: Error>(self) -> Result<TypeSeed<'a>, E> {
        match deeper(self.depth) {
            Some(depth) => Ok(TypeSeed { depth, ..self }),
            None => Err(self.fail("it is nested too deep")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for TypeSeed<'_> {
    type Value = Type;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Type, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TypeSeed<'_> {
    type Value = Type;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a type")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Type, E> {
        match word {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(self.fail("the word is none of string, number, bool, dynamic")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Type, A::Error> {
        let nested = self.nested()?;
        let word: &RawValue = sequence
            .next_element()?
            .ok_or_else(|| self.fail::<A::Error>(EXPECTED))?;
        let ty = match word.get() {
            r#""list""# => sequence.next_element_seed(nested)?.map(Type::list),
            r#""set""# => sequence.next_element_seed(nested)?.map(Type::set),
            r#""map""# => sequence.next_element_seed(nested)?.map(Type::map),
            r#""object""# => sequence
                .next_element_seed(Attributes(nested))?
                .map(Type::Object),
            r#""tuple""# => sequence
                .next_element_seed(Elements(nested))?
                .map(Type::Tuple),
            _ => return Err(self.fail("the word is none of list, set, map, object, tuple")),
        };
        let ty = ty.ok_or_else(|| {
            self.fail::<A::Error>("the word is not followed by what it is made of")
        })?;
        if let Type::Object(attributes) = &ty {
            let optional: Vec<String> = sequence.next_element()?.unwrap_or_default();
            if !optional.iter().all(|name| attributes.contains_key(name)) {
                return Err(self.fail("an optional attribute is not among the attributes"));
            }
        }
        Ok(ty)
    }
}

/// Reads the attributes of an object type.
struct Attributes<'a>(TypeSeed<'a>);

impl<'de> DeserializeSeed<'de> for Attributes<'_> {
    type Value = BTreeMap<String, Type>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Attributes<'_> {
    type Value = BTreeMap<String, Type>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the attributes of an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut attributes = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if attributes
                .insert(name, map.next_value_seed(self.0)?)
                .is_some()
            {
                return Err(self.0.fail("an attribute occurs twice"));
            }
        }
        Ok(attributes)
    }
}

/// Reads the element types of a tuple type.
struct Elements<'a>(TypeSeed<'a>);

impl<'de> DeserializeSeed<'de> for Elements<'_> {
    type Value = Vec<Type>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = Vec<Type>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the element types of a tuple")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(ty) = sequence.next_element_seed(self.0)? {
            elements.push(ty);
        }
        Ok(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::encoding::MAX_DEPTH;

    #[test]
    fn the_notation_of_each_type_reads_back() {
        for (notation, ty) in [
            (r#""string""#, Type::String),
            (r#"["list","number"]"#, Type::list(Type::Number)),
            (r#"["set","bool"]"#, Type::set(Type::Bool)),
            (r#"["map","dynamic"]"#, Type::map(Type::Dynamic)),
            (
                r#"["object",{"a":"string","b":["list","string"]}]"#,
                Type::object([("b", Type::list(Type::String)), ("a", Type::String)]),
            ),
            (
                r#"["tuple",["string",["tuple",[]]]]"#,
                Type::Tuple(vec![Type::String, Type::Tuple(Vec::new())]),
            ),
        ] {
            assert_eq!(Type::from_json(notation.as_bytes()), Ok(ty.clone()));
            assert_eq!(String::from_utf8(ty.to_json()).unwrap(), notation);
        }
    }

    #[test]
    fn an_object_may_name_its_optional_attributes() {
        let ty = Type::object([("a", Type::String), ("b", Type::Bool)]);
        assert_eq!(
            Type::from_json(br#"["object",{"a":"string","b":"bool"},["b"]]"#),
            Ok(ty)
        );
        assert!(Type::from_json(br#"["object",{"a":"string"},["b"]]"#).is_err());
    }

    #[test]
    fn what_is_not_a_type_is_refused_without_repeating_it() {
        for notation in [
            r#""secret""#,
            "7654321",
            "true",
            "null",
            "{}",
            "[]",
            r#"["secret"]"#,
            r#"["list"]"#,
            r#"["list","string","string"]"#,
            r#"["object",{"a":"string","a":"bool"}]"#,
            r#"["object",["a"]]"#,
            r#"["tuple","secret"]"#,
            r#""string" 1"#,
            "",
            "\"",
        ] {
            let error = Type::from_json(notation.as_bytes())
                .unwrap_err()
                .to_string();
            assert!(
                !error.contains("secret") && !error.contains("7654321"),
                "{error}"
            );
        }
        assert!(Type::from_json(b"\"\xff\"").is_err());
    }

    #[test]
    fn nesting_ends_at_the_stated_limit() {
        let nested = |depth: usize| {
            format!(
                "{}\"string\"{}",
                r#"["object",{"a":"#.repeat(depth),
                "}]".repeat(depth)
            )
        };
        assert!(Type::from_json(nested(MAX_DEPTH).as_bytes()).is_ok());
        let error = Type::from_json(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err();
        assert!(error.to_string().contains("too deep"), "{error}");
        assert!(Type::from_json("[\"list\",".repeat(1_000_000).as_bytes()).is_err());
    }
}
