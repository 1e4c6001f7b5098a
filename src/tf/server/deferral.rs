//! Waiting instead of failing, for callers that said they can.

use std::sync::Arc;

use super::Server;
use super::configure::Configured;
use crate::tf::deferral::Reason;
use crate::tf::diagnostics::Diagnostic;
use crate::tf::proto::{ClientCapabilities, Deferred};
use crate::tf::provider::Provider;
use crate::tf::resource::Outcome;

/// What a call that needs the cloud goes on with.
pub(super) enum Reach<C> {
    /// The client.
    Client(Arc<C>),
    /// Nothing: the provider's configuration is not known yet, and the caller can wait.
    Later(Deferred),
}

/// Whether the caller can wait.
pub(super) fn can_wait(capabilities: Option<&ClientCapabilities>) -> bool {
    capabilities.is_some_and(|capabilities| capabilities.deferral_allowed)
}

/// The deferral that a resource wishes for. To a caller that cannot wait the wish is an error; beside an error waiting
/// would not help.
pub(super) fn wish<T>(
    outcome: &mut Outcome<T>,
    capabilities: Option<&ClientCapabilities>,
) -> Option<Deferred> {
    let deferral = outcome.deferral.take()?;
    if outcome.diagnostics.has_errors() {
        return None;
    }
    if can_wait(capabilities) {
        return Some(deferral.reason.to_proto());
    }
    outcome.diagnostics.push(deferral.otherwise);
    None
}

impl<P: Provider> Server<P> {
    /// The client; or later, where the provider's configuration is not known yet and the caller can wait; else an error.
    pub(super) async fn client_or_deferral(
        &self,
        capabilities: Option<&ClientCapabilities>,
    ) -> Result<Reach<P::Client>, Diagnostic> {
        if let Some(deferred) = self.unknown_configuration(capabilities).await {
            return Ok(Reach::Later(deferred));
        }
        self.client().await.map(Reach::Client)
    }

    /// The deferral for a provider whose configuration is not known yet, where the caller can wait.
    pub(super) async fn unknown_configuration(
        &self,
        capabilities: Option<&ClientCapabilities>,
    ) -> Option<Deferred> {
        let unknown = matches!(*self.configured.read().await, Configured::Unknown(_));
        (unknown && can_wait(capabilities)).then(|| Reason::ProviderConfigurationUnknown.to_proto())
    }
}
