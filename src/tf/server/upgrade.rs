//! UpgradeResourceState: a stored state under today's schema.

use super::Server;
use super::value::encode;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::json;
use crate::tf::proto::upgrade_resource_state::{Request, Response};
use crate::tf::provider::Provider;

impl<P: Provider> Server<P> {
    /// Reads stored JSON. Attributes that the schema no longer has are dropped.
    pub(super) fn upgrade_state(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let raw = request.raw_state.unwrap_or_default();
        if request.version > served.schema.version {
            return Err(Diagnostic::error("State from a newer provider")
                .detail(format!(
                    "The state of this {} was written under schema version {}, and this provider knows versions up to {}. \
                     Upgrade the provider to the version that wrote it, or a later one.",
                    request.type_name, request.version, served.schema.version
                ))
                .into());
        }
        if raw.json.is_empty() {
            return Err(Diagnostic::error("State in an unknown form")
                .detail("The stored state is not JSON: it was written by Terraform 0.11 or older, which this provider never supported.")
                .into());
        }
        let state = json::decode_state(&raw.json, &served.ty).map_err(|error| {
            Diagnostic::error("Unreadable state")
                .detail(format!(
                    "The stored state of this {} does not fit the schema: {error}.",
                    request.type_name
                ))
                .at(&error.path)
        })?;
        Ok(Response {
            upgraded_state: Some(encode(&state, &served.ty)?),
            diagnostics: Vec::new(),
        })
    }
}
