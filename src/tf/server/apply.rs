//! ApplyResourceChange.

use super::Server;
use super::call::model_error;
use super::identity::contradicted;
use super::private::{HandedOn, unwrap};
use super::value::{decode, encode, known, present};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::plan::{conform, without_unknown};
use crate::tf::private::Private;
use crate::tf::proto::apply_resource_change::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::{Call, Delete};
use crate::tf::write_only;

const RPC: &str = "ApplyResourceChange";

impl<P: Provider> Server<P> {
    /// Makes a plan true. Beside an error the best known state comes back, and Terraform saves it.
    pub(super) async fn apply_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        // Before anything is read: what is large takes its time, and a Stop meanwhile is meant for this call as well.
        let cancel = self.stop.token();
        let client = self.client().await?;
        let prior = decode(request.prior_state, &served.ty, "prior state")?;
        let prior = known(prior, "prior state")?;
        let planned = decode(request.planned_state, &served.ty, "planned state")?;
        let planned = if prior.is_null() {
            present(planned, "planned state")?
        } else {
            known(planned, "planned state")?
        };
        let config = decode(request.config, &served.ty, "configuration")?;
        let planned_identity =
            served.decode_identity(request.planned_identity, "planned identity")?;
        let meta = self.decode_meta(request.provider_meta)?;
        let planned = write_only::strip(&served.schema, planned);
        let wanted = write_only::fill(&served.schema, planned.clone(), &config);
        let (private, handed_on) = unwrap(&request.planned_private);
        let private = Private::from_bytes(private);
        let call = Call {
            client: &*client,
            cancel: &cancel,
            private: &private,
            meta: &meta,
        };
        let outcome = match (prior.is_null(), planned.is_null()) {
            (true, _) => served.resource.create(call, &wanted).await,
            (false, true) => {
                let delete = Delete {
                    prior: &prior,
                    foretold: handed_on == Some(HandedOn::End),
                };
                served.resource.delete(call, delete).await
            }
            (false, false) => {
                let decision = match &handed_on {
                    Some(HandedOn::Decision(decision)) => Some(decision.as_slice()),
                    _ => None,
                };
                served
                    .resource
                    .update(call, &prior, &wanted, decision)
                    .await
            }
        };
        let mut outcome = outcome.map_err(|error| model_error(RPC, &error))?;
        if let Some(deferral) = outcome.deferral {
            outcome.diagnostics.push(deferral.otherwise);
        }
        // An error may mean that the plan did not come true: then what is known counts, not what was planned. So it does
        // where an object is there against the plan, or is not: Terraform says that this is a defect.
        let astray = outcome.value.is_null() != planned.is_null();
        let state = if astray || outcome.diagnostics.has_errors() {
            without_unknown(outcome.value)
        } else {
            conform(&planned, outcome.value, &served.ty)
        };
        let state = write_only::strip(&served.schema, state);
        // Whatever is wrong with the identity, the state must be saved.
        let found = served.identify(RPC, &state).unwrap_or_default();
        let identity = if state.is_null() {
            None
        } else if prior.is_null() {
            // What a plan says of an object that is not there yet is a guess.
            found.or(planned_identity)
        } else {
            match served.settle(planned_identity.clone(), found) {
                Ok(identity) => identity,
                Err(contradiction) => {
                    if !outcome.diagnostics.has_errors() {
                        outcome
                            .diagnostics
                            .push(contradicted(&request.type_name, &contradiction));
                    }
                    planned_identity
                }
            }
        };
        let new_identity = served
            .encode_identity(identity.as_ref())
            .unwrap_or_else(|diagnostic| {
                outcome.diagnostics.push(diagnostic);
                None
            });
        Ok(Response {
            new_state: Some(encode(&state, &served.ty)?),
            private: outcome.private.unwrap_or(private).into_bytes(),
            diagnostics: outcome.diagnostics.to_proto(),
            new_identity,
            ..Default::default()
        })
    }
}
