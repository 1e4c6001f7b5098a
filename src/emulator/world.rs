//! The gateways, SSL servers, certificates and connected clients of the emulated account. A pure state machine: every question and every change is given the present, and
//! [`World::advance`] lets what is due by then be seen. The truth changes when the API accepts a change; what Describe shows lags behind it.

mod certificates;
mod clients;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

pub use certificates::Authority;

use super::quota::Quotas;
use super::ssl_vpn_client::SslVpnClient;
use super::ssl_vpn_client_cert::IssuedCert;
use super::ssl_vpn_server::SslVpnServer;
use super::timeline::{Busy, Lagged, Timing};
use super::vpn_gateway::{GatewayStatus, VpnGateway};

#[derive(Debug)]
struct Gateway {
    /// Its status is the one at rest: a change under way is `busy`.
    attributes: VpnGateway,
    busy: Option<Busy>,
}

/// [`World::advance`] drops a change that is over: one that is there is under way.
const ALWAYS: fn(Busy) -> bool = |_| true;

/// Everything that the account has.
#[derive(Debug, Default)]
pub struct World {
    gateways: BTreeMap<String, Gateway>,
    servers: BTreeMap<String, Lagged<Option<SslVpnServer>>>,
    certificates: BTreeMap<String, Lagged<Option<IssuedCert>>>,
    /// By the server's ID; one is made for a server's first certificate.
    authorities: BTreeMap<String, Authority>,
    /// Who is connected, by the certificate's ID.
    clients: BTreeMap<String, SslVpnClient>,
    timing: Timing,
    quotas: Quotas,
}

impl World {
    /// An empty account.
    pub fn new(timing: Timing) -> Self {
        Self {
            timing,
            ..Self::default()
        }
    }

    /// How long the next changes take.
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Holds for changes accepted from now on.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// What the account may have at most.
    pub fn quotas(&self) -> Quotas {
        self.quotas
    }

    /// Holds for what is made from now on.
    pub fn set_quotas(&mut self, quotas: Quotas) {
        self.quotas = quotas;
    }

    /// Lets what is due be seen, and forgets what is over.
    pub fn advance(&mut self, now: Instant) {
        for gateway in self.gateways.values_mut() {
            gateway.busy = gateway.busy.filter(|busy| busy.is_busy(now));
        }
        for server in self.servers.values_mut() {
            server.advance(now);
        }
        self.servers
            .retain(|_, server| server.truth().is_some() || server.shown().is_some());
        self.advance_certificates(now);
    }

    /// A gateway of a region, with its true status.
    pub fn gateway(&self, region_id: &str, id: &str) -> Option<VpnGateway> {
        let gateway = self.gateways.get(id)?;
        (gateway.attributes.region_id == region_id).then(|| gateway.with_status(ALWAYS))
    }

    /// The gateways with their true status.
    pub fn true_gateways(&self) -> Vec<VpnGateway> {
        self.gateways
            .values()
            .map(|gateway| gateway.with_status(ALWAYS))
            .collect()
    }

    /// The gateways of a region as Describe shows them.
    pub fn shown_gateways(&self, region_id: &str, now: Instant) -> Vec<VpnGateway> {
        self.gateways
            .values()
            .filter(|gateway| gateway.attributes.region_id == region_id)
            .map(|gateway| gateway.with_status(|busy| busy.is_shown(now)))
            .collect()
    }

    /// A gateway of a region as Describe shows it.
    pub fn shown_gateway(&self, region_id: &str, id: &str, now: Instant) -> Option<VpnGateway> {
        let gateway = self.gateways.get(id)?;
        (gateway.attributes.region_id == region_id)
            .then(|| gateway.with_status(|busy| busy.is_shown(now)))
    }

    /// A gateway with its status at rest, whatever its region.
    pub fn gateway_at_rest(&self, id: &str) -> Option<&VpnGateway> {
        self.gateways.get(id).map(|gateway| &gateway.attributes)
    }

    /// The gateways with their status at rest.
    pub fn gateways_at_rest(&self) -> impl Iterator<Item = &VpnGateway> {
        self.gateways.values().map(|gateway| &gateway.attributes)
    }

    /// Whether the account may have no gateway more.
    pub fn has_all_gateways(&self) -> bool {
        self.gateways.len() >= self.quotas.gateways
    }

