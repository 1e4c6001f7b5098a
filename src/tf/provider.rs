//! What a provider implements: its own block, and the list of what it serves.

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use super::diagnostics::Diagnostics;
use super::function::Function;
use super::resource::Erased;
use super::schema::Schema;
use super::{action, data_source, ephemeral_resource, list_resource};

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

    /// Makes the client from a wholly known block. Dropped half-way when Terraform says Stop.
    async fn configure(
        &self,
        configure: Configure<Self::Config>,
    ) -> Result<Self::Client, Diagnostics>;

    /// The managed resources.
    fn resources(&self) -> Vec<Box<dyn Erased<Self::Client>>>;

    /// The data sources.
    fn data_sources(&self) -> Vec<Box<dyn data_source::Erased<Self::Client>>> {
        Vec::new()
    }

    /// The list resources, each of the type of a managed resource.
    fn list_resources(&self) -> Vec<Box<dyn list_resource::Erased<Self::Client>>> {
        Vec::new()
    }

    /// The ephemeral resources.
    fn ephemeral_resources(&self) -> Vec<Box<dyn ephemeral_resource::Erased<Self::Client>>> {
        Vec::new()
    }

    /// The functions.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }

    /// The actions.
    fn actions(&self) -> Vec<Box<dyn action::Erased<Self::Client>>> {
        Vec::new()
    }
}
