//! Typed models of values: structs that derive `Serialize` and `Deserialize`.
//!
//! A struct is an object, a `Vec` or `BTreeSet` a list, set or tuple, a `BTreeMap` a map, `Option` may be null, and an
//! enum without data is a string. A field of type [`Attr`] may be null or unknown as well; any other field that meets such a value is an
//! error with its path. A field that the object lacks is null; an attribute that the struct lacks is an error.
//!
//! `Attr` and [`Number`](super::number::Number) reach the value through names that only this module's serializers know, so they
//! do not work behind `#[serde(flatten)]` or in untagged enums, which hide the serializer.

mod de;
mod number;
mod ser;

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::encoding::place;
use super::path::{AttributePath, Step};
use super::value::Value;

/// The name by which the serializers of this module know an [`Attr`].
const ATTR: &str = "alivpn::tf::Attr";
/// The variants of an [`Attr`], in the order of their indexes.
const VARIANTS: &[&str] = &["null", "unknown", "known"];

/// An attribute of a model: not set, not known before apply, or a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr<T> {
    /// Not set.
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

impl<T> Default for Attr<T> {
    fn default() -> Attr<T> {
        Attr::Null
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

/// Why a value and a model do not fit, and where. Never repeats a value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", place(path))]
pub struct ModelError {
    /// Where in the value.
    pub path: AttributePath,
    /// Why.
    pub kind: ModelErrorKind,
}

/// Why a value and a model do not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelErrorKind {
    /// Null where the model has no place for it.
    #[error("a value is required here")]
    Null,
    /// Unknown where the model has no place for it.
    #[error("the value must be known here")]
    Unknown,
    /// Another kind of value than the model asks for.
    #[error("{expected} is required, not {found}")]
    Mismatch {
        /// With its article.
        expected: &'static str,
        /// With its article.
        found: &'static str,
    },
    /// A number that is not whole or out of range.
    #[error("a whole number from {least} to {most} is required")]
    Integer {
        /// The smallest that fits.
        least: i64,
        /// The largest that fits.
        most: u64,
    },
    /// A number that a float cannot hold without loss, or a float that is not a number.
    #[error("the number does not fit a 64-bit float")]
    Float,
    /// The model lacks this attribute.
    #[error("the object has no such attribute")]
    UnknownAttribute,
    /// A kind of Rust type that has no place in Terraform's values.
    #[error("{0} cannot be part of a model")]
    Unsupported(&'static str),
    /// Said by the model's own code.
    #[error("{0}")]
    Other(String),
}

impl ModelError {
    /// The error seen from one level above.
    fn under(mut self, step: Step) -> ModelError {
        self.path.0.insert(0, step);
        self
    }
}

impl From<ModelErrorKind> for ModelError {
    fn from(kind: ModelErrorKind) -> ModelError {
        ModelError {
            path: AttributePath::root(),
            kind,
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