    /// Adds a gateway, or gives the one with this ID other attributes.
    pub fn put_gateway(&mut self, attributes: VpnGateway) {
        let id = attributes.vpn_gateway_id.clone();
        let busy = self.gateways.get(&id).and_then(|gateway| gateway.busy);
        self.gateways.insert(id, Gateway { attributes, busy });
    }

    /// Removes a gateway with its SSL server and all that this has. False when there is none.
    pub fn remove_gateway(&mut self, id: &str) -> bool {
        self.servers.retain(|_, server| {
            let of = |server: &Option<SslVpnServer>| {
                server
                    .as_ref()
                    .is_some_and(|server| server.vpn_gateway_id == id)
            };
            !of(server.truth()) && !of(server.shown())
        });
        self.drop_orphans();
        self.gateways.remove(id).is_some()
    }

    /// Makes a gateway busy as a change does. False when there is none.
    pub fn make_busy(&mut self, id: &str, duration: Duration, now: Instant) -> bool {
        let busy = Busy::new(now, self.timing.status_lag, duration);
        self.gateways
            .get_mut(id)
            .map(|gateway| gateway.busy = Some(busy))
            .is_some()
    }

    /// A server of a region as it truly is.
    pub fn server(&self, region_id: &str, id: &str) -> Option<&SslVpnServer> {
        let server = self.servers.get(id)?.truth().as_ref()?;
        (server.region_id == region_id).then_some(server)
    }

    /// The servers as they truly are.
    pub fn true_servers(&self) -> impl Iterator<Item = &SslVpnServer> {
        self.servers
            .values()
            .filter_map(|server| server.truth().as_ref())
    }

    /// The servers of a region as Describe shows them.
    pub fn shown_servers(&self, region_id: &str) -> impl Iterator<Item = &SslVpnServer> {
        self.servers
            .values()
            .filter_map(|server| server.shown().as_ref())
            .filter(move |server| server.region_id == region_id)
    }

    /// Accepts a new server or new attributes of one: asynchronous, and its clients are disconnected.
    pub fn change_server(&mut self, mut server: SslVpnServer, now: Instant) {
        let disconnected = self.disconnect_clients_of(&server.ssl_vpn_server_id);
        server.connections = server.connections.saturating_sub(disconnected);
        self.make_busy(&server.vpn_gateway_id, self.timing.converge, now);
        self.servers
            .entry(server.ssl_vpn_server_id.clone())
            .or_insert_with(|| Lagged::new(None))
            .change(Some(server), now + self.timing.describe_lag);
        self.advance(now);
    }

    /// Accepts the end of a server and of its certificates: asynchronous.
    pub fn delete_server(&mut self, id: &str, now: Instant) {
        let Some(server) = self.servers.get_mut(id) else {
            return;
        };
        let gateway_id = server
            .truth()
            .as_ref()
            .map(|server| server.vpn_gateway_id.clone());
        server.change(None, now + self.timing.describe_lag);
        self.delete_certificates_of(id, now + self.timing.describe_lag);
        if let Some(gateway_id) = gateway_id {
            self.make_busy(&gateway_id, self.timing.converge, now);
        }
        self.advance(now);
    }

    /// Gives a server another name: synchronous, the gateway stays as it is.
    pub fn rename_server(&mut self, id: &str, name: &str) {
        if let Some(server) = self.servers.get_mut(id) {
            server.edit(|server| {
                if let Some(server) = server {
                    name.clone_into(&mut server.name);
                }
            });
        }
    }

    /// Sets a server's attributes for everybody at once, as an edit in the console that is long over.
    pub fn put_server(&mut self, server: SslVpnServer) {
        self.servers
            .insert(server.ssl_vpn_server_id.clone(), Lagged::new(Some(server)));
    }

    /// Removes a server with its certificates for everybody at once. False when there is none.
    pub fn remove_server(&mut self, id: &str) -> bool {
        let removed = self.servers.remove(id).is_some();
        self.drop_orphans();
        removed
    }
}

