//! From what is written to objects, one after the other: each obeys the API's rules beside those before it.

use std::collections::BTreeSet;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use toml::Spanned;
use toml::value::Datetime;

use super::error::{ScenarioError, Text};
use super::written;
use crate::emulator::error::ApiError;
use crate::emulator::faults::Fault;
use crate::emulator::object_id::is_id;
use crate::emulator::regions;
use crate::emulator::rules::multi_factor_auth::{self, Asked};
use crate::emulator::rules::{client_ip_pool, ip_conflict, local_subnet, name, port};
use crate::emulator::ssl_vpn_client_cert::{SslVpnClientCert, validity};
use crate::emulator::ssl_vpn_server::{Cipher, DEFAULT_PORT, Proto, SslVpnServer};
use crate::emulator::vpn_gateway::{Tag, Tags, VpnGateway};
use crate::emulator::world::World;

/// A scenario half read.
pub(super) struct Reading<'a> {
    text: Text<'a>,
    region_id: &'a str,
    unix_ms: u64,
    ids: BTreeSet<String>,
    /// What was read so far, for the rules across objects.
    pub(super) world: World,
}

impl<'a> Reading<'a> {
    pub(super) fn new(text: &'a str, region_id: &'a str, unix_ms: u64) -> Self {
        Self {
            text: Text(text),
            region_id,
            unix_ms,
            ids: BTreeSet::new(),
            world: World::default(),
        }
    }

    pub(super) fn gateway(
        &mut self,
        written: written::Gateway,
    ) -> Result<VpnGateway, ScenarioError> {
        let id = self.new_id("gateways", "vpn-", written.id)?;
        let region_id = match &written.region_id {
            Some(region) if !regions::is_known(region.get_ref()) => {
                return Err(self.text.mistake(
                    region,
                    "gateways.region_id",
                    "is no region",
                    "an ID as DescribeRegions lists them, such as cn-hangzhou",
                ));
            }
            Some(region) => region.get_ref(),
            None => self.region_id,
        };
        let vpc_id = match written.vpc_id {
            Some(vpc_id) => self.prefixed("gateways.vpc_id", "vpc-", vpc_id)?,
            None => format!("vpc-{}", id.trim_start_matches("vpn-")),
        };
        let create_time = written
            .create_time
            .map(|time| self.time(&time))
            .transpose()?
            .unwrap_or(self.unix_ms);
        let usual = VpnGateway::new(&id, &vpc_id, region_id, create_time);
        let tags = written.tags.into_iter();
        Ok(VpnGateway {
            name: written.name.unwrap_or(usual.name),
            description: written.description.unwrap_or(usual.description),
            status: written.status.unwrap_or(usual.status),
            business_status: written.business_status.unwrap_or(usual.business_status),
            ssl_vpn: written.ssl_vpn.unwrap_or(usual.ssl_vpn),
            ipsec_vpn: written.ipsec_vpn.unwrap_or(usual.ipsec_vpn),
            ssl_max_connections: written
                .ssl_max_connections
                .unwrap_or(usual.ssl_max_connections),
            gateway_type: written.gateway_type.unwrap_or(usual.gateway_type),
            resource_group_id: written.resource_group_id.unwrap_or(usual.resource_group_id),
            tags: Tags {
                tag: tags.map(|(key, value)| Tag { key, value }).collect(),
            },
            ..usual
        })
    }

