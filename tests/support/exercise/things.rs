//! `exercise_identified` as a list: as many objects as asked for. What happens is counted under the list's name: `NAME sent`, and
//! `NAME cancelled`. Its mode may ask for trouble: `panic`, `fail` or `warn` after the first, `wait` for the token after
//! the first, `greedy` sends on when told to stop, up to its thousandth, `bare` has no whole objects, `blank` no whole
//! identity.

use async_trait::async_trait;
use serde::Deserialize;
use terraform_provider_alivpn::tf::block_type::BlockType;
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::identity::Identity;
use terraform_provider_alivpn::tf::list_resource::{Ended, ListResource, Listed, Query, Results};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::Call;
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::validators::one_of;
use terraform_provider_alivpn::tf::value::Value;

use crate::identified;
use crate::provider::{Client, padding, trouble};

/// The list resource type.
pub struct Things;

/// How far a greedy list goes: even that one ends.
const GREED: u64 = 1_000;

/// The configuration.
#[derive(Clone, Deserialize)]
pub struct Config {
    name: String,
    count: Attr<u64>,
    padding: Option<usize>,
    mode: Option<String>,
}

impl BlockType for Things {
    type Model = Config;

    fn type_name(&self) -> &'static str {
        "exercise_identified"
    }

    fn schema(&self) -> Schema {
        let mode = Attribute::optional("mode", Type::String, "Trouble.");
        let modes = &["panic", "fail", "warn", "wait", "greedy", "bare", "blank"];
        let block = Block::new("Things.")
            .attribute(Attribute::required("name", Type::String, "For counting."))
            .attribute(Attribute::required("count", Type::Number, "How many."))
            .attribute(Attribute::optional(
                "padding",
                Type::Number,
                "Bytes of name.",
            ))
            .attribute(mode.validator(one_of(modes)));
        Schema::new(0, block)
    }

    fn validate(&self, config: &Config) -> Diagnostics {
        trouble(config.mode.as_deref());
        Diagnostics::new()
    }
}

#[async_trait]
impl ListResource for Things {
    type Client = Client;
    type Object = identified::Model;

    async fn list(
        &self,
        call: Call<'_, Client>,
        query: Query<Config>,
        results: &mut Results<'_, identified::Model>,
    ) -> Result<(), Ended> {
        let (tally, cancel) = (&call.client.tally, call.cancel);
        let name = query.config.name.clone();
        let ended = list(call, query, results).await;
        if cancel.is_cancelled() {
            tally.count(format!("{name} cancelled"));
        }
        ended
    }
}

async fn list(
    call: Call<'_, Client>,
    query: Query<Config>,
    results: &mut Results<'_, identified::Model>,
) -> Result<(), Ended> {
    let config = query.config;
    let mode = config.mode.unwrap_or_default();
    for number in 0..config.count.value().unwrap_or_default() {
        let name = format!("{}-{number}", config.name);
        let object = identified::Model {
            name: Attr::Known(name.clone()),
            note: Attr::Null,
            zone: Attr::Unknown,
        };
        let blank = [("zone", Value::from(name.clone()))];
        let named = [("name", Value::from(name.clone()))];
        let known_by = if mode == "blank" { blank } else { named };
        let listed = Listed {
            display_name: format!("{name}{}", "x".repeat(padding(config.padding))),
            identity: Identity::new(known_by),
            object: (mode != "bare").then_some(object),
        };
        match results.send(listed).await {
            Err(_) if mode == "greedy" && number < GREED => {}
            sent => sent?,
        }
        call.client.tally.count(format!("{} sent", config.name));
        trouble(Some(&mode));
        match mode.as_str() {
            "fail" => return Err(Diagnostic::error("Failed half way").into()),
            "warn" => results.tell(Diagnostic::warning("One was odd")).await?,
            "wait" => {
                call.cancel.cancelled().await;
                return Err(Diagnostic::error("Stopped").into());
            }
            _ => {}
        }
    }
    Ok(())
}
