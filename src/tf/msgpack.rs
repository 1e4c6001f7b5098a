//! Values in msgpack, the encoding that Terraform prefers.
//!
//! Null is nil, unknown any extension type, a number an integer, a float or decimal text, and a value of open type a pair of
//! its type in JSON and itself. The reader takes exactly one value of the type: what is missing, doubled, left over or of
//! another kind is an error, and a length is never trusted before its bytes are seen.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::encode::{
    ByteBuf, write_array_len, write_bin, write_bool, write_ext_meta, write_f64, write_map_len,
    write_nil, write_sint, write_str, write_uint,
};

pub use super::encoding::{DecodeError, EncodeError};
use super::encoding::{DecodeErrorKind, EncodeErrorKind, deeper};
use super::number::Number;
use super::path::Step;
use super::types::Type;
use super::value::Value;

/// As many elements as a length alone may make room for.
const TRUSTED_LENGTH: usize = 256;

/// Reads a value of the type.
///
/// # Errors
/// What is not exactly one value of the type, with the path to what is wrong.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty, 0)?;
    match reader.rest.len() {
        0 => Ok(value),
        left => Err(DecodeErrorKind::TrailingBytes(left).into()),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeErrorKind> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(DecodeErrorKind::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeErrorKind> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(DecodeErrorKind::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn marker(&mut self) -> Result<Marker, DecodeErrorKind> {
        self.array().map(|[byte]| Marker::from_u8(byte))
    }

    fn length8(&mut self) -> Result<usize, DecodeErrorKind> {
        self.array().map(|[byte]| byte.into())
    }

    fn length16(&mut self) -> Result<usize, DecodeErrorKind> {
        self.array().map(|bytes| u16::from_be_bytes(bytes).into())
    }

    fn length32(&mut self) -> Result<usize, DecodeErrorKind> {
        self.array().map(|bytes| u32::from_be_bytes(bytes) as usize)
    }

    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        let marker = self.marker()?;
        if marker == Marker::Null {
            return Ok(Value::Null);
        }
        if let Some(payload) = self.extension(marker)? {
            self.take(payload)?;
            return Ok(Value::Unknown);
        }
        match ty {
            Type::String => match self.text(marker)? {
                Some(text) => Ok(Value::String(text.to_owned())),
                None => Err(mismatch(ty, marker)),
            },
            Type::Number => self
                .number(marker)?
                .map(Value::Number)
                .ok_or_else(|| mismatch(ty, marker)),
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                _ => Err(mismatch(ty, marker)),
            },
            Type::Dynamic => self.dynamic(marker, depth),
            Type::List(element) => {
                let length = self.array_length(marker, ty)?;
                self.elements(
                    length,
                    depth,
                    |_| Some(element),
                    |place| Step::Index(place as i64),
                )
            }
            Type::Set(element) => {
                let length = self.array_length(marker, ty)?;
                self.elements(length, depth, |_| Some(element), Step::Element)
            }
            Type::Tuple(types) => {
                let length = self.array_length(marker, ty)?;
                if length != types.len() {
                    return Err(DecodeErrorKind::TupleLength {
                        expected: types.len(),
                        found: length,
                    }
                    .into());
                }
                self.elements(
                    length,
                    depth,
                    |place| types.get(place),
                    |place| Step::Index(place as i64),
                )
            }
            Type::Map(element) => {
                let length = self.map_length(marker, ty)?;
                self.entries(length, depth, |_| Some(element), Step::Key)
                    .map(Value::Map)
            }
            Type::Object(types) => {
                let length = self.map_length(marker, ty)?;
                let attributes =
                    self.entries(length, depth, |name| types.get(name), Step::Attribute)?;
                if attributes.len() < types.len()
                    && let Some(missing) = types.keys().find(|name| !attributes.contains_key(*name))
                {
                    let error = DecodeError::from(DecodeErrorKind::MissingAttribute);
                    return Err(error.under(Step::Attribute(missing.clone())));
                }
                Ok(Value::Map(attributes))
            }
        }
    }

    /// The length of an extension's payload, and none for what is no extension.
    fn extension(&mut self, marker: Marker) -> Result<Option<usize>, DecodeErrorKind> {
        let length = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.length8()?,
            Marker::Ext16 => self.length16()?,
            Marker::Ext32 => self.length32()?,
            _ => return Ok(None),
        };
        let [_kind] = self.array()?;
        Ok(Some(length))
    }

    /// The text of a string, and none for what is no string.
    fn text(&mut self, marker: Marker) -> Result<Option<&'a str>, DecodeErrorKind> {
        let length = match marker {
            Marker::FixStr(length) => length.into(),
            Marker::Str8 => self.length8()?,
            Marker::Str16 => self.length16()?,
            Marker::Str32 => self.length32()?,
            _ => return Ok(None),
        };
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| DecodeErrorKind::InvalidUtf8)
    }

    /// A number, and none for what is none.
    fn number(&mut self, marker: Marker) -> Result<Option<Number>, DecodeErrorKind> {
        let number = match marker {
            Marker::FixPos(int) => i64::from(int).into(),
            Marker::FixNeg(int) => i64::from(int).into(),
            Marker::I8 => i64::from(i8::from_be_bytes(self.array()?)).into(),
            Marker::I16 => i64::from(i16::from_be_bytes(self.array()?)).into(),
            Marker::I32 => i64::from(i32::from_be_bytes(self.array()?)).into(),
            Marker::I64 => i64::from_be_bytes(self.array()?).into(),
            Marker::U8 => u64::from(u8::from_be_bytes(self.array()?)).into(),
            Marker::U16 => u64::from(u16::from_be_bytes(self.array()?)).into(),
            Marker::U32 => u64::from(u32::from_be_bytes(self.array()?)).into(),
            Marker::U64 => u64::from_be_bytes(self.array()?).into(),
            Marker::F32 => Number::from_f64(f32::from_be_bytes(self.array()?).into())?,
            Marker::F64 => Number::from_f64(f64::from_be_bytes(self.array()?))?,
            _ => return Ok(self.text(marker)?.map(str::parse).transpose()?),
        };
        Ok(Some(number))
    }

    fn dynamic(&mut self, marker: Marker, depth: usize) -> Result<Value, DecodeError> {
        let depth = deeper(depth).ok_or(DecodeErrorKind::TooDeep)?;
        if self.array_length(marker, &Type::Dynamic)? != 2 {
            return Err(DecodeErrorKind::DynamicShape.into());
        }
        let notation = match self.marker()? {
            Marker::Bin8 => self.length8().and_then(|length| self.take(length))?,
            Marker::Bin16 => self.length16().and_then(|length| self.take(length))?,
            Marker::Bin32 => self.length32().and_then(|length| self.take(length))?,
            other => self
                .text(other)?
                .ok_or(DecodeErrorKind::DynamicShape)?
                .as_bytes(),
        };
        let ty = Type::from_json(notation).map_err(DecodeErrorKind::from)?;
        let value = self.value(&ty, depth)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    /// The length of an array, of which each element takes a byte at least.
    fn array_length(&mut self, marker: Marker, ty: &Type) -> Result<usize, DecodeError> {
        let length = match marker {
            Marker::FixArray(length) => length.into(),
            Marker::Array16 => self.length16()?,
            Marker::Array32 => self.length32()?,
            _ => return Err(mismatch(ty, marker)),
        };
        if length > self.rest.len() {
            Err(DecodeErrorKind::Truncated.into())
        } else {
            Ok(length)
        }
    }

    /// The length of a map, of which each entry takes two bytes at least.
    fn map_length(&mut self, marker: Marker, ty: &Type) -> Result<usize, DecodeError> {
        let length = match marker {
            Marker::FixMap(length) => length.into(),
            Marker::Map16 => self.length16()?,
            Marker::Map32 => self.length32()?,
            _ => return Err(mismatch(ty, marker)),
        };
        if length > self.rest.len() / 2 {
            Err(DecodeErrorKind::Truncated.into())
        } else {
            Ok(length)
        }
    }

    fn elements<'t>(
        &mut self,
        length: usize,
        depth: usize,
        ty: impl Fn(usize) -> Option<&'t Type>,
        step: fn(usize) -> Step,
    ) -> Result<Value, DecodeError> {
        let depth = deeper(depth).ok_or(DecodeErrorKind::TooDeep)?;
        let mut elements = Vec::with_capacity(length.min(TRUSTED_LENGTH));
        for (place, ty) in (0..length).map_while(|place| ty(place).map(|ty| (place, ty))) {
            elements.push(
                self.value(ty, depth)
                    .map_err(|error| error.under(step(place)))?,
            );
        }
        Ok(Value::List(elements))
    }

    fn entries<'t>(
        &mut self,
        length: usize,
        depth: usize,
        ty: impl Fn(&str) -> Option<&'t Type>,
        step: fn(String) -> Step,
    ) -> Result<BTreeMap<String, Value>, DecodeError> {
        let depth = deeper(depth).ok_or(DecodeErrorKind::TooDeep)?;
        let mut entries = BTreeMap::new();
        for _ in 0..length {
            let marker = self.marker()?;
            let key = self.text(marker)?.ok_or(DecodeErrorKind::InvalidKey)?;
            let at = |error: DecodeError| error.under(step(key.to_owned()));
            let ty = ty(key)
                .ok_or(DecodeErrorKind::UnknownAttribute)
                .map_err(|kind| at(kind.into()))?;
            let value = self.value(ty, depth).map_err(at)?;
            if entries.insert(key.to_owned(), value).is_some() {
                return Err(at(DecodeErrorKind::DuplicateKey.into()));
            }
        }
        Ok(entries)
    }
}

