//! The certificates that exist, for `terraform query`: in one region, by filters, sorted by ID. A list shows no certificates, let alone
//! keys: a result with its object is one that the next read completes.

use async_trait::async_trait;
use serde::Deserialize;

use super::filter::{self, Filters};
use super::mapping::object;
use super::model::{SslVpnClientCert, TYPE_NAME};
use crate::provider::kind::CLIENT_CERT as KIND;
use crate::provider::lookup::{self, Texts};
use crate::provider::{Configured, identity, region};
use crate::tf::block_type::BlockType;
use crate::tf::list_resource::{Ended, ListResource, Listed, Query, Results};
use crate::tf::model::Attr;
use crate::tf::resource::Call;
use crate::tf::schema::{Block, Mode, Schema};

/// The list resource.
#[derive(Debug, Clone, Copy)]
pub struct SslVpnClientCertList;

/// Which certificates to list.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct Config {
    pub ids: Texts,
    pub ssl_vpn_server_id: Attr<String>,
    pub name_regex: Attr<String>,
    pub status: Attr<String>,
    pub region: Attr<String>,
}

impl BlockType for SslVpnClientCertList {
    type Model = Config;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        let block = Block::new(
            "The client certificates of a region that pass every filter, on all pages, sorted by ID.",
        );
        let block = filter::arguments(block).attribute(region::look_up_argument(Mode::Optional));
        Schema::new(0, block)
    }
}

#[async_trait]
impl ListResource for SslVpnClientCertList {
    type Client = Configured;
    type Object = SslVpnClientCert;

    async fn list(
        &self,
        call: Call<'_, Configured>,
        query: Query<Config>,
        results: &mut Results<'_, SslVpnClientCert>,
    ) -> Result<(), Ended> {
        let config = query.config;
        let region = region::of(&config.region, call.client);
        let filters = Filters {
            ids: &config.ids,
            ssl_vpn_server_id: &config.ssl_vpn_server_id,
            name_regex: &config.name_regex,
            status: &config.status,
        };
        for cert in filter::list(&call, &region, filters).await? {
            let now = call.client.vpc.clock().now();
            let object = object(&cert, &SslVpnClientCert::default(), &region, now);
            let Some(identity) = identity::of(KIND, &object) else {
                continue;
            };
            results
                .send(Listed {
                    identity,
                    display_name: lookup::display_name(&cert.id, cert.name.as_ref()),
                    object: query.include_object.then_some(object),
                })
                .await?;
        }
        Ok(())
    }
}
