//! Who signs: [`Credentials`] and where they come from.
//!
//! A [`Source`] either serves, is [absent](Error::Absent) (not set up: the next one is asked) or is set up wrongly, which ends
//! the search, because falling through to other credentials than the user meant would act as somebody else. A [`Chain`] asks
//! its sources in order and says what it tried when none serves. Sources are asked for every call: those that have a price
//! keep what they got while it lasts.
//!
//! What a user says about credentials is a [`Recipe`], in the provider block and in a profile alike; with a [`Context`] it
//! becomes a source. Until that is asked, no file is read and nothing is connected.

mod assume_role;
mod assume_role_with_oidc;
mod cached;
mod chain;
mod context;
mod credentials_uri;
mod ecs_role;
mod environment;
mod file;
mod login;
mod process;
mod profile;
mod recipe;
mod static_pair;

use std::fmt;

use async_trait::async_trait;

pub use assume_role_with_oidc::{OidcRole, OidcToken};
pub use chain::Chain;
pub use context::Context;
pub use credentials_uri::parse as parse_credentials_uri;
pub use environment::Environment;
pub use login::Login;
pub use process::split as split_command;
pub use recipe::{AssumedRole, Recipe};
pub use static_pair::StaticPair;

use super::answer::{Object, Read};
use super::secret::{Secret, redact};
use super::sts::Issued;
use super::transport::HttpAnswer;

/// A key pair, with a security token when it is a temporary one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key's ID: public, it travels with every request.
    pub access_key_id: String,
    /// The access key's secret: signs, and never travels.
    pub secret: Secret,
    /// The STS token of temporary credentials: travels with every request and is as good as a password.
    pub security_token: Option<Secret>,
}

impl Credentials {
    /// `text` without what nobody may read: an error message may echo what was sent.
    pub fn redact(&self, text: &str) -> String {
        [self.security_token.as_ref(), Some(&self.secret)]
            .into_iter()
            .flatten()
            .fold(text.to_owned(), |text, secret| {
                redact(&text, secret.expose())
            })
    }
}

/// Something that can give credentials.
#[async_trait]
pub trait Source: fmt::Debug + Send + Sync {
    /// Where the credentials come from, as a noun for messages: `the environment`.
    fn origin(&self) -> String;

    /// The credentials to sign the next request with.
    async fn credentials(&self) -> Result<Credentials, Error>;

    /// Credentials in place of `refused`, which the cloud called expired. A source that has nothing newer gives the same again.
    async fn refresh(&self, _refused: &Credentials) -> Result<Credentials, Error> {
        self.credentials().await
    }

    /// The region that is set up together with the credentials, of a source that served before.
    async fn region(&self) -> Option<String> {
        None
    }
}

/// Why there are no credentials. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The source is not set up.
    #[error("{origin}: {reason}")]
    Absent {
        /// The source, see [`Source::origin`].
        origin: String,
        /// What is missing.
        reason: String,
    },
    /// The source is set up, but what it gives cannot be used.
    #[error("the credentials from {origin} cannot be used: {reason}")]
    Unusable {
        /// The source, see [`Source::origin`].
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// No source of a chain is set up.
    #[error("there are no credentials. Tried: {}", tried.join("; "))]
    NoneServed {
        /// A line for each source: which, and why it did not serve.
        tried: Vec<String>,
    },
}

/// Why a call that should have brought credentials did not; the fault of who should have signed it is that one's own.
fn refused(origin: String, error: &super::error::Error) -> Error {
    match error {
        super::error::Error::Credentials {
            error: inner @ (Error::NoneServed { .. } | Error::Unusable { .. }),
            ..
        } => inner.clone(),
        error => {
            let reason = error.to_string();
            Error::Unusable {
                origin,
                reason: reason.trim_end_matches('.').to_owned(),
            }
        }
    }
}

/// The credentials in an answer over HTTP, or what is wrong with it; never what it held.
fn issued(answer: &HttpAnswer) -> Result<Issued, String> {
    if !(200..300).contains(&answer.status) {
        return Err(format!("it answered with HTTP {}", answer.status));
    }
    let unreadable = |error| format!("its answer cannot be read: {error}");
    let object = Object::parse(&answer.body).map_err(unreadable)?;
    match object.text("Code").map_err(unreadable)? {
        Some(code) if code == "Success" => Issued::read(&object).map_err(unreadable),
        // Of letters and dots, as the cloud's own are: anything else may be what it was asked with.
        Some(code)
            if code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphabetic() || c == '.') =>
        {
            Err(format!("it answered with the code {code}"))
        }
        Some(_) => Err("it answered with a code that is none of the cloud's".to_owned()),
        None => Issued::read(&object).map_err(unreadable),
    }
}

/// The pair that an access key's parts make, the same rules for every source that has them as settings. Empty means not set.
fn pair(
    origin: &str,
    names: (&str, &str),
    access_key_id: Option<String>,
    secret: Option<Secret>,
    security_token: Option<Secret>,
) -> Result<Credentials, Error> {
    let (id_name, secret_name) = names;
    let unusable = |reason: String| Error::Unusable {
        origin: origin.to_owned(),
        reason,
    };
    let access_key_id = access_key_id.filter(|id| !id.is_empty());
    let secret = secret.filter(|secret| !secret.is_empty());
    match (access_key_id, secret) {
        (Some(access_key_id), Some(secret)) => Ok(Credentials {
            access_key_id,
            secret,
            security_token: security_token.filter(|token| !token.is_empty()),
        }),
        (Some(_), None) => Err(unusable(format!("{id_name} is set, {secret_name} is not"))),
        (None, Some(_)) => Err(unusable(format!("{secret_name} is set, {id_name} is not"))),
        (None, None) => Err(Error::Absent {
            origin: origin.to_owned(),
            reason: format!("{id_name} and {secret_name} are not set"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echoed_secret_or_token_is_redacted_in_both_spellings() {
        let credentials = Credentials {
            access_key_id: "id".into(),
            secret: Secret::new("s3cr/t"),
            security_token: Some(Secret::new("tok+en==")),
        };
        assert_eq!(
            credentials.redact("id s3cr/t s3cr%2Ft tok+en== tok%2Ben%3D%3D"),
            "id (sensitive) (sensitive) (sensitive) (sensitive)"
        );
    }

    #[test]
    fn credentials_do_not_print_their_secrets() {
        let credentials = Credentials {
            access_key_id: "id".into(),
            secret: Secret::new("hunter2"),
            security_token: Some(Secret::new("token3")),
        };
        let text = format!("{credentials:?}");
        assert!(!text.contains("hunter2") && !text.contains("token3"));
    }
}
