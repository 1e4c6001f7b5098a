//! `exercise_identified`: known by its name and zone. Its note may ask for trouble: `renamed` has another name when it is read,
//! `rezoned` has another zone after an update, `half` is created and reported as broken. An old identity's title `panic` panics.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::diagnostics::Diagnostic;
use terraform_provider_alivpn::tf::identity::{IdentitySchema, IdentityType};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::{
    Call, Change, Delete, Outcome, PlanCall, Planned, Resource, Update,
};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::upgrade::Upgrader;
use terraform_provider_alivpn::tf::value::Value;

use crate::provider::{Client, trouble};

/// The resource type.
pub struct Identified;

/// The object.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Model {
    /// Required; another one is another object.
    pub name: Attr<String>,
    /// Chosen by the cloud unless it is set; another one is another object.
    pub zone: Attr<String>,
    /// Optional.
    pub note: Attr<String>,
}

impl Model {
    fn placed(mut self) -> Model {
        if self.zone.known().is_none() {
            self.zone = Attr::Known("zone-1".to_owned());
        }
        self
    }

    fn asks_for(&self, trouble: &str) -> bool {
        self.note.known().is_some_and(|note| note == trouble)
    }
}

#[async_trait]
impl Resource for Identified {
    type Client = Client;
    type Model = Model;
    type Decision = ();

    fn type_name(&self) -> &'static str {
        "exercise_identified"
    }

    fn schema(&self) -> Schema {
        let block = Block::new("A thing with an identity.")
            .attribute(Attribute::required("name", Type::String, "Its name.").replaces())
            .attribute(
                Attribute::optional_computed("zone", Type::String, "Where it is.").replaces(),
            )
            .attribute(Attribute::optional("note", Type::String, "A note."));
        Schema::new(0, block)
    }

    fn identity(&self) -> Option<IdentitySchema> {
        let titled = Type::object([("title", Type::String)]);
        let schema = IdentitySchema::new(1)
            .required("name", IdentityType::String, "Its name.")
            .optional("zone", IdentityType::String, "Where it is.")
            .upgrader(Upgrader::new(0, titled, |identity| {
                let name = identity.attribute("title").clone();
                trouble(name.as_str());
                Ok(Value::map([("name", name), ("zone", Value::Null)]))
            }));
        Some(schema)
    }

    async fn plan(
        &self,
        _call: PlanCall<'_, Client>,
        change: Change<Model>,
    ) -> Outcome<Planned<Model, ()>> {
        Outcome::new(Planned::new(change.planned, Some(())))
    }

    async fn read(&self, _call: Call<'_, Client>, state: Model) -> Outcome<Option<Model>> {
        let mut found = state.placed();
        if found.asks_for("gone") {
            return Outcome::new(None);
        }
        if found.asks_for("renamed") {
            found.name = Attr::Known("another".to_owned());
        }
        Outcome::new(Some(found))
    }

    async fn create(&self, _call: Call<'_, Client>, planned: Model) -> Outcome<Option<Model>> {
        let created = planned.placed();
        if created.asks_for("half") {
            return Outcome::with(Some(created), Diagnostic::error("Half done"));
        }
        Outcome::new(Some(created))
    }

    async fn update(&self, _call: Call<'_, Client>, update: Update<Model, ()>) -> Outcome<Model> {
        let mut updated = update.planned;
        if updated.asks_for("rezoned") {
            updated.zone = Attr::Known("zone-2".to_owned());
            // What was planned as known comes back as it was planned, unless something went wrong.
            return Outcome::with(updated, Diagnostic::error("Rezoned"));
        }
        Outcome::new(updated)
    }

    async fn delete(
        &self,
        _call: Call<'_, Client>,
        delete: Delete<Model>,
    ) -> Outcome<Option<Model>> {
        let state = delete.prior;
        if state.asks_for("stays") {
            return Outcome::with(Some(state), Diagnostic::error("It stays"));
        }
        Outcome::new(None)
    }

    async fn import(&self, _call: Call<'_, Client>, id: &str) -> Outcome<Option<Model>> {
        Outcome::new(Some(Model {
            name: Attr::Known(id.to_owned()),
            ..Model::default()
        }))
    }
}
