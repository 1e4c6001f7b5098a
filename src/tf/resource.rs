//! What a managed resource implements.
//!
//! A resource speaks in its own typed model; [`crate::tf::server`] decodes, plans what the schema alone decides
//! ([`crate::tf::plan`]) and holds the answers to Terraform's contract. [`Erased`] is the same resource in terms of
//! [`Value`], so that a server can keep many of different models.

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::deferral::Deferral;
use super::diagnostics::Diagnostics;
use super::model::{ModelError, from_value, to_value};
use super::schema::Schema;
use super::value::Value;

/// What came of a call, and what there is to say about it.
///
/// Beside an error the value is the best known one: for a change, what Terraform is to save.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T> {
    /// The result.
    pub value: T,
    /// Warnings and errors, in the order in which they are shown.
    pub diagnostics: Diagnostics,
    /// The call is to be made again later, if the caller can wait.
    pub deferral: Option<Deferral>,
}

impl<T> Outcome<T> {
    /// A result with nothing to say about it.
    pub fn new(value: T) -> Self {
        Self::with(value, Diagnostics::default())
    }

    /// A result with something to say about it.
    pub fn with(value: T, diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            value,
            diagnostics: diagnostics.into(),
            deferral: None,
        }
    }

    /// A result for now, of a call that should be made again later. Means nothing in apply, which cannot wait.
    pub fn deferred(value: T, deferral: Deferral) -> Self {
        Self {
            deferral: Some(deferral),
            ..Self::new(value)
        }
    }

    pub(super) fn try_map<U, E>(self, to: impl FnOnce(T) -> Result<U, E>) -> Result<Outcome<U>, E> {
        Ok(Outcome {
            value: to(self.value)?,
            diagnostics: self.diagnostics,
            deferral: self.deferral,
        })
    }
}

impl<T> Outcome<Option<T>> {
    /// Nothing but what went wrong.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self::with(None, diagnostics)
    }
}

/// What a call that reaches the cloud is given.
#[derive(Debug)]
pub struct Call<'a, C> {
    /// What Configure made.
    pub client: &'a C,
    /// Cancelled when Terraform says Stop: every wait ends at once.
    pub cancel: &'a CancellationToken,
}

impl<'a, C> Call<'a, C> {
    /// A call about nothing that has private data, from a module without `provider_meta`.
    pub fn new(client: &'a C, cancel: &'a CancellationToken) -> Self {
        Self { client, cancel }
    }
}

/// An object as it is, as the configuration wants it and as it would become.
#[derive(Debug, Clone)]
pub struct Change<M> {
    /// The object as the state has it; `None` when it is to be created.
    pub prior: Option<M>,
    /// The configuration, with null for what is not set.
    pub config: M,
    /// What would become of the object by the schema's rules alone; a resource's plan may refine it.
    pub planned: M,
}

/// An accepted plan, on its way to becoming true.
#[derive(Debug, Clone)]
pub struct Update<M, D> {
    /// The object as the state has it.
    pub prior: M,
    /// What was planned; unknown only where the cloud decides.
    pub planned: M,
    /// What [`Resource::plan`] decided, when it reached apply.
    pub decision: Option<D>,
}

/// What a resource makes of a [`Change`].
#[derive(Debug, Clone, PartialEq)]
pub struct Planned<M, D> {
    /// The planned object.
    pub state: M,
    /// Handed on to [`Resource::update`] beside the plan; never stored in the state.
    pub decision: Option<D>,
}

/// A type of managed resource.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// What the provider's Configure makes.
    type Client: Send + Sync + 'static;
    /// The object, a field an attribute or block.
    type Model: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What plan decides for update and nobody else needs to know.
    type Decision: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The type's name, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// The shape of the object and its declared rules.
    fn schema(&self) -> Schema;

    /// Rules across arguments. The declared validators have passed; values may be unknown.
    fn validate(&self, config: &Self::Model) -> Diagnostics {
        let _ = config;
        Diagnostics::default()
    }

    /// Refines the plan of a create or an update; must give the same answer for the same question.
    fn plan(&self, change: Change<Self::Model>) -> Outcome<Planned<Self::Model, Self::Decision>>;

    /// The object as it is now; `None` when it is gone.
    async fn read(
        &self,
        call: Call<'_, Self::Client>,
        state: Self::Model,
    ) -> Outcome<Option<Self::Model>>;

    /// Creates the object. `None` beside an error: nothing was created.
    async fn create(
        &self,
        call: Call<'_, Self::Client>,
        planned: Self::Model,
    ) -> Outcome<Option<Self::Model>>;

    /// Changes the object. Beside an error the value is what the object is known to be.
    async fn update(
        &self,
        call: Call<'_, Self::Client>,
        update: Update<Self::Model, Self::Decision>,
    ) -> Outcome<Self::Model>;

    /// Deletes the object. `None`: it is gone.
    async fn delete(
        &self,
        call: Call<'_, Self::Client>,
        state: Self::Model,
    ) -> Outcome<Option<Self::Model>>;

    /// The object of an ID that a person gave. Terraform reads it next.
    async fn import(
        &self,
        call: Call<'_, Self::Client>,
        id: &str,
    ) -> Result<Self::Model, Diagnostics>;
}

/// A [`Resource`] in terms of values; what the server holds.
#[async_trait]
pub trait Erased<C>: Send + Sync {
    /// See [`Resource::type_name`].
    fn type_name(&self) -> &'static str;
    /// See [`Resource::schema`].
    fn schema(&self) -> Schema;
    /// See [`Resource::validate`].
    fn validate(&self, config: &Value) -> Result<Diagnostics, ModelError>;
    /// See [`Resource::plan`]; the decision is JSON.
    fn plan(&self, change: Change<Value>) -> Result<Outcome<Planned<Value, Vec<u8>>>, ModelError>;
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
    async fn delete(&self, call: Call<'_, C>, state: &Value) -> Result<Outcome<Value>, ModelError>;
    /// See [`Resource::import`].
    async fn import(
        &self,
        call: Call<'_, C>,
        id: &str,
    ) -> Result<Result<Value, Diagnostics>, ModelError>;
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

    fn plan(&self, change: Change<Value>) -> Result<Outcome<Planned<Value, Vec<u8>>>, ModelError> {
        let change = Change {
            prior: change.prior.as_ref().map(from_value).transpose()?,
            config: from_value(&change.config)?,
            planned: from_value(&change.planned)?,
        };
        Resource::plan(self, change).try_map(|planned| {
            Ok(Planned {
                state: to_value(&planned.state)?,
                decision: planned
                    .decision
                    .and_then(|decision| serde_json::to_vec(&decision).ok()),
            })
        })
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
        state: &Value,
    ) -> Result<Outcome<Value>, ModelError> {
        Resource::delete(self, call, from_value(state)?)
            .await
            .try_map(object_or_null)
    }

    async fn import(
        &self,
        call: Call<'_, R::Client>,
        id: &str,
    ) -> Result<Result<Value, Diagnostics>, ModelError> {
        match Resource::import(self, call, id).await {
            Ok(model) => to_value(&model).map(Ok),
            Err(diagnostics) => Ok(Err(diagnostics)),
        }
    }
}
