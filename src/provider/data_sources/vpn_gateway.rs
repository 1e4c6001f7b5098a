//! `alivpn_vpn_gateway` and `alivpn_vpn_gateways`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::cloud::vpc;
use crate::provider::kind::VPN_GATEWAY as KIND;
use crate::provider::lookup::{self, Filter, Texts};
use crate::provider::{Configured, region};
use crate::tf::block_type::BlockType;
use crate::tf::data_source::DataSource;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};
use crate::tf::schema::{Attribute, Block, Mode, Schema};
use crate::tf::types::Type;
use crate::tf::validators::{each, length_between, one_of};

/// `alivpn_vpn_gateway`
#[derive(Debug, Clone, Copy)]
pub struct One;

/// `alivpn_vpn_gateways`
#[derive(Debug, Clone, Copy)]
pub struct Many;

/// A gateway, as both data sources show it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct VpnGateway {
    pub id: Attr<String>,
    pub name: Attr<String>,
    pub vpc_id: Attr<String>,
    pub region: Attr<String>,
    pub description: Attr<String>,
    pub status: Attr<String>,
    pub business_status: Attr<String>,
    pub ssl_vpn_enabled: Attr<bool>,
    pub ipsec_vpn_enabled: Attr<bool>,
    pub ssl_max_connections: Attr<i64>,
    pub vswitch_id: Attr<String>,
    pub internet_ip: Attr<String>,
    pub ssl_vpn_internet_ip: Attr<String>,
    pub gateway_type: Attr<String>,
    pub network_type: Attr<String>,
    pub spec: Attr<String>,
    pub charge_type: Attr<String>,
    pub create_time: Attr<String>,
    pub end_time: Attr<String>,
    pub resource_group_id: Attr<String>,
    pub tags: Attr<BTreeMap<String, String>>,
}

/// Gateways by filters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct VpnGateways {
    pub ids: Texts,
    pub vpc_id: Attr<String>,
    pub name_regex: Attr<String>,
    pub status: Attr<String>,
    pub business_status: Attr<String>,
    pub resource_group_id: Attr<String>,
    pub ssl_vpn_enabled: Attr<bool>,
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    pub region: Attr<String>,
    pub vpn_gateways: Attr<Vec<VpnGateway>>,
}

fn shown(gateway: &vpc::VpnGateway, region: &str) -> VpnGateway {
    let text = |value: &Option<String>| Attr::from(value.clone());
    let business_status = gateway.business_status.as_ref();
    VpnGateway {
        id: gateway.id.clone().into(),
        name: text(&gateway.name),
        vpc_id: text(&gateway.vpc_id),
        region: region.to_owned().into(),
        description: text(&gateway.description),
        status: gateway.status.as_str().to_owned().into(),
        business_status: business_status
            .map(|status| status.as_str().to_owned())
            .into(),
        ssl_vpn_enabled: gateway.ssl_vpn.into(),
        ipsec_vpn_enabled: gateway.ipsec_vpn.into(),
        ssl_max_connections: gateway.ssl_max_connections.into(),
        vswitch_id: text(&gateway.v_switch_id),
        internet_ip: text(&gateway.internet_ip),
        ssl_vpn_internet_ip: text(&gateway.ssl_vpn_internet_ip),
        gateway_type: text(&gateway.gateway_type),
        network_type: text(&gateway.network_type),
        spec: text(&gateway.spec),
        charge_type: text(&gateway.charge_type),
        create_time: lookup::time(gateway.create_time),
        end_time: lookup::time(gateway.end_time),
        resource_group_id: text(&gateway.resource_group_id),
        tags: gateway.tags.clone().into(),
    }
}

impl BlockType for One {
    type Model = VpnGateway;

