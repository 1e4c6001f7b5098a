//! CreateSslVpnServer: asynchronous.

use super::{Answer, Moment, check_dry_run, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::parameters::Parameters;
use crate::emulator::rules::multi_factor_auth::{self, Asked};
use crate::emulator::rules::{client_ip_pool, gateway, ip_conflict, local_subnet, name, port};
use crate::emulator::ssl_vpn_server::{self, Cipher, DEFAULT_PORT, Proto, SslVpnServer};
use crate::emulator::world::World;

pub(super) fn perform(
    world: &mut World,
    parameters: &Parameters,
    now: Moment,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;

    let vpn_gateway_id = parameters.required("VpnGatewayId")?;
    let client_ip_pool = parameters.required("ClientIpPool")?;
    let local_subnet = parameters.required("LocalSubnet")?;
    let pool = client_ip_pool::parse(client_ip_pool)?;
    let subnets = local_subnet::parse(local_subnet)?;
    let name = parameters.raw("Name");
    name.map(name::check).transpose()?;
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

    let vpn_gateway = world
        .gateway(region, vpn_gateway_id)
        .ok_or(error::INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND)?;

    gateway::check_payment(&vpn_gateway)?;
    gateway::check_ssl_vpn(&vpn_gateway)?;
    multi_factor_auth::check_gateway(asked, vpn_gateway.create_time)?;
    gateway::check_idle(vpn_gateway.status)?;

    if world
        .true_servers()
        .any(|server| server.vpn_gateway_id == vpn_gateway_id)
    {
        return Err(error::RESOURCE_QUOTA_FULL.into());
    }
    ip_conflict::check(world, &vpn_gateway, pool, &subnets)?;

    check_dry_run(dry_run)?;

    let server = SslVpnServer {
        ssl_vpn_server_id: ssl_vpn_server::random_id("vss"),
        vpn_gateway_id: vpn_gateway_id.to_owned(),
        region_id: region.to_owned(),
        name: name.unwrap_or_default().to_owned(),
        client_ip_pool: client_ip_pool.to_owned(),
        local_subnet: local_subnet.to_owned(),
        proto: proto.unwrap_or(Proto::Tcp),
        cipher: cipher.unwrap_or(Cipher::Aes128Cbc),
        port: port.unwrap_or(DEFAULT_PORT),
        compress: compress.unwrap_or(false),
        enable_multi_factor_auth: asked.enable.unwrap_or(false),
        idaas_instance_id: parameters.owned("IDaaSInstanceId"),
        idaas_region_id: parameters.owned("IDaaSRegionId"),
        idaas_application_id: parameters.owned("IDaaSApplicationId"),
        idaas_instance_version: asked
            .instance_id
            .and_then(multi_factor_auth::instance_version),
        dns_servers: parameters.owned("DnsServers"),
        internet_ip: vpn_gateway.ssl_vpn_address().to_owned(),
        connections: 0,
        max_connections: vpn_gateway.ssl_max_connections,
        create_time: now.unix_ms,
        resource_group_id: vpn_gateway.resource_group_id.clone(),
    };
    let mut answer = Answer::new();
    answer.insert(
        "SslVpnServerId".to_owned(),
        server.ssl_vpn_server_id.clone().into(),
    );
    answer.insert("Name".to_owned(), server.name.clone().into());
    world.change_server(server, now.instant);
    Ok(answer)
}
