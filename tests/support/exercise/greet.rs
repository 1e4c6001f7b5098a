//! `exercise_greet`: an action that greets as often as asked for. Each greeting is counted as `NAME greeted`, a cut short one as
//! `NAME cancelled`. Its name may ask for trouble: `panic`, `fail`, `warn`, `wait` for the token, `absent` for a prerequisite.

use async_trait::async_trait;
use serde::Deserialize;
use terraform_provider_alivpn::tf::action::{Action, Progress};
use terraform_provider_alivpn::tf::block_type::BlockType;
use terraform_provider_alivpn::tf::deferral::Deferral;
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::{Call, Outcome};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::validators::whole_number_between;

use crate::provider::{Client, padding, trouble};

/// The action type.
pub struct Greet;

/// The configuration.
#[derive(Deserialize)]
pub struct Config {
    name: Attr<String>,
    times: Attr<u64>,
    padding: Option<usize>,
}

impl BlockType for Greet {
    type Model = Config;

    fn type_name(&self) -> &'static str {
        "exercise_greet"
    }

    fn schema(&self) -> Schema {
        let times = Attribute::optional("times", Type::Number, "How often.");
        let block = Block::new("Greets.")
            .attribute(Attribute::optional(
                "name",
                Type::String,
                "Whom; the world.",
            ))
            .attribute(times.validator(whole_number_between(0, 1_000_000)))
            .attribute(Attribute::optional(
                "padding",
                Type::Number,
                "Bytes of joy.",
            ));
        Schema::new(0, block)
    }

    fn validate(&self, config: &Config) -> Diagnostics {
        trouble(config.name.known().map(String::as_str));
        Diagnostics::new()
    }
}

#[async_trait]
impl Action for Greet {
    type Client = Client;

    fn plan(&self, config: Config) -> Outcome<()> {
        let name = config.name.known().map(String::as_str);
        trouble(name);
        match name {
            Some("absent") => Outcome::deferred(
                (),
                Deferral::absent_prerequisite(Diagnostic::error("Nobody there").at("name")),
            ),
            Some("warn") => Outcome::with((), Diagnostic::warning("Loud")),
            _ => Outcome::new(()),
        }
    }

    async fn invoke(
        &self,
        call: Call<'_, Client>,
        config: Config,
        progress: &mut dyn Progress,
    ) -> Diagnostics {
        let name = config.name.value().unwrap_or_else(|| "world".to_owned());
        let joy = "!".repeat(padding(config.padding));
        for time in 1..=config.times.value().unwrap_or(1) {
            progress.report(format!("hello {name} {time}{joy}")).await;
            if call.cancel.is_cancelled() {
                call.client.tally.count(format!("{name} cancelled"));
                return Diagnostic::error("Stopped").into();
            }
            call.client.tally.count(format!("{name} greeted"));
        }
        trouble(Some(&name));
        match name.as_str() {
            "fail" => Diagnostic::error("Not amused").at("name").into(),
            "warn" => Diagnostic::warning("Loud").into(),
            "wait" => {
                call.cancel.cancelled().await;
                call.client.tally.count(format!("{name} cancelled"));
                Diagnostic::error("Stopped").into()
            }
            _ => Diagnostics::new(),
        }
    }
}
