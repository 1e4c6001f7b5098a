//! What a managed resource implements.
//!
//! A resource speaks in its own typed model; [`crate::tf::server`] decodes, plans what the schema alone decides
//! ([`crate::tf::plan`]) and holds the answers to Terraform's contract. [`Erased`] is the same resource in terms of
//! [`Value`], so that a server can keep many of different models.

mod erased;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::deferral::Deferral;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::identity::{Identity, IdentitySchema};
use super::move_state::{MoveSource, Moved};
use super::path::AttributePath;
use super::private::{self, Private};
use super::schema::Schema;
use super::upgrade::Upgrader;
use super::value::Value;
pub use erased::Erased;

/// What came of a call, and what there is to say about it.
///
/// Beside an error the value is the best known one: for a change, what Terraform is to save.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T> {
    /// The result.
    pub value: T,
    /// Warnings and errors, in the order in which they are shown.
    pub diagnostics: Diagnostics,
    /// The object's private data from now on; `None` leaves it as it is, byte for byte.
    pub private: Option<Private>,
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
            private: None,
            deferral: None,
        }
    }

    /// A result for now, of a call that should be made again later. To a caller that cannot wait, and in an apply, which
    /// never can, it is the error that the deferral brings along.
    pub fn deferred(value: T, deferral: Deferral) -> Self {
        Self {
            deferral: Some(deferral),
            ..Self::new(value)
        }
    }

    /// The result with private data to keep beside the object's state.
    #[must_use]
    pub fn private<D: Serialize + ?Sized>(mut self, data: &D) -> Self {
        match Private::of(data) {
            Ok(private) => self.private = Some(private),
            Err(error) => self.diagnostics.push(
                Diagnostic::error("Private data that cannot be written").detail(format!(
                    "{error}. This is a defect of the provider: please report it."
                )),
            ),
        }
        self
    }

    pub(super) fn try_map<U, E>(self, to: impl FnOnce(T) -> Result<U, E>) -> Result<Outcome<U>, E> {
        Ok(Outcome {
            value: to(self.value)?,
            diagnostics: self.diagnostics,
            private: self.private,
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
    /// What the resource keeps beside the object's state. In an apply: as it was planned.
    pub private: &'a Private,
    /// What the module says in its `provider_meta` block, under the provider's schema for it; null where it says nothing.
    pub meta: &'a Value,
}

impl<'a, C> Call<'a, C> {
    /// A call about nothing that has private data, from a module without `provider_meta`.
    pub fn new(client: &'a C, cancel: &'a CancellationToken) -> Self {
        Self {
            client,
            cancel,
            private: &private::NONE,
            meta: &Value::Null,
        }
    }
}

/// What a plan is given beside the change itself. It may ask what it wants, for what it says, and changes nothing.
#[derive(Debug)]
pub struct PlanCall<'a, C> {
    /// What Configure made; `None` where it was not called, or with a block that is not wholly known yet.
    pub client: Option<&'a C>,
    /// See [`Call::cancel`].
    pub cancel: &'a CancellationToken,
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
    /// Whether the object is replaced.
    pub replacement: Replacement,
    /// What the resource keeps beside the object's state.
    pub private: Private,
    /// See [`Call::meta`].
    pub meta: Value,
}

/// Whether an object is replaced. Terraform plans that twice: the change, and then the new object's create, without a prior
/// object. Of what is said about the create it shows only errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// Not as far as is known. A change that a person wants made by a new object (`-replace`, `replace_triggered_by`) looks
    /// like any other, and a tainted object is planned as if it were not there.
    No,
    /// By the rules of the schema, or of the resource's plan, only a new object can make the change.
    Foreseen,
    /// The create after a change that an update could have made, so that its plan spoke of an update. Known where it made a decision.
    Forced,
}

/// An object that is to be deleted now.
#[derive(Debug, Clone)]
pub struct Delete<M> {
    /// The object as the state has it.
    pub prior: M,
    /// Whether a plan spoke of its end: [`Resource::plan_destroy`], or that of a [`Replacement::Foreseen`]. A replacement that is
    /// forced, or of a tainted object, has none that could, and Terraform before 1.3 asks for no plan of a destruction.
    pub foretold: bool,
}

