//! PrepareProviderConfig and Configure.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::Server;
use super::call::model_error;
use super::value::{decode, present, wipe};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::from_value;
use crate::tf::proto;
use crate::tf::provider::{Configure, Provider};
use crate::tf::value::Value;

/// How far Configure has come.
#[derive(Debug)]
pub(super) enum Configured<C> {
    /// Not called: validation, schemas and upgrades work without.
    NotYet,
    /// Called with a block of which these attributes are not known yet.
    Unknown(Vec<String>),
    /// Called, and the client is there.
    Ready(Arc<C>),
}

impl<C> Configured<C> {
    /// The client, where there is one.
    pub(super) fn ready(&self) -> Option<Arc<C>> {
        match self {
            Self::Ready(client) => Some(Arc::clone(client)),
            Self::NotYet | Self::Unknown(_) => None,
        }
    }

    /// The client, or why there is none.
    pub(super) fn client(&self) -> Result<Arc<C>, Diagnostic> {
        match self {
            Self::Ready(client) => Ok(Arc::clone(client)),
            Self::NotYet => Err(Diagnostic::error("Provider not configured")
                .detail("This request needs the cloud, and Configure was not called before it, or failed. Configure the provider first.")),
            Self::Unknown(names) => Err(Diagnostic::error("Provider configuration not known yet").detail(format!(
                "The provider block sets {} from values that are known only after apply, so the cloud cannot be asked now. \
                 Use values that are known while planning, or apply their source first with -target.",
                names.join(", ")
            ))),
        }
    }
}

impl<P: Provider> Server<P> {
    /// The provider block as the user wrote it, once its rules hold.
    pub(super) fn prepare_provider_config_answer(
        &self,
        request: proto::prepare_provider_config::Request,
    ) -> Result<proto::prepare_provider_config::Response, Diagnostics> {
        let config = decode(
            request.config.clone(),
            &self.provider_schema.implied_type(),
            "provider configuration",
        )?;
        let config = Zeroizing::new(present(config, "provider configuration")?);
        let mut diagnostics = self.provider_schema.validate(&config);
        if !diagnostics.has_errors() {
            let model = from_value(&config)
                .map_err(|error| model_error("PrepareProviderConfig", &error))?;
            diagnostics.extend(self.provider.validate(&model));
        }
        Ok(proto::prepare_provider_config::Response {
            prepared_config: request.config,
            diagnostics: diagnostics.to_proto(),
        })
    }

    /// Makes the client, unless the block is not wholly known yet. Until that is done, and when it fails in whatever way,
    /// there is none: the one that an earlier call made may belong to another account.
    pub(super) async fn configure_answer(
        &self,
        request: proto::configure::Request,
    ) -> Result<proto::configure::Response, Diagnostics> {
        *self.configured.write().await = Configured::NotYet;
        let configured = self.configured_by(request).await?;
        *self.configured.write().await = configured;
        Ok(proto::configure::Response::default())
    }

    async fn configured_by(
        &self,
        request: proto::configure::Request,
    ) -> Result<Configured<P::Client>, Diagnostics> {
        let config = decode(
            request.config.clone(),
            &self.provider_schema.implied_type(),
            "provider configuration",
        )?;
        wipe(request.config);
        let config = Zeroizing::new(present(config, "provider configuration")?);
        if !config.is_wholly_known() {
            return Ok(Configured::Unknown(unknown_attributes(&config)));
        }
        let model = from_value(&config).map_err(|error| model_error("Configure", &error))?;
        // Secrets are the model's from here on: nothing else keeps them while the cloud is asked.
        drop(config);
        let configure = Configure {
            config: model,
            terraform_version: request.terraform_version,
        };
        let cancel = self.stop.token();
        // Nothing is changed yet: what is under way may simply be dropped.
        let client = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Diagnostic::error("Stopped")
                .detail("The provider was not configured: Terraform asked to stop meanwhile.")
                .into()),
            client = self.provider.configure(configure) => client?,
        };
        Ok(Configured::Ready(Arc::new(client)))
    }
}

fn unknown_attributes(config: &Value) -> Vec<String> {
    let Value::Map(attributes) = config else {
        return vec!["everything".to_owned()];
    };
    attributes
        .iter()
        .filter(|(_, value)| !value.is_wholly_known())
        .map(|(name, _)| name.clone())
        .collect()
}
