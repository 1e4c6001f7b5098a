//! Credentials that somebody wrote down as settings.

use async_trait::async_trait;

use super::{Credentials, Error, Source, pair};
use crate::cloud::secret::Secret;

/// A key pair given as settings, with a security token when it is a temporary one. Both halves or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticPair {
    origin: String,
    names: (String, String),
    access_key_id: Option<String>,
    secret: Option<Secret>,
    security_token: Option<Secret>,
}

impl StaticPair {
    /// `origin` and `names` (of the ID's setting and the secret's) are how messages call them. Empty means not set.
    pub fn new(
        origin: impl Into<String>,
        names: (&str, &str),
        access_key_id: Option<String>,
        secret: Option<Secret>,
        security_token: Option<Secret>,
    ) -> StaticPair {
        StaticPair {
            origin: origin.into(),
            names: (names.0.to_owned(), names.1.to_owned()),
            access_key_id,
            secret,
            security_token,
        }
    }

    /// Whether neither half is set.
    pub fn is_unset(&self) -> bool {
        matches!(self.pair(), Err(Error::Absent { .. }))
    }

    fn pair(&self) -> Result<Credentials, Error> {
        pair(
            &self.origin,
            (&self.names.0, &self.names.1),
            self.access_key_id.clone(),
            self.secret.clone(),
            self.security_token.clone(),
        )
    }
}

#[async_trait]
impl Source for StaticPair {
    fn origin(&self) -> String {
        self.origin.clone()
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        self.pair()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn static_pair(id: Option<&str>, secret: Option<&str>, token: Option<&str>) -> StaticPair {
        StaticPair::new(
            "the provider's arguments",
            ("access_key", "secret_key"),
            id.map(str::to_owned),
            secret.map(Secret::new),
            token.map(Secret::new),
        )
    }

    #[tokio::test]
    async fn a_whole_pair_serves_and_an_empty_token_is_none() {
        let credentials = static_pair(Some("id"), Some("s"), Some(""))
            .credentials()
            .await
            .unwrap();
        assert_eq!(credentials.access_key_id, "id");
        assert_eq!(credentials.security_token, None);
    }

    #[tokio::test]
    async fn half_a_pair_is_an_error_that_names_the_other_half() {
        let error = static_pair(Some("id"), None, None).credentials().await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "the credentials from the provider's arguments cannot be used: access_key is set, secret_key is not"
        );
        let error = static_pair(None, Some("hunter2"), None).credentials().await;
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("secret_key is set") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn nothing_is_absent() {
        let error = static_pair(None, Some(""), None).credentials().await;
        assert!(matches!(error, Err(Error::Absent { .. })));
    }
}
