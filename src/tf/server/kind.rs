//! What is served of one kind of block: found by type name, told to Terraform, and validated, all in the same way.

use std::collections::BTreeMap;

use super::unserved;
use super::value::{decode, present};
use crate::tf::block_type::Erased;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::proto::{self, DynamicValue};
use crate::tf::schema::Schema;
use crate::tf::types::Type;
use crate::tf::value::Value;

/// The types of one kind of block, by name.
pub(super) struct Kind<T: ?Sized> {
    /// What people call one of the kind: `data source type`.
    name: &'static str,
    types: BTreeMap<&'static str, Served<T>>,
}

/// A type of block with what is derived from its schema.
pub(super) struct Served<T: ?Sized> {
    /// What implements it.
    pub block_type: Box<T>,
    /// Its shape.
    pub schema: Schema,
    /// The type of its values.
    pub ty: Type,
}

impl<T: Erased + ?Sized> Kind<T> {
    /// The kind of which people call one `name`.
    pub fn new(name: &'static str, types: Vec<Box<T>>) -> Self {
        let types = types.into_iter().map(|block_type| {
            let schema = block_type.schema();
            let served = Served {
                ty: schema.implied_type(),
                schema,
                block_type,
            };
            (served.block_type.type_name(), served)
        });
        Self {
            name,
            types: types.collect(),
        }
    }

    /// The type of this name.
    pub fn get(&self, type_name: &str) -> Result<&Served<T>, Diagnostic> {
        self.types
            .get(type_name)
            .ok_or_else(|| unserved(self.name, type_name))
    }

    /// Every name, in order.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.types.keys().map(|name| (*name).to_owned())
    }

    /// Every schema on the wire, with its name.
    pub fn schemas(&self) -> impl Iterator<Item = (String, proto::Schema)> {
        let schema = |served: &Served<T>| served.schema.to_proto();
        self.types
            .iter()
            .map(move |(name, served)| ((*name).to_owned(), schema(served)))
    }

    /// Everything wrong with a block that can be told without the cloud: declared validators first, then rules across
    /// arguments.
    pub fn validate(
        &self,
        type_name: &str,
        config: Option<DynamicValue>,
    ) -> Result<Diagnostics, Diagnostics> {
        let served = self.get(type_name)?;
        let config = served.config(config)?;
        let mut diagnostics = served.schema.validate(&config);
        if !diagnostics.has_errors() {
            diagnostics.extend(served.block_type.validate(&config)?);
        }
        Ok(diagnostics)
    }
}

impl<T: ?Sized> Served<T> {
    /// Reads a configuration, of which parts may be unknown. One that is not there has nothing set in it: so Terraform sends
    /// an action without a `config` block. Then nothing may be required.
    pub fn config(&self, config: Option<DynamicValue>) -> Result<Value, Diagnostics> {
        let config = decode(config, &self.ty, "configuration")?;
        if !config.is_null() {
            return Ok(present(config, "configuration")?);
        }
        let unset = self.schema.block.unset();
        let missing = self.schema.validate(&unset);
        if missing.has_errors() {
            return Err(missing);
        }
        Ok(unset)
    }
}
