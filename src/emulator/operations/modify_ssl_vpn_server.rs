//! ModifySslVpnServer. Only a name: synchronous, the gateway stays active. Anything else, even the values that are there already:
//! asynchronous, and what is left out of protocol, cipher, port and compression falls back to *this* operation's defaults, of which
//! compression's differs from Create's. That is the documented trap; a client that sends everything never meets it.

use super::{Answer, Moment, attributes, check_dry_run, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::rules::multi_factor_auth::{self, Asked};
use crate::emulator::rules::{client_ip_pool, gateway, ip_conflict, local_subnet, name, port};
use crate::emulator::ssl_vpn_server::{Cipher, DEFAULT_PORT, Proto, SslVpnServer};
use crate::emulator::world::World;

/// Any of these makes the modification asynchronous.
const BESIDE_THE_NAME: [&str; 11] = [
    "ClientIpPool",
    "LocalSubnet",
    "Proto",
    "Cipher",
    "Port",
    "Compress",
    "EnableMultiFactorAuth",
    "IDaaSInstanceId",
    "IDaaSRegionId",
    "IDaaSApplicationId",
    "DnsServers",
];

pub(super) fn perform(
    world: &mut World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;

    let id = parameters.required("SslVpnServerId")?;
    let name = parameters.raw("Name");
    name.map(name::check).transpose()?;
    let client_ip_pool = parameters.text("ClientIpPool");
    client_ip_pool.map(client_ip_pool::parse).transpose()?;
    let local_subnet = parameters.text("LocalSubnet");
    local_subnet.map(local_subnet::parse).transpose()?;
    let proto = parameters.text("Proto").map(Proto::parse).transpose()?;
    let cipher = parameters.text("Cipher").map(Cipher::parse).transpose()?;
    let port = parameters.text("Port").map(port::parse).transpose()?;
    let compress = parameters.boolean("Compress")?;
    let asked = Asked {
        enable: parameters.boolean("EnableMultiFactorAuth")?,
        instance_id: parameters.text("IDaaSInstanceId"),
        application_id: parameters.text("IDaaSApplicationId"),
    };
    multi_factor_auth::check(asked)?;
    let dry_run = parameters.boolean("DryRun")?;

    let server = world
        .server(region, id)
        .cloned()
        .ok_or(error::INVALID_SSL_VPN_SERVER_ID_NOT_FOUND)?;
    let vpn_gateway = world
        .gateway(region, &server.vpn_gateway_id)
        .ok_or(error::INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND)?;

    gateway::check_payment(&vpn_gateway)?;
    multi_factor_auth::check_gateway(asked, vpn_gateway.create_time)?;
    gateway::check_idle(vpn_gateway.status)?;

    let is_name_only = BESIDE_THE_NAME
        .iter()
        .all(|other| parameters.text(other).is_none());
    if is_name_only {
        check_dry_run(dry_run)?;
        let name = name.unwrap_or(&server.name);
        world.rename_server(id, name);
        return Ok(attributes(&SslVpnServer {
            name: name.to_owned(),
            ..server
        }));
    }

    let instance_id = parameters
        .owned("IDaaSInstanceId")
        .or(server.idaas_instance_id);
    let modified = SslVpnServer {
        name: name.map_or(server.name, str::to_owned),
        client_ip_pool: client_ip_pool.map_or(server.client_ip_pool, str::to_owned),
        local_subnet: local_subnet.map_or(server.local_subnet, str::to_owned),
        proto: proto.unwrap_or(Proto::Tcp),
        cipher: cipher.unwrap_or(Cipher::Aes128Cbc),
        port: port.unwrap_or(DEFAULT_PORT),
        compress: compress.unwrap_or(true),
        enable_multi_factor_auth: asked.enable.unwrap_or(server.enable_multi_factor_auth),
        idaas_instance_version: instance_id
            .as_deref()
            .and_then(multi_factor_auth::instance_version),
        idaas_instance_id: instance_id,
        idaas_region_id: parameters.owned("IDaaSRegionId").or(server.idaas_region_id),
        idaas_application_id: parameters
            .owned("IDaaSApplicationId")
            .or(server.idaas_application_id),
        dns_servers: parameters.owned("DnsServers").or(server.dns_servers),
        ..server
    };
    let pool = client_ip_pool::parse(&modified.client_ip_pool)?;
    let subnets = local_subnet::parse(&modified.local_subnet)?;
    ip_conflict::check(world, &vpn_gateway, pool, &subnets)?;

    check_dry_run(dry_run)?;

    let answer = attributes(&modified);
    world.change_server(modified, now.instant);
    Ok(answer)
}
