//! Identities: the few values by which an object is known beyond a state, in lists and in import blocks.
//!
//! Two rules hold everywhere. An identity is wholly known or not there at all. And it never changes while the object is the
//! same one ([`settle`]): only what was null may be filled in.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json;
use super::model::{ModelError, from_value, to_value};
use super::proto;
use super::types::Type;
use super::upgrade::Upgrader;
use super::value::Value;

/// The types that an identity's values may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityType {
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A list of texts.
    StringList,
    /// A list of numbers.
    NumberList,
    /// A list of bools.
    BoolList,
}

impl From<IdentityType> for Type {
    fn from(ty: IdentityType) -> Type {
        match ty {
            IdentityType::String => Type::String,
            IdentityType::Number => Type::Number,
            IdentityType::Bool => Type::Bool,
            IdentityType::StringList => Type::list(Type::String),
            IdentityType::NumberList => Type::list(Type::Number),
            IdentityType::BoolList => Type::list(Type::Bool),
        }
    }
}

/// What the objects of a resource type are known by.
#[derive(Debug, Clone)]
pub struct IdentitySchema {
    /// Rises with each change after which a stored identity must be upgraded.
    pub version: i64,
    attributes: Vec<IdentityAttribute>,
    upgraders: Vec<Upgrader>,
}

/// One of an identity's values.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    /// As written in an import block.
    pub name: &'static str,
    /// The type of its value.
    pub ty: Type,
    /// Whether an import must name it.
    pub required: bool,
    /// For the documentation, in Markdown.
    pub description: String,
}

impl IdentitySchema {
    /// An identity of nothing yet, of this version, which begins with 0.
    pub fn new(version: i64) -> IdentitySchema {
        IdentitySchema {
            version,
            attributes: Vec::new(),
            upgraders: Vec::new(),
        }
    }

    /// The identity with one more value, which every object has and every import names.
    #[must_use]
    pub fn required(
        self,
        name: &'static str,
        ty: IdentityType,
        description: impl Into<String>,
    ) -> IdentitySchema {
        self.with(name, ty, true, description.into())
    }

    /// The identity with one more value, which an import may leave to the provider.
    #[must_use]
    pub fn optional(
        self,
        name: &'static str,
        ty: IdentityType,
        description: impl Into<String>,
    ) -> IdentitySchema {
        self.with(name, ty, false, description.into())
    }

    fn with(
        mut self,
        name: &'static str,
        ty: IdentityType,
        required: bool,
        description: String,
    ) -> IdentitySchema {
        self.attributes.push(IdentityAttribute {
            name,
            ty: ty.into(),
            required,
            description,
        });
        self
    }

    /// The identity with the way from one of its older versions to the next.
    #[must_use]
    pub fn upgrader(mut self, upgrader: Upgrader) -> IdentitySchema {
        self.upgraders.push(upgrader);
        self
    }

    /// Its values, in the order of declaration.
    pub fn attributes(&self) -> &[IdentityAttribute] {
        &self.attributes
    }

    /// The ways from older versions.
    pub fn upgraders(&self) -> &[Upgrader] {
        &self.upgraders
    }

    /// The type of its values on the wire.
    pub fn implied_type(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|attribute| (attribute.name, attribute.ty.clone())),
        )
    }

    /// The schema on the wire.
    pub fn to_proto(&self) -> proto::ResourceIdentitySchema {
        let attributes = self.attributes.iter().map(|attribute| {
            proto::resource_identity_schema::IdentityAttribute {
                name: attribute.name.to_owned(),
                r#type: attribute.ty.to_json(),
                required_for_import: attribute.required,
                optional_for_import: !attribute.required,
                description: attribute.description.clone(),
            }
        });
        proto::ResourceIdentitySchema {
            version: self.version,
            identity_attributes: attributes.collect(),
        }
    }

    /// The identity of an object whose attributes of the same names make it up. `None` while one of them is unknown, or a
    /// required one is null.
    pub fn of(&self, object: &(impl Serialize + ?Sized)) -> Option<Identity> {
        let object = to_value(object).ok()?;
        let values = self
            .attributes
            .iter()
            .map(|attribute| (attribute.name, object.attribute(attribute.name).clone()));
        let identity = Identity(Value::map(values));
        (identity.0.is_wholly_known() && self.missing(&identity).is_none()).then_some(identity)
    }

    /// The first required value that is null.
    pub fn missing(&self, identity: &Identity) -> Option<&'static str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.required && identity.get(attribute.name).is_null())
            .map(|attribute| attribute.name)
    }
}

/// The identity of one object: wholly known, null where an optional value is left open.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity(Value);

impl Default for Identity {
    /// An identity in which everything is open.
    fn default() -> Identity {
        Identity(Value::Map(BTreeMap::new()))
    }
}

impl Identity {
    /// An identity of these values.
    pub fn new<K: Into<String>>(values: impl IntoIterator<Item = (K, Value)>) -> Identity {
        Identity(without_unknown(Value::map(values)))
    }

    /// What was stored or sent. `None` where nothing in it says anything; an unknown value counts as open.
    pub fn from_value(value: Value) -> Option<Identity> {
        let value = without_unknown(value);
        let says_something = value
            .as_map()
            .is_some_and(|values| values.values().any(|value| !value.is_null()));
        says_something.then_some(Identity(value))
    }

    /// One of its values; null where there is none.
    pub fn get(&self, name: &str) -> &Value {
        self.0.attribute(name)
    }

    /// Its values as a struct of the caller's, by name.
    ///
    /// # Errors
    /// A value that has no place there.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ModelError> {
        from_value(&self.0)
    }

    /// Its values as an object.
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

