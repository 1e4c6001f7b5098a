//! `--scenario FILE`: what an emulator begins with, in TOML: times, gateways, SSL servers, certificates, faults. Pure: a text in, objects out.
//! They obey the API's own rules, but for those that a state of a gateway would break: a scenario may have a server on a gateway that is
//! locked by now.

mod error;
mod reading;
#[cfg(test)]
mod tests;
mod written;

pub use error::ScenarioError;

use super::faults::Fault;
use super::settings::default_gateways;
use super::ssl_vpn_client_cert::SslVpnClientCert;
use super::ssl_vpn_server::SslVpnServer;
use super::timeline::{Timing, WrittenTiming};
use super::vpn_gateway::VpnGateway;
use reading::Reading;

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
        let mut reading = Reading::new(text, region_id, unix_ms);
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
