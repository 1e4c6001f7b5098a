//! The resource `alivpn_ssl_vpn_client_cert`.
//!
//! A certificate is made and renamed at once. Its deletion makes the gateway of its server busy and disconnects everybody, so deletions
//! take turns, and every plan that deletes one says so, or the deletion where no plan could. What decides is pure ([`renewal`],
//! [`mapping`]); [`apply`] and [`read`] act; [`warnings`] has the words.

pub mod apply;
pub mod filter;
pub mod list;
pub mod mapping;
pub mod model;
pub mod move_from;
pub mod read;
pub mod renewal;
pub mod warnings;

use async_trait::async_trait;

use super::identity::{self, Name};
use super::kind::CLIENT_CERT;
use super::{Configured, region};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::identity::{Identity, IdentitySchema};
use crate::tf::model::Attr;
use crate::tf::move_state::{MoveSource, Moved};
use crate::tf::resource::{
    Call, Change, Delete, Destroy, Outcome, PlanCall, Planned, Replacement, Resource, Update,
};
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
            replacement,
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
            diagnostics.push(warnings::renewed(&prior));
        } else if state.renew_before.is_null() && !prior.renew_before.is_null() {
            state.renewal_due = Attr::Known(false);
        }
        if replacement != Replacement::No || !planned.replaces.is_empty() {
            let lost = was_imported(call.client, &prior)
                .then(|| warnings::import_lost(&prior, &planned.state));
            if let Some(error) = lost.flatten() {
                return Outcome::with(planned, error);
            }
            diagnostics.extend(warnings::moved(&prior, &planned.state));
            diagnostics.extend(warnings::disconnects(call.client, &prior));
            diagnostics.extend(region::replaced_elsewhere(
                CLIENT_CERT,
                &prior.region,
                &config.region,
                call.client,
            ));
        }
        Outcome::with(planned, diagnostics)
    }

    fn plan_destroy(
        &self,
        call: PlanCall<'_, Configured>,
        destroy: Destroy<SslVpnClientCert>,
    ) -> Outcome<()> {
        let said = warnings::disconnects(call.client, &destroy.prior);
        Outcome::with((), said.into_iter().collect::<Diagnostics>())
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
        delete: Delete<SslVpnClientCert>,
    ) -> Outcome<Option<SslVpnClientCert>> {
        let configured = call.client;
        let mut outcome = apply::delete(call, delete.prior.clone()).await;
        if outcome.value.is_none() && !delete.foretold {
            let said = warnings::disconnects(Some(configured), &delete.prior);
            outcome.diagnostics.extend(said);
        }
        outcome
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

/// Whether this certificate is not yet in any state: it is one that an import block of the same plan names.
fn was_imported(configured: Option<&Configured>, cert: &SslVpnClientCert) -> bool {
    let (Some(configured), Attr::Known(region), Attr::Known(id)) =
        (configured, &cert.region, &cert.id)
    else {
        return false;
    };
    configured.imported_certs.contains(region, id)
}
