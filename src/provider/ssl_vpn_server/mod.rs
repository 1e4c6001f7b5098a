//! The resource `alivpn_ssl_vpn_server`.
//!
//! The heart is [`update`]: the API answers at once when only the name changes and works in the background otherwise, so an
//! update compares, takes the synchronous or the asynchronous path, and waits until the cloud has really converged
//! ([`convergence`]). What decides is pure; [`apply`] acts, by [`crate::provider::change`].

pub mod apply;
pub mod convergence;
pub mod list;
pub mod mapping;
pub mod model;
pub mod read;
pub mod rules;
pub mod update;
pub mod validators;

use async_trait::async_trait;

use super::Configured;
use super::identity::{self, Name};
use super::kind::SSL_SERVER;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::identity::{Identity, IdentitySchema};
use crate::tf::resource::{Call, Change, Outcome, Planned, Resource, Update};
use crate::tf::schema::Schema;
use model::SslVpnServer;
use update::{UpdatePath, same_networks, update_path};

/// The resource type.
#[derive(Debug, Clone, Copy)]
pub struct SslVpnServerResource;

#[async_trait]
impl Resource for SslVpnServerResource {
    type Client = Configured;
    type Model = SslVpnServer;
    type Decision = UpdatePath;

    fn type_name(&self) -> &'static str {
        model::TYPE_NAME
    }

    fn schema(&self) -> Schema {
        model::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(identity::schema(SSL_SERVER))
    }

    fn validate(&self, config: &SslVpnServer) -> Diagnostics {
        rules::across_arguments(config)
    }

    fn plan(&self, change: Change<SslVpnServer>) -> Outcome<Planned<SslVpnServer, UpdatePath>> {
        let Change {
            prior, mut planned, ..
        } = change;
        let decision = prior.as_ref().map(|prior| {
            if same_networks(&prior.local_subnets, &planned.local_subnets) {
                planned.local_subnets.clone_from(&prior.local_subnets);
            }
            update_path(prior, &planned)
        });
        Outcome::new(Planned::new(planned, decision))
    }

    async fn read(
        &self,
        call: Call<'_, Configured>,
        state: SslVpnServer,
    ) -> Outcome<Option<SslVpnServer>> {
        read::read(call, state).await
    }

    async fn create(
        &self,
        call: Call<'_, Configured>,
        planned: SslVpnServer,
    ) -> Outcome<Option<SslVpnServer>> {
        apply::create(call, planned).await
    }

    async fn update(
        &self,
        call: Call<'_, Configured>,
        update: Update<SslVpnServer, UpdatePath>,
    ) -> Outcome<SslVpnServer> {
        apply::update(call, update).await
    }

    async fn delete(
        &self,
        call: Call<'_, Configured>,
        state: SslVpnServer,
    ) -> Outcome<Option<SslVpnServer>> {
        apply::delete(call, state).await
    }

    async fn import(&self, call: Call<'_, Configured>, id: &str) -> Outcome<Option<SslVpnServer>> {
        read::import(call, Name::of_import_id(SSL_SERVER, id)).await
    }

    async fn import_by_identity(
        &self,
        call: Call<'_, Configured>,
        identity: &Identity,
    ) -> Outcome<Option<SslVpnServer>> {
        read::import(call, Name::of_identity(SSL_SERVER, identity)).await
    }
}
