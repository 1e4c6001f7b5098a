//! ReadResource.

use super::Server;
use super::call::model_error;
use super::value::{decode, encode, present};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::plan::without_unknown;
use crate::tf::proto::read_resource::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;

impl<P: Provider> Server<P> {
    /// The object as it is now. Private data goes back byte for byte: a change there would count as drift.
    pub(super) async fn read_resource_answer(
        &self,
        request: Request,
    ) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let client = self.client().await?;
        let state = decode(request.current_state, &served.ty, "state")?;
        let state = present(state, "state")?;
        let call = Call {
            client: &*client,
            cancel: &self.stop.token(),
        };
        let outcome = served
            .resource
            .read(call, &state)
            .await
            .map_err(|error| model_error("ReadResource", &error))?;
        // Beside an error the object is not known to have changed.
        let state = if outcome.diagnostics.has_errors() {
            state
        } else {
            without_unknown(outcome.value)
        };
        Ok(Response {
            new_state: Some(encode(&state, &served.ty)?),
            diagnostics: outcome.diagnostics.to_proto(),
            private: request.private,
            ..Default::default()
        })
    }
}
