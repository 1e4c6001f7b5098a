//! `--scenario FILE`: what an emulator begins with, in TOML: times, gateways, SSL servers, certificates, faults. Pure: a text in, objects out.
//! They obey the API's own rules, but for those that a state of a gateway would break: a scenario may have a server on a gateway that is
//! locked by now.

mod error;
mod written;

use std::collections::BTreeSet;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use toml::Spanned;
use toml::value::Datetime;

pub use error::ScenarioError;

use error::Text;

use super::error::ApiError;
use super::faults::Fault;
use super::regions;
use super::rules::multi_factor_auth::{self, Asked};
use super::rules::{client_ip_pool, ip_conflict, local_subnet, name, port};
use super::settings::default_gateways;
use super::ssl_vpn_client_cert::{SslVpnClientCert, validity};
use super::ssl_vpn_server::{Cipher, DEFAULT_PORT, Proto, SslVpnServer};
use super::timeline::{Timing, WrittenTiming};
use super::vpn_gateway::{Tag, Tags, VpnGateway};
use super::world::World;

/// What an emulator begins with.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    timings: WrittenTiming,
    pub(super) gateways: Vec<VpnGateway>,
    pub(super) servers: Vec<SslVpnServer>,
    pub(super) certificates: Vec<SslVpnClientCert>,
    pub(super) faults: Vec<Fault>,
}

impl Scenario {
    /// Reads a scenario that begins at `unix_ms` (milliseconds since 1970); `region_id` is the region of the gateways that name none.
    ///
    /// # Errors
    /// The first mistake in it, with its line, its key and what is allowed there.
    pub fn read(text: &str, region_id: &str, unix_ms: u64) -> Result<Self, ScenarioError> {
        let written: written::Scenario =
            toml::from_str(text).map_err(|error| ScenarioError::of_toml(text, &error))?;
        let mut reading = Reading {
            text: Text(text),
            region_id,
            unix_ms,
            ids: BTreeSet::new(),
            world: World::default(),
        };
        let mut gateways = Vec::new();
        for gateway in written.gateways {
            let gateway = reading.gateway(gateway)?;
            reading.world.put_gateway(gateway.clone());
            gateways.push(gateway);
        }
        if gateways.is_empty() {
            for gateway in default_gateways() {
                let gateway = gateway.in_region(region_id, unix_ms);
                reading.world.put_gateway(gateway.clone());
                gateways.push(gateway);
            }
        }
        let mut servers = Vec::new();
        for server in written.servers {
            let server = reading.server(server)?;
            reading.world.put_server(server.clone());
            servers.push(server);
        }
        let certificates = written.certificates.into_iter();
        let certificates = certificates.map(|certificate| reading.certificate(certificate));
        let certificates = certificates.collect::<Result<_, _>>()?;
        let faults = written.faults.into_iter();
        let faults = faults.map(|fault| reading.fault(fault));
        let faults = faults.collect::<Result<_, _>>()?;
        Ok(Self {
            timings: written.timings,
            gateways,
            servers,
            certificates,
            faults,
        })
    }

    /// How long changes take: as written here, `otherwise` where nothing is.
    pub fn timing(&self, otherwise: Timing) -> Timing {
        self.timings.over(otherwise)
    }
}

/// A scenario half read.
struct Reading<'a> {
    text: Text<'a>,
    region_id: &'a str,
    unix_ms: u64,
    ids: BTreeSet<String>,
    /// What was read so far, for the rules across objects.
    world: World,
}

