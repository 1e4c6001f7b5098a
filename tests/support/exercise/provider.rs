//! The provider block and the list of what is served.

use async_trait::async_trait;
use serde::Deserialize;
use terraform_provider_alivpn::tf::diagnostics::Diagnostics;
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::provider::{Configure, Provider};
use terraform_provider_alivpn::tf::resource::Erased;
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;

use crate::shape::Shape;
use crate::thing::Thing;

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

#[async_trait]
impl Provider for Exercise {
    type Config = Configuration;
    type Client = Client;

    fn schema(&self) -> Schema {
        let prefix = Attribute::optional("prefix", Type::String, "Goes before every ID.");
        Schema::new(0, Block::new("The exercise provider.").attribute(prefix))
    }

    async fn configure(&self, configure: Configure<Configuration>) -> Result<Client, Diagnostics> {
        let prefix = configure.config.prefix.value().unwrap_or_default();
        Ok(Client { prefix })
    }

    fn resources(&self) -> Vec<Box<dyn Erased<Client>>> {
        vec![Box::new(Shape), Box::new(Thing)]
    }
}
