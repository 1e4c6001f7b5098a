//! Writing under a type.

use crate::tf::encoding::{EncodeError, EncodeErrorKind, deeper};
use crate::tf::path::Step;
use crate::tf::types::Type;
use crate::tf::value::Value;

/// Adds a value of the type; `depth` is how many it is nested in.
pub(super) fn write(
    bytes: &mut Vec<u8>,
    value: &Value,
    ty: &Type,
    depth: usize,
) -> Result<(), EncodeError> {
    match (value, ty) {
        (Value::Null, _) => bytes.extend_from_slice(b"null"),
        (Value::Unknown, _) => return Err(EncodeErrorKind::Unknown.into()),
        (Value::Bool(bool), Type::Bool) => {
            bytes.extend_from_slice(if *bool { b"true" } else { b"false" })
        }
        (Value::Number(number), Type::Number) => {
            bytes.extend_from_slice(number.to_string().as_bytes())
        }
        (Value::String(text), Type::String) => write_text(bytes, text)?,
        (Value::Dynamic(dynamic), Type::Dynamic) => {
            let depth = deeper(depth).ok_or(EncodeErrorKind::TooDeep)?;
            let (ty, value) = dynamic.as_ref();
            bytes.extend_from_slice(br#"{"type":"#);
            bytes.extend_from_slice(&ty.to_json());
            bytes.extend_from_slice(br#","value":"#);
            write(bytes, value, ty, depth)?;
            bytes.push(b'}');
        }
        (Value::List(elements), Type::List(ty)) => {
            let pairs = elements.iter().map(|value| (value, ty.as_ref()));
            write_elements(bytes, pairs, depth, |place| Step::Index(place as i64))?;
        }
        (Value::List(elements), Type::Set(ty)) => {
            write_elements(
                bytes,
                elements.iter().map(|value| (value, ty.as_ref())),
                depth,
                Step::Element,
            )?;
        }
        (Value::List(elements), Type::Tuple(types)) => {
            if elements.len() != types.len() {
                return Err(EncodeErrorKind::TupleLength {
                    expected: types.len(),
                    found: elements.len(),
                }
                .into());
            }
            write_elements(bytes, elements.iter().zip(types), depth, |place| {
                Step::Index(place as i64)
            })?;
        }
        (Value::Map(elements), Type::Map(ty)) => {
            let entries = elements
                .iter()
                .map(|(key, value)| (key, value, ty.as_ref()));
            write_entries(bytes, entries, depth, Step::Key)?;
        }
        (Value::Map(attributes), Type::Object(types)) => {
            if let Some(extra) = attributes.keys().find(|name| !types.contains_key(*name)) {
                let error = EncodeError::from(EncodeErrorKind::UnknownAttribute);
                return Err(error.under(Step::Attribute(extra.clone())));
            }
            let entries = types
                .iter()
                .map(|(name, ty)| (name, attributes.get(name).unwrap_or(&Value::Null), ty));
            write_entries(bytes, entries, depth, Step::Attribute)?;
        }
        _ => {
            return Err(EncodeErrorKind::Mismatch {
                expected: ty.kind(),
                found: value.kind(),
            }
            .into());
        }
    }
    Ok(())
}

fn write_elements<'a>(
    bytes: &mut Vec<u8>,
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
    step: fn(usize) -> Step,
) -> Result<(), EncodeError> {
    let depth = deeper(depth).ok_or(EncodeErrorKind::TooDeep)?;
    bytes.push(b'[');
    for (place, (value, ty)) in elements.enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        write(bytes, value, ty, depth).map_err(|error| error.under(step(place)))?;
    }
    bytes.push(b']');
    Ok(())
}

fn write_entries<'a>(
    bytes: &mut Vec<u8>,
    entries: impl Iterator<Item = (&'a String, &'a Value, &'a Type)>,
    depth: usize,
    step: fn(String) -> Step,
) -> Result<(), EncodeError> {
    let depth = deeper(depth).ok_or(EncodeErrorKind::TooDeep)?;
    bytes.push(b'{');
    for (place, (key, value, ty)) in entries.enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        write_text(bytes, key)?;
        bytes.push(b':');
        write(bytes, value, ty, depth).map_err(|error| error.under(step(key.clone())))?;
    }
    bytes.push(b'}');
    Ok(())
}

fn write_text(bytes: &mut Vec<u8>, text: &str) -> Result<(), EncodeErrorKind> {
    serde_json::to_writer(bytes, text).map_err(|error| EncodeErrorKind::Json(error.to_string()))
}