    pub(super) fn server(
        &mut self,
        written: written::Server,
    ) -> Result<SslVpnServer, ScenarioError> {
        let id = self.new_id("servers", "vss-", written.id)?;
        let gateway_id = &written.vpn_gateway_id;
        let Some(gateway) = self.world.gateway_at_rest(gateway_id.get_ref()) else {
            let gateways = self.world.gateways_at_rest();
            let ids: Vec<&str> = gateways.map(|it| it.vpn_gateway_id.as_str()).collect();
            let allowed = format!("one of the scenario's, {}", ids.join(", "));
            let what = "is no gateway of this scenario";
            return Err(self
                .text
                .mistake(gateway_id, "servers.vpn_gateway_id", what, &allowed));
        };
        let mut servers = self.world.true_servers();
        if servers.any(|server| server.vpn_gateway_id == *gateway_id.get_ref()) {
            let what = "has an SSL server already";
            let allowed = "one server on each gateway";
            return Err(self
                .text
                .mistake(gateway_id, "servers.vpn_gateway_id", what, allowed));
        }

        let pool = &written.client_ip_pool;
        let pool_refused = |refusal: ApiError| {
            let allowed = "one IPv4 network of /16 to /29 without host bits, outside 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, \
                           224.0.0.0/4 and 255.0.0.0/8, that overlaps neither local_subnets nor the pool of another server in the VPC";
            self.text
                .refused(pool, "servers.client_ip_pool", &refusal, allowed)
        };
        let pool_network = client_ip_pool::parse(pool.get_ref()).map_err(pool_refused)?;
        let local_subnet = written.local_subnets.get_ref().join(",");
        let subnets = local_subnet::parse(&local_subnet).map_err(|refusal| {
            let allowed = "one to five IPv4 networks of /8 to /32, outside 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 and 255.0.0.0/8";
            self.text.refused(&written.local_subnets, "servers.local_subnets", &refusal, allowed)
        })?;
        ip_conflict::check(&self.world, gateway, pool_network, &subnets).map_err(pool_refused)?;

        let port = match written.port {
            None => DEFAULT_PORT,
            Some(port) => port::parse(&port.get_ref().to_string()).map_err(|refusal| {
                let allowed = "1 to 65535 but 22, 53, 68, 80, 123, 443, 500, 2222, 4500, 4510, 4560, 7505, 9000, 9001, 9002, 22222";
                self.text.refused(&port, "servers.port", &refusal, allowed)
            })?,
        };
        let asked = Asked {
            enable: Some(written.enable_multi_factor_auth),
            instance_id: written
                .idaas_instance_id
                .as_ref()
                .map(|id| id.get_ref().as_str()),
            application_id: written.idaas_application_id.as_deref(),
        };
        multi_factor_auth::check(asked).map_err(|refusal| {
            let allowed = "idaas_instance_id with enable_multi_factor_auth, and idaas_application_id for an instance of EIAM 2.0";
            let key = "servers.enable_multi_factor_auth";
            let enabled = written.enable_multi_factor_auth;
            self.text.refused_at(gateway_id.span(), key, enabled, &refusal, allowed)
        })?;
        let idaas_instance_version = asked
            .instance_id
            .and_then(multi_factor_auth::instance_version);
        let server = SslVpnServer {
            ssl_vpn_server_id: id,
            vpn_gateway_id: gateway.vpn_gateway_id.clone(),
            region_id: gateway.region_id.clone(),
            name: self.name("servers.name", written.name.as_ref())?,
            client_ip_pool: pool.get_ref().clone(),
            local_subnet,
            proto: written.protocol.unwrap_or(Proto::Tcp),
            cipher: written.cipher.unwrap_or(Cipher::Aes128Cbc),
            port,
            compress: written.compress,
            enable_multi_factor_auth: written.enable_multi_factor_auth,
            idaas_instance_version,
            idaas_instance_id: written.idaas_instance_id.map(Spanned::into_inner),
            idaas_region_id: written.idaas_region_id,
            idaas_application_id: written.idaas_application_id,
            dns_servers: None,
            internet_ip: gateway.ssl_vpn_address().to_owned(),
            connections: 0,
            max_connections: gateway.ssl_max_connections,
            create_time: self.unix_ms,
            resource_group_id: gateway.resource_group_id.clone(),
        };
        Ok(server)
    }

