//! A resource in terms of values.

use async_trait::async_trait;
use serde::Serialize;

use super::{Call, Change, Delete, Destroy, Outcome, PlanCall, Planned, Resource, Update};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::identity::{Identity, IdentitySchema};
use crate::tf::model::{ModelError, from_value, to_value};
use crate::tf::move_state::{MoveSource, Moved};
use crate::tf::schema::Schema;
use crate::tf::upgrade::Upgrader;
use crate::tf::value::Value;

/// A [`Resource`] in terms of values; what the server holds.
#[async_trait]
pub trait Erased<C>: Send + Sync {
    /// See [`Resource::type_name`].
    fn type_name(&self) -> &'static str;
    /// See [`Resource::schema`].
    fn schema(&self) -> Schema;
    /// See [`Resource::validate`].
    fn validate(&self, config: &Value) -> Result<Diagnostics, ModelError>;
    /// See [`Resource::upgraders`].
    fn upgraders(&self) -> Vec<Upgrader>;
    /// See [`Resource::identity`].
    fn identity(&self) -> Option<IdentitySchema>;
    /// See [`Resource::identify`].
    fn identify(&self, object: &Value) -> Result<Option<Identity>, ModelError>;
    /// See [`Resource::move_from`].
    fn move_from(
        &self,
        source: &MoveSource,
    ) -> Result<Option<Result<Moved<Value>, Diagnostics>>, ModelError>;
    /// See [`Resource::plan`]; the decision is JSON.
    async fn plan(
        &self,
        call: PlanCall<'_, C>,
        change: Change<Value>,
    ) -> Result<Outcome<Planned<Value, Vec<u8>>>, ModelError>;
    /// See [`Resource::plan_destroy`].
    fn plan_destroy(
        &self,
        call: PlanCall<'_, C>,
        destroy: Destroy<Value>,
    ) -> Result<Outcome<()>, ModelError>;
    /// See [`Resource::read`].
    async fn read(&self, call: Call<'_, C>, state: &Value) -> Result<Outcome<Value>, ModelError>;
    /// See [`Resource::create`].
    async fn create(
        &self,
        call: Call<'_, C>,
        planned: &Value,
    ) -> Result<Outcome<Value>, ModelError>;
    /// See [`Resource::update`]; a decision that cannot be read counts as absent.
    async fn update(
        &self,
        call: Call<'_, C>,
        prior: &Value,
        planned: &Value,
        decision: Option<&[u8]>,
    ) -> Result<Outcome<Value>, ModelError>;
    /// See [`Resource::delete`].
    async fn delete(
        &self,
        call: Call<'_, C>,
        delete: Delete<&Value>,
    ) -> Result<Outcome<Value>, ModelError>;
    /// See [`Resource::import`].
    async fn import(&self, call: Call<'_, C>, id: &str) -> Result<Outcome<Value>, ModelError>;
    /// See [`Resource::import_by_identity`].
    async fn import_by_identity(
        &self,
        call: Call<'_, C>,
        identity: &Identity,
    ) -> Result<Outcome<Value>, ModelError>;
}

/// Null for an object that does not exist.
fn object_or_null<M: Serialize>(object: Option<M>) -> Result<Value, ModelError> {
    object.map_or(Ok(Value::Null), |object| to_value(&object))
}

#[async_trait]
impl<R: Resource> Erased<R::Client> for R {
    fn type_name(&self) -> &'static str {
        Resource::type_name(self)
    }

    fn schema(&self) -> Schema {
        Resource::schema(self)
    }

    fn validate(&self, config: &Value) -> Result<Diagnostics, ModelError> {
        Ok(Resource::validate(self, &from_value(config)?))
    }

    fn upgraders(&self) -> Vec<Upgrader> {
        Resource::upgraders(self)
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Resource::identity(self)
    }

    fn identify(&self, object: &Value) -> Result<Option<Identity>, ModelError> {
        Ok(Resource::identify(self, &from_value(object)?))
    }

    fn move_from(
        &self,
        source: &MoveSource,
    ) -> Result<Option<Result<Moved<Value>, Diagnostics>>, ModelError> {
        match Resource::move_from(self, source) {
            None => Ok(None),
            Some(Err(diagnostics)) => Ok(Some(Err(diagnostics))),
            Some(Ok(moved)) => Ok(Some(Ok(Moved {
                state: to_value(&moved.state)?,
                private: moved.private,
            }))),
        }
    }

    async fn plan(
        &self,
        call: PlanCall<'_, R::Client>,
        change: Change<Value>,
    ) -> Result<Outcome<Planned<Value, Vec<u8>>>, ModelError> {
        let change = Change {
            prior: change.prior.as_ref().map(from_value).transpose()?,
            config: from_value(&change.config)?,
            planned: from_value(&change.planned)?,
            replacement: change.replacement,
            private: change.private,
            meta: change.meta,
        };
        Resource::plan(self, call, change).await.try_map(|planned| {
            Ok(Planned {
                state: to_value(&planned.state)?,
                decision: planned
                    .decision
                    .and_then(|decision| serde_json::to_vec(&decision).ok()),
                replaces: planned.replaces,
            })
        })
    }

    fn plan_destroy(
        &self,
        call: PlanCall<'_, R::Client>,
        destroy: Destroy<Value>,
    ) -> Result<Outcome<()>, ModelError> {
        let destroy = Destroy {
            prior: from_value(&destroy.prior)?,
            private: destroy.private,
            meta: destroy.meta,
        };
        Ok(Resource::plan_destroy(self, call, destroy))
    }

    async fn read(
        &self,
        call: Call<'_, R::Client>,
        state: &Value,
    ) -> Result<Outcome<Value>, ModelError> {
        Resource::read(self, call, from_value(state)?)
            .await
            .try_map(object_or_null)
    }

    async fn create(
        &self,
        call: Call<'_, R::Client>,
        planned: &Value,
    ) -> Result<Outcome<Value>, ModelError> {
        Resource::create(self, call, from_value(planned)?)
            .await
            .try_map(object_or_null)
    }

    async fn update(
        &self,
        call: Call<'_, R::Client>,
        prior: &Value,
        planned: &Value,
        decision: Option<&[u8]>,
    ) -> Result<Outcome<Value>, ModelError> {
        let update = Update {
            prior: from_value(prior)?,
            planned: from_value(planned)?,
            decision: decision.and_then(|json| serde_json::from_slice(json).ok()),
        };
        Resource::update(self, call, update)
            .await
            .try_map(|object| to_value(&object))
    }

    async fn delete(
        &self,
        call: Call<'_, R::Client>,
        delete: Delete<&Value>,
    ) -> Result<Outcome<Value>, ModelError> {
        let delete = Delete {
            prior: from_value(delete.prior)?,
            foretold: delete.foretold,
        };
        Resource::delete(self, call, delete)
            .await
            .try_map(object_or_null)
    }

    async fn import(
        &self,
        call: Call<'_, R::Client>,
        id: &str,
    ) -> Result<Outcome<Value>, ModelError> {
        Resource::import(self, call, id)
            .await
            .try_map(object_or_null)
    }

    async fn import_by_identity(
        &self,
        call: Call<'_, R::Client>,
        identity: &Identity,
    ) -> Result<Outcome<Value>, ModelError> {
        Resource::import_by_identity(self, call, identity)
            .await
            .try_map(object_or_null)
    }
}
