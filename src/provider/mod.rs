//! The product: maps Terraform's objects onto cloud operations. The one room that knows both worlds.
//!
//! - [`configuration`]: the provider block and the environment, and the client they make;
//! - [`region`]: where an object is, and where it is asked for;
//! - [`gateway`]: changes of one gateway take turns, and share what is seen of it; [`change`]: one such change, from its turn
//!   until the gateway has come to rest ([`settling`]);
//! - [`reads`]: reads that come together share a listing; [`remembered`]: what is known for the length of a run;
//! - [`ssl_vpn_server`], [`ssl_vpn_client_cert`]: the resources;
//! - [`data_sources`]: look-ups of what exists; [`lookup`]: what they share;
//! - [`ephemeral_resources`]: what no state may hold; [`key_material`]: what the owner of a certificate alone may have;
//! - [`functions`]: the functions;
//! - [`ovpn_profile`]: the one file that a client opens;
//! - [`identity`]: what objects are known by; [`kind`]: what their kinds are called;
//! - [`name`], [`network`], [`timeouts`]: values that several resources share;
//! - [`alicloud`]: what is taken over from the Go provider's states;
//! - [`explain`]: the cloud's errors in words that help.

pub mod alicloud;
pub mod change;
pub mod configuration;
pub mod data_sources;
pub mod ephemeral_resources;
pub mod explain;
pub mod functions;
pub mod gateway;
pub mod identity;
pub mod key_material;
pub mod kind;
pub mod lookup;
pub mod name;
pub mod network;
pub mod ovpn_profile;
pub mod reads;
pub mod region;
pub mod remembered;
pub mod settling;
pub mod ssl_vpn_client_cert;
pub mod ssl_vpn_server;
pub mod timeouts;

use std::env;

use async_trait::async_trait;

use crate::cloud::vpc::{self, Client};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::function::Function;
use crate::tf::provider::{Configure, Provider};
use crate::tf::resource::Erased;
use crate::tf::schema::Schema;
use crate::tf::{data_source, ephemeral_resource, list_resource};
use configuration::Configuration;
use functions::{ClientPoolPrefix, OvpnProfile};
use gateway::Gateways;
use reads::{Changing, Reads};
use remembered::Remembered;
use ssl_vpn_client_cert::SslVpnClientCertResource;
use ssl_vpn_client_cert::list::SslVpnClientCertList;
use ssl_vpn_server::SslVpnServerResource;
use ssl_vpn_server::list::SslVpnServerList;

/// The provider `alivpn`.
#[derive(Debug, Default)]
pub struct Alivpn;

/// What Configure makes: everything a resource needs to reach the cloud.
#[derive(Debug)]
pub struct Configured {
    /// The API.
    pub vpc: Client,
    /// The provider's region: for new objects, and for those whose state does not say.
    pub region: String,
    /// Whether a plan asks the API, by a dry run, if it would accept a change.
    pub preflight: bool,
    /// The gateways that this process is changing.
    pub gateways: Gateways,
    /// The reads of SSL servers.
    pub ssl_vpn_server_reads: Reads<vpc::SslVpnServer>,
    /// The reads of client certificates.
    pub ssl_vpn_client_cert_reads: Reads<vpc::SslVpnClientCert>,
    /// The client certificates that were imported.
    pub imported_certs: Remembered,
    /// The SSL servers of which it was said that all their clients are disconnected.
    pub disconnected_servers: Remembered,
}

impl Configured {
    /// A change of something in a region begins; it ends when the guards are dropped. A server that goes takes its certificates
    /// along: see [`Reads::changing`] of either.
    pub fn changing(
        &self,
        region: &str,
    ) -> (Changing<vpc::SslVpnServer>, Changing<vpc::SslVpnClientCert>) {
        (
            self.ssl_vpn_server_reads.changing(region),
            self.ssl_vpn_client_cert_reads.changing(region),
        )
    }
}

#[async_trait]
impl Provider for Alivpn {
    type Config = Configuration;
    type Client = Configured;

    fn schema(&self) -> Schema {
        configuration::schema()
    }

    fn validate(&self, config: &Configuration) -> Diagnostics {
        configuration::validate(config)
    }

    async fn configure(
        &self,
        configure: Configure<Configuration>,
    ) -> Result<Configured, Diagnostics> {
        let environment = |name: &str| env::var(name).ok();
        configuration::configure(configure, environment).await
    }

    fn resources(&self) -> Vec<Box<dyn Erased<Configured>>> {
        vec![
            Box::new(SslVpnServerResource),
            Box::new(SslVpnClientCertResource),
        ]
    }

