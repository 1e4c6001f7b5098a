//! What a provider implements: its own block, and the list of what it serves.

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use super::diagnostics::Diagnostics;
use super::resource::Erased;
use super::schema::Schema;

/// What Configure is given.
#[derive(Debug)]
pub struct Configure<M> {
    /// The provider block, wholly known.
    pub config: M,
    /// The version of the caller, such as `1.11.4`.
    pub terraform_version: String,
}

/// A provider: the block that configures it and what it serves.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    type Config: DeserializeOwned + Send + Sync + 'static;
    /// What Configure makes and every call to the cloud is given.
    type Client: Send + Sync + 'static;

    /// The shape of the provider block.
    fn schema(&self) -> Schema;

    /// The shape of what a module may say in a `provider_meta` block. `None`: nothing.
    fn meta_schema(&self) -> Option<Schema> {
        None
    }

    /// Rules across arguments. The declared validators have passed; values may be unknown.
    fn validate(&self, config: &Self::Config) -> Diagnostics {
        let _ = config;
        Diagnostics::default()
    }

    /// Makes the client from a wholly known block.
    async fn configure(
        &self,
        configure: Configure<Self::Config>,
    ) -> Result<Self::Client, Diagnostics>;

    /// The managed resources.
    fn resources(&self) -> Vec<Box<dyn Erased<Self::Client>>>;
}
