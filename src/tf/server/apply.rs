//! ApplyResourceChange.

use super::Server;
use super::call::model_error;
use super::private::unwrap;
use super::value::{decode, encode, known, present};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::plan::{conform, without_unknown};
use crate::tf::proto::apply_resource_change::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;

impl<P: Provider> Server<P> {
    /// Makes a plan true. Beside an error the best known state comes back, and Terraform saves it.
    pub(super) async fn apply_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let client = self.client().await?;
        let prior = decode(request.prior_state, &served.ty, "prior state")?;
        let prior = known(prior, "prior state")?;
        let planned = decode(request.planned_state, &served.ty, "planned state")?;
        let planned = if prior.is_null() {
            present(planned, "planned state")?
        } else {
            known(planned, "planned state")?
        };
        let (private, decision) = unwrap(&request.planned_private);
        let call = Call {
            client: &*client,
            cancel: &self.stop.token(),
        };
        let outcome = match (prior.is_null(), planned.is_null()) {
            (true, _) => served.resource.create(call, &planned).await,
            (false, true) => served.resource.delete(call, &prior).await,
            (false, false) => {
                served
                    .resource
                    .update(call, &prior, &planned, decision)
                    .await
            }
        };
        let outcome = outcome.map_err(|error| model_error("ApplyResourceChange", &error))?;
        // An error may mean that the plan did not come true: then what is known counts, not what was planned.
        let state = if outcome.diagnostics.has_errors() {
            without_unknown(outcome.value)
        } else {
            conform(&planned, outcome.value)
        };
        Ok(Response {
            new_state: Some(encode(&state, &served.ty)?),
            private: private.to_vec(),
            diagnostics: outcome.diagnostics.to_proto(),
            ..Default::default()
        })
    }
}
