//! GetResourceIdentitySchemas and UpgradeResourceIdentity, and what every other RPC does with identities.

use super::call::model_error;
use super::upgrade::upgrade_error;
use super::value::{decode, encode};
use super::{ServedResource, Server, unserved};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::identity::{Contradiction, Identity, IdentitySchema, settle};
use crate::tf::proto::{
    ResourceIdentityData, get_resource_identity_schemas, upgrade_resource_identity,
};
use crate::tf::provider::Provider;
use crate::tf::types::Type;
use crate::tf::upgrade::upgrade;
use crate::tf::value::Value;

/// A resource's identity with what is derived from its schema.
pub(super) struct ServedIdentity {
    pub(super) schema: IdentitySchema,
    pub(super) ty: Type,
}

impl From<IdentitySchema> for ServedIdentity {
    fn from(schema: IdentitySchema) -> ServedIdentity {
        let ty = schema.implied_type();
        ServedIdentity { schema, ty }
    }
}

impl<P: Provider> Server<P> {
    /// The identities of all resources that have one.
    pub(super) fn identity_schemas(&self) -> get_resource_identity_schemas::Response {
        let schemas = self.resources.iter().filter_map(|(name, served)| {
            let identity = served.identity.as_ref()?;
            Some(((*name).to_owned(), identity.schema.to_proto()))
        });
        get_resource_identity_schemas::Response {
            identity_schemas: schemas.collect(),
            diagnostics: Vec::new(),
        }
    }

    /// A stored identity under today's schema. One that was never stored stays absent: the next read fills it.
    pub(super) fn upgrade_identity(
        &self,
        request: upgrade_resource_identity::Request,
    ) -> Result<upgrade_resource_identity::Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let Some(identity) = &served.identity else {
            return Err(unserved("resource identity", &request.type_name).into());
        };
        let raw = request.raw_identity.unwrap_or_default();
        if raw.json.is_empty() {
            return Ok(upgrade_resource_identity::Response::default());
        }
        let value = upgrade(
            identity.schema.upgraders(),
            (identity.schema.version, &identity.ty),
            (request.version, &raw.json),
        )
        .map_err(|error| elsewhere(upgrade_error("identity", &request.type_name, error)))?;
        Ok(upgrade_resource_identity::Response {
            upgraded_identity: served.encode_identity(Identity::from_value(value).as_ref())?,
            diagnostics: Vec::new(),
        })
    }
}

/// Without its place, which is in the identity: a place in a diagnostic is one in the configuration.
fn elsewhere(diagnostic: Diagnostic) -> Diagnostic {
    Diagnostic {
        attribute: None,
        ..diagnostic
    }
}

impl<C> ServedResource<C> {
    /// Reads an identity. `what` names it for people: `prior identity`. Older callers send none.
    pub(super) fn decode_identity(
        &self,
        data: Option<ResourceIdentityData>,
        what: &str,
    ) -> Result<Option<Identity>, Diagnostic> {
        let (Some(identity), Some(data)) = (&self.identity, data) else {
            return Ok(None);
        };
        decode(data.identity_data, &identity.ty, what)
            .map(Identity::from_value)
            .map_err(elsewhere)
    }

    /// Writes an identity; nothing where there is none.
    pub(super) fn encode_identity(
        &self,
        identity: Option<&Identity>,
    ) -> Result<Option<ResourceIdentityData>, Diagnostic> {
        let (Some(served), Some(identity)) = (&self.identity, identity) else {
            return Ok(None);
        };
        Ok(Some(ResourceIdentityData {
            identity_data: Some(encode(identity.as_value(), &served.ty)?),
        }))
    }

    /// The identity of an object; nothing for an object that does not exist.
    pub(super) fn identify(
        &self,
        rpc: &str,
        object: &Value,
    ) -> Result<Option<Identity>, Diagnostic> {
        if self.identity.is_none() || object.is_null() {
            return Ok(None);
        }
        self.resource
            .identify(object)
            .map_err(|error| model_error(rpc, &error))
    }

    /// The identity of an object known by `prior`, with its open values filled from `found`.
    pub(super) fn settle(
        &self,
        prior: Option<Identity>,
        found: Option<Identity>,
    ) -> Result<Option<Identity>, Contradiction> {
        match &self.identity {
            Some(identity) => settle(prior, found, &identity.ty),
            None => Ok(None),
        }
    }
}

/// The cloud, or the resource, answered with another object.
pub(super) fn contradicted(type_name: &str, contradiction: &Contradiction) -> Diagnostic {
    Diagnostic::error("The identity of an object changed").detail(format!(
        "The state knows an object of type {type_name}, and what was found instead is another one: {contradiction}. An \
         object's identity never changes, so the state keeps the old one. If the object was replaced outside Terraform, \
         remove it from the state with terraform state rm and import the new one; otherwise please report this."
    ))
}
