//! The resource `alivpn_ssl_vpn_client_cert`.
//!
//! A certificate is made and renamed at once. Its deletion makes the gateway of its server busy and disconnects everybody, so deletions
//! take turns, and every plan that deletes one says so. What decides is pure ([`renewal`], [`mapping`]); [`apply`] and [`read`] act.

pub mod apply;
pub mod filter;
pub mod list;
pub mod mapping;
pub mod model;
pub mod move_from;
pub mod read;
pub mod renewal;

use async_trait::async_trait;

use super::identity::{self, Name};
use super::kind::CLIENT_CERT;
use super::{Configured, region};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::identity::{Identity, IdentitySchema};
use crate::tf::model::Attr;
use crate::tf::move_state::{MoveSource, Moved};
use crate::tf::resource::{Call, Change, Destroy, Outcome, PlanCall, Planned, Resource, Update};
use crate::tf::schema::Schema;
use model::SslVpnClientCert;

/// The resource type.
#[derive(Debug, Clone, Copy)]
pub struct SslVpnClientCertResource;

#[async_trait]
impl Resource for SslVpnClientCertResource {
    type Client = Configured;
    type Model = SslVpnClientCert;
    type Decision = ();

    fn type_name(&self) -> &'static str {
        model::TYPE_NAME
    }

    fn schema(&self) -> Schema {
        model::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(identity::schema(CLIENT_CERT))
    }

    fn identify(&self, object: &SslVpnClientCert) -> Option<Identity> {
        identity::of(CLIENT_CERT, object)
    }

    fn move_from(
        &self,
        source: &MoveSource,
    ) -> Option<Result<Moved<SslVpnClientCert>, Diagnostics>> {
        move_from::move_from(source)
    }

    async fn plan(
        &self,
        call: PlanCall<'_, Configured>,
        change: Change<SslVpnClientCert>,
    ) -> Outcome<Planned<SslVpnClientCert, ()>> {
        let Change {
            prior,
            config,
            planned,
            replaces,
            ..
        } = change;
        let mut planned = Planned::new(planned, None);
        let Some(prior) = prior else {
            return Outcome::new(planned);
        };
        let state = &mut planned.state;
        let mut diagnostics = Diagnostics::new();
        if renewal::replaces(&prior, state) {
            state.renewal_due = Attr::Unknown;
            planned.replaces.push("renewal_due".into());
            diagnostics.push(renewed(&prior));
        } else if state.renew_before.is_null() && !prior.renew_before.is_null() {
            state.renewal_due = Attr::Known(false);
        }
        if state.ssl_vpn_server_id != prior.ssl_vpn_server_id {
            diagnostics.push(moved(&prior, state));
        }
        if replaces || !planned.replaces.is_empty() {
            diagnostics.push(disconnects(&prior));
            diagnostics.extend(region::replaced_elsewhere(
                CLIENT_CERT,
                &prior.region,
                &config.region,
                call.client,
            ));
        }
        Outcome::with(planned, diagnostics)
    }

    fn plan_destroy(&self, destroy: Destroy<SslVpnClientCert>) -> Outcome<()> {
        Outcome::with((), disconnects(&destroy.prior))
    }

    async fn read(
        &self,
        call: Call<'_, Configured>,
        state: SslVpnClientCert,
    ) -> Outcome<Option<SslVpnClientCert>> {
        read::read(call, state).await
    }

    async fn create(
        &self,
        call: Call<'_, Configured>,
        planned: SslVpnClientCert,
    ) -> Outcome<Option<SslVpnClientCert>> {
        apply::create(call, planned).await
    }

    async fn update(
        &self,
        call: Call<'_, Configured>,
        update: Update<SslVpnClientCert, ()>,
    ) -> Outcome<SslVpnClientCert> {
        apply::update(call, update).await
    }

    async fn delete(
        &self,
        call: Call<'_, Configured>,
        state: SslVpnClientCert,
    ) -> Outcome<Option<SslVpnClientCert>> {
        apply::delete(call, state).await
    }

    async fn import(
        &self,
        call: Call<'_, Configured>,
        id: &str,
    ) -> Outcome<Option<SslVpnClientCert>> {
        read::import(call, Name::of_import_id(CLIENT_CERT, id)).await
    }

    async fn import_by_identity(
        &self,
        call: Call<'_, Configured>,
        identity: &Identity,
    ) -> Outcome<Option<SslVpnClientCert>> {
        read::import(call, Name::of_identity(CLIENT_CERT, identity)).await
    }
}

/// The same summary for all, so that Terraform shows one warning for many certificates.
fn disconnects(cert: &SslVpnClientCert) -> Diagnostic {
    Diagnostic::warning("Deleting a client certificate disconnects every client of its server").detail(format!(
        "When {} is deleted, the clients of SSL server {} lose their connections, those with other certificates too. They can connect again at once.",
        known(&cert.id, "the certificate"),
        known(&cert.ssl_vpn_server_id, "its server")
    ))
}

fn renewed(cert: &SslVpnClientCert) -> Diagnostic {
    Diagnostic::warning("A client certificate is due for renewal").detail(format!(
        "{} ends at {}, which is within renew_before = \"{}\": this plan replaces it. Who uses it needs the profile of the new one. To keep it for \
         now, shorten renew_before or remove it.",
        known(&cert.id, "The certificate"),
        known(&cert.end_time, "a time that is not known"),
        known(&cert.renew_before, "")
    ))
    .at("renew_before")
}

fn moved(prior: &SslVpnClientCert, planned: &SslVpnClientCert) -> Diagnostic {
    Diagnostic::warning("A client certificate belongs to another server").detail(format!(
        "{} belongs to SSL server {} and cannot move to {}: this plan deletes it and creates another one there. If it was imported by mistake, do \
         not apply: take it out of the state with `terraform state rm`, which leaves it as it is, and import the right one.",
        known(&prior.id, "The certificate"),
        known(&prior.ssl_vpn_server_id, "that is not known"),
        known(&planned.ssl_vpn_server_id, "one that is not known yet")
    ))
    .at("ssl_vpn_server_id")
}

fn known<'a>(value: &'a Attr<String>, otherwise: &'a str) -> &'a str {
    value.known().map_or(otherwise, String::as_str)
}
