//! Values in JSON, the encoding of stored states, which Terraform may also use on the wire.
//!
//! The reader follows the type while it reads, so numbers keep every digit. It is as strict as the one for msgpack; only
//! [`decode_state`] is not about attributes, since a stored state may be older or newer than the schema.

mod read;
mod write;

use serde::de::DeserializeSeed;

use super::encoding::DecodeErrorKind;
pub use super::encoding::{DecodeError, EncodeError};
use super::types::Type;
use super::value::Value;
use read::{Attributes, Reading, Seed};

/// Reads a value of the type.
///
/// # Errors
/// What is not exactly one value of the type, with the path to what is wrong.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    read(bytes, ty, Attributes::Exact)
}

/// Reads a stored state of the type: what an object has beyond its type is left out, what it lacks is null.
///
/// # Errors
/// As [`decode`], but for attributes.
pub fn decode_state(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    read(bytes, ty, Attributes::AsFound)
}

fn read(bytes: &[u8], ty: &Type, attributes: Attributes) -> Result<Value, DecodeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| DecodeErrorKind::InvalidUtf8)?;
    let mut reading = Reading::new(attributes);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Seed {
        ty,
        depth: 0,
        reading: &mut reading,
    }
    .deserialize(&mut deserializer)
    .and_then(|value| deserializer.end().map(|()| value))
    .map_err(|error| reading.into_error(&error))
}

/// Writes a value of the type. An attribute that an object lacks is written as null.
///
/// # Errors
/// A value that is not of the type or has something unknown in it, with the path to what is wrong.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    write::write(&mut bytes, value, ty, 0)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
