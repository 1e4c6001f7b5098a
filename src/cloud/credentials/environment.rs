//! Credentials from `ALIBABA_CLOUD_*` environment variables.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Credentials, Error, Source, pair};
use crate::cloud::secret::Secret;

const ACCESS_KEY_ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
const ACCESS_KEY_SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
const SECURITY_TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `_ACCESS_KEY_SECRET` and, for temporary credentials, `_SECURITY_TOKEN`. Empty means not set.
#[derive(Clone)]
pub struct Environment {
    lookup: Arc<Lookup>,
}

impl Environment {
    /// An environment that `lookup` knows: the value of a variable by its name.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Environment {
        Environment {
            lookup: Arc::new(lookup),
        }
    }

    /// The environment that this process was started with.
    pub fn of_process() -> Environment {
        Environment::new(|name| std::env::var(name).ok())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

#[async_trait]
impl Source for Environment {
    fn origin(&self) -> String {
        "the environment".to_owned()
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        pair(
            &self.origin(),
            (ACCESS_KEY_ID, ACCESS_KEY_SECRET),
            (self.lookup)(ACCESS_KEY_ID),
            (self.lookup)(ACCESS_KEY_SECRET).map(Secret::new),
            (self.lookup)(SECURITY_TOKEN).map(Secret::new),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &'static [(&'static str, &'static str)]) -> Environment {
        Environment::new(move |name| {
            variables
                .iter()
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[tokio::test]
    async fn a_temporary_triple_serves_whole() {
        let credentials = environment(&[
            (ACCESS_KEY_ID, "id"),
            (ACCESS_KEY_SECRET, "secret"),
            (SECURITY_TOKEN, "token"),
        ])
        .credentials()
        .await;
        assert_eq!(
            credentials,
            Ok(Credentials {
                access_key_id: "id".into(),
                secret: Secret::new("secret"),
                security_token: Some(Secret::new("token")),
            })
        );
    }

    #[tokio::test]
    async fn an_id_without_its_secret_is_an_error_and_nothing_is_absent() {
        let half = environment(&[(ACCESS_KEY_ID, "id")]).credentials().await;
        assert!(matches!(half, Err(Error::Unusable { .. })));
        let none = environment(&[(SECURITY_TOKEN, "token"), (ACCESS_KEY_ID, "")]);
        assert!(matches!(
            none.credentials().await,
            Err(Error::Absent { .. })
        ));
    }
}
