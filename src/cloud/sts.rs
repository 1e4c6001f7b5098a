//! The STS API, version 2015-04-01: roles for those who prove who they are.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::answer::{Object, Read, Unreadable};
use super::credentials::{Credentials, Source};
use super::endpoint::Endpoint;
use super::error::Error;
use super::request::{Operation, Parameters};
use super::rpc::{Call, Channel, Rpc};
use super::secret::Secret;

const VERSION: &str = "2015-04-01";

/// The STS API at one endpoint. Temporary credentials can be asked for any number of times, so both operations are repeated
/// as reads are.
#[derive(Debug, Clone)]
pub struct Client {
    /// How calls travel.
    pub channel: Channel,
    /// Where calls go.
    pub endpoint: Endpoint,
}

/// A role to take on, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// `acs:ram::ACCOUNT:role/NAME`.
    pub arn: String,
    /// What the role's doings are logged under.
    pub session_name: String,
    /// In seconds, from 900; by default 3600.
    pub duration: Option<u64>,
    /// A policy in JSON that narrows what the role may do.
    pub policy: Option<String>,
    /// What the role's trust policy may demand of who is from another account. Signed calls only.
    pub external_id: Option<String>,
}

/// Credentials that the cloud made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The credentials.
    pub credentials: Credentials,
    /// When they end, if they do.
    pub expiration: Option<OffsetDateTime>,
}

/// The answer of both operations.
struct Assumed(Issued);

impl Client {
    /// `AssumeRole`, signed with the credentials of `source`.
    ///
    /// # Errors
    ///
    /// As of [`Rpc::call`].
    pub async fn assume_role(&self, source: Arc<dyn Source>, role: &Role) -> Result<Issued, Error> {
        self.call("AssumeRole", Some(source), role.parameters())
            .await
    }

    /// `AssumeRoleWithOIDC`: `token`, of the identity provider `provider_arn`, says who asks.
    ///
    /// # Errors
    ///
    /// As of [`Rpc::call`].
    pub async fn assume_role_with_oidc(
        &self,
        provider_arn: &str,
        token: &Secret,
        role: &Role,
    ) -> Result<Issued, Error> {
        let parameters = role
            .parameters()
            .with("OIDCProviderArn", provider_arn)
            .with("OIDCToken", token.expose());
        self.call("AssumeRoleWithOIDC", None, parameters).await
    }

    async fn call(
        &self,
        name: &'static str,
        credentials: Option<Arc<dyn Source>>,
        parameters: Parameters,
    ) -> Result<Issued, Error> {
        let rpc = Rpc {
            channel: self.channel.clone(),
            credentials,
        };
        let call = Call {
            operation: Operation {
                name,
                version: VERSION,
                is_change: false,
            },
            endpoint: &self.endpoint,
            parameters: &parameters,
        };
        // Who no longer wants the credentials drops the future.
        let Assumed(issued) = rpc.call(&call, &CancellationToken::new()).await?;
        Ok(issued)
    }
}

impl Role {
    fn parameters(&self) -> Parameters {
        Parameters::default()
            .with("RoleArn", &self.arn)
            .with("RoleSessionName", &self.session_name)
            .with_some("DurationSeconds", self.duration)
            .with_some("Policy", self.policy.as_ref())
            .with_some("ExternalId", self.external_id.as_ref())
    }
}

impl Read for Assumed {
    fn read(answer: &Object) -> Result<Assumed, Unreadable> {
        let credentials = answer
            .object("Credentials")?
            .ok_or_else(|| Unreadable("Credentials is missing".to_owned()))?;
        Issued::read(&credentials).map(Assumed)
    }
}

impl Read for Issued {
    /// The shape that STS, the metadata service and a credentials URI share.
    fn read(answer: &Object) -> Result<Issued, Unreadable> {
        Ok(Issued {
            credentials: Credentials {
                access_key_id: answer.required_text("AccessKeyId")?,
                secret: Secret::new(answer.required_text("AccessKeySecret")?),
                security_token: answer.text("SecurityToken")?.map(Secret::new),
            },
            expiration: answer.time("Expiration")?,
        })
    }
}