    fn type_name(&self) -> &'static str {
        "alivpn_vpn_gateway"
    }

    fn schema(&self) -> Schema {
        let block = Block::new("A VPN gateway: by its ID, or the only one that matches.")
            .attribute(lookup::key_argument(
                "id",
                "The gateway's ID, `vpn-...`. Set it alone, or `name` or `vpc_id` or both.",
            ))
            .attribute(lookup::key_argument("name", "The gateway's whole name."))
            .attribute(lookup::key_argument(
                "vpc_id",
                "The VPC that the gateway is in, `vpc-...`.",
            ))
            .attribute(region::look_up_argument(Mode::OptionalComputed));
        Schema::new(0, shown_attributes(block))
    }

    fn validate(&self, config: &VpnGateway) -> Diagnostics {
        lookup::check_keys(KIND, &config.id, &keys(config))
    }
}

fn computed(name: &str, description: &str) -> Attribute {
    Attribute::computed(name, Type::String, description)
}

/// What is shown of a gateway beside what it is looked up by.
fn shown_attributes(block: Block) -> Block {
    block
        .attribute(computed("description", "The description."))
        .attribute(computed("status", "What the gateway is doing: `init`, `provisioning`, `active`, `updating` or `deleting`."))
        .attribute(computed("business_status", "`Normal`, or `FinancialLocked` for an overdue payment."))
        .attribute(Attribute::computed("ssl_vpn_enabled", Type::Bool, "Whether it takes an SSL server."))
        .attribute(Attribute::computed("ipsec_vpn_enabled", Type::Bool, "Whether it takes IPsec connections."))
        .attribute(Attribute::computed("ssl_max_connections", Type::Number, "How many clients may be connected at once."))
        .attribute(computed("vswitch_id", "The vSwitch, `vsw-...`."))
        .attribute(computed("internet_ip", "The public address."))
        .attribute(computed("ssl_vpn_internet_ip", "Where clients of its SSL server connect, if not at `internet_ip`."))
        .attribute(computed("gateway_type", "`Traditional` takes an SSL server."))
        .attribute(computed("network_type", "`public` or `private`."))
        .attribute(computed("spec", "The bandwidth, such as `5M`."))
        .attribute(computed("charge_type", "`Prepay` or `PostpayByFlow`."))
        .attribute(computed("create_time", "When it was created (RFC 3339)."))
        .attribute(computed("end_time", "Until when it is paid for (RFC 3339)."))
        .attribute(computed("resource_group_id", "The resource group, `rg-...`."))
        .attribute(Attribute::computed("tags", Type::Map(Box::new(Type::String)), "The tags."))
}

/// A gateway of many: nothing of it is an argument.
fn element() -> Block {
    let block = Block::new("A gateway.")
        .attribute(computed("id", "The gateway's ID, `vpn-...`."))
        .attribute(computed("name", "The gateway's name."))
        .attribute(computed(
            "vpc_id",
            "The VPC that the gateway is in, `vpc-...`.",
        ))
        .attribute(computed("region", "The region that the gateway is in."));
    shown_attributes(block)
}

