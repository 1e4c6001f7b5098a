//! The servers that exist, for `terraform query`: in one region, by filters, sorted by ID.

use async_trait::async_trait;
use serde::Deserialize;

use super::mapping::object;
use super::model::{SslVpnServer, TYPE_NAME};
use crate::cloud::vpc::SslVpnServerFilter;
use crate::provider::kind::SSL_SERVER as KIND;
use crate::provider::lookup::{self, Filter, Texts};
use crate::provider::{Configured, identity, region};
use crate::tf::block_type::BlockType;
use crate::tf::list_resource::{Ended, ListResource, Listed, Query, Results};
use crate::tf::model::Attr;
use crate::tf::resource::Call;
use crate::tf::schema::{Block, Mode, Schema};

/// The list resource.
#[derive(Debug, Clone, Copy)]
pub struct SslVpnServerList;

/// Which servers to list.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct Config {
    pub ids: Texts,
    pub vpn_gateway_id: Attr<String>,
    pub name_regex: Attr<String>,
    pub resource_group_id: Attr<String>,
    pub region: Attr<String>,
}

impl BlockType for SslVpnServerList {
    type Model = Config;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        let block = Block::new(
            "The SSL servers of a region that pass every filter, on all pages, sorted by ID.",
        )
        .attribute(lookup::ids_argument())
        .attribute(lookup::text_argument(
            "vpn_gateway_id",
            "Only that of this gateway.",
        ))
        .attribute(lookup::name_regex_argument())
        .attribute(lookup::text_argument(
            "resource_group_id",
            "Only those of this resource group.",
        ))
        .attribute(region::look_up_argument(Mode::Optional));
        Schema::new(0, block)
    }
}

#[async_trait]
impl ListResource for SslVpnServerList {
    type Client = Configured;
    type Object = SslVpnServer;

    async fn list(
        &self,
        call: Call<'_, Configured>,
        query: Query<Config>,
        results: &mut Results<'_, SslVpnServer>,
    ) -> Result<(), Ended> {
        let config = query.config;
        let region = region::of(&config.region, call.client);
        let filter = Filter::new(&config.ids, &config.name_regex)?;
        let asked = SslVpnServerFilter {
            vpn_gateway_id: config.vpn_gateway_id.value(),
            resource_group_id: config.resource_group_id.value(),
            ..SslVpnServerFilter::default()
        };
        let servers = call
            .client
            .vpc
            .describe_ssl_vpn_servers(&region, &asked, call.cancel)
            .await;
        let servers = filter.leave(KIND, &region, servers, |server| (&server.id, &server.name))?;
        for server in servers {
            let object = object(&server, &SslVpnServer::default(), &region);
            let Some(identity) = identity::of(KIND, &object) else {
                continue;
            };
            results
                .send(Listed {
                    identity,
                    display_name: lookup::display_name(&server.id, server.name.as_ref()),
                    object: query.include_object.then_some(object),
                })
                .await?;
        }
        Ok(())
    }
}
