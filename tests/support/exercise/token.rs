//! `exercise_token`: an ephemeral resource. It must be renewed at second 1000 of 1970 and, once renewed, at second 2000; a second
//! renewal lasts for ever. Closing is counted as `NAME closed`. Its name may ask for trouble: `panic` in every call, `absent` for
//! a prerequisite, `stuck` cannot be renewed or closed, `wait` waits for Stop when it is opened, `slow` when renewed or closed.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_alivpn::tf::block_type::BlockType;
use terraform_provider_alivpn::tf::deferral::Deferral;
use terraform_provider_alivpn::tf::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_alivpn::tf::ephemeral_resource::{EphemeralResource, Opened, Renewed};
use terraform_provider_alivpn::tf::model::Attr;
use terraform_provider_alivpn::tf::resource::{Call, Outcome};
use terraform_provider_alivpn::tf::schema::{Attribute, Block, Schema};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::validators::length_between;

use crate::provider::{Client, trouble};

/// The ephemeral resource type.
pub struct Token;

/// The configuration and the result.
#[derive(Serialize, Deserialize)]
pub struct Model {
    name: Attr<String>,
    audience: Attr<String>,
    secret: Attr<String>,
    issued: Attr<i64>,
}

/// What is kept until it is closed.
#[derive(Serialize, Deserialize)]
pub struct Private {
    name: String,
    renewals: u64,
}

fn at(second: u64) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(second))
}

impl BlockType for Token {
    type Model = Model;

    fn type_name(&self) -> &'static str {
        "exercise_token"
    }

    fn schema(&self) -> Schema {
        let name = Attribute::required("name", Type::String, "Whose.");
        let secret = Attribute::computed("secret", Type::String, "The token.");
        let block = Block::new("A token.")
            .attribute(name.validator(length_between(1, 20)))
            .attribute(Attribute::optional("audience", Type::String, "For whom."))
            .attribute(secret.sensitive())
            .attribute(Attribute::computed("issued", Type::Number, "When."));
        Schema::new(0, block)
    }

    fn validate(&self, config: &Model) -> Diagnostics {
        trouble(config.name.known().map(String::as_str));
        Diagnostics::new()
    }
}

#[async_trait]
impl EphemeralResource for Token {
    type Client = Client;
    type Private = Private;

    async fn open(
        &self,
        call: Call<'_, Client>,
        config: Model,
    ) -> Outcome<Option<Opened<Model, Private>>> {
        let name = config.name.value().unwrap_or_default();
        trouble(Some(&name));
        match name.as_str() {
            "wait" => {
                call.cancel.cancelled().await;
                return Outcome::failed(Diagnostic::error("Stopped"));
            }
            "absent" => {
                let otherwise = Diagnostic::error("Nobody of this name").at("name");
                return Outcome {
                    diagnostics: Diagnostic::warning("Slow").into(),
                    ..Outcome::deferred(None, Deferral::absent_prerequisite(otherwise))
                };
            }
            _ => {}
        }
        // Against the contract on purpose: the server must not let it out.
        let result = Model {
            name: Attr::Known(name.to_uppercase()),
            audience: Attr::Known("everybody".to_owned()),
            secret: Attr::Known(format!("hush-{name}")),
            issued: Attr::Unknown,
        };
        Outcome::new(Some(Opened {
            result,
            private: Private { name, renewals: 0 },
            renew_at: at(1000),
        }))
    }

    async fn renew(
        &self,
        call: Call<'_, Client>,
        private: Private,
    ) -> Outcome<Option<Renewed<Private>>> {
        trouble(Some(&private.name));
        if private.name == "slow" {
            call.cancel.cancelled().await;
            return Outcome::failed(Diagnostic::error("Stopped"));
        }
        if private.name == "stuck" {
            return Outcome::failed(Diagnostic::error("It is stuck"));
        }
        let renewals = private.renewals + 1;
        Outcome::new(Some(Renewed {
            private: Private {
                renewals,
                ..private
            },
            renew_at: at(2000).filter(|_| renewals < 2),
        }))
    }

    async fn close(&self, call: Call<'_, Client>, private: Private) -> Diagnostics {
        trouble(Some(&private.name));
        if private.name == "stuck" {
            return Diagnostic::error("It is stuck").into();
        }
        if private.name == "slow" {
            call.cancel.cancelled().await;
            return Diagnostic::error("Stopped").into();
        }
        call.client.tally.count(format!("{} closed", private.name));
        Diagnostics::new()
    }
}
