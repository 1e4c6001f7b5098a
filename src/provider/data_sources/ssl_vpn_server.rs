//! `alivpn_ssl_vpn_server` and `alivpn_ssl_vpn_servers`. Unlike the resource they show how many clients are connected: nothing is
//! planned from a data source that a refresh has not just read.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::cloud::vpc;
use crate::provider::kind::SSL_SERVER as KIND;
use crate::provider::lookup::{self, Filter, Texts};
use crate::provider::{Configured, region};
use crate::tf::block_type::BlockType;
use crate::tf::data_source::DataSource;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};
use crate::tf::schema::{Attribute, Block, Mode, Schema};
use crate::tf::types::Type;

/// `alivpn_ssl_vpn_server`
#[derive(Debug, Clone, Copy)]
pub struct One;

/// `alivpn_ssl_vpn_servers`
#[derive(Debug, Clone, Copy)]
pub struct Many;

/// A server, as both data sources show it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnServer {
    pub id: Attr<String>,
    pub vpn_gateway_id: Attr<String>,
    pub name: Attr<String>,
    pub region: Attr<String>,
    pub client_ip_pool: Attr<String>,
    pub local_subnets: Attr<Vec<String>>,
    pub protocol: Attr<String>,
    pub cipher: Attr<String>,
    pub port: Attr<u16>,
    pub compress: Attr<bool>,
    pub enable_multi_factor_auth: Attr<bool>,
    pub idaas_instance_id: Attr<String>,
    pub idaas_region_id: Attr<String>,
    pub idaas_application_id: Attr<String>,
    pub idaas_instance_version: Attr<String>,
    pub internet_ip: Attr<String>,
    pub connections: Attr<i64>,
    pub max_connections: Attr<i64>,
    pub create_time: Attr<String>,
    pub resource_group_id: Attr<String>,
}

/// Servers by filters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnServers {
    pub ids: Texts,
    pub vpn_gateway_id: Attr<String>,
    pub name_regex: Attr<String>,
    pub resource_group_id: Attr<String>,
    pub region: Attr<String>,
    pub ssl_vpn_servers: Attr<Vec<SslVpnServer>>,
}

fn shown(server: &vpc::SslVpnServer, region: &str) -> SslVpnServer {
    let text = |value: &Option<String>| Attr::from(value.clone());
    let mut local_subnets = server.local_subnets.clone();
    local_subnets.sort_unstable();
    local_subnets.dedup();
    SslVpnServer {
        id: server.id.clone().into(),
        vpn_gateway_id: text(&server.vpn_gateway_id),
        name: text(&server.name),
        region: region.to_owned().into(),
        client_ip_pool: text(&server.client_ip_pool),
        local_subnets: local_subnets.into(),
        protocol: text(&server.protocol),
        cipher: text(&server.cipher),
        port: server.port.into(),
        compress: server.compress.into(),
        // Answers about gateways that do not know it leave it out, which says the same as false.
        enable_multi_factor_auth: server.enable_multi_factor_auth.unwrap_or(false).into(),
        idaas_instance_id: text(&server.idaas_instance_id),
        idaas_region_id: text(&server.idaas_region_id),
        idaas_application_id: text(&server.idaas_application_id),
        idaas_instance_version: text(&server.idaas_instance_version),
        internet_ip: text(&server.internet_ip),
        connections: server.connections.into(),
        max_connections: server.max_connections.into(),
        create_time: lookup::time(server.create_time),
        resource_group_id: text(&server.resource_group_id),
    }
}

impl BlockType for One {
    type Model = SslVpnServer;

    fn type_name(&self) -> &'static str {
        "alivpn_ssl_vpn_server"
    }

    fn schema(&self) -> Schema {
        let block = Block::new("An SSL server: by its ID, or the only one that matches.")
            .attribute(lookup::key_argument(
                "id",
                "The server's ID, `vss-...`. Set it alone, or `vpn_gateway_id` or `name` or both.",
            ))
            .attribute(lookup::key_argument(
                "vpn_gateway_id",
                "The gateway that carries the server, `vpn-...`.",
            ))
            .attribute(lookup::key_argument("name", "The server's whole name."))
            .attribute(region::look_up_argument(Mode::OptionalComputed));
        Schema::new(0, shown_attributes(block))
    }

    fn validate(&self, config: &SslVpnServer) -> Diagnostics {
        lookup::check_keys(KIND, &config.id, &keys(config))
    }
}

fn computed(name: &str, description: &str) -> Attribute {
    Attribute::computed(name, Type::String, description)
}

