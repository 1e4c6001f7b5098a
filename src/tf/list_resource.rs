//! What a list resource implements: it finds the objects of a managed resource's type that exist, whoever made them.
//!
//! Results go out one by one ([`Results::send`]), as fast as Terraform takes them and no more than it asked for.

use std::marker::PhantomData;

use async_trait::async_trait;
use serde::Serialize;

use super::block_type::{self, BlockType};
use super::diagnostics::{Diagnostic, Diagnostics};
use super::identity::Identity;
use super::model::{ModelError, from_value, to_value};
use super::resource::Call;
use super::value::Value;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Query<M> {
    /// The configuration.
    pub config: M,
    /// Whether each result is to bring the whole object, not its identity alone.
    pub include_object: bool,
    /// The most results that are wanted, at least 1; a hint for the size of a page, kept by the server.
    pub limit: u64,
}

/// An object that was found.
#[derive(Debug, Clone)]
pub struct Listed<O> {
    /// What it is found by again.
    pub identity: Identity,
    /// What people call it.
    pub display_name: String,
    /// All of it; needed where the query says so, ignored otherwise.
    pub object: Option<O>,
}

/// Why a list ends before all was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// Nobody wants more: the limit is reached, or the caller is gone.
    Enough,
    /// It failed, and the list is not complete.
    Failed(Diagnostics),
}

impl From<Diagnostics> for Ended {
    fn from(diagnostics: Diagnostics) -> Ended {
        Ended::Failed(diagnostics)
    }
}

impl From<Diagnostic> for Ended {
    fn from(diagnostic: Diagnostic) -> Ended {
        Ended::Failed(diagnostic.into())
    }
}

impl From<ModelError> for Ended {
    fn from(error: ModelError) -> Ended {
        Ended::Failed(error.into())
    }
}

/// The server's end of [`Results`].
#[async_trait]
pub trait Sink: Send {
    /// See [`Results::send`].
    async fn send(&mut self, listed: Listed<Value>) -> Result<(), Ended>;
    /// See [`Results::tell`].
    async fn tell(&mut self, diagnostics: Diagnostics) -> Result<(), Ended>;
}

/// Where a list resource puts what it finds.
pub struct Results<'a, O> {
    sink: &'a mut dyn Sink,
    found: PhantomData<fn(O)>,
}

impl<O: Serialize> Results<'_, O> {
    /// One more result. Waits while Terraform has not taken the ones before.
    ///
    /// # Errors
    /// With the last result that is wanted, and for all after it: the list resource returns them at once.
    pub async fn send(&mut self, listed: Listed<O>) -> Result<(), Ended> {
        let listed = Listed {
            identity: listed.identity,
            display_name: listed.display_name,
            object: listed.object.as_ref().map(to_value).transpose()?,
        };
        self.sink.send(listed).await
    }

    /// Something to say beside the results, which go on.
    ///
    /// # Errors
    /// As in [`Results::send`].
    pub async fn tell(&mut self, diagnostics: impl Into<Diagnostics>) -> Result<(), Ended> {
        self.sink.tell(diagnostics.into()).await
    }
}

/// A type of list resource. It bears the name of the managed resource whose objects it finds, which has an identity.
#[async_trait]
pub trait ListResource: BlockType {
    /// What the provider's Configure makes.
    type Client: Send + Sync + 'static;
    /// The managed resource's model.
    type Object: Serialize + Send + 'static;

    /// Sends what there is.
    async fn list(
        &self,
        call: Call<'_, Self::Client>,
        query: Query<Self::Model>,
        results: &mut Results<'_, Self::Object>,
    ) -> Result<(), Ended>;
}

/// A [`ListResource`] in terms of values; what the server holds.
#[async_trait]
pub trait Erased<C>: block_type::Erased {
    /// See [`ListResource::list`].
    async fn list(
        &self,
        call: Call<'_, C>,
        query: Query<&Value>,
        sink: &mut dyn Sink,
    ) -> Result<(), Ended>;
}

#[async_trait]
impl<L: ListResource> Erased<L::Client> for L {
    async fn list(
        &self,
        call: Call<'_, L::Client>,
        query: Query<&Value>,
        sink: &mut dyn Sink,
    ) -> Result<(), Ended> {
        let query = Query {
            config: from_value(query.config)?,
            include_object: query.include_object,
            limit: query.limit,
        };
        let mut results = Results {
            sink,
            found: PhantomData,
        };
        ListResource::list(self, call, query, &mut results).await
    }
}