fn keys(config: &VpnGateway) -> [(&'static str, &Attr<String>); 2] {
    [("name", &config.name), ("vpc_id", &config.vpc_id)]
}

#[async_trait]
impl DataSource for One {
    type Client = Configured;

    async fn read(
        &self,
        call: Call<'_, Configured>,
        config: VpnGateway,
    ) -> Outcome<Option<VpnGateway>> {
        lookup::outcome(find(call, &config).await)
    }
}

async fn find(call: Call<'_, Configured>, config: &VpnGateway) -> Result<VpnGateway, Diagnostic> {
    let region = region::of(&config.region, call.client);
    let vpc = &call.client.vpc;
    if let Some(id) = config.id.known() {
        let gateway = vpc.describe_vpn_gateway(&region, id, call.cancel).await;
        let gateway =
            gateway.map_err(|error| lookup::failed(KIND, Some(("id", id)), &region, &error))?;
        return Ok(shown(&gateway, &region));
    }
    let all = vpc::VpnGatewayFilter::default();
    let gateways = vpc.describe_vpn_gateways(&region, &all, call.cancel).await;
    let gateways = gateways.map_err(|error| lookup::failed(KIND, None, &region, &error))?;
    let gateway = lookup::only_match(
        KIND,
        &region,
        &keys(config),
        gateways,
        |gateway| {
            lookup::has(gateway.name.as_ref(), &config.name)
                && lookup::has(gateway.vpc_id.as_ref(), &config.vpc_id)
        },
        |gateway| lookup::candidate(&gateway.id, gateway.name.as_ref(), gateway.vpc_id.as_ref()),
    )?;
    Ok(shown(&gateway, &region))
}

impl BlockType for Many {
    type Model = VpnGateways;

    fn type_name(&self) -> &'static str {
        "alivpn_vpn_gateways"
    }

    fn schema(&self) -> Schema {
        let block =
            Block::new("The VPN gateways of a region that pass every filter, on all pages.")
                .attribute(lookup::ids_argument())
                .attribute(lookup::text_argument("vpc_id", "Only those in this VPC."))
                .attribute(lookup::name_regex_argument())
                .attribute(
                    Attribute::optional("status", Type::String, "Only those that are doing this.")
                        .validator(one_of(&[
                            "init",
                            "provisioning",
                            "active",
                            "updating",
                            "deleting",
                        ])),
                )
                .attribute(
                    Attribute::optional(
                        "business_status",
                        Type::String,
                        "Only those that are paid for, or not.",
                    )
                    .validator(one_of(&["Normal", "FinancialLocked"])),
                )
                .attribute(lookup::text_argument(
                    "resource_group_id",
                    "Only those of this resource group.",
                ))
                .attribute(Attribute::optional(
                    "ssl_vpn_enabled",
                    Type::Bool,
                    "Only those that take an SSL server, or only those that do not.",
                ))
                .attribute(
                    Attribute::optional(
                        "tags",
                        Type::Map(Box::new(Type::String)),
                        "Only those with all of these tags.",
                    )
                    .validator(each(length_between(0, 128))),
                )
                .attribute(region::look_up_argument(Mode::OptionalComputed))
                .attribute(Attribute::computed_list(
                    "vpn_gateways",
                    element(),
                    "The gateways, sorted by ID; empty when none passes.",
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
        config: VpnGateways,
    ) -> Outcome<Option<VpnGateways>> {
        lookup::outcome(list(call, config).await)
    }
}

async fn list(call: Call<'_, Configured>, config: VpnGateways) -> Result<VpnGateways, Diagnostic> {
    let region = region::of(&config.region, call.client);
    let filter = Filter::new(&config.ids, &config.name_regex)?;
    let tags = config.tags.known().into_iter().flatten();
    let asked = vpc::VpnGatewayFilter {
        id: None,
        vpc_id: config.vpc_id.value(),
        status: config.status.value().map(Into::into),
        business_status: config.business_status.value().map(Into::into),
        resource_group_id: config.resource_group_id.value(),
        gateway_type: None,
        tags: tags
            .filter_map(|(key, value)| Some((key.clone(), value.value()?)))
            .collect(),
    };
    let gateways = call
        .client
        .vpc
        .describe_vpn_gateways(&region, &asked, call.cancel)
        .await;
    let mut gateways = filter.leave(KIND, &region, gateways, |gateway| {
        (&gateway.id, &gateway.name)
    })?;
    let enabled = config.ssl_vpn_enabled.known();
    gateways.retain(|gateway| enabled.is_none_or(|enabled| gateway.ssl_vpn == Some(*enabled)));
    Ok(VpnGateways {
        vpn_gateways: Attr::Known(
            gateways
                .iter()
                .map(|gateway| shown(gateway, &region))
                .collect(),
        ),
        region: region.into(),
        ..config
    })
}
