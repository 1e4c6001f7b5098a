//! `exercise_versioned`: in its third version. First it had a title and its size as text, then a name, now its size is a number.
//! It takes over an `old_thing` of the provider `example/old`. A title or label `panic` panics.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::identity::{IdentitySchema, IdentityType};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::move_state::{MoveSource, Moved};
use terraform_provider_alivpn::tf::number::Number;
use terraform_provider_alivpn::tf::private::Private;
use terraform_provider_alivpn::tf::resource::{
    Call, Change, Delete, Outcome, PlanCall, Planned, Resource, Update,
};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::upgrade::Upgrader;
use terraform_provider_alivpn::tf::value::Value;

use crate::provider::{Client, trouble};

/// The resource type.
pub struct Versioned;

/// The object.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Model {
    /// Required.
    pub name: Attr<String>,
    /// Optional.
    pub size: Attr<i64>,
    /// Never stored.
    pub secret: Attr<String>,
}

fn rename(state: Value) -> Result<Value, Diagnostic> {
    trouble(state.attribute("title").as_str());
    Ok(Value::map([
        ("name", state.attribute("title").clone()),
        ("size", state.attribute("size").clone()),
    ]))
}

fn measure(state: Value) -> Result<Value, Diagnostic> {
    let size = match state.attribute("size").as_str() {
        None => Value::Null,
        Some(text) => text.parse::<Number>().map(Value::Number).map_err(|_| {
            Diagnostic::error("Unknown size").detail(format!("\"{text}\" is not a size."))
        })?,
    };
    Ok(Value::map([
        ("name", state.attribute("name").clone()),
        ("size", size),
        ("secret", Value::from("left over")),
    ]))
}

#[async_trait]
impl Resource for Versioned {
    type Client = Client;
    type Model = Model;
    type Decision = ();

    fn type_name(&self) -> &'static str {
        "exercise_versioned"
    }

    fn schema(&self) -> Schema {
        let block = Block::new("A thing with a past.")
            .attribute(Attribute::required("name", Type::String, "Its name."))
            .attribute(Attribute::optional("size", Type::Number, "Its size."))
            .attribute(Attribute::optional("secret", Type::String, "A secret.").write_only());
        Schema::new(2, block)
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new(0).required("name", IdentityType::String, "Its name."))
    }

    fn upgraders(&self) -> Vec<Upgrader> {
        let first = Type::object([("title", Type::String), ("size", Type::String)]);
        let second = Type::object([("name", Type::String), ("size", Type::String)]);
        vec![
            Upgrader::new(0, first, rename),
            Upgrader::new(1, second, measure),
        ]
    }

    fn move_from(&self, source: &MoveSource) -> Option<Result<Moved<Model>, Diagnostics>> {
        if !source.is_of("example/old", "old_thing") {
            return None;
        }
        let ty = Type::object([("label", Type::String)]);
        let moved = source.read(&ty).map(|state| {
            trouble(state.attribute("label").as_str());
            let name = state.attribute("label").as_str().map(str::to_owned);
            let state = Model {
                name: name.into(),
                secret: Attr::Known("left over".to_owned()),
                ..Model::default()
            };
            Moved {
                state,
                private: Private::from_bytes([b"was: ", source.private.bytes()].concat()),
            }
        });
        Some(moved.map_err(Diagnostics::from))
    }

    async fn plan(
        &self,
        _call: PlanCall<'_, Client>,
        change: Change<Model>,
    ) -> Outcome<Planned<Model, ()>> {
        Outcome::new(Planned::new(change.planned, None))
    }

    async fn read(&self, _call: Call<'_, Client>, state: Model) -> Outcome<Option<Model>> {
        Outcome::new(Some(state))
    }

    async fn create(&self, _call: Call<'_, Client>, planned: Model) -> Outcome<Option<Model>> {
        Outcome::new(Some(planned))
    }

    async fn update(&self, _call: Call<'_, Client>, update: Update<Model, ()>) -> Outcome<Model> {
        Outcome::new(update.planned)
    }

    async fn delete(
        &self,
        _call: Call<'_, Client>,
        _delete: Delete<Model>,
    ) -> Outcome<Option<Model>> {
        Outcome::new(None)
    }

    async fn import(&self, _call: Call<'_, Client>, id: &str) -> Outcome<Option<Model>> {
        Outcome::new(Some(Model {
            name: Attr::Known(id.to_owned()),
            ..Model::default()
        }))
    }
}
