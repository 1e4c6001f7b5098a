//! Values in msgpack, the encoding that Terraform prefers.
//!
//! Null is nil, unknown any extension type, a number an integer, a float or decimal text (always text when written), and a
//! value of open type a pair of its type in JSON and itself. The reader takes exactly one value of the type: what is missing, doubled, left over or of
//! another kind is an error, and a length is never trusted before its bytes are seen.

mod read;
mod write;

use rmp::encode::ByteBuf;

use super::encoding::DecodeErrorKind;
pub use super::encoding::{DecodeError, EncodeError};
use super::types::Type;
use super::value::Value;
use read::Reader;

/// Reads a value of the type.
///
/// # Errors
/// What is not exactly one value of the type, with the path to what is wrong.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = reader.value(ty, 0)?;
    match reader.rest.len() {
        0 => Ok(value),
        left => Err(DecodeErrorKind::TrailingBytes(left).into()),
    }
}

/// Writes a value of the type. An attribute that an object lacks is written as null.
///
/// # Errors
/// A value that is not of the type, with the path to what is wrong.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = ByteBuf::new();
    write::write(&mut bytes, value, ty, 0)?;
    Ok(bytes.into_vec())
}

#[cfg(test)]
mod tests;
