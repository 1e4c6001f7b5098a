//! Who is connected: nobody, until the control endpoint says so. A certificate serves one client at a time, as with OpenVPN.

use ipnet::Ipv4Net;

use super::World;
use crate::emulator::ssl_vpn_client::{SslVpnClient, free_address};
use crate::emulator::ssl_vpn_client_cert::CertStatus;

/// Why a client is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotConnected {
    /// No such certificate, or no server to it.
    #[error("there is no such certificate")]
    NoCertificate,
    /// It no longer holds.
    #[error("the certificate has expired")]
    Expired,
    /// As many clients as the gateway takes.
    #[error("the server has as many connections as its gateway takes")]
    Full,
}

impl World {
    /// Connects the client of a certificate, again if it is connected already; without an address it has one of its own.
    ///
    /// # Errors
    /// When the server would not let it in.
    pub fn connect_client(
        &mut self,
        certificate_id: &str,
        ip: Option<String>,
        unix_ms: u64,
    ) -> Result<SslVpnClient, NotConnected> {
        self.disconnect_client(certificate_id);
        let certificate = self
            .certificates
            .get(certificate_id)
            .and_then(|certificate| certificate.truth().as_ref())
            .ok_or(NotConnected::NoCertificate)?;
        if certificate.attributes.status(unix_ms) == CertStatus::Expired {
            return Err(NotConnected::Expired);
        }
        let server_id = certificate.attributes.ssl_vpn_server_id.clone();
        let server = self
            .servers
            .get(&server_id)
            .and_then(|server| server.truth().as_ref())
            .ok_or(NotConnected::NoCertificate)?;
        if server.connections >= server.max_connections {
            return Err(NotConnected::Full);
        }
        let pool: Ipv4Net = server
            .client_ip_pool
            .parse()
            .map_err(|_| NotConnected::Full)?;
        let taken = |address: &str| {
            self.clients
                .values()
                .any(|client| client.private_ip == address)
        };
        let private_ip = free_address(pool, taken).ok_or(NotConnected::Full)?;
        let client = SslVpnClient {
            common_name: format!("CN={certificate_id}"),
            ip: ip.unwrap_or_else(|| "198.51.100.7".to_owned()),
            port: "40000".to_owned(),
            private_ip: private_ip.to_string(),
            connected_time: unix_ms,
            send_bytes: 0,
            receive_bytes: 0,
            status: "online",
        };
        self.clients
            .insert(certificate_id.to_owned(), client.clone());
        self.count_connections(&server_id, |connections| connections.saturating_add(1));
        Ok(client)
    }

    /// Disconnects the client of a certificate. False when it is not connected.
    pub fn disconnect_client(&mut self, certificate_id: &str) -> bool {
        if self.clients.remove(certificate_id).is_none() {
            return false;
        }
        if let Some(server_id) = self.server_id_of(certificate_id) {
            self.count_connections(&server_id, |connections| connections.saturating_sub(1));
        }
        true
    }

    /// Disconnects every client of a server and says how many they were.
    pub(super) fn disconnect_clients_of(&mut self, server_id: &str) -> u32 {
        let clients: Vec<String> = self
            .clients
            .keys()
            .filter(|id| self.server_id_of(id).as_deref() == Some(server_id))
            .cloned()
            .collect();
        let mut disconnected = 0;
        for id in clients {
            self.clients.remove(&id);
            disconnected += 1;
        }
        self.count_connections(server_id, |connections| {
            connections.saturating_sub(disconnected)
        });
        disconnected
    }

    /// Everybody who is connected.
    pub fn true_clients(&self) -> impl Iterator<Item = &SslVpnClient> {
        self.clients.values()
    }

    /// Everybody who is connected to a gateway.
    pub fn clients_of_gateway(&self, gateway_id: &str) -> impl Iterator<Item = &SslVpnClient> {
        let is_of_gateway = move |server_id: &str| {
            self.servers
                .get(server_id)
                .and_then(|server| server.truth().as_ref())
                .is_some_and(|server| server.vpn_gateway_id == gateway_id)
        };
        self.clients.iter().filter_map(move |(id, client)| {
            self.server_id_of(id)
                .is_some_and(|server_id| is_of_gateway(&server_id))
                .then_some(client)
        })
    }

    /// The server of a certificate, also of one that was just deleted.
    pub(super) fn server_id_of(&self, certificate_id: &str) -> Option<String> {
        let certificate = self.certificates.get(certificate_id)?;
        let certificate = certificate
            .truth()
            .as_ref()
            .or(certificate.shown().as_ref())?;
        Some(certificate.attributes.ssl_vpn_server_id.clone())
    }

    fn count_connections(&mut self, server_id: &str, count: impl Fn(u32) -> u32) {
        if let Some(server) = self.servers.get_mut(server_id) {
            server.edit(|server| {
                if let Some(server) = server {
                    server.connections = count(server.connections);
                }
            });
        }
    }
}
