//! `exercise_thing`: exists only in its state. Its name may ask for trouble: `panic` panics in every call, `gone` is gone when
//! it is read, `wait` waits for Stop when it is created, `none` is not created and `stays` is not deleted, without a word. A
//! note `tell` has a plan tell whether it changes the thing or replaces it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::{
    Call, Change, Outcome, PlanCall, Planned, Resource, Update,
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
        let tells = change
            .planned
            .note
            .known()
            .is_some_and(|note| note == "tell");
        let kind = match (&change.prior, change.replaces) {
            (None, false) => "A create",
            (None, true) => "A create in a replacement",
            (Some(_), false) => "A change",
            (Some(_), true) => "A replacement",
        };
        let said: Diagnostics = tells
            .then(|| Diagnostic::warning(kind))
            .into_iter()
            .collect();
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

    async fn delete(&self, _call: Call<'_, Client>, state: Model) -> Outcome<Option<Model>> {
        let stays = state.name.known().is_some_and(|name| name == "stays");
        Outcome::new(stays.then_some(state))
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
