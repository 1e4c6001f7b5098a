//! PlanResourceChange.

use super::call::model_error;
use super::deferral::wish;
use super::private::{HandedOn, unwrap, wrap};
use super::value::{decode, encode, known, present};
use super::{ServedResource, Server};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::identity::Identity;
use crate::tf::plan::{propose, requires_replace};
use crate::tf::private::Private;
use crate::tf::proto::plan_resource_change::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::{Change, Destroy, PlanCall, Replacement};
use crate::tf::value::Value;
use crate::tf::write_only;

const RPC: &str = "PlanResourceChange";

impl<P: Provider> Server<P> {
    /// What would become of an object. Terraform asks again during apply, with the unknowns filled in.
    pub(super) async fn plan_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let cancel = self.stop.token();
        let client = self.configured.read().await.ready();
        let capabilities = request.client_capabilities.as_ref();
        // The plan of a replacement's create comes after that of the change, and with what that handed on.
        let (private, handed_on) = unwrap(&request.prior_private);
        let private = Private::from_bytes(private);
        let meta = self.decode_meta(request.provider_meta)?;
        let prior = decode(request.prior_state, &served.ty, "prior state")?;
        let prior = known(prior, "prior state")?;
        let prior_identity = served.decode_identity(request.prior_identity, "prior identity")?;
        let proposed = decode(request.proposed_new_state, &served.ty, "proposed state")?;
        let proposed = known(proposed, "proposed state")?;
        let call = PlanCall {
            client: client.as_deref(),
            cancel: &cancel,
        };
        let unknown_configuration = self.unknown_configuration(capabilities).await;
        let answer = if proposed.is_null() {
            let mut deferred = None;
            let mut planned_private = private.clone();
            let mut diagnostics = Diagnostics::new();
            if !prior.is_null() {
                let destroy = Destroy {
                    prior: prior.clone(),
                    private,
                    meta,
                };
                let mut outcome = served
                    .resource
                    .plan_destroy(call, destroy)
                    .map_err(|error| model_error(RPC, &error))?;
                deferred = wish(&mut outcome, capabilities);
                diagnostics = outcome.diagnostics;
                planned_private = outcome.private.unwrap_or(planned_private);
            }
            let identity = served.known_identity(prior_identity, &prior)?;
            Response {
                planned_state: Some(encode(&Value::Null, &served.ty)?),
                planned_private: wrap(planned_private.into_bytes(), Some(HandedOn::End)),
                diagnostics: diagnostics.to_proto(),
                planned_identity: served.encode_identity(identity.as_ref())?,
                deferred,
                ..Default::default()
            }
        } else {
            let config = decode(request.config, &served.ty, "configuration")?;
            let config = present(config, "configuration")?;
            let planned = propose(&served.schema, &prior, proposed, &config);
            let planned = write_only::strip(&served.schema, planned);
            let change = Change {
                replacement: match (&prior, &handed_on) {
                    (Value::Null, None) => Replacement::No,
                    (Value::Null, Some(HandedOn::End)) => Replacement::Foreseen,
                    (Value::Null, Some(HandedOn::Decision(_))) => Replacement::Forced,
                    _ if requires_replace(&served.schema, &prior, &planned).is_empty() => {
                        Replacement::No
                    }
                    _ => Replacement::Foreseen,
                },
                planned,
                config,
                prior: (!prior.is_null()).then(|| prior.clone()),
                private: private.clone(),
                meta,
            };
            let mut outcome = served
                .resource
                .plan(call, change)
                .await
                .map_err(|error| model_error(RPC, &error))?;
            let deferred = wish(&mut outcome, capabilities);
            let planned = write_only::strip(&served.schema, outcome.value.state);
            let mut replaced = requires_replace(&served.schema, &prior, &planned);
            if !prior.is_null() {
                replaced.extend(outcome.value.replaces);
            }
            let identity = if prior.is_null() {
                served.identify(RPC, &planned)?
            } else {
                served.known_identity(prior_identity, &prior)?
            };
            let private = outcome.private.unwrap_or(private).into_bytes();
            let is_end = if prior.is_null() {
                // The old object goes with what the plan of the new one hands on.
                handed_on == Some(HandedOn::End)
            } else {
                !replaced.is_empty()
            };
            let handed_on = if is_end {
                Some(HandedOn::End)
            } else {
                outcome.value.decision.map(HandedOn::Decision)
            };
            Response {
                planned_state: Some(encode(&planned, &served.ty)?),
                requires_replace: replaced.iter().map(|path| path.to_proto()).collect(),
                planned_private: wrap(private, handed_on),
                diagnostics: outcome.diagnostics.to_proto(),
                deferred,
                planned_identity: served.encode_identity(identity.as_ref())?,
                ..Default::default()
            }
        };
        Ok(Response {
            deferred: unknown_configuration.or(answer.deferred),
            ..answer
        })
    }
}

impl<C> ServedResource<C> {
    /// The identity of an object that exists: as the state has it, or else by the object's own attributes. A change never
    /// changes it, and the new object of a replacement is planned for itself.
    fn known_identity(
        &self,
        stored: Option<Identity>,
        object: &Value,
    ) -> Result<Option<Identity>, Diagnostics> {
        let found = self.identify(RPC, object)?;
        // Where the two contradict each other the next read says so.
        Ok(self.settle(stored.clone(), found).unwrap_or(stored))
    }
}
