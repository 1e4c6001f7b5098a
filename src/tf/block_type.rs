//! What data sources, list resources, ephemeral resources and actions have in common: each is a type of block in a
//! configuration, with a name, a shape and rules. What can be done with such a block is a trait of its own, beside this one.

use serde::de::DeserializeOwned;

use super::diagnostics::Diagnostics;
use super::model::{ModelError, from_value};
use super::schema::Schema;
use super::value::Value;

/// A type of block.
pub trait BlockType: Send + Sync + 'static {
    /// What the schema describes, a field an attribute or block.
    type Model: DeserializeOwned + Send + Sync + 'static;

    /// The type's name, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// The shape of the block and its declared rules.
    fn schema(&self) -> Schema;

    /// Rules across arguments. The declared validators have passed; values may be unknown.
    fn validate(&self, config: &Self::Model) -> Diagnostics {
        let _ = config;
        Diagnostics::default()
    }
}

/// A [`BlockType`] in terms of values; what the server holds.
pub trait Erased: Send + Sync {
    /// See [`BlockType::type_name`].
    fn type_name(&self) -> &'static str;
    /// See [`BlockType::schema`].
    fn schema(&self) -> Schema;
    /// See [`BlockType::validate`].
    fn validate(&self, config: &Value) -> Result<Diagnostics, ModelError>;
}

impl<B: BlockType> Erased for B {
    fn type_name(&self) -> &'static str {
        BlockType::type_name(self)
    }

    fn schema(&self) -> Schema {
        BlockType::schema(self)
    }

    fn validate(&self, config: &Value) -> Result<Diagnostics, ModelError> {
        Ok(BlockType::validate(self, &from_value(config)?))
    }
}
