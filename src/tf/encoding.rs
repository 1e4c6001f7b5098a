//! What the two encodings of a value share: how deep values may nest, how many there may be, and how they fail.
//!
//! An error says where and what kind of thing is wrong, never what the value was: it may be a secret.

use super::number::NumberError;
use super::path::{AttributePath, Step};
use super::types::TypeError;

/// How deep types and values may nest: a string in a list in an object is nested twice, and a value that carries its type
/// counts as a level of its own.
///
/// A type of this depth stays below the nesting of arrays and objects that the JSON reader accepts (127), two for each
/// object.
pub const MAX_DEPTH: usize = 60;

/// How many values one message may hold, each null, string, list and so on counted, at any depth, and each attribute that a stored state
/// lacks as eight.
///
/// A value takes more room in memory than on the wire, an object of a few bytes hundreds of times as much: without a limit
/// a message of the size that the protocol allows would end the process.
pub const MAX_VALUES: usize = 1 << 20;

/// Bytes of a type's notation that count as one value.
const NOTATION_BYTES_PER_VALUE: usize = 16;

/// As many values an attribute counts that a state lacks: it takes its room in memory without a byte of the message.
const VALUES_PER_ABSENT: usize = 8;

/// How many values a message may still hold.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Budget {
        Budget(MAX_VALUES)
    }
}

impl Budget {
    /// Whether so many values may still come: then the error stands at what holds them, and not at the first too many.
    pub(super) fn holds(&self, values: usize) -> Result<(), DecodeErrorKind> {
        if values > self.0 {
            Err(DecodeErrorKind::TooManyValues)
        } else {
            Ok(())
        }
    }

    /// Takes one value off the budget.
    pub(super) fn value(&mut self) -> Result<(), DecodeErrorKind> {
        self.spend(1)
    }

    /// Takes a type that a value brings along off the budget, before the type is read.
    pub(super) fn notation(&mut self, bytes: usize) -> Result<(), DecodeErrorKind> {
        self.spend(bytes / NOTATION_BYTES_PER_VALUE)
    }

    /// Takes an attribute that a state lacks off the budget, before it is filled in.
    pub(super) fn absent(&mut self) -> Result<(), DecodeErrorKind> {
        self.spend(VALUES_PER_ABSENT)
            .map_err(|_| DecodeErrorKind::TooManyAbsent)
    }

    fn spend(&mut self, values: usize) -> Result<(), DecodeErrorKind> {
        self.0 = self
            .0
            .checked_sub(values)
            .ok_or(DecodeErrorKind::TooManyValues)?;
        Ok(())
    }
}

/// Why bytes are not a value of the type, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", place(path))]
pub struct DecodeError {
    /// Where in the value.
    pub path: AttributePath,
    /// Why.
    pub kind: DecodeErrorKind,
}

/// Why bytes are not a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeErrorKind {
    /// Another kind of value than the type asks for.
    #[error("{expected} is required, not {found}")]
    Mismatch {
        /// With its article.
        expected: &'static str,
        /// With its article.
        found: &'static str,
    },
    /// The bytes end before the value does, or a length claims more than there is.
    #[error("the value ends too early")]
    Truncated,
    /// Bytes are left over after the value.
    #[error("{0} bytes follow the value")]
    TrailingBytes(usize),
    /// Text that is not UTF-8.
    #[error("a string is not UTF-8")]
    InvalidUtf8,
    /// The key of a map or object is not a string.
    #[error("a key is not a string")]
    InvalidKey,
    /// The key, with which the path ends, was there before.
    #[error("the key occurs twice")]
    DuplicateKey,
    /// The object has no such attribute.
    #[error("the object has no such attribute")]
    UnknownAttribute,
    /// The object lacks this attribute.
    #[error("the attribute is missing")]
    MissingAttribute,
    /// A tuple of another length.
    #[error("a tuple of {expected} elements is required, not {found}")]
    TupleLength {
        /// As the type says.
        expected: usize,
        /// As found.
        found: usize,
    },
    /// A value of open type that is not a pair of type and value.
    #[error("a value of open type is a pair of its type and itself")]
    DynamicShape,
    /// The type that a value brings along cannot be read.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// Not a number.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the value is nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// More values than [`MAX_VALUES`].
    #[error("there are more than {MAX_VALUES} values")]
    TooManyValues,
    /// More attributes missing than may be filled in.
    #[error(
        "too many attributes are missing: each is filled in and counts as {VALUES_PER_ABSENT} values, of which there may be {MAX_VALUES}"
    )]
    TooManyAbsent,
    /// Not JSON.
    #[error("the value is not JSON: {0}")]
    Json(String),
    /// The byte 0xc1, which msgpack does not use.
    #[error("the byte 0xc1 is not msgpack")]
    Reserved,
}

/// Why a value cannot be written under the type, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", place(path))]
pub struct EncodeError {
    /// Where in the value.
    pub path: AttributePath,
    /// Why.
    pub kind: EncodeErrorKind,
}

/// Why a value cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeErrorKind {
    /// Another kind of value than the type asks for.
    #[error("{expected} is required, not {found}")]
    Mismatch {
        /// With its article.
        expected: &'static str,
        /// With its article.
        found: &'static str,
    },
    /// The object type has no such attribute.
    #[error("the object has no such attribute")]
    UnknownAttribute,
    /// A tuple of another length.
    #[error("a tuple of {expected} elements is required, not {found}")]
    TupleLength {
        /// As the type says.
        expected: usize,
        /// As found.
        found: usize,
    },
    /// JSON cannot say unknown.
    #[error("JSON has no unknown values")]
    Unknown,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the value is nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// Longer than the encoding's 32-bit lengths.
    #[error("the value is longer than 4 GiB")]
    TooLong,
    /// The JSON writer refuses.
    #[error("the value cannot be written as JSON: {0}")]
    Json(String),
}

/// The beginning of a message about the value at the path.
pub(super) fn place(path: &AttributePath) -> String {
    if path.is_root() {
        String::new()
    } else {
        format!("{path}: ")
    }
}

impl DecodeError {
    /// The error seen from one level above.
    pub(super) fn under(mut self, step: Step) -> DecodeError {
        self.path.0.insert(0, step);
        self
    }
}

impl From<DecodeErrorKind> for DecodeError {
    fn from(kind: DecodeErrorKind) -> DecodeError {
        DecodeError {
            path: AttributePath::root(),
            kind,
        }
    }
}

impl EncodeError {
    /// The error seen from one level above.
    pub(super) fn under(mut self, step: Step) -> EncodeError {
        self.path.0.insert(0, step);
        self
    }
}

impl From<EncodeErrorKind> for EncodeError {
    fn from(kind: EncodeErrorKind) -> EncodeError {
        EncodeError {
            path: AttributePath::root(),
            kind,
        }
    }
}

/// The depth of what is nested in something at this depth; none past the limit.
pub(super) fn deeper(depth: usize) -> Option<usize> {
    (depth < MAX_DEPTH).then_some(depth + 1)
}
