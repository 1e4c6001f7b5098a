//! Typed models of values: structs that derive `Serialize` and `Deserialize`.
//!
//! A struct is an object, a `Vec` or `BTreeSet` a list, set or tuple, a `BTreeMap` a map, `Option` may be null, and an
//! enum without data is a string. A field of type [`Attr`] may be null or unknown as well; any other field that meets such a value is an
//! error with its path. A field that the object lacks is null; an attribute that the struct lacks is an error.
//!
//! `Attr` and [`Number`](super::number::Number) reach the value through names that only this module's serializers know, so they
//! do not work behind `#[serde(flatten)]` or in untagged enums, which hide the serializer.

mod de;
mod error;
mod number;
mod ser;

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::Value;
pub use error::{ModelError, ModelErrorKind};

/// The name by which the serializers of this module know an [`Attr`].
const ATTR: &str = "alivpn::tf::Attr";
/// The variants of an [`Attr`], in the order of their indexes.
const VARIANTS: &[&str] = &["null", "unknown", "known"];

/// An attribute of a model: not set, not known before apply, or a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr<T> {
    /// Not set.
    #[default]
    Null,
    /// Will only be known after apply.
    Unknown,
    /// This value.
    Known(T),
}

impl<T> Attr<T> {
    /// The value, if it is known and not null.
    pub fn known(&self) -> Option<&T> {
        match self {
            Attr::Known(value) => Some(value),
            Attr::Null | Attr::Unknown => None,
        }
    }

    /// A copy of the value, if it is known and not null.
    pub fn value(&self) -> Option<T>
    where
        T: Clone,
    {
        self.known().cloned()
    }

    /// Whether it is not set.
    pub fn is_null(&self) -> bool {
        matches!(self, Attr::Null)
    }

    /// Whether it will only be known after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Attr::Unknown)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Attr<T> {
        Attr::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Attr<T> {
        value.map_or(Attr::Null, Attr::Known)
    }
}

impl<T: Serialize> Serialize for Attr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Attr::Null => serializer.serialize_unit_variant(ATTR, 0, "null"),
            Attr::Unknown => serializer.serialize_unit_variant(ATTR, 1, "unknown"),
            Attr::Known(value) => serializer.serialize_newtype_variant(ATTR, 2, "known", value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Attr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Attr<T>, D::Error> {
        deserializer.deserialize_enum(ATTR, VARIANTS, AttrVisitor(PhantomData))
    }
}

struct AttrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AttrVisitor<T> {
    type Value = Attr<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an attribute")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Attr<T>, A::Error> {
        match data.variant::<u32>()? {
            (0, access) => access.unit_variant().map(|()| Attr::Null),
            (1, access) => access.unit_variant().map(|()| Attr::Unknown),
            (_, access) => access.newtype_variant().map(Attr::Known),
        }
    }
}

/// The model of a value.
///
/// # Errors
/// Where the value has no place in the model.
pub fn from_value<M: DeserializeOwned>(value: &Value) -> Result<M, ModelError> {
    M::deserialize(de::ValueDeserializer(value))
}

/// The value of a model.
///
/// # Errors
/// Where the model has a part that Terraform's values have no place for.
pub fn to_value<M: Serialize + ?Sized>(model: &M) -> Result<Value, ModelError> {
    model.serialize(ser::ValueSerializer)
}

#[cfg(test)]
mod tests;
