//! Writing under a type. Writing to memory cannot fail; the errors are about values.

use rmp::encode::{
    ByteBuf, write_array_len, write_bin, write_bool, write_ext_meta, write_map_len, write_nil,
    write_str,
};

use crate::tf::encoding::{EncodeError, EncodeErrorKind, deeper};
use crate::tf::path::Step;
use crate::tf::types::Type;
use crate::tf::value::Value;

/// Adds a value of the type; `depth` is how many it is nested in.
pub(super) fn write(
    bytes: &mut ByteBuf,
    value: &Value,
    ty: &Type,
    depth: usize,
) -> Result<(), EncodeError> {
    match (value, ty) {
        (Value::Null, _) => {
            let Ok(()) = write_nil(bytes);
        }
        (Value::Unknown, _) => {
            let Ok(_) = write_ext_meta(bytes, 1, 0);
            bytes.as_mut_vec().push(0);
        }
        (Value::Bool(bool), Type::Bool) => {
            let Ok(()) = write_bool(bytes, *bool);
        }
        // As text, whatever its size: Terraform reads text with the precision that it reads stored states with (512 bits),
        // integers and floats with less, and compares a refreshed state with the stored one down to that precision. A number
        // in another form makes `plan -refresh-only -detailed-exitcode` say 2 with nothing changed (seen with 1.11).
        (Value::Number(number), Type::Number) => write_text(bytes, &number.to_string())?,
        (Value::String(text), Type::String) => write_text(bytes, text)?,
        (Value::Dynamic(dynamic), Type::Dynamic) => {
            let depth = deeper(depth).ok_or(EncodeErrorKind::TooDeep)?;
            let (ty, value) = dynamic.as_ref();
            let notation = ty.to_json();
            length(notation.len())?;
            let Ok(_) = write_array_len(bytes, 2);
            let Ok(()) = write_bin(bytes, &notation);
            write(bytes, value, ty, depth)?;
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

/// A length as msgpack writes it.
fn length(length: usize) -> Result<u32, EncodeErrorKind> {
    u32::try_from(length).map_err(|_| EncodeErrorKind::TooLong)
}

fn write_elements<'a>(
    bytes: &mut ByteBuf,
    elements: impl ExactSizeIterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
    step: fn(usize) -> Step,
) -> Result<(), EncodeError> {
    let depth = deeper(depth).ok_or(EncodeErrorKind::TooDeep)?;
    let Ok(_) = write_array_len(bytes, length(elements.len())?);
    for (place, (value, ty)) in elements.enumerate() {
        write(bytes, value, ty, depth).map_err(|error| error.under(step(place)))?;
    }
    Ok(())
}

fn write_entries<'a>(
    bytes: &mut ByteBuf,
    entries: impl ExactSizeIterator<Item = (&'a String, &'a Value, &'a Type)>,
    depth: usize,
    step: fn(String) -> Step,
) -> Result<(), EncodeError> {
    let depth = deeper(depth).ok_or(EncodeErrorKind::TooDeep)?;
    let Ok(_) = write_map_len(bytes, length(entries.len())?);
    for (key, value, ty) in entries {
        write_text(bytes, key)?;
        write(bytes, value, ty, depth).map_err(|error| error.under(step(key.clone())))?;
    }
    Ok(())
}

fn write_text(bytes: &mut ByteBuf, text: &str) -> Result<(), EncodeErrorKind> {
    length(text.len())?;
    let Ok(()) = write_str(bytes, text);
    Ok(())
}