    pub(super) fn certificate(
        &mut self,
        written: written::Certificate,
    ) -> Result<SslVpnClientCert, ScenarioError> {
        let id = self.new_id("certificates", "vsc-", written.id)?;
        let server_id = written.ssl_vpn_server_id;
        let mut servers = self.world.true_servers();
        let Some(server) = servers.find(|server| server.ssl_vpn_server_id == *server_id.get_ref())
        else {
            let servers = self.world.true_servers();
            let ids: Vec<&str> = servers.map(|it| it.ssl_vpn_server_id.as_str()).collect();
            let allowed = match ids.as_slice() {
                [] => "a server of the scenario, which has none".to_owned(),
                ids => format!("one of the scenario's, {}", ids.join(", ")),
            };
            let (key, what) = (
                "certificates.ssl_vpn_server_id",
                "is no server of this scenario",
            );
            return Err(self.text.mistake(&server_id, key, what, &allowed));
        };
        let usual = validity(self.unix_ms);
        let (create_time, end_time) = match written.ends_in {
            None => (usual.create_time, usual.end_time),
            Some(ends_in) => {
                let lives = usual.end_time - usual.create_time;
                let end_time = usual.create_time.saturating_add(milliseconds(ends_in.0));
                (end_time.saturating_sub(lives), end_time)
            }
        };
        Ok(SslVpnClientCert {
            ssl_vpn_client_cert_id: id,
            ssl_vpn_server_id: server.ssl_vpn_server_id.clone(),
            region_id: server.region_id.clone(),
            name: self.name("certificates.name", written.name.as_ref())?,
            create_time,
            end_time,
            resource_group_id: server.resource_group_id.clone(),
        })
    }

    pub(super) fn fault(&self, written: Spanned<Fault>) -> Result<Fault, ScenarioError> {
        match written.get_ref().check() {
            Ok(()) => Ok(written.into_inner()),
            Err(error) => Err(self.text.wrong(written.span(), format!("faults: {error}"))),
        }
    }

    fn name(&self, key: &str, written: Option<&Spanned<String>>) -> Result<String, ScenarioError> {
        let Some(written) = written else {
            return Ok(String::new());
        };
        let allowed = "1 to 100 characters that do not begin with http:// or https://";
        match name::check(written.get_ref()) {
            Ok(()) => Ok(written.get_ref().clone()),
            Err(refusal) => Err(self.text.refused(written, key, &refusal, allowed)),
        }
    }

    fn time(&self, written: &Spanned<Datetime>) -> Result<u64, ScenarioError> {
        OffsetDateTime::parse(&written.get_ref().to_string(), &Rfc3339)
            .ok()
            .and_then(|time| u64::try_from(time.unix_timestamp()).ok())
            .map(|seconds| seconds * 1000)
            .ok_or_else(|| {
                let allowed =
                    "a date and time with its offset, from 1970 on, such as 2019-06-01T08:00:00Z";
                let (key, what) = ("gateways.create_time", "is no moment");
                self.text.mistake(written, key, what, allowed)
            })
    }

    /// An ID that nothing else in the scenario has.
    fn new_id(
        &mut self,
        table: &str,
        prefix: &str,
        written: Spanned<String>,
    ) -> Result<String, ScenarioError> {
        let key = format!("{table}.id");
        if self.ids.contains(written.get_ref()) {
            let what = "is there already";
            return Err(self
                .text
                .mistake(&written, &key, what, "an ID that nothing else has"));
        }
        let id = self.prefixed(&key, prefix, written)?;
        self.ids.insert(id.clone());
        Ok(id)
    }

    fn prefixed(
        &self,
        key: &str,
        prefix: &str,
        written: Spanned<String>,
    ) -> Result<String, ScenarioError> {
        if is_id(prefix, written.get_ref()) {
            return Ok(written.into_inner());
        }
        let allowed = format!("{prefix} and letters, digits or hyphens");
        Err(self.text.mistake(&written, key, "is no such ID", &allowed))
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
