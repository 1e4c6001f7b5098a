//! The certificates of the account. A new one and a new name are seen at once; a deleted one makes its gateway busy and is shown for a
//! moment more. Deleting one disconnects every client of its server; deleting a server deletes its certificates, as documented.

use std::sync::{Arc, OnceLock};

use tokio::time::Instant;

use super::World;
use crate::emulator::certificate_authority::{CertificateAuthority, IssueError};
use crate::emulator::ssl_vpn_client_cert::{IssuedCert, SslVpnClientCert};
use crate::emulator::timeline::{Busy, Lagged};

/// Who signs the certificates of one server, made by whoever needs it first, without the account's lock.
pub type Authority = Arc<OnceLock<Result<CertificateAuthority, IssueError>>>;

fn is_of(certificate: &Option<IssuedCert>, server_id: &str) -> bool {
    certificate
        .as_ref()
        .is_some_and(|certificate| certificate.attributes.ssl_vpn_server_id == server_id)
}

impl World {
    /// The authority of a server of a region.
    pub fn authority(&mut self, region_id: &str, server_id: &str) -> Option<Authority> {
        self.server(region_id, server_id)?;
        let authority = self.authorities.entry(server_id.to_owned()).or_default();
        Some(Arc::clone(authority))
    }

    /// The authorities that were made, by the server's ID.
    pub fn authorities(&self) -> impl Iterator<Item = (&str, &CertificateAuthority)> {
        self.authorities
            .iter()
            .filter_map(|(server_id, authority)| {
                let authority = authority.get()?.as_ref().ok()?;
                Some((server_id.as_str(), authority))
            })
    }

    /// Gives a server the authority that it had in an earlier run.
    pub fn put_authority(&mut self, server_id: &str, authority: CertificateAuthority) {
        let made = OnceLock::from(Ok(authority));
        self.authorities
            .insert(server_id.to_owned(), Arc::new(made));
    }

    /// A certificate of a region as it truly is.
    pub fn certificate(&self, region_id: &str, id: &str) -> Option<&IssuedCert> {
        let certificate = self.certificates.get(id)?.truth().as_ref()?;
        (certificate.attributes.region_id == region_id).then_some(certificate)
    }

    /// A certificate of a region as Describe shows it.
    pub fn shown_certificate(&self, region_id: &str, id: &str) -> Option<&IssuedCert> {
        let certificate = self.certificates.get(id)?.shown().as_ref()?;
        (certificate.attributes.region_id == region_id).then_some(certificate)
    }

    /// The certificates as they truly are.
    pub fn true_certificates(&self) -> impl Iterator<Item = &IssuedCert> {
        self.certificates
            .values()
            .filter_map(|certificate| certificate.truth().as_ref())
    }

    /// The certificates of a region as Describe shows them.
    pub fn shown_certificates(&self, region_id: &str) -> impl Iterator<Item = &IssuedCert> {
        self.certificates
            .values()
            .filter_map(|certificate| certificate.shown().as_ref())
            .filter(move |certificate| certificate.attributes.region_id == region_id)
    }

    /// Whether the account may have no certificate more.
    pub fn has_all_certificates(&self) -> bool {
        self.true_certificates().count() >= self.quotas.certificates
    }

    /// Adds a certificate, or sets the attributes of one, for everybody at once.
    pub fn put_certificate(&mut self, certificate: IssuedCert) {
        let id = certificate.attributes.ssl_vpn_client_cert_id.clone();
        self.certificates.insert(id, Lagged::new(Some(certificate)));
    }

    /// Gives a certificate another name: synchronous.
    pub fn rename_certificate(&mut self, id: &str, name: &str) {
        if let Some(certificate) = self.certificates.get_mut(id) {
            certificate.edit(|certificate| {
                if let Some(IssuedCert {
                    attributes: SslVpnClientCert { name: old, .. },
                    ..
                }) = certificate
                {
                    name.clone_into(old);
                }
            });
        }
    }

    /// Accepts the end of a certificate: asynchronous.
    pub fn delete_certificate(&mut self, id: &str, now: Instant) {
        let Some(certificate) = self.certificates.get_mut(id) else {
            return;
        };
        certificate.change(None, now + self.timing.describe_lag_of_certs());
        if let Some(server_id) = self.server_id_of(id) {
            self.disconnect_clients_of(&server_id);
            self.make_busy_with_certificates(&server_id, now);
        }
        self.advance(now);
    }

    /// Removes a certificate for everybody at once. False when there is none.
    pub fn remove_certificate(&mut self, id: &str) -> bool {
        if let Some(server_id) = self.server_id_of(id) {
            self.disconnect_clients_of(&server_id);
        }
        self.certificates.remove(id).is_some()
    }

    pub(super) fn advance_certificates(&mut self, now: Instant) {
        for certificate in self.certificates.values_mut() {
            certificate.advance(now);
        }
        self.certificates.retain(|_, certificate| {
            certificate.truth().is_some() || certificate.shown().is_some()
        });
    }

    /// What a server that is deleted takes with it.
    pub(super) fn delete_certificates_of(&mut self, server_id: &str, visible_at: Instant) {
        self.disconnect_clients_of(server_id);
        self.authorities.remove(server_id);
        self.certificates
            .values_mut()
            .filter(|certificate| is_of(certificate.truth(), server_id))
            .for_each(|certificate| certificate.change(None, visible_at));
    }

