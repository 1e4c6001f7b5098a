//! Values as bytes.

pub use super::encoding::{DecodeError, EncodeError};
use super::encoding::{DecodeErrorKind, EncodeErrorKind};
use super::types::Type;
use super::value::Value;

/// Reads a value of the type.
///
/// # Errors
/// What is not exactly one value of the type.
pub fn decode(_bytes: &[u8], _ty: &Type) -> Result<Value, DecodeError> {
    Err(DecodeErrorKind::Truncated.into())
}

/// Writes a value of the type.
///
/// # Errors
/// A value that is not of the type.
pub fn encode(_value: &Value, _ty: &Type) -> Result<Vec<u8>, EncodeError> {
    Err(EncodeErrorKind::TooLong.into())
}

/// As [`decode`], but attributes that the type lacks are left out, and missing ones are null: for stored states.
///
/// # Errors
/// As [`decode`].
pub fn decode_state(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    decode(bytes, ty)
}
