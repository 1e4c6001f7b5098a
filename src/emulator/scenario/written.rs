//! A scenario as it is written. Names are those of the provider's resources and data sources; what has an ID of its own calls it `id`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::emulator::duration::WrittenDuration;
use crate::emulator::faults::Fault;
use crate::emulator::ssl_vpn_server::{Cipher, Proto};
use crate::emulator::timeline::WrittenTiming;
use crate::emulator::vpn_gateway::{BusinessStatus, GatewayStatus, Switch};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    #[serde(default)]
    pub timings: WrittenTiming,
    #[serde(default)]
    pub gateways: Vec<Gateway>,
    #[serde(default)]
    pub servers: Vec<Server>,
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    #[serde(default)]
    pub faults: Vec<Spanned<Fault>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    pub id: Spanned<String>,
    pub vpc_id: Option<Spanned<String>>,
    pub region_id: Option<Spanned<String>>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub status: Option<GatewayStatus>,
    pub business_status: Option<BusinessStatus>,
    pub create_time: Option<Spanned<Datetime>>,
    pub ssl_vpn: Option<Switch>,
    pub ipsec_vpn: Option<Switch>,
    pub ssl_max_connections: Option<u32>,
    pub gateway_type: Option<String>,
    pub resource_group_id: Option<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub id: Spanned<String>,
    pub vpn_gateway_id: Spanned<String>,
    pub client_ip_pool: Spanned<String>,
    pub local_subnets: Spanned<Vec<String>>,
    pub name: Option<Spanned<String>>,
    pub protocol: Option<Proto>,
    pub cipher: Option<Cipher>,
    pub port: Option<Spanned<i64>>,
    #[serde(default)]
    pub compress: bool,
    #[serde(default)]
    pub enable_multi_factor_auth: bool,
    pub idaas_instance_id: Option<Spanned<String>>,
    pub idaas_region_id: Option<String>,
    pub idaas_application_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub id: Spanned<String>,
    pub ssl_vpn_server_id: Spanned<String>,
    pub name: Option<Spanned<String>>,
    /// From the emulator's start on; `0s` has ended already.
    pub ends_in: Option<WrittenDuration>,
}
