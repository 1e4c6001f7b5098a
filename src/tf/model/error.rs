//! How values and models fail to fit.

use serde::de::{self, Expected, Unexpected};
use serde::ser;

use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::encoding::place;
use crate::tf::path::{AttributePath, Step};

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
    pub(super) fn under(mut self, step: Step) -> ModelError {
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

impl From<ModelError> for Diagnostics {
    fn from(error: ModelError) -> Diagnostics {
        Diagnostic::from(&error).into()
    }
}

impl From<&ModelError> for Diagnostic {
    /// For a value of the schema's type that the model has no place for: one that a rule would have refused, had it been
    /// asked, or a model that does not fit its own schema.
    fn from(error: &ModelError) -> Diagnostic {
        Diagnostic::error("The provider could not read a value")
            .detail(format!(
                "{error}. The value is of the schema's type, but not one that the provider works with. A state that another \
                 program wrote may hold such a value; otherwise this is a defect of the provider: please report it."
            ))
            .at(&error.path)
    }
}

impl ser::Error for ModelError {
    fn custom<T: std::fmt::Display>(message: T) -> ModelError {
        ModelErrorKind::Other(message.to_string()).into()
    }
}

/// Without what serde's own messages would repeat: the value found.
impl de::Error for ModelError {
    fn custom<T: std::fmt::Display>(message: T) -> ModelError {
        ModelErrorKind::Other(message.to_string()).into()
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> ModelError {
        let found = match found {
            Unexpected::Bool(_) => "a bool",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Char(_) | Unexpected::Str(_) => "a string",
            Unexpected::Unit | Unexpected::Option => "null",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a map",
            _ => "this",
        };
        ModelError::custom(format_args!("{expected} is required, not {found}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> ModelError {
        ModelError::custom(format_args!("{expected} is required"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> ModelError {
        ModelError::custom(format_args!("one of {} is required", expected.join(", ")))
    }
}
