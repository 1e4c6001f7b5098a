//! ReadResource.

use super::Server;
use super::call::model_error;
use super::deferral::{Reach, wish};
use super::identity::contradicted;
use super::value::{decode, encode, present};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::plan::without_unknown;
use crate::tf::private::Private;
use crate::tf::proto::read_resource::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;
use crate::tf::write_only;

impl<P: Provider> Server<P> {
    /// The object as it is now. Private data goes back byte for byte unless the resource has new ones: a change there would
    /// count as drift. An identity that the state lacks is filled in.
    pub(super) async fn read_resource_answer(
        &self,
        request: Request,
    ) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let cancel = self.stop.token();
        let capabilities = request.client_capabilities.as_ref();
        let client = match self.client_or_deferral(capabilities).await? {
            Reach::Client(client) => client,
            Reach::Later(deferred) => {
                return Ok(Response {
                    new_state: request.current_state,
                    private: request.private,
                    new_identity: request.current_identity,
                    deferred: Some(deferred),
                    ..Default::default()
                });
            }
        };
        let state = decode(request.current_state, &served.ty, "state")?;
        let state = present(state, "state")?;
        let identity = served.decode_identity(request.current_identity, "identity")?;
        let meta = self.decode_meta(request.provider_meta)?;
        let private = Private::from_bytes(request.private);
        let call = Call {
            client: &*client,
            cancel: &cancel,
            private: &private,
            meta: &meta,
        };
        let mut outcome = served
            .resource
            .read(call, &state)
            .await
            .map_err(|error| model_error("ReadResource", &error))?;
        let deferred = wish(&mut outcome, capabilities);
        let mut unchanged = deferred.is_some() || outcome.diagnostics.has_errors();
        let mut new_identity = identity.clone();
        let new_state = write_only::strip(&served.schema, without_unknown(outcome.value));
        if !unchanged {
            let found = served.identify("ReadResource", &new_state)?;
            match served.settle(identity, found) {
                Ok(settled) => new_identity = settled.filter(|_| !new_state.is_null()),
                Err(contradiction) => {
                    unchanged = true;
                    outcome
                        .diagnostics
                        .push(contradicted(&request.type_name, &contradiction));
                }
            }
        }
        // Beside an error the object is not known to have changed.
        let new_state = if unchanged { state } else { new_state };
        let new_private = outcome.private.filter(|_| !unchanged);
        Ok(Response {
            new_state: Some(encode(&new_state, &served.ty)?),
            diagnostics: outcome.diagnostics.to_proto(),
            private: new_private.unwrap_or(private).into_bytes(),
            deferred,
            new_identity: served.encode_identity(new_identity.as_ref())?,
        })
    }
}