    /// Removes, for everybody at once, what belongs to servers that are no more.
    pub(super) fn drop_orphans(&mut self) {
        let servers = &self.servers;
        let is_there = |server_id: &str| servers.contains_key(server_id);
        self.authorities.retain(|server_id, _| is_there(server_id));
        self.certificates.retain(|_, certificate| {
            [certificate.truth(), certificate.shown()]
                .into_iter()
                .flatten()
                .any(|certificate| is_there(&certificate.attributes.ssl_vpn_server_id))
        });
        let certificates = &self.certificates;
        self.clients.retain(|id, _| certificates.contains_key(id));
    }

    fn make_busy_with_certificates(&mut self, server_id: &str, now: Instant) {
        let gateway = self
            .servers
            .get(server_id)
            .and_then(|server| server.truth().as_ref())
            .and_then(|server| self.gateways.get_mut(&server.vpn_gateway_id));
        if let Some(gateway) = gateway {
            let (lag, duration) = (
                self.timing.status_lag_of_certs(),
                self.timing.converge_certs,
            );
            gateway.busy = Some(Busy::new(now, lag, duration));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::emulator::certificate_authority::KeyMaterial;
    use crate::emulator::quota::Quotas;
    use crate::emulator::timeline::Timing;
    use crate::emulator::vpn_gateway::{GatewayStatus, VpnGateway};
    use crate::emulator::world::tests::{REGION, server};

    const SECOND: Duration = Duration::from_secs(1);

    fn certificate(id: &str) -> IssuedCert {
        IssuedCert {
            attributes: SslVpnClientCert {
                ssl_vpn_client_cert_id: id.to_owned(),
                ssl_vpn_server_id: "vss-1".to_owned(),
                region_id: REGION.to_owned(),
                name: String::new(),
                create_time: 0,
                end_time: 1,
                resource_group_id: String::new(),
            },
            key_material: Arc::new(KeyMaterial {
                ca_cert: String::new(),
                client_cert: String::new(),
                client_key: String::new().into(),
            }),
        }
    }

    /// A server with two certificates, of which the first has a client.
    fn world() -> World {
        let mut world = World::new(Timing {
            converge: 3 * SECOND,
            status_lag: SECOND,
            describe_lag: 4 * SECOND,
            converge_certs: SECOND,
        });
        world.put_gateway(VpnGateway::new("vpn-1", "vpc-1", REGION, 0));
        world.put_server(server(1194));
        world.put_certificate(certificate("vsc-1"));
        world.put_certificate(certificate("vsc-2"));
        world.connect_client("vsc-1", None, 0).unwrap();
        world
    }

    /// How many certificates there truly are and are shown, and the gateway's true and shown status.
    fn look(world: &mut World) -> (usize, usize, GatewayStatus, GatewayStatus) {
        let now = Instant::now();
        world.advance(now);
        (
            world.true_certificates().count(),
            world.shown_certificates(REGION).count(),
            world.gateway(REGION, "vpn-1").unwrap().status,
            world.shown_gateways(REGION, now)[0].status,
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_deleted_certificate_is_shown_until_its_gateway_is_active_again() {
        use GatewayStatus::{Active, Updating};
        let mut world = world();
        assert_eq!(look(&mut world), (2, 2, Active, Active));
        world.delete_certificate("vsc-2", Instant::now());
        assert_eq!(look(&mut world), (1, 2, Updating, Active));
        tokio::time::advance(SECOND / 2).await;
        assert_eq!(look(&mut world), (1, 2, Updating, Updating));
        tokio::time::advance(SECOND / 2).await;
        assert_eq!(look(&mut world), (1, 1, Active, Active));
    }

    #[tokio::test(start_paused = true)]
    async fn deleting_a_certificate_disconnects_every_client_of_its_server() {
        let mut world = world();
        assert_eq!(world.clients_of_gateway("vpn-1").count(), 1);
        world.delete_certificate("vsc-2", Instant::now());
        assert_eq!(world.clients_of_gateway("vpn-1").count(), 0);
        assert_eq!(world.true_servers().next().unwrap().connections, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_takes_its_certificates_and_clients_with_it() {
        let mut deleted = world();
        deleted.authority(REGION, "vss-1").unwrap();
        deleted.delete_server("vss-1", Instant::now());
        assert_eq!(deleted.true_certificates().count(), 0);
        assert_eq!(deleted.shown_certificates(REGION).count(), 2);
        assert_eq!(deleted.true_clients().count(), 0);
        assert!(deleted.authorities.is_empty());
        tokio::time::advance(4 * SECOND).await;
        assert_eq!(look(&mut deleted).1, 0);

        let mut removed = world();
        assert!(removed.remove_server("vss-1"));
        assert_eq!(look(&mut removed).1, 0);
        assert_eq!(removed.true_clients().count(), 0);

        let mut without_gateway = world();
        assert!(without_gateway.remove_gateway("vpn-1"));
        assert_eq!(without_gateway.shown_certificates(REGION).count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_name_is_seen_at_once() {
        let mut world = world();
        world.rename_certificate("vsc-1", "ann");
        let shown = world.shown_certificates(REGION).next().unwrap();
        assert_eq!(shown.attributes.name, "ann");
        assert_eq!(look(&mut world).2, GatewayStatus::Active);
    }

    #[test]
    fn a_deleted_certificate_is_not_counted() {
        let mut world = world();
        world.set_quotas(Quotas {
            certificates: 2,
            ..Quotas::default()
        });
        assert!(world.has_all_certificates());
        world.delete_certificate("vsc-1", Instant::now());
        assert!(!world.has_all_certificates());
    }

    #[test]
    fn another_region_sees_nothing() {
        let mut world = world();
        assert!(world.certificate("cn-shanghai", "vsc-1").is_none());
        assert_eq!(world.shown_certificates("cn-shanghai").count(), 0);
        assert!(world.authority("cn-shanghai", "vss-1").is_none());
    }
}
