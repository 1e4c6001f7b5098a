//! The provider block and the list of what is served. A prefix `panic` panics when it is checked and when it is used.

use async_trait::async_trait;
use serde::Deserialize;
use terraform_provider_alivpn::tf::diagnostics::Diagnostics;
use terraform_provider_alivpn::tf::function::Function;
use terraform_provider_alivpn::tf::model::{Attr, from_value};
use terraform_provider_alivpn::tf::provider::{Configure, Provider};
use terraform_provider_alivpn::tf::resource::Erased;
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
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

impl Meta {
    /// What a call is told of it.
    pub fn of(told: &Value) -> Meta {
        from_value(told).unwrap_or_default()
    }
}

/// Panics where this asks for it.
pub fn trouble(asked: Option<&str>) {
    assert!(asked != Some("panic"), "asked to panic");
}

/// The most that something is made larger by.
const MOST_PADDING: usize = 64 << 10;

/// How much larger something is to be. Whoever asks may be a fuzzer, and would take all memory.
pub fn padding(asked: Option<usize>) -> usize {
    asked.unwrap_or_default().min(MOST_PADDING)
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

    fn validate(&self, config: &Configuration) -> Diagnostics {
        trouble(config.prefix.known().map(String::as_str));
        Diagnostics::new()
    }

    async fn configure(&self, configure: Configure<Configuration>) -> Result<Client, Diagnostics> {
        let prefix = configure.config.prefix.value().unwrap_or_default();
        trouble(Some(&prefix));
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