fn mismatch(ty: &Type, found: Marker) -> DecodeError {
    let found = match found {
        Marker::Reserved => return DecodeErrorKind::Reserved.into(),
        Marker::Null => "null",
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        _ => "a number",
    };
    DecodeErrorKind::Mismatch {
        expected: ty.kind(),
        found,
    }
    .into()
}

/// Writes a value of the type. An attribute that an object lacks is written as null.
///
/// # Errors
/// A value that is not of the type, with the path to what is wrong.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = ByteBuf::new();
    write(&mut bytes, value, ty, 0)?;
    Ok(bytes.into_vec())
}

fn write(bytes: &mut ByteBuf, value: &Value, ty: &Type, depth: usize) -> Result<(), EncodeError> {
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
        (Value::Number(number), Type::Number) => write_number(bytes, number)?,
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

/// The first of integer, float and text that holds the number without loss.
fn write_number(bytes: &mut ByteBuf, number: &Number) -> Result<(), EncodeErrorKind> {
    if let Some(int) = number.to_i64() {
        let Ok(_) = write_sint(bytes, int);
    } else if let Some(int) = number.to_u64() {
        let Ok(_) = write_uint(bytes, int);
    } else if let Some(float) = number.to_f64() {
        let Ok(()) = write_f64(bytes, float);
    } else {
        write_text(bytes, &number.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