    fn data_sources(&self) -> Vec<Box<dyn data_source::Erased<Configured>>> {
        data_sources::all()
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        vec![Box::new(ClientPoolPrefix), Box::new(OvpnProfile)]
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn ephemeral_resource::Erased<Configured>>> {
        ephemeral_resources::all()
    }

    fn list_resources(&self) -> Vec<Box<dyn list_resource::Erased<Configured>>> {
        vec![Box::new(SslVpnServerList), Box::new(SslVpnClientCertList)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::schema::{Block, Mode};

    #[test]
    fn every_parameter_and_every_value_of_an_identity_has_a_description() {
        let mut described = 0;
        let mut check = |of: &str, name: &str, description: &str| {
            assert!(!description.trim().is_empty(), "{of}: {name}");
            described += 1;
        };
        for function in Alivpn.functions() {
            let definition = function.definition();
            check(function.name(), "summary", &definition.summary);
            check(function.name(), "description", &definition.description);
            for parameter in definition.parameters.iter().chain(&definition.variadic) {
                check(function.name(), &parameter.name, &parameter.description);
            }
        }
        for resource in Alivpn.resources() {
            let identity = resource.identity();
            let identity = identity.unwrap_or_else(|| panic!("{}", resource.type_name()));
            for attribute in identity.attributes() {
                check(resource.type_name(), attribute.name, &attribute.description);
            }
        }
        assert!(described > 10, "{described}");
    }

    /// The attributes below a block that only the provider sets, by path.
    fn computed(block: &Block, path: &str, found: &mut Vec<(String, String)>) {
        for attribute in &block.attributes {
            let path = format!("{path}.{}", attribute.name);
            if let Some(elements) = &attribute.elements {
                computed(elements, &path, found);
            }
            let is_of_many = path.matches('.').count() > 1;
            if is_of_many || !attribute.mode.is_configurable() {
                found.push((path, attribute.description.clone()));
            }
        }
    }

    #[test]
    fn nothing_that_only_the_provider_sets_is_described_as_an_argument() {
        let mut found = Vec::new();
        for resource in Alivpn.resources() {
            computed(&resource.schema().block, resource.type_name(), &mut found);
        }
        for data_source in Alivpn.data_sources() {
            let block = data_source.schema().block;
            computed(&block, data_source.type_name(), &mut found);
        }
        for ephemeral in Alivpn.ephemeral_resources() {
            computed(&ephemeral.schema().block, ephemeral.type_name(), &mut found);
        }
        assert!(found.len() > 60, "{}", found.len());
        for (path, description) in found {
            for word in ["Set ", "Default:", "to look in"] {
                assert!(!description.contains(word), "{path}: {description}");
            }
        }
    }

    #[test]
    fn every_argument_and_attribute_has_a_description() {
        assert_eq!(Alivpn.schema().undescribed(), [""; 0]);
        for resource in Alivpn.resources() {
            assert_eq!(
                resource.schema().undescribed(),
                [""; 0],
                "{}",
                resource.type_name()
            );
        }
        for list_resource in Alivpn.list_resources() {
            assert_eq!(
                list_resource.schema().undescribed(),
                [""; 0],
                "{}",
                list_resource.type_name()
            );
        }
        for ephemeral in Alivpn.ephemeral_resources() {
            assert_eq!(
                ephemeral.schema().undescribed(),
                [""; 0],
                "{}",
                ephemeral.type_name()
            );
        }
        for data_source in Alivpn.data_sources() {
            assert_eq!(
                data_source.schema().undescribed(),
                [""; 0],
                "{}",
                data_source.type_name()
            );
        }
    }

    #[test]
    fn everything_in_the_cloud_takes_a_region_and_only_a_resource_is_replaced_by_another() {
        let resources = Alivpn.resources();
        let resources = resources
            .iter()
            .map(|found| (found.type_name(), found.schema(), true));
        let data_sources = Alivpn.data_sources();
        let data_sources = data_sources
            .iter()
            .map(|found| (found.type_name(), found.schema(), false));
        let lists = Alivpn.list_resources();
        let lists = lists
            .iter()
            .map(|found| (found.type_name(), found.schema(), false));
        let ephemeral = Alivpn.ephemeral_resources();
        let ephemeral = ephemeral
            .iter()
            .map(|found| (found.type_name(), found.schema(), false));
        let all = resources.chain(data_sources).chain(lists).chain(ephemeral);
        for (name, schema, is_resource) in all {
            let region = schema.block.find_attribute("region");
            let region = region.unwrap_or_else(|| panic!("{name} takes no region"));
            assert!(region.mode.is_configurable(), "{name}");
            assert_ne!(region.mode, Mode::Required, "{name}");
            assert_eq!(region.replaces, is_resource, "{name}");
            let rules = region.rules();
            assert!(
                rules.iter().any(|rule| rule.contains("ID of a region")),
                "{name}: {rules:?}"
            );
        }
    }
}
