//! MoveResourceState: a state of another resource type becomes one of ours. Terraform calls it without Configure.

use super::call::model_error;
use super::upgrade::upgrade_error;
use super::value::encode;
use super::{ServedResource, Server};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::move_state::{MoveSource, Moved};
use crate::tf::plan::without_unknown;
use crate::tf::private::Private;
use crate::tf::proto::move_resource_state::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::upgrade::upgrade;
use crate::tf::value::Value;
use crate::tf::write_only;

impl<P: Provider> Server<P> {
    /// Asks the target resource to take an object over.
    pub(super) fn move_state(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.target_type_name)?;
        let not_json = |raw: &[u8]| raw.is_empty();
        let source = MoveSource {
            provider_address: request.source_provider_address,
            type_name: request.source_type_name,
            schema_version: request.source_schema_version,
            state: request.source_state.unwrap_or_default().json,
            private: Private::from_bytes(request.source_private),
            identity: request
                .source_identity
                .map(|identity| identity.json)
                .filter(|json| !not_json(json)),
            identity_schema_version: request.source_identity_schema_version,
        };
        if not_json(&source.state) {
            return Err(Diagnostic::error("State in an unknown form")
                .detail(format!("The state of the {} to be moved is not JSON: it was written by Terraform 0.11 or older.", source.type_name))
                .into());
        }
        let moved = served
            .resource
            .move_from(&source)
            .map_err(|error| model_error("MoveResourceState", &error))?;
        let moved = match moved {
            Some(moved) => moved?,
            None if source.type_name == request.target_type_name => own(served, &source)?,
            None => return Err(Diagnostic::error("Cannot move from this resource type")
                .detail(format!(
                    "A {} cannot take over a {} of {}. Remove the moved block, take the old object out of the state with \
                     terraform state rm, and import it as a {0}.",
                    request.target_type_name, source.type_name, source.provider_address
                ))
                .into()),
        };
        let state = write_only::strip(&served.schema, without_unknown(moved.state));
        let identity = served.identify("MoveResourceState", &state)?;
        Ok(Response {
            target_state: Some(encode(&state, &served.ty)?),
            target_private: moved.private.into_bytes(),
            target_identity: served.encode_identity(identity.as_ref())?,
            diagnostics: Vec::new(),
        })
    }
}

/// An object of the same type under another address of its provider: another registry, or a mirror. Its state is our own.
fn own<C>(served: &ServedResource<C>, source: &MoveSource) -> Result<Moved<Value>, Diagnostic> {
    let state = upgrade(
        &served.resource.upgraders(),
        (served.schema.version, &served.ty),
        (source.schema_version, &source.state),
    );
    Ok(Moved {
        state: state.map_err(|error| upgrade_error("state", &source.type_name, error))?,
        private: source.private.clone(),
    })
}
