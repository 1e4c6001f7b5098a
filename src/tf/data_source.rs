//! What a data source implements: it reads something and changes nothing.

use async_trait::async_trait;
use serde::Serialize;

use super::block_type::{self, BlockType};
use super::model::{ModelError, from_value, to_value};
use super::resource::{Call, Outcome};
use super::value::Value;

/// A type of data source. Its model is both the configuration and, with what is computed filled in, the result.
#[async_trait]
pub trait DataSource: BlockType<Model: Serialize> {
    /// What the provider's Configure makes.
    type Client: Send + Sync + 'static;

    /// What the configuration asks for, as it is now; `None` beside an error or a deferral.
    async fn read(
        &self,
        call: Call<'_, Self::Client>,
        config: Self::Model,
    ) -> Outcome<Option<Self::Model>>;
}

/// A [`DataSource`] in terms of values; what the server holds.
#[async_trait]
pub trait Erased<C>: block_type::Erased {
    /// See [`DataSource::read`].
    async fn read(
        &self,
        call: Call<'_, C>,
        config: &Value,
    ) -> Result<Outcome<Option<Value>>, ModelError>;
}

#[async_trait]
impl<D: DataSource> Erased<D::Client> for D {
    async fn read(
        &self,
        call: Call<'_, D::Client>,
        config: &Value,
    ) -> Result<Outcome<Option<Value>>, ModelError> {
        DataSource::read(self, call, from_value(config)?)
            .await
            .try_map(|read| read.as_ref().map(to_value).transpose())
    }
}
