//! The resource `alivpn_ssl_vpn_server`.
//!
//! The heart is [`update`]: the API answers at once when only the name changes and works in the background otherwise, so an
//! update compares, takes the synchronous or the asynchronous path, and waits until the cloud has really converged
//! ([`convergence`]). What decides is pure; [`apply`] acts, by [`crate::provider::change`]. [`plan`] says beforehand what a person
//! should know.

pub mod apply;
pub mod convergence;
pub mod list;
pub mod mapping;
pub mod model;
pub mod move_from;
pub mod plan;
pub mod preflight;
pub mod read;
pub mod rules;
pub mod update;
pub mod validators;
pub mod warnings;

use async_trait::async_trait;

use super::Configured;
use super::identity::{self, Name};
use super::kind::SSL_SERVER;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::identity::{Identity, IdentitySchema};
use crate::tf::move_state::{MoveSource, Moved};
use crate::tf::resource::{Call, Change, Delete, Outcome, PlanCall, Planned, Resource, Update};
use crate::tf::schema::Schema;
use model::SslVpnServer;
use update::UpdatePath;

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

    fn identify(&self, object: &SslVpnServer) -> Option<Identity> {
        identity::of(SSL_SERVER, object)
    }

    fn move_from(&self, source: &MoveSource) -> Option<Result<Moved<SslVpnServer>, Diagnostics>> {
        move_from::move_from(source)
    }

    fn validate(&self, config: &SslVpnServer) -> Diagnostics {
        rules::across_arguments(config)
    }

    async fn plan(
        &self,
        call: PlanCall<'_, Configured>,
        change: Change<SslVpnServer>,
    ) -> Outcome<Planned<SslVpnServer, UpdatePath>> {
        plan::plan(call, change).await
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
        delete: Delete<SslVpnServer>,
    ) -> Outcome<Option<SslVpnServer>> {
        apply::delete(call, delete.prior).await
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
