//! `exercise_shape`: has every kind of attribute and block, with rules about elements. Exists only in its state. Its name may
//! ask for trouble: `panic after a wait`, `panic in a task` and `panic with the secret` panic when it is read; `wait` waits for
//! Stop in every call that gets a client.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::number::Number;
use terraform_provider_alivpn::tf::path::AttributePath;
use terraform_provider_alivpn::tf::resource::{
    Call, Change, Delete, Outcome, PlanCall, Planned, Resource, Update,
};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, NestedBlock, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::validators::{
    count_between, each, length_between, one_of, whole_number_between,
};

use crate::provider::Client;

/// The resource type.
pub struct Shape;

/// The object.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Model {
    /// Required.
    pub name: Attr<String>,
    /// A list whose elements must be `a` or `b`.
    pub texts: Attr<Vec<Attr<String>>>,
    /// A set whose elements must be `a` or `b`.
    pub marks: Attr<Vec<Attr<String>>>,
    /// A map whose elements must be `a` or `b`.
    pub labels: Attr<BTreeMap<String, Attr<String>>>,
    /// Any number.
    pub amount: Attr<Number>,
    /// Sensitive; must not be longer than 30 characters.
    pub secret: Attr<String>,
    /// Of any type.
    pub open: Open,
    /// Blocks in order.
    pub rule: Attr<Vec<Attr<Rule>>>,
    /// Blocks without order.
    pub peer: Attr<Vec<Attr<Rule>>>,
    /// Blocks under a label.
    pub zone: Attr<BTreeMap<String, Attr<Rule>>>,
}

/// A block in it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Rule {
    /// Required: 1 to 65535.
    pub port: Attr<Number>,
}

/// A value that this resource does nothing with; it is null in every plan and state.
#[derive(Clone, Default)]
pub struct Open;

impl<'de> Deserialize<'de> for Open {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Open, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Open)
    }
}

impl Serialize for Open {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

fn rule() -> Block {
    let port = Attribute::required("port", Type::Number, "A port.")
        .validator(whole_number_between(1, 65535));
    Block::new("A rule.").attribute(port)
}

async fn trouble(name: &Attr<String>, secret: &Attr<String>) {
    match name.known().map(String::as_str) {
        Some("panic after a wait") => {
            tokio::task::yield_now().await;
            panic!("asked to panic");
        }
        Some("panic in a task") => {
            let task = tokio::spawn(async { panic!("asked to panic") });
            let Err(error) = task.await;
            panic!("a task failed: {error}");
        }
        Some("panic with the secret") => panic!("the secret is {secret:?}"),
        _ => {}
    }
}

/// What a call that waits comes to when Terraform says Stop.
async fn stopped(name: &Attr<String>, stop: impl Future<Output = ()>) -> Option<Diagnostic> {
    if name.known().is_some_and(|name| name == "wait") {
        stop.await;
        return Some(Diagnostic::error("Stopped"));
    }
    None
}

#[async_trait]
impl Resource for Shape {
    type Client = Client;
    type Model = Model;
    type Decision = ();

    fn type_name(&self) -> &'static str {
        "exercise_shape"
    }

    fn schema(&self) -> Schema {
        let letters = || each(one_of(&["a", "b"]));
        let block = Block::new("A shape.")
            .attribute(Attribute::required("name", Type::String, "Its name."))
            .attribute(
                Attribute::optional("texts", Type::list(Type::String), "Texts.")
                    .validator(letters()),
            )
            .attribute(
                Attribute::optional("marks", Type::set(Type::String), "Marks.")
                    .validator(count_between(1, 3))
                    .validator(letters()),
            )
            .attribute(
                Attribute::optional("labels", Type::map(Type::String), "Labels.")
                    .validator(letters()),
            )
            .attribute(Attribute::optional("amount", Type::Number, "A number."))
            .attribute(
                Attribute::optional("secret", Type::String, "A secret.")
                    .sensitive()
                    .validator(length_between(1, 30)),
            )
            .attribute(Attribute::optional("open", Type::Dynamic, "Anything."))
            .block(NestedBlock::list("rule", rule()))
            .block(NestedBlock::set("peer", rule()))
            .block(NestedBlock::map("zone", rule()));
        Schema::new(0, block)
    }

    fn validate(&self, config: &Model) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if config.name == Attr::Known("old".to_owned()) {
            diagnostics.push(
                Diagnostic::warning("An old name")
                    .detail("It works still.")
                    .at("name"),
            );
            diagnostics
                .push(Diagnostic::error("An old label").at(AttributePath::from("labels").key("x")));
            diagnostics.push(Diagnostic::warning("Nothing in particular"));
        }
        diagnostics
    }

    async fn plan(
        &self,
        call: PlanCall<'_, Client>,
        change: Change<Model>,
    ) -> Outcome<Planned<Model, ()>> {
        let said = match call.client {
            Some(_) => stopped(&change.planned.name, call.cancel.cancelled()).await,
            None => None,
        };
        let planned = Planned::new(change.planned, None);
        Outcome::with(planned, said.into_iter().collect::<Diagnostics>())
    }

    async fn read(&self, call: Call<'_, Client>, state: Model) -> Outcome<Option<Model>> {
        tracing::warn!("the shape is read");
        trouble(&state.name, &state.secret).await;
        match stopped(&state.name, call.cancel.cancelled()).await {
            Some(error) => Outcome::with(Some(state), error),
            None => Outcome::new(Some(state)),
        }
    }

    async fn create(&self, call: Call<'_, Client>, planned: Model) -> Outcome<Option<Model>> {
        match stopped(&planned.name, call.cancel.cancelled()).await {
            Some(error) => Outcome::with(None, error),
            None => Outcome::new(Some(planned)),
        }
    }

    async fn update(&self, call: Call<'_, Client>, update: Update<Model, ()>) -> Outcome<Model> {
        match stopped(&update.planned.name, call.cancel.cancelled()).await {
            Some(error) => Outcome::with(update.prior, error),
            None => Outcome::new(update.planned),
        }
    }

    async fn delete(
        &self,
        call: Call<'_, Client>,
        delete: Delete<Model>,
    ) -> Outcome<Option<Model>> {
        let state = delete.prior;
        match stopped(&state.name, call.cancel.cancelled()).await {
            Some(error) => Outcome::with(Some(state), error),
            None => Outcome::new(None),
        }
    }

    async fn import(&self, call: Call<'_, Client>, id: &str) -> Outcome<Option<Model>> {
        let name = Attr::Known(id.to_owned());
        match stopped(&name, call.cancel.cancelled()).await {
            Some(error) => Outcome::with(None, error),
            None => Outcome::new(Some(Model {
                name,
                ..Model::default()
            })),
        }
    }
}