/// What is shown of a server beside what it is looked up by.
fn shown_attributes(block: Block) -> Block {
    block
        .attribute(computed(
            "client_ip_pool",
            "The network that clients get their addresses from.",
        ))
        .attribute(Attribute::computed(
            "local_subnets",
            Type::Set(Box::new(Type::String)),
            "The networks that clients reach through the server.",
        ))
        .attribute(computed("protocol", "`TCP` or `UDP`."))
        .attribute(computed("cipher", "The encryption algorithm."))
        .attribute(Attribute::computed("port", Type::Number, "The port."))
        .attribute(Attribute::computed(
            "compress",
            Type::Bool,
            "Whether traffic is compressed.",
        ))
        .attribute(Attribute::computed(
            "enable_multi_factor_auth",
            Type::Bool,
            "Whether clients must pass a second factor.",
        ))
        .attribute(computed(
            "idaas_instance_id",
            "The IDaaS instance that checks the second factor.",
        ))
        .attribute(computed(
            "idaas_region_id",
            "The region of the IDaaS instance.",
        ))
        .attribute(computed(
            "idaas_application_id",
            "The application in the IDaaS instance.",
        ))
        .attribute(computed(
            "idaas_instance_version",
            "The version of the IDaaS instance: `EIAM 2.0`, or null for older ones.",
        ))
        .attribute(computed(
            "internet_ip",
            "The public address that clients connect to.",
        ))
        .attribute(Attribute::computed(
            "connections",
            Type::Number,
            "How many clients are connected now.",
        ))
        .attribute(Attribute::computed(
            "max_connections",
            Type::Number,
            "How many clients may be connected at once.",
        ))
        .attribute(computed(
            "create_time",
            "When the server was created (RFC 3339).",
        ))
        .attribute(computed(
            "resource_group_id",
            "The resource group, `rg-...`.",
        ))
}

/// A server of many: nothing of it is an argument.
fn element() -> Block {
    let block = Block::new("A server.")
        .attribute(computed("id", "The server's ID, `vss-...`."))
        .attribute(computed(
            "vpn_gateway_id",
            "The gateway that carries the server, `vpn-...`.",
        ))
        .attribute(computed("name", "The server's name."))
        .attribute(computed("region", "The region that the server is in."));
    shown_attributes(block)
}

fn keys(config: &SslVpnServer) -> [(&'static str, &Attr<String>); 2] {
    [
        ("vpn_gateway_id", &config.vpn_gateway_id),
        ("name", &config.name),
    ]
}

#[async_trait]
impl DataSource for One {
    type Client = Configured;

    async fn read(
        &self,
        call: Call<'_, Configured>,
        config: SslVpnServer,
    ) -> Outcome<Option<SslVpnServer>> {
        lookup::outcome(find(call, &config).await)
    }
}

async fn find(
    call: Call<'_, Configured>,
    config: &SslVpnServer,
) -> Result<SslVpnServer, Diagnostic> {
    let region = region::of(&config.region, call.client);
    let vpc = &call.client.vpc;
    if let Some(id) = config.id.known() {
        let server = vpc.look_up_ssl_vpn_server(&region, id, call.cancel).await;
        let server =
            server.map_err(|error| lookup::failed(KIND, Some(("id", id)), &region, &error))?;
        let server = server.ok_or_else(|| lookup::missing(KIND, id, &region, "id", None))?;
        return Ok(shown(&server, &region));
    }
    let all = vpc::SslVpnServerFilter::default();
    let servers = vpc
        .describe_ssl_vpn_servers(&region, &all, call.cancel)
        .await;
    let servers = servers.map_err(|error| lookup::failed(KIND, None, &region, &error))?;
    let server = lookup::only_match(
        KIND,
        &region,
        &keys(config),
        servers,
        |server| {
            lookup::has(server.name.as_ref(), &config.name)
                && lookup::has(server.vpn_gateway_id.as_ref(), &config.vpn_gateway_id)
        },
        |server| {
            lookup::candidate(
                &server.id,
                server.name.as_ref(),
                server.vpn_gateway_id.as_ref(),
            )
        },
    )?;
    Ok(shown(&server, &region))
}

impl BlockType for Many {
    type Model = SslVpnServers;

    fn type_name(&self) -> &'static str {
        "alivpn_ssl_vpn_servers"
    }

    fn schema(&self) -> Schema {
        let block = Block::new("The SSL servers of a region that pass every filter, on all pages.")
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
            .attribute(region::look_up_argument(Mode::OptionalComputed))
            .attribute(Attribute::computed_list(
                "ssl_vpn_servers",
                element(),
                "The servers, sorted by ID; empty when none passes.",
            ));
        Schema::new(0, block)
    }
}

#[async_trait]
impl DataSource for Many {
    type Client = Configured;

    async fn read(
        &self,
        call: Call<'_, Configured>,
        config: SslVpnServers,
    ) -> Outcome<Option<SslVpnServers>> {
        lookup::outcome(list(call, config).await)
    }
}

async fn list(
    call: Call<'_, Configured>,
    config: SslVpnServers,
) -> Result<SslVpnServers, Diagnostic> {
    let region = region::of(&config.region, call.client);
    let filter = Filter::new(&config.ids, &config.name_regex)?;
    let asked = vpc::SslVpnServerFilter {
        vpn_gateway_id: config.vpn_gateway_id.value(),
        resource_group_id: config.resource_group_id.value(),
        ..vpc::SslVpnServerFilter::default()
    };
    let servers = call
        .client
        .vpc
        .describe_ssl_vpn_servers(&region, &asked, call.cancel)
        .await;
    let servers = filter.leave(KIND, &region, servers, |server| (&server.id, &server.name))?;
    Ok(SslVpnServers {
        ssl_vpn_servers: Attr::Known(
            servers
                .iter()
                .map(|server| shown(server, &region))
                .collect(),
        ),
        region: region.into(),
        ..config
    })
}
