//! ImportResourceState.

use super::call::model_error;
use super::deferral::{Reach, wish};
use super::identity::contradicted;
use super::value::encode;
use super::{Server, unserved};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::plan::without_unknown;
use crate::tf::private::Private;
use crate::tf::proto::import_resource_state::{ImportedResource, Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;
use crate::tf::write_only;

const RPC: &str = "ImportResourceState";

impl<P: Provider> Server<P> {
    /// The object of an ID, or of an identity; Terraform reads it next.
    pub(super) async fn import_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let capabilities = request.client_capabilities.as_ref();
        let later = |deferred, diagnostics: &Diagnostics| Response {
            deferred: Some(deferred),
            diagnostics: diagnostics.to_proto(),
            ..Default::default()
        };
        let client = match self.client_or_deferral(capabilities).await? {
            Reach::Client(client) => client,
            Reach::Later(deferred) => return Ok(later(deferred, &Diagnostics::new())),
        };
        if served.identity.is_none() && request.identity.is_some() {
            return Err(unserved("resource identity", &request.type_name).into());
        }
        let by_id = request.identity.is_none() || !request.id.is_empty();
        let identity = served.decode_identity(request.identity, "identity")?;
        let token = self.stop.token();
        let call = Call::new(&*client, &token);
        let outcome = match (&identity, &served.identity) {
            (None, _) if by_id => served.resource.import(call, &request.id).await,
            (identity, schema) => {
                let identity = identity.clone().unwrap_or_default();
                if let Some(name) = schema
                    .as_ref()
                    .and_then(|served| served.schema.missing(&identity))
                {
                    return Err(Diagnostic::error("Incomplete identity")
                        .detail(format!(
                            "An identity of {} has a value for `{name}`, and this one has none.",
                            request.type_name
                        ))
                        .into());
                }
                served.resource.import_by_identity(call, &identity).await
            }
        };
        let mut outcome = outcome.map_err(|error| model_error(RPC, &error))?;
        if let Some(deferred) = wish(&mut outcome, capabilities) {
            return Ok(later(deferred, &outcome.diagnostics));
        }
        if outcome.diagnostics.has_errors() {
            return Err(outcome.diagnostics);
        }
        let state = write_only::strip(&served.schema, without_unknown(outcome.value));
        if state.is_null() {
            return Err(Diagnostic::error("Nothing to import")
                .detail(format!(
                    "There is no {} of this ID or identity.",
                    request.type_name
                ))
                .into());
        }
        let found = served.identify(RPC, &state)?;
        let identity = served
            .settle(identity, found)
            .map_err(|contradiction| contradicted(&request.type_name, &contradiction))?;
        let imported = ImportedResource {
            type_name: request.type_name,
            state: Some(encode(&state, &served.ty)?),
            private: outcome.private.map(Private::into_bytes).unwrap_or_default(),
            identity: served.encode_identity(identity.as_ref())?,
        };
        Ok(Response {
            imported_resources: vec![imported],
            diagnostics: outcome.diagnostics.to_proto(),
            deferred: None,
        })
    }
}
