//! From models to values.

use std::collections::BTreeMap;

use serde::ser::{
    self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    SerializeTupleStruct, Serializer,
};

use super::number::NUMBER;
use super::{ATTR, ModelError, ModelErrorKind};
use crate::tf::number::Number;
use crate::tf::path::Step;
use crate::tf::value::Value;

/// Makes a value of a model.
#[derive(Clone, Copy)]
pub(super) struct ValueSerializer;

fn unsupported<T>(what: &'static str) -> Result<T, ModelError> {
    Err(ModelErrorKind::Unsupported(what).into())
}

macro_rules! integers {
    ($($method:ident $int:ty => $wide:ty;)*) => {$(
        fn $method(self, int: $int) -> Result<Value, ModelError> {
            Ok(Value::Number(<$wide>::from(int).into()))
        }
    )*};
}

impl Serializer for ValueSerializer {
    type Ok = Value;
    type Error = ModelError;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Impossible<Value, ModelError>;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Impossible<Value, ModelError>;

    integers! {
        serialize_i8 i8 => i64;
        serialize_i16 i16 => i64;
        serialize_i32 i32 => i64;
        serialize_i64 i64 => i64;
        serialize_u8 u8 => i64;
        serialize_u16 u16 => i64;
        serialize_u32 u32 => i64;
        serialize_u64 u64 => u64;
    }

    fn serialize_f32(self, float: f32) -> Result<Value, ModelError> {
        format!("{float:e}")
            .parse()
            .map(Value::Number)
            .map_err(|_| ModelErrorKind::Float.into())
    }

    fn serialize_f64(self, float: f64) -> Result<Value, ModelError> {
        Number::from_f64_shortest(float)
            .map(Value::Number)
            .map_err(|_| ModelErrorKind::Float.into())
    }

    fn serialize_bool(self, bool: bool) -> Result<Value, ModelError> {
        Ok(Value::Bool(bool))
    }

    fn serialize_char(self, char: char) -> Result<Value, ModelError> {
        Ok(Value::String(char.into()))
    }

    fn serialize_str(self, text: &str) -> Result<Value, ModelError> {
        Ok(Value::from(text))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, ModelError> {
        unsupported("a sequence of bytes")
    }

    fn serialize_none(self) -> Result<Value, ModelError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ModelError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ModelError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, ModelError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<Value, ModelError> {
        Ok(match (name, index) {
            (ATTR, 0) => Value::Null,
            (ATTR, _) => Value::Unknown,
            _ => Value::from(variant),
        })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, ModelError> {
        let value = value.serialize(self)?;
        match value.as_str() {
            Some(text) if name == NUMBER => {
                text.parse().map(Value::Number).map_err(ser::Error::custom)
            }
            _ => Ok(value),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<Value, ModelError> {
        if name == ATTR {
            value.serialize(self)
        } else {
            unsupported("an enum with data")
        }
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Elements, ModelError> {
        Ok(Elements(Vec::with_capacity(length.unwrap_or(0))))
    }

    fn serialize_tuple(self, length: usize) -> Result<Elements, ModelError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<Elements, ModelError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, ModelError> {
        unsupported("an enum with data")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries, ModelError> {
        Ok(Entries::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries, ModelError> {
        Ok(Entries::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, ModelError> {
        unsupported("an enum with data")
    }
}

/// The elements of a list so far.
pub(super) struct Elements(Vec<Value>);

impl SerializeSeq for Elements {
    type Ok = Value;
    type Error = ModelError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ModelError> {
        let step = Step::Index(self.0.len() as i64);
        self.0.push(
            value
                .serialize(ValueSerializer)
                .map_err(|error| error.under(step))?,
        );
        Ok(())
    }

    fn end(self) -> Result<Value, ModelError> {
        Ok(Value::List(self.0))
    }
}

impl SerializeTuple for Elements {
    type Ok = Value;
    type Error = ModelError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ModelError> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, ModelError> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for Elements {
    type Ok = Value;
    type Error = ModelError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ModelError> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, ModelError> {
        SerializeSeq::end(self)
    }
}

/// The elements of a map, or the attributes of an object, so far.
#[derive(Default)]
pub(super) struct Entries {
    elements: BTreeMap<String, Value>,
    key: Option<String>,
}

impl SerializeMap for Entries {
    type Ok = Value;
    type Error = ModelError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ModelError> {
        match key.serialize(ValueSerializer)? {
            Value::String(key) => {
                self.key = Some(key);
                Ok(())
            }
            _ => unsupported("a map with keys that are not strings"),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ModelError> {
        let key = self.key.take().unwrap_or_default();
        let value = value
            .serialize(ValueSerializer)
            .map_err(|error| error.under(Step::Key(key.clone())))?;
        self.elements.insert(key, value);
        Ok(())
    }

    fn end(self) -> Result<Value, ModelError> {
        Ok(Value::Map(self.elements))
    }
}

impl SerializeStruct for Entries {
    type Ok = Value;
    type Error = ModelError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), ModelError> {
        let step = || Step::Attribute(name.to_owned());
        let value = value
            .serialize(ValueSerializer)
            .map_err(|error| error.under(step()))?;
        self.elements.insert(name.to_owned(), value);
        Ok(())
    }

    /// A field left out is null, as in reading.
    fn skip_field(&mut self, name: &'static str) -> Result<(), ModelError> {
        self.elements.insert(name.to_owned(), Value::Null);
        Ok(())
    }

    fn end(self) -> Result<Value, ModelError> {
        Ok(Value::Map(self.elements))
    }
}
