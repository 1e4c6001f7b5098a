//! Who signs: [`Credentials`] and where they come from.
//!
//! A [`Source`] either serves, is [absent](Error::Absent) (not set up: the next one is asked) or is set up wrongly, which ends
//! the search, because falling through to other credentials than the user meant would act as somebody else. A [`Chain`] asks
//! its sources in order and says what it tried when none serves. Sources are asked for every call and may cache.

mod chain;
mod environment;
mod static_pair;

use std::fmt;

use async_trait::async_trait;

pub use chain::Chain;
pub use environment::Environment;
pub use static_pair::StaticPair;

use super::secret::Secret;

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
        [Some(&self.secret), self.security_token.as_ref()]
            .into_iter()
            .flatten()
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| {
                let encoded = super::signature::percent_encode(secret.expose());
                text.replace(secret.expose(), "(sensitive)")
                    .replace(&encoded, "(sensitive)")
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
