//! PlanResourceChange.

use super::Server;
use super::call::model_error;
use super::private::wrap;
use super::value::{decode, encode, known, present};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::plan::{propose, requires_replace};
use crate::tf::proto::plan_resource_change::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::Change;

impl<P: Provider> Server<P> {
    /// What would become of an object. Terraform asks again during apply, with the unknowns filled in.
    pub(super) fn plan_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let prior = decode(request.prior_state, &served.ty, "prior state")?;
        let prior = known(prior, "prior state")?;
        let proposed = decode(request.proposed_new_state, &served.ty, "proposed state")?;
        let proposed = known(proposed, "proposed state")?;
        if proposed.is_null() {
            return Ok(Response {
                planned_state: Some(encode(&proposed, &served.ty)?),
                planned_private: request.prior_private,
                ..Default::default()
            });
        }
        let config = decode(request.config, &served.ty, "configuration")?;
        let config = present(config, "configuration")?;
        let change = Change {
            planned: propose(&served.schema, &prior, proposed, &config),
            config,
            prior: (!prior.is_null()).then(|| prior.clone()),
        };
        let outcome = served
            .resource
            .plan(change)
            .map_err(|error| model_error("PlanResourceChange", &error))?;
        let planned = outcome.value;
        let replaced = requires_replace(&served.schema, &prior, &planned.state);
        Ok(Response {
            planned_state: Some(encode(&planned.state, &served.ty)?),
            requires_replace: replaced.iter().map(|path| path.to_proto()).collect(),
            planned_private: wrap(request.prior_private, planned.decision),
            diagnostics: outcome.diagnostics.to_proto(),
            ..Default::default()
        })
    }
}
