//! Reading under a type.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::tf::encoding::{Budget, DecodeError, DecodeErrorKind, deeper};
use crate::tf::number::NumberError;
use crate::tf::path::{AttributePath, Step};
use crate::tf::types::Type;
use crate::tf::value::Value;

/// What becomes of attributes of an object that are not as its type says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Attributes {
    /// They are errors.
    Exact,
    /// Those beyond the type are left out, those missing are null.
    AsFound,
}

/// One reading, and what went wrong in it: serde's own errors have no place for a path.
pub(super) struct Reading {
    attributes: Attributes,
    budget: Budget,
    kind: Option<DecodeErrorKind>,
    /// The way to the error, from its end to its beginning.
    trail: Vec<Step>,
}

impl Reading {
    pub(super) fn new(attributes: Attributes) -> Reading {
        Reading {
            attributes,
            budget: Budget::default(),
            kind: None,
            trail: Vec::new(),
        }
    }

    fn fail<E: Error>(&mut self, kind: impl Into<DecodeErrorKind>) -> E {
        self.kind = Some(kind.into());
        E::custom("the value does not follow its type")
    }

    fn fail_at<E: Error>(&mut self, step: Step, kind: DecodeErrorKind) -> E {
        self.trail.push(step);
        self.fail(kind)
    }

    /// What went wrong. An error of the JSON reader's own names a place in the text and never a part of it.
    pub(super) fn into_error(self, error: &serde_json::Error) -> DecodeError {
        let kind = self.kind.unwrap_or_else(|| match error.classify() {
            serde_json::error::Category::Eof => DecodeErrorKind::Truncated,
            _ => DecodeErrorKind::Json(error.to_string()),
        });
        DecodeError {
            path: AttributePath(self.trail.into_iter().rev().collect()),
            kind,
        }
    }
}

