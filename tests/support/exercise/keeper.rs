//! `exercise_keeper`: keeps private data (how often it was changed), is told secrets, notes what the module's `provider_meta`
//! says, and waits for what is not there. Its name says what it does: `counting` counts reads too, `waits` waits for something
//! else, `unclear` cannot be planned yet, `curious` says in its plan what it is told of the client and of the module, `precious`
//! warns before it is destroyed and `locked` refuses, `brittle` is replaced when its pace changes.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::deferral::Deferral;
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::private::Private;
use terraform_provider_alivpn::tf::resource::{
    Call, Change, Delete, Destroy, Outcome, PlanCall, Planned, Resource, Update,
};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, NestedBlock, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::validators::one_of;
use terraform_provider_alivpn::tf::value::Value;

use crate::provider::{Client, Meta};

/// The resource type.
pub struct Keeper;

/// The object.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Model {
    /// Required.
    pub name: Attr<String>,
    /// Never stored.
    pub secret: Attr<String>,
    /// Raised when the secret changes.
    pub secret_version: Attr<i64>,
    /// What is known of the secret afterwards: its length.
    pub secret_length: Attr<i64>,
    /// What the module says.
    pub module_name: Attr<String>,
    /// `fast` or `slow`, never fast with rules.
    pub mode: Attr<String>,
    /// An old way to say `mode`.
    pub pace: Attr<String>,
    /// Any number.
    pub rule: Vec<Rule>,
}

/// A nested block.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Rule {
    /// Required.
    pub what: Attr<String>,
    /// Never stored.
    pub token: Attr<String>,
    /// What is known of the token afterwards: its length.
    pub token_length: Attr<i64>,
}

/// The private data.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    changes: u64,
}

fn one_more(private: &Private) -> Kept {
    let kept: Kept = private.read().unwrap_or_default();
    Kept {
        changes: kept.changes + 1,
    }
}

fn length(secret: &Attr<String>) -> Attr<i64> {
    secret.known().map(|secret| secret.len() as i64).into()
}

impl Model {
    fn is(&self, name: &str) -> bool {
        self.name.known().is_some_and(|known| known == name)
    }

    /// The object once the cloud has it.
    fn made(mut self, meta: &Value) -> Model {
        self.secret_length = length(&self.secret);
        self.module_name = Meta::of(meta).module_name;
        for rule in &mut self.rule {
            rule.token_length = length(&rule.token);
        }
        self
    }
}

/// Says whose module it is, where the module says so.
fn module(meta: &Value) -> Option<Diagnostic> {
    let name = Meta::of(meta).module_name.value()?;
    Some(Diagnostic::warning(format!("The module is {name}")))
}

fn something_else() -> Deferral {
    Deferral::absent_prerequisite(Diagnostic::error("Something else is not there yet"))
}

#[async_trait]
impl Resource for Keeper {
    type Client = Client;
    type Model = Model;
    type Decision = ();