/// An identity has no half known lists: what is unknown in part is open as a whole.
fn without_unknown(value: Value) -> Value {
    match value {
        Value::Map(values) => Value::Map(
            values
                .into_iter()
                .map(|(name, value)| {
                    let known = value.is_wholly_known();
                    (name, if known { value } else { Value::Null })
                })
                .collect(),
        ),
        _ => Value::Null,
    }
}

/// Two identities that cannot be the same object's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its `{name}` was {prior} and is {found}")]
pub struct Contradiction {
    /// The value that differs.
    pub name: String,
    /// As it was, in JSON.
    pub prior: String,
    /// As it is, in JSON.
    pub found: String,
}

/// The identity of an object that was known by `prior` and of which `found` is seen now: `prior` with its open values filled.
///
/// # Errors
/// Where both name a value and mean different ones.
pub fn settle(
    prior: Option<Identity>,
    found: Option<Identity>,
    ty: &Type,
) -> Result<Option<Identity>, Contradiction> {
    let (Some(prior), Some(found)) = (&prior, &found) else {
        return Ok(prior.or(found));
    };
    let Type::Object(types) = ty else {
        return Ok(Some(prior.clone()));
    };
    let mut settled = Vec::new();
    for (name, ty) in types {
        let (was, is) = (prior.get(name), found.get(name));
        if !was.is_null() && !is.is_null() && !was.same(is, ty) {
            return Err(Contradiction {
                name: name.clone(),
                prior: shown(was, ty),
                found: shown(is, ty),
            });
        }
        settled.push((name, if was.is_null() { is } else { was }.clone()));
    }
    Ok(Some(Identity::new(settled)))
}

fn shown(value: &Value, ty: &Type) -> String {
    let json = json::encode(value, ty).unwrap_or_default();
    String::from_utf8_lossy(&json).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> IdentitySchema {
        IdentitySchema::new(0)
            .required("id", IdentityType::String, "ID.")
            .optional("zones", IdentityType::StringList, "Zones.")
    }

    fn zones(zones: &[&str]) -> Value {
        Value::List(zones.iter().map(|zone| Value::from(*zone)).collect())
    }

    fn identity(id: &str, zones: Value) -> Option<Identity> {
        Some(Identity::new([("id", Value::from(id)), ("zones", zones)]))
    }

    #[test]
    fn an_object_has_an_identity_once_all_that_makes_it_up_is_known() {
        let object = |id, of| Value::map([("id", id), ("zones", of), ("other", Value::Unknown)]);
        let of = |object: &Value| {
            let values = object.as_map().unwrap();
            let id = values["id"].clone();
            #[derive(Serialize)]
            struct Model {
                id: crate::tf::model::Attr<String>,
                zones: Option<Vec<String>>,
            }
            let id = match id {
                Value::Unknown => crate::tf::model::Attr::Unknown,
                Value::String(id) => crate::tf::model::Attr::Known(id),
                _ => crate::tf::model::Attr::Null,
            };
            let zones = values["zones"].as_list().map(|zones| {
                let text = |zone: &Value| zone.as_str().unwrap().to_owned();
                zones.iter().map(text).collect()
            });
            schema().of(&Model { id, zones })
        };
        assert_eq!(
            of(&object(Value::from("x"), zones(&["a"]))),
            identity("x", zones(&["a"]))
        );
        assert_eq!(
            of(&object(Value::from("x"), Value::Null)),
            identity("x", Value::Null)
        );
        assert_eq!(of(&object(Value::Unknown, Value::Null)), None);
        assert_eq!(of(&object(Value::Null, zones(&["a"]))), None);
    }

    #[test]
    fn what_says_nothing_is_no_identity() {
        let open = Value::map([("id", Value::Null), ("zones", Value::Unknown)]);
        assert_eq!(Identity::from_value(open), None);
        assert_eq!(Identity::from_value(Value::Null), None);
        assert_eq!(Identity::from_value(Value::Unknown), None);
        let half = Value::map([
            ("id", Value::from("x")),
            ("zones", Value::List(vec![Value::Unknown])),
        ]);
        assert_eq!(Identity::from_value(half), identity("x", Value::Null));
    }

    #[test]
    fn an_identity_is_filled_and_never_changed() {
        let ty = schema().implied_type();
        let settle = |prior, found| settle(prior, found, &ty);
        let (bare, full) = (identity("x", Value::Null), identity("x", zones(&["a"])));
        assert_eq!(settle(None, full.clone()), Ok(full.clone()));
        assert_eq!(settle(full.clone(), None), Ok(full.clone()));
        assert_eq!(settle(None, None), Ok(None));
        assert_eq!(settle(bare.clone(), full.clone()), Ok(full.clone()));
        assert_eq!(settle(full.clone(), bare.clone()), Ok(full.clone()));
        let other = settle(full, identity("y", Value::Null)).unwrap_err();
        assert_eq!(other.to_string(), r#"its `id` was "x" and is "y""#);
        assert!(settle(identity("x", zones(&["a"])), identity("x", zones(&["b"]))).is_err());
    }

    #[test]
    fn the_schema_on_the_wire_says_what_an_import_must_name() {
        let wire = schema().to_proto();
        let said: Vec<_> = wire
            .identity_attributes
            .iter()
            .map(|attribute| {
                let ty = String::from_utf8(attribute.r#type.clone()).unwrap();
                (
                    attribute.name.as_str(),
                    ty,
                    attribute.required_for_import,
                    attribute.optional_for_import,
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                ("id", "\"string\"".to_owned(), true, false),
                ("zones", "[\"list\",\"string\"]".to_owned(), false, true)
            ]
        );
    }
}