impl Reading<'_> {
    fn gateway(&mut self, written: written::Gateway) -> Result<VpnGateway, ScenarioError> {
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

    fn server(&mut self, written: written::Server) -> Result<SslVpnServer, ScenarioError> {
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
            let (subnets, key) = (&written.local_subnets, "servers.local_subnets");
            self.text.refused_at(subnets.span(), key, &local_subnet, &refusal, allowed)
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

    fn certificate(
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

    fn fault(&self, written: Spanned<Fault>) -> Result<Fault, ScenarioError> {
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
        let is_word = |text: &str| {
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !text.is_empty() && text.bytes().all(is_letter)
        };
        if written.get_ref().strip_prefix(prefix).is_some_and(is_word) {
            return Ok(written.into_inner());
        }
        let allowed = format!("{prefix} and letters, digits or hyphens");
        Err(self.text.mistake(&written, key, "is no such ID", &allowed))
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::ssl_vpn_client_cert::CertStatus;
    use crate::emulator::vpn_gateway::BusinessStatus;

    const NOW: u64 = 1_764_000_000_000;

    fn read(text: &str) -> Result<Scenario, ScenarioError> {
        Scenario::read(text, "cn-hangzhou", NOW)
    }

    const OFFICE: &str = r#"
[timings]
converge = "3s"

[[gateways]]
id = "vpn-office"
name = "office"
business_status = "FinancialLocked"
ssl_max_connections = 50
create_time = 2019-06-01T08:00:00Z
tags = { team = "net" }

[[servers]]
id = "vss-office"
vpn_gateway_id = "vpn-office"
client_ip_pool = "10.30.30.0/24"
local_subnets = ["192.168.0.0/16", "10.20.0.0/16"]
protocol = "UDP"
port = 1195

[[certificates]]
id = "vsc-ann"
ssl_vpn_server_id = "vss-office"
name = "ann"

[[certificates]]
id = "vsc-bob"
ssl_vpn_server_id = "vss-office"
ends_in = "48h"

[[certificates]]
id = "vsc-eve"
ssl_vpn_server_id = "vss-office"
ends_in = "0s"

[[faults]]
operation = "CreateSslVpnClientCert"
code = "SystemBusy"
count = 2
"#;

    #[test]
    fn a_scenario_has_what_is_written_and_the_usual_otherwise() {
        let scenario = read(OFFICE).unwrap();
        let timing = scenario.timing(Timing::default());
        assert_eq!(timing.converge, Duration::from_secs(3));
        assert_eq!(timing.status_lag, Timing::default().status_lag);
        let gateway = &scenario.gateways[0];
        assert_eq!(gateway.business_status, BusinessStatus::FinancialLocked);
        assert_eq!(
            (gateway.vpc_id.as_str(), gateway.ssl_max_connections),
            ("vpc-office", 50)
        );
        assert_eq!(gateway.create_time, 1_559_376_000_000);
        assert_eq!(gateway.tags.tag[0].value, "net");
        let server = &scenario.servers[0];
        assert_eq!(server.local_subnet, "192.168.0.0/16,10.20.0.0/16");
        assert_eq!(
            (server.proto, server.port, server.max_connections),
            (Proto::Udp, 1195, 50)
        );
        let status: Vec<CertStatus> = scenario
            .certificates
            .iter()
            .map(|certificate| certificate.status(NOW))
            .collect();
        assert_eq!(
            status,
            [
                CertStatus::Normal,
                CertStatus::ExpiringSoon,
                CertStatus::Expired
            ]
        );
        assert_eq!(scenario.faults[0].count, 2);
    }

    #[test]
    fn an_empty_scenario_has_the_three_gateways() {
        let scenario = read("").unwrap();
        assert_eq!(scenario.gateways.len(), 3);
        assert_eq!(scenario.timing(Timing::default()), Timing::default());
    }

    #[test]
    fn a_mistake_names_its_line_its_key_and_what_is_allowed() {
        for (old, new, line, words) in [
            (
                "converge = ",
                "convergence = ",
                3,
                &["unknown field `convergence`", "`converge`"][..],
            ),
            (
                "\"3s\"",
                "\"soon\"",
                3,
                &["converge", "`soon` is no duration", "500ms"],
            ),
            (
                "[timings]",
                "[timing]",
                2,
                &["unknown field `timing`", "`timings`", "`faults`"],
            ),
            (
                "= \"FinancialLocked\"",
                "= \"Locked\"",
                8,
                &["business_status", "unknown variant `Locked`", "`Normal`"],
            ),
            (
                "= 50",
                "= \"many\"",
                9,
                &["ssl_max_connections", "expected u32"],
            ),
            (
                "id = \"vpn-office\"\nname",
                "id = \"office\"\nname",
                6,
                &["gateways.id", "office", "vpn-"],
            ),
            (
                "2019-06-01T08:00:00Z",
                "2019-06-01",
                10,
                &["gateways.create_time", "2019-06-01T08:00:00Z"],
            ),
            (
                "= \"10.30.30.0/24\"",
                "= \"10.30.30.0/8\"",
                16,
                &["servers.client_ip_pool", "10.30.30.0/8", "/16 to /29"],
            ),
            (
                "= \"10.30.30.0/24\"",
                "= \"10.20.30.0/24\"",
                16,
                &["servers.client_ip_pool", "conflict with local"],
            ),
            (
                "\"10.20.0.0/16\"",
                "\"127.0.0.0/8\"",
                17,
                &["servers.local_subnets", "127.0.0.0/8", "one to five"],
            ),
            (
                "\"UDP\"",
                "\"udp\"",
                18,
                &["protocol", "unknown variant `udp`", "`TCP`"],
            ),
            ("1195", "22", 19, &["servers.port", "22", "1 to 65535"]),
            (
                "1195",
                "70000",
                19,
                &["servers.port", "70000", "1 to 65535"],
            ),
            (
                "vpn_gateway_id = \"vpn-office\"",
                "vpn_gateway_id = \"vpn-other\"",
                15,
                &["servers.vpn_gateway_id", "vpn-other", "vpn-office"],
            ),
            (
                "name = \"ann\"",
                "name = \"http://ann\"",
                24,
                &["certificates.name", "http://ann", "1 to 100"],
            ),
            (
                "name = \"ann\"",
                "nam = \"ann\"",
                24,
                &["unknown field `nam`", "`ends_in`"],
            ),
            (
                "id = \"vsc-bob\"",
                "id = \"vsc-ann\"",
                27,
                &["certificates.id", "vsc-ann", "already"],
            ),
            (
                "ssl_vpn_server_id = \"vss-office\"\nname",
                "ssl_vpn_server_id = \"vss-x\"\nname",
                23,
                &["certificates.ssl_vpn_server_id", "vss-x", "vss-office"],
            ),
            (
                "\"CreateSslVpnClientCert\"",
                "\"Create\"",
                36,
                &["faults", "ModifySslVpnServer"],
            ),
            (
                "code = \"SystemBusy\"",
                "cod = \"SystemBusy\"",
                38,
                &["unknown field `cod`", "`code`"],
            ),
            ("count = 2", "count = ", 39, &["count"]),
        ] {
            assert!(OFFICE.contains(old), "{old}");
            let error = read(&OFFICE.replacen(old, new, 1)).unwrap_err();
            let shown = error.to_string();
            assert_eq!(error.line, line, "{shown}");
            for word in words {
                assert!(shown.contains(word), "{word}: {shown}");
            }
        }
    }

    #[test]
    fn a_gateway_takes_one_server_and_a_vpc_no_pool_twice() {
        let second = r#"
[[servers]]
id = "vss-2"
vpn_gateway_id = "vpn-office"
client_ip_pool = "10.30.30.0/24"
local_subnets = ["192.168.0.0/16"]
"#;
        let error = read(&format!("{OFFICE}{second}")).unwrap_err().to_string();
        assert!(error.contains("has an SSL server already"), "{error}");
        let neighbour = "[[gateways]]\nid = \"vpn-2\"\nvpc_id = \"vpc-office\"\n";
        let second = second.replace("\"vpn-office\"", "\"vpn-2\"");
        let error = read(&format!("{OFFICE}{neighbour}{second}"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("other SSL VPN server in the same VPC"),
            "{error}"
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = read("[[servers]]\nid = \"vss-1\"\n").unwrap_err();
        assert!(
            error.to_string().contains("missing field `vpn_gateway_id`"),
            "{error}"
        );
        let alone = "[[certificates]]\nid = \"vsc-1\"\nssl_vpn_server_id = \"vss-1\"\n";
        let error = read(alone).unwrap_err();
        assert!(error.to_string().contains("which has none"), "{error}");
    }
}
