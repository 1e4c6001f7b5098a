//! `exercise_echo`: a data source that answers. Its text `module` is answered with what the module says of itself. It may ask for
//! trouble: `panic`, `wait` for Stop, `warn`, `fail`, `absent` for a prerequisite, `nothing` for neither result nor error.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::block_type::BlockType;
use terraform_provider_alivpn::tf::data_source::DataSource;
use terraform_provider_alivpn::tf::deferral::Deferral;
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::{Call, Outcome};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::validators::length_between;

use crate::provider::{Client, Meta, trouble};

/// The data source type.
pub struct Echo;

/// The configuration and the result.
#[derive(Serialize, Deserialize)]
pub struct Model {
    text: Attr<String>,
    volume: Attr<i64>,
    answer: Attr<String>,
    distance: Attr<i64>,
}

impl BlockType for Echo {
    type Model = Model;

    fn type_name(&self) -> &'static str {
        "exercise_echo"
    }

    fn schema(&self) -> Schema {
        let text = Attribute::required("text", Type::String, "What to say.");
        let block = Block::new("What comes back.")
            .attribute(text.validator(length_between(1, 20)))
            .attribute(Attribute::optional("volume", Type::Number, "How loud."))
            .attribute(Attribute::computed(
                "answer",
                Type::String,
                "What is heard.",
            ))
            .attribute(Attribute::computed("distance", Type::Number, "How far."));
        Schema::new(0, block)
    }

    fn validate(&self, config: &Model) -> Diagnostics {
        trouble(config.text.known().map(String::as_str));
        let whisper = config.volume.known().is_some_and(|volume| *volume < 1);
        let error = Diagnostic::error("Too quiet").at("volume");
        whisper.then_some(error).into_iter().collect()
    }
}

#[async_trait]
impl DataSource for Echo {
    type Client = Client;

    async fn read(&self, call: Call<'_, Client>, config: Model) -> Outcome<Option<Model>> {
        let text = config.text.value().unwrap_or_default();
        trouble(Some(&text));
        let answer = match text.as_str() {
            "module" => Meta::of(call.meta).module_name,
            text => Attr::Known(format!("{}{text}", call.client.prefix)),
        };
        // Unknown on purpose: the server must not let it out.
        let answered = Model {
            answer,
            distance: Attr::Unknown,
            ..config
        };
        match text.as_str() {
            "wait" => {
                call.cancel.cancelled().await;
                Outcome::failed(Diagnostic::error("Stopped"))
            }
            "warn" => Outcome::with(Some(answered), Diagnostic::warning("Noisy")),
            "fail" => Outcome::failed(Diagnostic::error("No echo").at("text")),
            "absent" => Outcome {
                diagnostics: Diagnostic::warning("Noisy").into(),
                ..Outcome::deferred(
                    None,
                    Deferral::absent_prerequisite(Diagnostic::error("No wall").at("text")),
                )
            },
            "nothing" => Outcome::new(None),
            _ => Outcome::new(Some(answered)),
        }
    }
}
