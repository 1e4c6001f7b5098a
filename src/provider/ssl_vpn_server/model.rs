//! The object `alivpn_ssl_vpn_server` as Terraform knows it: its schema and its model, side by side.

use serde::{Deserialize, Serialize};

use crate::provider::name;
use crate::provider::network::{ClientIpPool, LocalSubnet};
use crate::provider::region;
use crate::provider::timeouts::Timeouts;
use crate::tf::model::Attr;
use crate::tf::schema::{Attribute, Block, Schema};
use crate::tf::types::Type;
use crate::tf::validators::{count_between, each, length_between, one_of};

use super::validators::ServerPort;

/// The resource type's name.
pub const TYPE_NAME: &str = "alivpn_ssl_vpn_server";

/// The most `local_subnets` that a server takes.
pub const MOST_SUBNETS: usize = 5;

/// Arguments whose change may alter what the cloud knows of the IDaaS instance.
const IDAAS_ARGUMENTS: &[&str] = &[
    "enable_multi_factor_auth",
    "idaas_instance_id",
    "idaas_region_id",
    "idaas_application_id",
];

/// An SSL server: arguments, attributes and the `timeouts` block.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnServer {
    pub vpn_gateway_id: Attr<String>,
    pub client_ip_pool: Attr<String>,
    pub local_subnets: Attr<Vec<Attr<String>>>,
    pub name: Attr<String>,
    pub protocol: Attr<String>,
    pub cipher: Attr<String>,
    pub port: Attr<u16>,
    pub compress: Attr<bool>,
    pub enable_multi_factor_auth: Attr<bool>,
    pub idaas_instance_id: Attr<String>,
    pub idaas_region_id: Attr<String>,
    pub idaas_application_id: Attr<String>,
    pub id: Attr<String>,
    pub region: Attr<String>,
    pub internet_ip: Attr<String>,
    pub max_connections: Attr<i64>,
    pub create_time: Attr<String>,
    pub resource_group_id: Attr<String>,
    pub idaas_instance_version: Attr<String>,
    pub timeouts: Attr<Timeouts>,
}

/// The declaration that `terraform validate`, the documentation and the server read.
pub fn schema() -> Schema {
    let text =
        |name, description: &str| Attribute::optional_computed(name, Type::String, description);
    let computed = |name, description: &str| Attribute::computed(name, Type::String, description);
    let idaas = |name, description: &str| {
        text(name, description)
            .unknown_when_changed(IDAAS_ARGUMENTS)
            .validator(length_between(1, 128))
    };
    let block = Block::new(
        "An SSL server on a VPN gateway: the end point that people's OpenVPN clients connect to. A gateway has at most one.\n\n\
         A change is one call. It is sent when the gateway has no other change to carry out, and unless it is a new name alone, it carries \
         every argument that has a value, so that nothing falls back to a default. The apply then waits until the gateway is `active` again \
         and shows what was planned.",
    )
    .attribute(
        Attribute::required("vpn_gateway_id", Type::String, "The VPN gateway that carries the server, `vpn-...`. It has SSL-VPN enabled and no other SSL server.")
            .replaces()
            .validator(length_between(1, 128)),
    )
    .attribute(
        Attribute::required(
            "client_ip_pool",
            Type::String,
            "The network that clients get their addresses from: four for each concurrent connection, so that a /24 serves 50 of them, which \
             the function `client_pool_prefix` works out. It overlaps none of `local_subnets`. Networks outside 10.0.0.0/8, 172.16.0.0/12 and \
             192.168.0.0/16 must be user CIDR blocks of the VPC.",
        )
        .validator(ClientIpPool),
    )
    .attribute(
        Attribute::required(
            "local_subnets",
            Type::Set(Box::new(Type::String)),
            "The networks that clients reach through the server. They are compared as networks: order and host bits do not matter.",
        )
        .validator(count_between(1, MOST_SUBNETS))
        .validator(each(LocalSubnet)),
    )
    .attribute(name::argument("server"))
    .attribute(text("protocol", "The transport protocol. The API's default is `TCP`.").validator(one_of(&["TCP", "UDP"])))
    .attribute(
        text("cipher", "The encryption algorithm. The API's default is `AES-128-CBC`. Clients from OpenVPN 2.4 on negotiate their own.")
            .validator(one_of(&["AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "none"])),
    )
    .attribute(
        Attribute::optional_computed(
            "port",
            Type::Number,
            "The port that clients connect to. The API's default is 1194.",
        )
        .validator(ServerPort),
    )
    .attribute(Attribute::optional_computed("compress", Type::Bool, "Whether traffic is compressed. The API's default on create is `false`."))
    .attribute(
        Attribute::optional_computed("enable_multi_factor_auth", Type::Bool, "Whether clients must pass a second factor; `true` needs `idaas_instance_id`. The API's default is `false`. Gateways created before 2020-03-05 do not support it."),
    )
    .attribute(idaas("idaas_instance_id", "The IDaaS instance that checks the second factor."))
    .attribute(idaas("idaas_region_id", "The region of the IDaaS instance."))
    .attribute(idaas("idaas_application_id", "The application in the IDaaS instance; needed with an instance of EIAM 2.0."))
    .attribute(computed("id", "The server's ID, `vss-...`."))
    .attribute(region::argument("server"))
    .attribute(computed("internet_ip", "The public address that clients connect to."))
    .attribute(Attribute::computed("max_connections", Type::Number, "How many clients may be connected at once; a property of the gateway."))
    .attribute(computed("create_time", "When the server was created (RFC 3339)."))
    .attribute(computed("resource_group_id", "The resource group of the gateway, and so of the server."))
    .attribute(computed("idaas_instance_version", "The version of the IDaaS instance: `EIAM 2.0`, or null for older ones.").unknown_when_changed(IDAAS_ARGUMENTS))
    .block(Timeouts::block());
    Schema::new(0, block)
}