/// An object that is to be destroyed.
#[derive(Debug, Clone)]
pub struct Destroy<M> {
    /// The object as the state has it.
    pub prior: M,
    /// What the resource keeps beside the object's state.
    pub private: Private,
    /// See [`Call::meta`].
    pub meta: Value,
}

/// An accepted plan, on its way to becoming true.
#[derive(Debug, Clone)]
pub struct Update<M, D> {
    /// The object as the state has it.
    pub prior: M,
    /// What was planned; unknown only where the cloud decides. Write-only attributes are as the configuration has them.
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
    /// The attributes whose change only a new object can have, besides those of which the schema says so. Terraform heeds one
    /// whose planned value differs from the prior one.
    pub replaces: Vec<AttributePath>,
}

impl<M, D> Planned<M, D> {
    /// A planned object that is replaced only where the schema says so.
    pub fn new(state: M, decision: Option<D>) -> Self {
        Self {
            state,
            decision,
            replaces: Vec::new(),
        }
    }
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

    /// Rules across arguments, told together with what the declared validators find: a value may be one that they refuse,
    /// and may be unknown.
    fn validate(&self, config: &Self::Model) -> Diagnostics {
        let _ = config;
        Diagnostics::default()
    }

    /// The steps from older versions of the schema to the next, one for each.
    fn upgraders(&self) -> Vec<Upgrader> {
        Vec::new()
    }

    /// What the type's objects are known by beyond a state. `None`: they have no identity.
    fn identity(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of an object; `None` while it is not known. Unless the resource says otherwise it consists of the
    /// object's attributes of the same names.
    fn identify(&self, object: &Self::Model) -> Option<Identity> {
        self.identity()?.of(object)
    }

    /// Takes over an object of another resource type, without a client. `None`: not of this one.
    fn move_from(&self, source: &MoveSource) -> Option<Result<Moved<Self::Model>, Diagnostics>> {
        let _ = source;
        None
    }

    /// Refines the plan of a create or an update. Terraform asks again during apply, so the planned object and the decision
    /// must follow from the change alone; what is said beside them may follow from what a client was asked.
    async fn plan(
        &self,
        call: PlanCall<'_, Self::Client>,
        change: Change<Self::Model>,
    ) -> Outcome<Planned<Self::Model, Self::Decision>>;

    /// Says what there is to say before an object is destroyed. An error prevents it.
    fn plan_destroy(
        &self,
        call: PlanCall<'_, Self::Client>,
        destroy: Destroy<Self::Model>,
    ) -> Outcome<()> {
        let _ = (call, destroy);
        Outcome::new(())
    }

    /// The object as it is now; `None` when it is gone.
    async fn read(
        &self,
        call: Call<'_, Self::Client>,
        state: Self::Model,
    ) -> Outcome<Option<Self::Model>>;

    /// Creates the object. `None` beside an error: nothing was created. Write-only attributes of `planned` are as the
    /// configuration has them.
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
        delete: Delete<Self::Model>,
    ) -> Outcome<Option<Self::Model>>;

    /// The object of an ID that a person gave; `None` beside an error. Terraform reads it next.
    async fn import(&self, call: Call<'_, Self::Client>, id: &str) -> Outcome<Option<Self::Model>>;

    /// The object of an identity, whose required values are there. Unless the resource says otherwise it is an object of
    /// which the identity's values are all that is known: Terraform reads it next.
    async fn import_by_identity(
        &self,
        call: Call<'_, Self::Client>,
        identity: &Identity,
    ) -> Outcome<Option<Self::Model>> {
        let _ = call;
        match identity.read() {
            Ok(object) => Outcome::new(Some(object)),
            Err(error) => Outcome::failed(Diagnostic::error("Cannot import by identity").detail(
                format!("{error}. This is a defect of the provider: please report it."),
            )),
        }
    }
}
