//! Reading under a type.

use std::collections::BTreeMap;

use rmp::Marker;

use crate::tf::encoding::{Budget, DecodeError, DecodeErrorKind, deeper};
use crate::tf::number::Number;
use crate::tf::path::Step;
use crate::tf::types::Type;
use crate::tf::value::Value;

/// As many elements as a length alone may make room for.
const TRUSTED_LENGTH: usize = 256;

/// The bytes not read yet.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
    budget: Budget,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader {
            rest: bytes,
            budget: Budget::default(),
        }
    }

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

    /// Reads one value of the type; `depth` is how many it is nested in.
    pub(super) fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        self.budget.value()?;
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
        self.budget.notation(notation.len())?;
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
            return Err(DecodeErrorKind::Truncated.into());
        }
        self.budget.holds(length)?;
        Ok(length)
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
            return Err(DecodeErrorKind::Truncated.into());
        }
        self.budget.holds(length)?;
        Ok(length)
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
