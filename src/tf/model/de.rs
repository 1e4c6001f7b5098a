//! From values to models.

use std::collections::{BTreeMap, btree_map};
use std::slice;

use serde::de::value::{StrDeserializer, U32Deserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::number::NUMBER;
use super::{ATTR, ModelError, ModelErrorKind};
use crate::tf::number::Number;
use crate::tf::path::Step;
use crate::tf::value::Value;

/// Reads a model from a value.
#[derive(Clone, Copy)]
pub(super) struct ValueDeserializer<'de>(pub(super) &'de Value);

impl<'de> ValueDeserializer<'de> {
    /// The value that is there: neither null nor unknown.
    fn present(self) -> Result<&'de Value, ModelError> {
        match self.0.concrete() {
            Value::Null => Err(ModelErrorKind::Null.into()),
            Value::Unknown => Err(ModelErrorKind::Unknown.into()),
            value => Ok(value),
        }
    }

    fn number(self) -> Result<&'de Number, ModelError> {
        match self.present()? {
            Value::Number(number) => Ok(number),
            other => Err(mismatch("a number", other)),
        }
    }

    fn float(self) -> Result<f64, ModelError> {
        let number = self.number()?;
        let float = number.nearest_f64();
        let holds = |read: Result<Number, _>| read.as_ref() == Ok(number);
        if holds(Number::from_f64_shortest(float)) || holds(Number::from_f64(float)) {
            Ok(float)
        } else {
            Err(ModelErrorKind::Float.into())
        }
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        match self.present()? {
            Value::List(elements) => {
                let mut access = Elements {
                    rest: elements.iter(),
                    length: elements.len(),
                };
                let read = visitor.visit_seq(&mut access)?;
                if access.rest.len() > 0 {
                    return Err(de::Error::custom(format_args!(
                        "{} elements are too many",
                        elements.len()
                    )));
                }
                Ok(read)
            }
            other => Err(mismatch("a list", other)),
        }
    }

    fn map(self) -> Result<&'de BTreeMap<String, Value>, ModelError> {
        match self.present()? {
            Value::Map(elements) => Ok(elements),
            other => Err(mismatch("an object", other)),
        }
    }

    fn text(self) -> Result<&'de str, ModelError> {
        match self.present()? {
            Value::String(text) => Ok(text),
            other => Err(mismatch("a string", other)),
        }
    }
}

fn mismatch(expected: &'static str, found: &Value) -> ModelError {
    ModelErrorKind::Mismatch {
        expected,
        found: found.kind(),
    }
    .into()
}

macro_rules! integers {
    ($($method:ident $visit:ident $int:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
            let number = self.number()?;
            let signed = number.to_i64().and_then(|int| <$int>::try_from(int).ok());
            match signed.or_else(|| number.to_u64().and_then(|int| <$int>::try_from(int).ok())) {
                Some(int) => visitor.$visit(int),
                None => Err(ModelErrorKind::Integer { least: <$int>::MIN as i64, most: <$int>::MAX as u64 }.into()),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = ModelError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        match self.0.concrete() {
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Number(number) => match (number.to_i64(), number.to_u64()) {
                (Some(int), _) => visitor.visit_i64(int),
                (None, Some(int)) => visitor.visit_u64(int),
                (None, None) => visitor.visit_f64(self.float()?),
            },
            Value::List(_) => self.list(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
            Value::Null => visitor.visit_unit(),
            Value::Unknown | Value::Dynamic(_) => Err(ModelErrorKind::Unknown.into()),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        match self.present()? {
            Value::Bool(bool) => visitor.visit_bool(*bool),
            other => Err(mismatch("a bool", other)),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ModelError> {
        Err(ModelErrorKind::Unsupported("a sequence of bytes").into())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        if self.0.is_null() {
            visitor.visit_unit()
        } else {
            Err(mismatch("null", self.0))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ModelError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ModelError> {
        if name == NUMBER {
            visitor.visit_string(self.number()?.to_string())
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ModelError> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ModelError> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        visitor.visit_map(Entries {
            rest: self.map()?.iter(),
            current: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ModelError> {
        let map = self.map()?;
        if let Some(extra) = map.keys().find(|key| !fields.contains(&key.as_str())) {
            return Err(ModelError::from(ModelErrorKind::UnknownAttribute)
                .under(Step::Attribute(extra.clone())));
        }
        visitor.visit_map(Fields {
            object: self.0,
            rest: fields.iter(),
            current: None,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ModelError> {
        if name == ATTR {
            visitor.visit_enum(Variant(self))
        } else {
            visitor.visit_enum(IntoDeserializer::<ModelError>::into_deserializer(
                self.text()?,
            ))
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ModelError> {
        visitor.visit_unit()
    }
}

struct Elements<'de> {
    rest: slice::Iter<'de, Value>,
    length: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = ModelError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ModelError> {
        let place = self.length - self.rest.len();
        let read = |value| {
            seed.deserialize(ValueDeserializer(value))
                .map_err(|error| error.under(Step::Index(place as i64)))
        };
        self.rest.next().map(read).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The elements of a map.
struct Entries<'de> {
    rest: btree_map::Iter<'de, String, Value>,
    current: Option<(&'de String, &'de Value)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ModelError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ModelError> {
        self.current = self.rest.next();
        let read = |(key, _): (&'de String, _)| {
            let deserializer: StrDeserializer<'_, ModelError> = key.as_str().into_deserializer();
            seed.deserialize(deserializer)
                .map_err(|error| error.under(Step::Key(key.clone())))
        };
        self.current.map(read).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, ModelError> {
        let (key, value) = self.current.take().ok_or(ModelErrorKind::Null)?;
        seed.deserialize(ValueDeserializer(value))
            .map_err(|error| error.under(Step::Key(key.clone())))
    }
}

/// The attributes of an object that a struct has fields for; null where the object lacks one.
struct Fields<'de> {
    object: &'de Value,
    rest: slice::Iter<'static, &'static str>,
    current: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = ModelError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ModelError> {
        self.current = self.rest.next().copied();
        let read = |name: &'static str| {
            seed.deserialize(IntoDeserializer::<ModelError>::into_deserializer(name))
        };
        self.current.map(read).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, ModelError> {
        let name = self.current.take().ok_or(ModelErrorKind::Null)?;
        let value = self.object.attribute(name);
        seed.deserialize(ValueDeserializer(value))
            .map_err(|error| error.under(Step::Attribute(name.to_owned())))
    }
}

/// The variant of an [`Attr`](super::Attr), by index.
struct Variant<'de>(ValueDeserializer<'de>);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ModelError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), ModelError> {
        let index: u32 = match self.0.0.concrete() {
            Value::Null => 0,
            Value::Unknown => 1,
            _ => 2,
        };
        let deserializer: U32Deserializer<ModelError> = index.into_deserializer();
        Ok((seed.deserialize(deserializer)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ModelError;

    fn unit_variant(self) -> Result<(), ModelError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, ModelError> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, ModelError> {
        Err(ModelErrorKind::Unsupported("an enum with data").into())
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ModelError> {
        Err(ModelErrorKind::Unsupported("an enum with data").into())
    }
}
