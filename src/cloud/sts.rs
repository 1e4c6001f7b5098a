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

/// The STS API at one endpoint. Temporary credentials can be asked for any number of times, so every operation is repeated
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

/// The answer of both operations that assume a role.
struct Assumed(Issued);

/// Who somebody is for the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// `acs:ram::ACCOUNT:user/NAME`, `...:assumed-role/ROLE/SESSION`, or `...:root` for the account itself.
    pub arn: String,
    /// The account's number.
    pub account_id: String,
    /// `Account`, `RAMUser` or `AssumedRoleUser`.
    pub identity_type: Option<String>,
}

impl Client {
    /// `AssumeRole`, signed with the credentials of `source`.
    ///
    /// # Errors
    ///
    /// As of [`Rpc::call`].
    pub async fn assume_role(&self, source: Arc<dyn Source>, role: &Role) -> Result<Issued, Error> {
        let Assumed(issued) = self
            .call("AssumeRole", Some(source), role.parameters())
            .await?;
        Ok(issued)
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
            .with_secret("OIDCToken", token);
        let Assumed(issued) = self.call("AssumeRoleWithOIDC", None, parameters).await?;
        Ok(issued)
    }

    /// `GetCallerIdentity`: who the credentials of `source` belong to. Nobody needs a permission for it.
    ///
    /// # Errors
    ///
    /// As of [`Rpc::call`].
    pub async fn get_caller_identity(
        &self,
        source: Arc<dyn Source>,
    ) -> Result<CallerIdentity, Error> {
        self.call("GetCallerIdentity", Some(source), Parameters::default())
            .await
    }

    async fn call<T: Read>(
        &self,
        name: &'static str,
        credentials: Option<Arc<dyn Source>>,
        parameters: Parameters,
    ) -> Result<T, Error> {
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
        // Who no longer wants the answer drops the future.
        rpc.call(&call, &CancellationToken::new()).await
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

impl Read for CallerIdentity {
    fn read(answer: &Object) -> Result<CallerIdentity, Unreadable> {
        Ok(CallerIdentity {
            arn: answer.required_text("Arn")?,
            account_id: answer.required_text("AccountId")?,
            identity_type: answer.text("IdentityType")?,
        })
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

#[cfg(test)]
mod tests {
    use super::super::credentials::Context;
    use super::super::test_server::{ACCESS_KEY_ID, Reply, TestServer, channel, credentials};
    use super::*;

    #[tokio::test]
    async fn who_calls_is_asked_signed_and_by_version_2015() {
        let server = TestServer::start(vec![Reply::json(
            200,
            r#"{"RequestId":"R-1","AccountId":"1234567890123456","UserId":"2345","PrincipalId":"2345","Arn":"acs:ram::1234567890123456:user/me","IdentityType":"RAMUser"}"#,
        )])
        .await;
        let mut context = Context::new(|_| None, channel());
        context.sts_endpoint = Some(server.endpoint());
        let client = context.sts(None, "the test").unwrap();
        let identity = client.get_caller_identity(credentials()).await.unwrap();
        assert_eq!(identity.arn, "acs:ram::1234567890123456:user/me");
        assert_eq!(identity.account_id, "1234567890123456");
        assert_eq!(identity.identity_type.as_deref(), Some("RAMUser"));
        let seen = &server.seen()[0];
        assert_eq!(seen.operation(), "GetCallerIdentity");
        assert_eq!(seen.headers["x-acs-version"], VERSION);
        assert!(seen.headers["authorization"].contains(ACCESS_KEY_ID));
        assert!(seen.query.is_empty());
    }
}
