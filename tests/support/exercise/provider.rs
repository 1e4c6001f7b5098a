//! The provider block and the list of what is served.

use async_trait::async_trait;
use serde::Deserialize;
use terraform_provider_alivpn::tf::diagnostics::Diagnostics;
use terraform_provider_alivpn::tf::function::Function;
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::provider::{Configure, Provider};
use terraform_provider_alivpn::tf::resource::Erased;
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::{action, data_source, ephemeral_resource, list_resource};

use crate::echo::Echo;
use crate::functions::{Compute, Count, Join, Same};
use crate::greet::Greet;
use crate::identified::Identified;
use crate::keeper::Keeper;
use crate::shape::Shape;
use crate::tally::{Tally, TallyDataSource};
use crate::thing::Thing;
use crate::things::Things;
use crate::token::Token;
use crate::versioned::Versioned;

/// The provider `exercise`.
pub struct Exercise;

/// The provider block.
#[derive(Deserialize)]
pub struct Configuration {
    /// Goes before every ID. `wait` waits for ever.
    pub prefix: Attr<String>,
}

/// What Configure makes.
pub struct Client {
    /// Goes before every ID.
    pub prefix: String,
    /// What happened.
    pub tally: Tally,
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
        if prefix == "wait" {
            std::future::pending::<()>().await;
        }
        let tally = Tally::default();
        Ok(Client { prefix, tally })
    }

    fn resources(&self) -> Vec<Box<dyn Erased<Client>>> {
        vec![
            Box::new(Identified),
            Box::new(Keeper),
            Box::new(Shape),
            Box::new(Thing),
            Box::new(Versioned),
        ]
    }

    fn data_sources(&self) -> Vec<Box<dyn data_source::Erased<Client>>> {
        vec![Box::new(Echo), Box::new(TallyDataSource)]
    }

    fn list_resources(&self) -> Vec<Box<dyn list_resource::Erased<Client>>> {
        vec![Box::new(Things)]
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn ephemeral_resource::Erased<Client>>> {
        vec![Box::new(Token)]
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        vec![
            Box::new(Compute),
            Box::new(Count),
            Box::new(Join),
            Box::new(Same),
        ]
    }

    fn actions(&self) -> Vec<Box<dyn action::Erased<Client>>> {
        vec![Box::new(Greet)]
    }
}
