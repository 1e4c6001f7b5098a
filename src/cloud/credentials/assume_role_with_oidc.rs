//! A role, assumed with a token of an identity provider: of a Kubernetes pod, a CI job.

use std::path::PathBuf;

use async_trait::async_trait;

use super::cached::Issuer;
use super::file::{self, Unreadable};
use super::{Error, assume_role, refused};
use crate::cloud::secret::Secret;
use crate::cloud::sts::{self, Issued, Role};

/// The role, the identity provider and where its token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcRole {
    /// `acs:ram::ACCOUNT:role/NAME`.
    pub role_arn: String,
    /// `acs:ram::ACCOUNT:oidc-provider/NAME`.
    pub provider_arn: String,
    /// What proves who asks.
    pub token: OidcToken,
    /// What the role's doings are logged under.
    pub session_name: Option<String>,
    /// In seconds, from 900.
    pub duration: Option<u64>,
    /// A policy in JSON that narrows what the role may do.
    pub policy: Option<String>,
    /// Whose STS is asked.
    pub sts_region: Option<String>,
}

/// A token of an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OidcToken {
    /// In a file, which is read each time: whoever runs the machine renews it there.
    File(String),
    /// The token itself.
    Given(Secret),
}

/// `AssumeRoleWithOIDC`.
#[derive(Debug)]
pub(super) struct AssumeRoleWithOidc {
    pub(super) provider_arn: String,
    pub(super) token: Token,
    pub(super) role: Role,
    /// Or why it cannot be called.
    pub(super) sts: Result<sts::Client, Error>,
}

/// As [`OidcToken`], the path resolved.
#[derive(Debug)]
pub(super) enum Token {
    File(PathBuf),
    Given(Secret),
}

impl AssumeRoleWithOidc {
    fn unusable(&self, reason: String) -> Error {
        Error::Unusable {
            origin: self.origin(),
            reason,
        }
    }

    async fn token(&self) -> Result<Secret, Error> {
        let path = match &self.token {
            Token::Given(token) => return Ok(token.clone()),
            Token::File(path) => path,
        };
        let shown = path.display();
        let text = file::read(path).await.map_err(|error| {
            self.unusable(match error {
                Unreadable::Missing => format!("the token's file {shown} does not exist"),
                Unreadable::Other(reason) => {
                    format!("the token's file {shown} cannot be read: {reason}")
                }
            })
        })?;
        match text.trim() {
            "" => Err(self.unusable(format!("the token's file {shown} is empty"))),
            token => Ok(Secret::new(token)),
        }
    }
}

#[async_trait]
impl Issuer for AssumeRoleWithOidc {
    fn origin(&self) -> String {
        assume_role::origin(&self.role.arn)
    }

    async fn issue(&self) -> Result<Issued, Error> {
        let sts = self.sts.as_ref().map_err(Clone::clone)?;
        let token = self.token().await?;
        sts.assume_role_with_oidc(&self.provider_arn, &token, &self.role)
            .await
            .map_err(|error| refused(self.origin(), &error))
    }
}
