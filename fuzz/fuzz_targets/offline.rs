//! The product where there is neither a network nor a home nor an environment: no credentials but the keys in its block.

use async_trait::async_trait;
use terraform_provider_alivpn::provider::configuration::{self, Configuration};
use terraform_provider_alivpn::provider::{Alivpn, Configured};
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::function::Function;
use terraform_provider_alivpn::tf::json;
use terraform_provider_alivpn::tf::model::from_value;
use terraform_provider_alivpn::tf::provider::{Configure, Provider};
use terraform_provider_alivpn::tf::resource::Erased;
use terraform_provider_alivpn::tf::schema::Schema;
use terraform_provider_alivpn::tf::{action, data_source, ephemeral_resource, list_resource};

/// The product, all the same but for where its Configure may reach.
pub struct Offline;

/// How credentials call themselves that are a pair of keys in the block.
const KEYS: &str = "the provider block";

/// Whether a block with keys is taken: were `KEYS` another word, every block would be refused, and nobody would notice.
pub async fn is_configured_by_keys() -> bool {
    let block = br#"{"region":"cn-hangzhou","access_key":"x","secret_key":"x"}"#;
    let block = json::decode_state(block, &Offline.schema().implied_type());
    let config = from_value(&block.expect("a block")).expect("a configuration");
    let configure = Configure {
        config,
        terraform_version: String::new(),
    };
    Offline.configure(configure).await.is_ok()
}

#[async_trait]
impl Provider for Offline {
    type Config = Configuration;
    type Client = Configured;

    fn schema(&self) -> Schema {
        Alivpn.schema()
    }

    fn meta_schema(&self) -> Option<Schema> {
        Alivpn.meta_schema()
    }

    fn validate(&self, config: &Configuration) -> Diagnostics {
        Alivpn.validate(config)
    }

    /// Everything up to the question who signs is asked of any block. Files, programs and the network are reached only by answering it,
    /// which keys in the block do without.
    async fn configure(
        &self,
        configure: Configure<Configuration>,
    ) -> Result<Configured, Diagnostics> {
        let nothing = |_: &str| None;
        let setup = configuration::set_up(&configure.config, "fuzz", nothing)?;
        if setup.source.origin() != KEYS {
            return Err(Diagnostic::error("Nobody to ask for credentials").into());
        }
        configuration::configure(configure, nothing).await
    }

    fn resources(&self) -> Vec<Box<dyn Erased<Configured>>> {
        Alivpn.resources()
    }

    fn data_sources(&self) -> Vec<Box<dyn data_source::Erased<Configured>>> {
        Alivpn.data_sources()
    }

    fn list_resources(&self) -> Vec<Box<dyn list_resource::Erased<Configured>>> {
        Alivpn.list_resources()
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn ephemeral_resource::Erased<Configured>>> {
        Alivpn.ephemeral_resources()
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        Alivpn.functions()
    }

    fn actions(&self) -> Vec<Box<dyn action::Erased<Configured>>> {
        Alivpn.actions()
    }
}