impl Gateway {
    fn with_status(&self, is_updating: impl FnOnce(Busy) -> bool) -> VpnGateway {
        let mut attributes = self.attributes.clone();
        if attributes.status == GatewayStatus::Active && self.busy.is_some_and(is_updating) {
            attributes.status = GatewayStatus::Updating;
        }
        attributes
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::emulator::ssl_vpn_server::{Cipher, Proto};

    pub(in crate::emulator) const REGION: &str = "cn-hangzhou";
    const SECOND: Duration = Duration::from_secs(1);

    fn world() -> World {
        let mut world = World::new(Timing {
            converge: 3 * SECOND,
            status_lag: SECOND,
            describe_lag: 4 * SECOND,
            ..Timing::default()
        });
        world.put_gateway(VpnGateway::new("vpn-1", "vpc-1", REGION, 0));
        world
    }

    pub(in crate::emulator) fn server(port: u16) -> SslVpnServer {
        SslVpnServer {
            ssl_vpn_server_id: "vss-1".to_owned(),
            vpn_gateway_id: "vpn-1".to_owned(),
            region_id: REGION.to_owned(),
            name: String::new(),
            client_ip_pool: "10.30.30.0/24".to_owned(),
            local_subnet: "10.20.20.0/24".to_owned(),
            proto: Proto::Tcp,
            cipher: Cipher::Aes128Cbc,
            port,
            compress: false,
            enable_multi_factor_auth: false,
            idaas_instance_id: None,
            idaas_region_id: None,
            idaas_application_id: None,
            idaas_instance_version: None,
            dns_servers: None,
            internet_ip: "203.0.113.1".to_owned(),
            connections: 0,
            max_connections: 5,
            create_time: 0,
            resource_group_id: String::new(),
        }
    }

    /// The gateway's true and shown status and the shown port.
    fn look(world: &mut World) -> (GatewayStatus, GatewayStatus, Option<u16>) {
        let now = Instant::now();
        world.advance(now);
        (
            world.gateway(REGION, "vpn-1").unwrap().status,
            world.shown_gateways(REGION, now)[0].status,
            world.shown_servers(REGION).next().map(|server| server.port),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_true_at_once_and_shown_by_and_by() {
        use GatewayStatus::{Active, Updating};
        let mut world = world();
        world.change_server(server(1194), Instant::now());
        assert_eq!(world.true_servers().count(), 1);
        assert_eq!(look(&mut world), (Updating, Active, None));
        tokio::time::advance(SECOND).await;
        assert_eq!(look(&mut world), (Updating, Updating, None));
        tokio::time::advance(2 * SECOND).await;
        assert_eq!(look(&mut world), (Active, Active, None));
        tokio::time::advance(SECOND).await;
        assert_eq!(look(&mut world), (Active, Active, Some(1194)));

        world.change_server(server(1195), Instant::now());
        assert_eq!(look(&mut world), (Updating, Active, Some(1194)));
        tokio::time::advance(4 * SECOND).await;
        assert_eq!(look(&mut world), (Active, Active, Some(1195)));

        world.delete_server("vss-1", Instant::now());
        assert_eq!(world.server(REGION, "vss-1"), None);
        assert_eq!(look(&mut world), (Updating, Active, Some(1195)));
        tokio::time::advance(4 * SECOND).await;
        assert_eq!(look(&mut world), (Active, Active, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rename_is_seen_at_once_and_keeps_the_gateway_active() {
        let mut world = world();
        world.put_server(server(1194));
        world.rename_server("vss-1", "office");
        assert_eq!(world.shown_servers(REGION).next().unwrap().name, "office");
        assert_eq!(look(&mut world).0, GatewayStatus::Active);
    }

    #[tokio::test(start_paused = true)]
    async fn without_lag_a_change_is_shown_at_once() {
        let mut world = world();
        world.set_timing(Timing {
            converge: Duration::ZERO,
            status_lag: Duration::ZERO,
            describe_lag: Duration::ZERO,
            ..Timing::default()
        });
        world.change_server(server(1194), Instant::now());
        assert_eq!(
            look(&mut world),
            (GatewayStatus::Active, GatewayStatus::Active, Some(1194))
        );
    }

    #[test]
    fn another_region_sees_nothing() {
        let mut world = world();
        world.put_server(server(1194));
        assert_eq!(world.gateway("cn-shanghai", "vpn-1"), None);
        assert_eq!(world.server("cn-shanghai", "vss-1"), None);
        assert_eq!(world.shown_servers("cn-shanghai").count(), 0);
    }

    #[test]
    fn a_gateway_takes_its_server_with_it() {
        let mut world = world();
        world.put_server(server(1194));
        assert!(world.remove_gateway("vpn-1"));
        assert!(!world.remove_gateway("vpn-1"));
        assert_eq!(world.true_servers().count(), 0);
    }
}
