//! UpgradeResourceState: a stored state under today's schema.

use super::Server;
use super::value::encode;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::proto::upgrade_resource_state::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::upgrade::{UpgradeError, upgrade};
use crate::tf::write_only;

impl<P: Provider> Server<P> {
    /// Reads stored JSON, through the resource's upgraders where an older version wrote it. Attributes that the schema no
    /// longer has are dropped.
    pub(super) fn upgrade_state(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let raw = request.raw_state.unwrap_or_default();
        if raw.json.is_empty() {
            return Err(Diagnostic::error("State in an unknown form")
                .detail("The stored state is not JSON: it was written by Terraform 0.11 or older, which this provider never supported.")
                .into());
        }
        let state = upgrade(
            &served.resource.upgraders(),
            (served.schema.version, &served.ty),
            (request.version, &raw.json),
        )
        .map_err(|error| upgrade_error("state", &request.type_name, error))?;
        let state = write_only::strip(&served.schema, state);
        Ok(Response {
            upgraded_state: Some(encode(&state, &served.ty)?),
            diagnostics: Vec::new(),
        })
    }
}

/// Why stored data cannot be used. `what` is `state` or `identity`.
pub(super) fn upgrade_error(what: &str, type_name: &str, error: UpgradeError) -> Diagnostic {
    let titled = |adjective: &str| Diagnostic::error(format!("{adjective} {what}"));
    let report = "This is a defect of the provider: please report it.";
    match error {
        UpgradeError::Newer { stored, known } => {
            Diagnostic::error(format!("{} from a newer provider", capitalised(what))).detail(format!(
                "The {what} of this {type_name} was written under schema version {stored}, and this provider knows versions up to {known}. \
                 Upgrade the provider to the version that wrote it, or a later one."
            ))
        }
        UpgradeError::NoWay(version) => Diagnostic::error(format!("{} of a version too old", capitalised(what))).detail(format!(
            "The {what} of this {type_name} is of schema version {version}, which this provider cannot upgrade from. Apply once \
             with an earlier release of the provider, or import the object again."
        )),
        UpgradeError::Unreadable { error, .. } => titled("Unreadable")
            .detail(format!("The stored {what} of this {type_name} does not fit the schema: {error}."))
            .at(&error.path),
        UpgradeError::Refused(_, diagnostic) => diagnostic,
        error @ UpgradeError::Misfit { .. } => {
            titled("Cannot upgrade the").detail(format!("The {what} of this {type_name}: {error}. {report}"))
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}