    fn type_name(&self) -> &'static str {
        "exercise_keeper"
    }

    fn schema(&self) -> Schema {
        let secret = |name| {
            Attribute::optional(name, Type::String, "A secret.")
                .sensitive()
                .write_only()
        };
        let rule = Block::new("A rule.")
            .attribute(Attribute::required("what", Type::String, "What."))
            .attribute(secret("token"))
            .attribute(Attribute::computed("token_length", Type::Number, "Length."));
        let block = Block::new("A keeper.")
            .attribute(Attribute::required("name", Type::String, "Its name."))
            .attribute(secret("secret"))
            .attribute(Attribute::optional(
                "secret_version",
                Type::Number,
                "Version.",
            ))
            .attribute(
                Attribute::computed("secret_length", Type::Number, "Length.")
                    .unknown_when_changed(&["secret_version"]),
            )
            .attribute(
                Attribute::computed("module_name", Type::String, "Module.")
                    .unknown_when_changed(&["secret_version"]),
            )
            .attribute(
                Attribute::optional("mode", Type::String, "Mode.")
                    .validator(one_of(&["fast", "slow"])),
            )
            .attribute(Attribute::optional("pace", Type::String, "Mode.").deprecated("Use mode."))
            .block(NestedBlock::list("rule", rule));
        Schema::new(0, block)
    }

    fn validate(&self, config: &Model) -> Diagnostics {
        let fast = config.mode.known().is_some_and(|mode| mode == "fast");
        let error = Diagnostic::error("Too fast for rules").at("mode");
        (fast && !config.rule.is_empty())
            .then_some(error)
            .into_iter()
            .collect()
    }

    async fn plan(
        &self,
        call: PlanCall<'_, Client>,
        change: Change<Model>,
    ) -> Outcome<Planned<Model, ()>> {
        let (waits, unclear) = (change.planned.is("waits"), change.planned.is("unclear"));
        let mut told = Diagnostics::new();
        if change.planned.is("curious") {
            told.push(match call.client {
                Some(client) => Diagnostic::warning(format!("The prefix is {}", client.prefix)),
                None => Diagnostic::warning("Nobody to ask"),
            });
            told.extend(module(&change.meta));
        }
        let counting = change.planned.is("counting");
        let paced = |model: &Model| model.pace.clone();
        let other_pace = change.prior.as_ref().map(paced) != Some(paced(&change.planned));
        let breaks = change.planned.is("brittle") && other_pace;
        let planned = Planned {
            replaces: breaks.then(|| "pace".into()).into_iter().collect(),
            ..Planned::new(change.planned, Some(()))
        };
        let unknown = || Deferral::configuration_unknown(Diagnostic::error("Not clear yet"));
        match (waits, unclear, counting) {
            (true, _, _) => Outcome::deferred(planned, something_else()),
            (_, true, _) => Outcome::deferred(planned, unknown()),
            (_, _, true) => Outcome::new(planned).private(&one_more(&change.private)),
            _ => Outcome::with(planned, told),
        }
    }

    fn plan_destroy(&self, _call: PlanCall<'_, Client>, destroy: Destroy<Model>) -> Outcome<()> {
        let said: Diagnostics = if destroy.prior.is("precious") {
            let precious = Diagnostic::warning("It is precious");
            [precious]
                .into_iter()
                .chain(module(&destroy.meta))
                .collect()
        } else if destroy.prior.is("locked") {
            Diagnostic::error("It is locked").into()
        } else {
            Diagnostics::new()
        };
        let outcome = Outcome::with((), said);
        if destroy.prior.is("counting") {
            return outcome.private(&one_more(&destroy.private));
        }
        outcome
    }

    async fn read(&self, call: Call<'_, Client>, state: Model) -> Outcome<Option<Model>> {
        if state.is("waits") {
            return Outcome::deferred(Some(state), something_else());
        }
        if state.is("counting") {
            return Outcome::new(Some(state)).private(&one_more(call.private));
        }
        let module_name = match Meta::of(call.meta).module_name {
            Attr::Null => state.module_name.clone(),
            said => said,
        };
        // A careless resource: it says what no state may hold.
        Outcome::new(Some(Model {
            secret: Attr::Known("leaked".to_owned()),
            module_name,
            ..state
        }))
    }

    async fn create(&self, call: Call<'_, Client>, planned: Model) -> Outcome<Option<Model>> {
        Outcome::new(Some(planned.made(call.meta))).private(&one_more(call.private))
    }

    async fn update(&self, call: Call<'_, Client>, update: Update<Model, ()>) -> Outcome<Model> {
        Outcome::new(update.planned.made(call.meta)).private(&one_more(call.private))
    }

    async fn delete(
        &self,
        _call: Call<'_, Client>,
        _delete: Delete<Model>,
    ) -> Outcome<Option<Model>> {
        Outcome::new(None)
    }

    async fn import(&self, _call: Call<'_, Client>, id: &str) -> Outcome<Option<Model>> {
        let found = Model {
            name: Attr::Known(id.to_owned()),
            secret: Attr::Known("leaked".to_owned()),
            ..Model::default()
        };
        match id {
            "waits" => Outcome {
                diagnostics: Diagnostic::warning("Slow").into(),
                ..Outcome::deferred(None, something_else())
            },
            "broken" => Outcome {
                diagnostics: Diagnostic::error("Broken").into(),
                ..Outcome::deferred(None, something_else())
            },
            "nothing" => Outcome::new(None),
            _ => Outcome::new(Some(found)).private(&Kept::default()),
        }
    }
}
