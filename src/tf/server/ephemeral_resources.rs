//! ValidateEphemeralResourceConfig, OpenEphemeralResource, RenewEphemeralResource and CloseEphemeralResource. Neither results
//! nor private data are ever logged.

use super::Server;
use super::call::result;
use super::deferral::{Reach, wish};
use super::value::encode;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::plan::{conform, propose};
use crate::tf::private::Private;
use crate::tf::proto::{
    close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource,
    validate_ephemeral_resource_config,
};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;
use crate::tf::value::Value;

impl<P: Provider> Server<P> {
    /// Everything wrong with an ephemeral block that can be told without the cloud.
    pub(super) fn validate_ephemeral_resource(
        &self,
        request: validate_ephemeral_resource_config::Request,
    ) -> Result<validate_ephemeral_resource_config::Response, Diagnostics> {
        let found = self
            .ephemeral_resources
            .validate(&request.type_name, request.config)?;
        Ok(validate_ephemeral_resource_config::Response {
            diagnostics: found.to_proto(),
        })
    }

    /// Opens it. Terraform holds the result to the rules of a plan: what is configured comes back as it is, what is neither
    /// configured nor computed stays null. Nothing of it is unknown.
    pub(super) async fn open_ephemeral_resource_answer(
        &self,
        request: open_ephemeral_resource::Request,
    ) -> Result<open_ephemeral_resource::Response, Diagnostics> {
        let served = self.ephemeral_resources.get(&request.type_name)?;
        let capabilities = request.client_capabilities.as_ref();
        let later = |deferred, diagnostics: &Diagnostics| open_ephemeral_resource::Response {
            deferred: Some(deferred),
            diagnostics: diagnostics.to_proto(),
            ..Default::default()
        };
        let client = match self.client_or_deferral(capabilities).await? {
            Reach::Client(client) => client,
            Reach::Later(deferred) => return Ok(later(deferred, &Diagnostics::new())),
        };
        let config = served.config(request.config)?;
        let token = self.stop.token();
        let open = served.block_type.open(Call::new(&*client, &token), &config);
        let mut outcome = open.await?;
        if let Some(deferred) = wish(&mut outcome, capabilities) {
            return Ok(later(deferred, &outcome.diagnostics));
        }
        let (opened, diagnostics) = result(outcome)?;
        let expected = propose(&served.schema, &Value::Null, config.clone(), &config);
        let result = conform(&expected, opened.result, &served.ty);
        Ok(open_ephemeral_resource::Response {
            diagnostics: diagnostics.to_proto(),
            renew_at: opened.renew_at.map(Into::into),
            result: Some(encode(&result, &served.ty)?),
            private: Some(opened.private.into_bytes()),
            deferred: None,
        })
    }

    /// Makes what was opened last longer.
    pub(super) async fn renew_ephemeral_resource_answer(
        &self,
        request: renew_ephemeral_resource::Request,
    ) -> Result<renew_ephemeral_resource::Response, Diagnostics> {
        let served = self.ephemeral_resources.get(&request.type_name)?;
        let client = self.client().await?;
        let private = Private::from_bytes(request.private.unwrap_or_default());
        let token = self.stop.token();
        let call = Call::new(&*client, &token);
        let (renewed, diagnostics) = result(served.block_type.renew(call, &private).await?)?;
        Ok(renew_ephemeral_resource::Response {
            diagnostics: diagnostics.to_proto(),
            renew_at: renewed.renew_at.map(Into::into),
            private: Some(renewed.private.into_bytes()),
        })
    }

    /// Takes back what was opened.
    pub(super) async fn close_ephemeral_resource_answer(
        &self,
        request: close_ephemeral_resource::Request,
    ) -> Result<close_ephemeral_resource::Response, Diagnostics> {
        let served = self.ephemeral_resources.get(&request.type_name)?;
        let client = self.client().await?;
        let private = Private::from_bytes(request.private.unwrap_or_default());
        let token = self.stop.token();
        let call = Call::new(&*client, &token);
        let diagnostics = served.block_type.close(call, &private).await?;
        Ok(close_ephemeral_resource::Response {
            diagnostics: diagnostics.to_proto(),
        })
    }
}
