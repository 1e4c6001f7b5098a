//! Turns RPCs into calls of the traits: decode, ask, hold the answer to the contract, encode. One file an RPC.
//!
//! Two things happen around every RPC ([`call`]): whatever fails below it, a panic too, becomes a diagnostic, and everything
//! logged below it bears the RPC's name, the type's name and a request ID.

mod actions;
mod apply;
mod call;
mod configure;
mod data_sources;
mod deferral;
mod ephemeral_resources;
mod events;
mod functions;
mod generate;
mod identity;
mod import;
mod kind;
mod list_resources;
mod move_state;
mod plan;
mod private;
mod read;
mod schemas;
mod service;
mod stop;
mod upgrade;
mod validate;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::RwLock;
use tonic::service::Routes;

use super::diagnostics::Diagnostic;
use super::function::Function;
use super::proto::provider_server::ProviderServer;
use super::provider::Provider;
use super::resource::Erased;
use super::schema::Schema;
use super::types::Type;
use super::{action, data_source, ephemeral_resource, list_resource};
use configure::Configured;
use identity::ServedIdentity;
use kind::Kind;
use stop::StopSwitch;

/// Requests and answers may be this large, in bytes: what Terraform itself allows.
pub const MAX_MESSAGE_BYTES: usize = 256 << 20;

/// The RPC that must not wait for the others, since it cuts them short.
const STOP: &str = "/tfplugin5.Provider/Stop";

/// A provider behind protocol 5.
pub struct Server<P: Provider> {
    provider: P,
    provider_schema: Schema,
    meta_schema: Option<Schema>,
    resources: BTreeMap<&'static str, ServedResource<P::Client>>,
    data_sources: Kind<dyn data_source::Erased<P::Client>>,
    list_resources: Kind<dyn list_resource::Erased<P::Client>>,
    ephemeral_resources: Kind<dyn ephemeral_resource::Erased<P::Client>>,
    functions: BTreeMap<&'static str, Box<dyn Function>>,
    actions: Kind<dyn action::Erased<P::Client>>,
    configured: RwLock<Configured<P::Client>>,
    stop: StopSwitch,
}

/// A resource with what is derived from its schema.
struct ServedResource<C> {
    resource: Box<dyn Erased<C>>,
    schema: Schema,
    ty: Type,
    identity: Option<ServedIdentity>,
}

impl<P: Provider> Server<P> {
    /// A server of `provider`, not yet configured.
    pub fn new(provider: P) -> Self {
        let resources = provider.resources().into_iter().map(|resource| {
            let schema = resource.schema();
            let ty = schema.implied_type();
            let identity = resource.identity().map(ServedIdentity::from);
            (
                resource.type_name(),
                ServedResource {
                    resource,
                    schema,
                    ty,
                    identity,
                },
            )
        });
        let functions = provider.functions().into_iter();
        Self {
            provider_schema: provider.schema(),
            meta_schema: provider.meta_schema(),
            resources: resources.collect(),
            data_sources: Kind::new("data source type", provider.data_sources()),
            list_resources: Kind::new("list resource type", provider.list_resources()),
            ephemeral_resources: Kind::new(
                "ephemeral resource type",
                provider.ephemeral_resources(),
            ),
            functions: functions
                .map(|function| (function.name(), function))
                .collect(),
            actions: Kind::new("action type", provider.actions()),
            provider,
            configured: RwLock::new(Configured::NotYet),
            stop: StopSwitch::default(),
        }
    }

    /// The gRPC service, with Terraform's limits on the size of messages, and the paths of what waits for no other call.
    pub fn into_routes(self) -> (Routes, &'static [&'static str]) {
        let service = ProviderServer::new(Arc::new(self))
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        (Routes::new(service), &[STOP])
    }

    /// The resource of a type name.
    fn resource(&self, type_name: &str) -> Result<&ServedResource<P::Client>, Diagnostic> {
        self.resources
            .get(type_name)
            .ok_or_else(|| unserved("resource type", type_name))
    }

    /// What Configure made; an error until it has.
    async fn client(&self) -> Result<Arc<P::Client>, Diagnostic> {
        self.configured.read().await.client()
    }
}

/// A caller asks for something by a name that is not served: with another version's schema, or by a typing mistake.
fn unserved(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(format!("Unknown {kind}")).detail(format!(
        "This provider has no {kind} named \"{name}\". Check the name, and the provider's version."
    ))
}
