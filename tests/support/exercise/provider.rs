//! The provider block and the list of what is served.

use async_trait::async_trait;
use serde::Deserialize;
use terraform_provider_alivpn::tf::diagnostics::Diagnostics;
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::provider::{Configure, Provider};
use terraform_provider_alivpn::tf::resource::Erased;
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;

use crate::identified::Identified;
use crate::keeper::Keeper;
use crate::thing::Thing;
use crate::versioned::Versioned;

/// The provider `exercise`.
pub struct Exercise;

/// The provider block.
#[derive(Deserialize)]
pub struct Configuration {
    /// Goes before every ID.
    pub prefix: Attr<String>,
}

/// What Configure makes.
pub struct Client {
    /// Goes before every ID.
    pub prefix: String,
}

/// What a module may say in its `provider_meta` block.
#[derive(Default, Deserialize)]
pub struct Meta {
    /// Whose module it is.
    pub module_name: Attr<String>,
}

#[async_trait]
impl Provider for Exercise {
    type Config = Configuration;
    type Client = Client;

    fn schema(&self) -> Schema {
        let prefix = Attribute::optional("prefix", Type::String, "Goes before every ID.");
        Schema::new(0, Block::new("The exercise provider.").attribute(prefix))
    }

    fn meta_schema(&self) -> Option<Schema> {
        let name = Attribute::optional("module_name", Type::String, "Whose module it is.");
        Some(Schema::new(0, Block::new("A module.").attribute(name)))
    }

    async fn configure(&self, configure: Configure<Configuration>) -> Result<Client, Diagnostics> {
        let prefix = configure.config.prefix.value().unwrap_or_default();
        Ok(Client { prefix })
    }

    fn resources(&self) -> Vec<Box<dyn Erased<Client>>> {
        vec![
            Box::new(Identified),
            Box::new(Keeper),
            Box::new(Thing),
            Box::new(Versioned),
        ]
    }
}
