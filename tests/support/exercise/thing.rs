//! `exercise_thing`: exists only in its state. Its name may ask for trouble: `panic` panics in every call, `gone` is gone when
//! it is read, `wait` waits for Stop when it is created, `none` is not created and `stays` is not deleted, without a word. A
//! note `tell` has a plan tell whether it changes the thing or replaces it, and a deletion whether a plan spoke of it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::{
    Call, Change, Delete, Outcome, PlanCall, Planned, Replacement, Resource, Update,
};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;

use crate::provider::{self, Client};

/// The resource type.
pub struct Thing;

/// The object.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Model {
    /// Required.
    pub name: Attr<String>,
    /// Optional.
    pub note: Attr<String>,
    /// Computed.
    pub id: Attr<String>,
}

/// The declaration.
pub fn schema() -> Schema {
    let block = Block::new("A thing.")
        .attribute(Attribute::required("name", Type::String, "Its name.").replaces())
        .attribute(Attribute::optional("note", Type::String, "A note."))
        .attribute(Attribute::computed("id", Type::String, "Its ID."));
    Schema::new(0, block)
}

fn trouble(model: &Model) {
    provider::trouble(model.name.known().map(String::as_str));
}

/// What a thing that tells is told.
fn told(thing: &Model, what: &str) -> Diagnostics {
    let tells = thing.note.known().is_some_and(|note| note == "tell");
    tells
        .then(|| Diagnostic::warning(what))
        .into_iter()
        .collect()
}

#[async_trait]
impl Resource for Thing {
    type Client = Client;
    type Model = Model;
    type Decision = ();

    fn type_name(&self) -> &'static str {
        "exercise_thing"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn validate(&self, config: &Model) -> Diagnostics {
        trouble(config);
        Diagnostics::new()
    }

    async fn plan(
        &self,
        _call: PlanCall<'_, Client>,
        change: Change<Model>,
    ) -> Outcome<Planned<Model, ()>> {
        trouble(&change.planned);
        let kind = match (&change.prior, change.replacement) {
            (None, Replacement::No) => "A create",
            (None, Replacement::Foreseen) => "A create in a replacement",
            (None, Replacement::Forced) => "A create in a replacement that is forced",
            (Some(_), Replacement::No) => "A change",
            (Some(_), _) => "A replacement",
        };
        let said = told(&change.planned, kind);
        let planned = Planned::new(change.planned, Some(()));
        Outcome::with(planned, said)
    }

    async fn read(&self, _call: Call<'_, Client>, state: Model) -> Outcome<Option<Model>> {
        trouble(&state);
        let gone = state.name.known().is_some_and(|name| name == "gone");
        Outcome::new((!gone).then_some(state))
    }

    async fn create(&self, call: Call<'_, Client>, planned: Model) -> Outcome<Option<Model>> {
        trouble(&planned);
        let name = planned.name.value().unwrap_or_default();
        if name == "wait" {
            call.cancel.cancelled().await;
            return Outcome::with(None, Diagnostic::error("Stopped"));
        }
        if name == "none" {
            return Outcome::new(None);
        }
        let id = Attr::Known(format!("{}{name}", call.client.prefix));
        Outcome::new(Some(Model { id, ..planned }))
    }

    async fn update(&self, _call: Call<'_, Client>, update: Update<Model, ()>) -> Outcome<Model> {
        Outcome::new(update.planned)
    }

    async fn delete(
        &self,
        _call: Call<'_, Client>,
        delete: Delete<Model>,
    ) -> Outcome<Option<Model>> {
        let state = delete.prior;
        let kind = if delete.foretold {
            "An end that was foretold"
        } else {
            "An end that no plan spoke of"
        };
        let said = told(&state, kind);
        let stays = state.name.known().is_some_and(|name| name == "stays");
        Outcome::with(stays.then_some(state), said)
    }

    async fn import(&self, _call: Call<'_, Client>, id: &str) -> Outcome<Option<Model>> {
        provider::trouble(Some(id));
        let name = Attr::Known(id.to_owned());
        Outcome::new(Some(Model {
            id: name.clone(),
            name,
            note: Attr::Null,
        }))
    }
}
