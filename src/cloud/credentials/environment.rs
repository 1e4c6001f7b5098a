//! Credentials from environment variables: `ALIBABA_CLOUD_*`, and those that users of `aliyun/alicloud` have.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Credentials, Error, Source, pair};
use crate::cloud::secret::Secret;

/// The variables of one family: an ID, a secret, a token.
struct Names {
    id: &'static str,
    secret: &'static str,
    token: &'static str,
}

const ALIBABA_CLOUD: Names = Names {
    id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    token: "ALIBABA_CLOUD_SECURITY_TOKEN",
};

const ALICLOUD: Names = Names {
    id: "ALICLOUD_ACCESS_KEY",
    secret: "ALICLOUD_SECRET_KEY",
    token: "ALICLOUD_SECURITY_TOKEN",
};

/// The value of a variable by its name.
pub type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A key pair and, for temporary credentials, a token in variables of one family. Empty means not set.
#[derive(Clone)]
pub struct Environment {
    lookup: Arc<Lookup>,
    names: &'static Names,
}

impl Environment {
    /// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `_ACCESS_KEY_SECRET` and `_SECURITY_TOKEN` in an environment that `lookup` knows.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Environment {
        Environment {
            lookup: Arc::new(lookup),
            names: &ALIBABA_CLOUD,
        }
    }

    /// `ALICLOUD_ACCESS_KEY`, `ALICLOUD_SECRET_KEY` and `ALICLOUD_SECURITY_TOKEN`.
    pub fn of_alicloud(
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Environment {
        Environment {
            names: &ALICLOUD,
            ..Environment::new(lookup)
        }
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
            (self.names.id, self.names.secret),
            (self.lookup)(self.names.id),
            (self.lookup)(self.names.secret).map(Secret::new),
            (self.lookup)(self.names.token).map(Secret::new),
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
            (ALIBABA_CLOUD.id, "id"),
            (ALIBABA_CLOUD.secret, "secret"),
            (ALIBABA_CLOUD.token, "token"),
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
        let half = environment(&[(ALIBABA_CLOUD.id, "id")]).credentials().await;
        assert!(matches!(half, Err(Error::Unusable { .. })));
        let none = environment(&[(ALIBABA_CLOUD.token, "token"), (ALIBABA_CLOUD.id, "")]);
        assert!(matches!(
            none.credentials().await,
            Err(Error::Absent { .. })
        ));
    }
}
