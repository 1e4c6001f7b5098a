//! What a login with `aliyun configure` left in the profile file: temporary credentials that only another login can renew.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Credentials, Error, Source};
use crate::cloud::clock::Clock;

/// The temporary credentials of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// As of [`Source::origin`].
    pub origin: String,
    /// The profile's name.
    pub profile: String,
    /// `CloudSSO` or `OAuth`.
    pub mode: &'static str,
    /// None when nobody logged in yet.
    pub credentials: Option<Credentials>,
    /// When they end.
    pub expiration: Option<OffsetDateTime>,
}

/// A login, and what tells whether it is over.
#[derive(Debug)]
pub(super) struct LoggedIn {
    pub(super) login: Login,
    pub(super) clock: Clock,
}

impl LoggedIn {
    fn over(&self, what: &str) -> Error {
        let Login {
            origin,
            profile,
            mode,
            ..
        } = &self.login;
        Error::Unusable {
            origin: origin.clone(),
            reason: format!(
                "{what}. Log in again: aliyun configure --mode {mode} --profile {profile}"
            ),
        }
    }
}

#[async_trait]
impl Source for LoggedIn {
    fn origin(&self) -> String {
        self.login.origin.clone()
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        let mode = self.login.mode;
        match (&self.login.credentials, self.login.expiration) {
            (None, _) => Err(self.over(&format!("it holds no {mode} login"))),
            (Some(_), Some(end)) if end <= self.clock.now() => {
                Err(self.over(&format!("its {mode} login has ended")))
            }
            (Some(credentials), _) => Ok(credentials.clone()),
        }
    }

    async fn refresh(&self, _refused: &Credentials) -> Result<Credentials, Error> {
        Err(self.over(&format!(
            "the cloud refused its {} login as expired",
            self.login.mode
        )))
    }
}