/// Reads one value of a type; `depth` is how many it is nested in.
pub(super) struct Seed<'a> {
    pub(super) ty: &'a Type,
    pub(super) depth: usize,
    pub(super) reading: &'a mut Reading,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if let Err(kind) = self.reading.budget.value() {
            return Err(self.reading.fail(kind));
        }
        if *self.ty == Type::Number {
            let raw: &RawValue = serde::Deserialize::deserialize(deserializer)?;
            self.number(raw.get())
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl Seed<'_> {
    /// Reads a number from its own text, which `f64` would not keep, or from a string with it.
    fn number<E: Error>(self, text: &str) -> Result<Value, E> {
        let found = match text.as_bytes().first() {
            Some(b'n') => return Ok(Value::Null),
            Some(b't' | b'f') => "a bool",
            Some(b'[') => "an array",
            Some(b'{') => "an object",
            _ => {
                let digits = text
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                    .unwrap_or(text);
                return digits
                    .parse()
                    .map(Value::Number)
                    .map_err(|error: NumberError| self.reading.fail(error));
            }
        };
        Err(self.mismatch(found))
    }

    fn mismatch<E: Error>(self, found: &'static str) -> E {
        self.reading.fail(DecodeErrorKind::Mismatch {
            expected: self.ty.kind(),
            found,
        })
    }

    fn nested<E: Error>(&mut self) -> Result<usize, E> {
        deeper(self.depth).ok_or_else(|| self.reading.fail(DecodeErrorKind::TooDeep))
    }

    /// Reads a value of open type: an object of `type` and `value`, in either order.
    fn dynamic<'de, A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let depth = self.nested()?;
        let mut ty: Option<Type> = None;
        let mut value: Option<Value> = None;
        let mut waiting: Option<&RawValue> = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" if ty.is_none() => {
                    let notation: &RawValue = map.next_value()?;
                    let read = self
                        .reading
                        .budget
                        .notation(notation.get().len())
                        .and_then(|()| Ok(Type::from_json(notation.get().as_bytes())?));
                    ty = Some(read.map_err(|kind| self.reading.fail::<A::Error>(kind))?);
                }
                "value" if value.is_none() && waiting.is_none() => match &ty {
                    Some(ty) => {
                        value = Some(map.next_value_seed(Seed {
                            ty,
                            depth,
                            reading: self.reading,
                        })?)
                    }
                    None => waiting = Some(map.next_value()?),
                },
                _ => return Err(self.reading.fail(DecodeErrorKind::DynamicShape)),
            }
        }
        let Some(ty) = ty else {
            return Err(self.reading.fail(DecodeErrorKind::DynamicShape));
        };
        if let Some(raw) = waiting {
            let mut deserializer = serde_json::Deserializer::from_str(raw.get());
            let read = Seed {
                ty: &ty,
                depth,
                reading: self.reading,
            }
            .deserialize(&mut deserializer);
            value = Some(read.map_err(|error| match self.reading.kind {
                Some(_) => A::Error::custom("the value does not follow its type"),
                None => self.reading.fail(DecodeErrorKind::Json(error.to_string())),
            })?);
        }
        match value {
            Some(value) => Ok(Value::Dynamic(Box::new((ty, value)))),
            None => Err(self.reading.fail(DecodeErrorKind::DynamicShape)),
        }
    }

    fn elements<'de, 't, A: SeqAccess<'de>>(
        mut self,
        mut sequence: A,
        ty: impl Fn(usize) -> Option<&'t Type>,
        step: fn(usize) -> Step,
    ) -> Result<Value, A::Error> {
        let depth = self.nested()?;
        let mut elements = Vec::new();
        while let Some(ty) = ty(elements.len()) {
            match sequence.next_element_seed(Seed {
                ty,
                depth,
                reading: self.reading,
            }) {
                Ok(Some(value)) => elements.push(value),
                Ok(None) => break,
                Err(error) => {
                    self.reading.trail.push(step(elements.len()));
                    return Err(error);
                }
            }
        }
        if let Type::Tuple(types) = self.ty {
            let mut found = elements.len();
            while sequence.next_element::<IgnoredAny>()?.is_some() {
                found += 1;
            }
            if found != types.len() {
                return Err(self.reading.fail(DecodeErrorKind::TupleLength {
                    expected: types.len(),
                    found,
                }));
            }
        }
        Ok(Value::List(elements))
    }

    fn entries<'de, 't, A: MapAccess<'de>>(
        mut self,
        mut map: A,
        ty: impl Fn(&str) -> Option<&'t Type>,
        step: fn(String) -> Step,
    ) -> Result<Value, A::Error> {
        let depth = self.nested()?;
        let mut entries = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let Some(ty) = ty(&key) else {
                if self.reading.attributes == Attributes::AsFound {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                return Err(self
                    .reading
                    .fail_at(step(key), DecodeErrorKind::UnknownAttribute));
            };
            let slot = match entries.entry(key) {
                Entry::Vacant(slot) => slot,
                Entry::Occupied(taken) => {
                    return Err(self
                        .reading
                        .fail_at(step(taken.key().clone()), DecodeErrorKind::DuplicateKey));
                }
            };
            match map.next_value_seed(Seed {
                ty,
                depth,
                reading: self.reading,
            }) {
                Ok(value) => slot.insert(value),
                Err(error) => {
                    self.reading.trail.push(step(slot.into_key()));
                    return Err(error);
                }
            };
        }
        if let Type::Object(types) = self.ty
            && entries.len() < types.len()
        {
            for name in types.keys() {
                match (entries.contains_key(name), self.reading.attributes) {
                    (true, _) => {}
                    (false, Attributes::AsFound) => {
                        if let Err(kind) = self.reading.budget.absent() {
                            let step = Step::Attribute(name.clone());
                            return Err(self.reading.fail_at(step, kind));
                        }
                        entries.insert(name.clone(), Value::Null);
                    }
                    (false, Attributes::Exact) => {
                        let step = Step::Attribute(name.clone());
                        return Err(self
                            .reading
                            .fail_at(step, DecodeErrorKind::MissingAttribute));
                    }
                }
            }
        }
        Ok(Value::Map(entries))
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.ty.kind())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<Value, E> {
        if *self.ty == Type::Bool {
            Ok(Value::Bool(bool))
        } else {
            Err(self.mismatch("a bool"))
        }
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Value, E> {
        Err(self.mismatch("a number"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Value, E> {
        Err(self.mismatch("a number"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Err(self.mismatch("a number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        if *self.ty == Type::String {
            Ok(Value::String(text))
        } else {
            Err(self.mismatch("a string"))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Value, A::Error> {
        let index = |place| Step::Index(place as i64);
        match self.ty {
            Type::List(element) => self.elements(sequence, |_| Some(element), index),
            Type::Set(element) => self.elements(sequence, |_| Some(element), Step::Element),
            Type::Tuple(types) => self.elements(sequence, |place| types.get(place), index),
            _ => Err(self.mismatch("an array")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        match self.ty {
            Type::Dynamic => self.dynamic(map),
            Type::Map(element) => self.entries(map, |_| Some(element), Step::Key),
            Type::Object(types) => self.entries(map, |name| types.get(name), Step::Attribute),
            _ => Err(self.mismatch("an object")),
        }
    }
}
