//! The role of the ECS instance that this runs on, from the instance's metadata service.
//!
//! Version 2 of the service wants a token that only a PUT gets; version 1, which any confused proxy could be talked into
//! asking, is a fallback for instances that have nothing else.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::cached::Issuer;
use super::{Context, Error, issued};
use crate::cloud::error::TransportFault;
use crate::cloud::sts::Issued;
use crate::cloud::transport::{Fault, HttpAnswer, Transport};

const HOST: &str = "100.100.100.200";
const HOST_VARIABLE: &str = "ALIBABA_CLOUD_ECS_METADATA_HOST";
const ROLE_VARIABLE: &str = "ALIBABA_CLOUD_ECS_METADATA";
const DISABLED: &str = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
const V1_DISABLED: &str = "ALIBABA_CLOUD_IMDSV1_DISABLED";

const TOKEN_PATH: &str = "/latest/api/token";
const ROLES_PATH: &str = "/latest/meta-data/ram/security-credentials/";
const TOKEN_LIFETIME: HeaderName =
    HeaderName::from_static("x-aliyun-ecs-metadata-token-ttl-seconds");
const TOKEN: HeaderName = HeaderName::from_static("x-aliyun-ecs-metadata-token");

/// The instance's role.
#[derive(Debug)]
pub(super) struct EcsRole {
    /// The role by name; otherwise the service is asked for it.
    role_name: Option<String>,
    /// Whether the user wants this source and no other. Otherwise it is absent where there is no metadata service.
    asked_for: bool,
    disabled: bool,
    v1_disabled: bool,
    host: String,
    transport: Transport,
}

impl EcsRole {
    /// The role that the user asked for by name.
    pub(super) fn named(role_name: Option<String>, context: &Context) -> EcsRole {
        EcsRole {
            role_name,
            asked_for: true,
            disabled: context.is_on(DISABLED),
            v1_disabled: context.is_on(V1_DISABLED),
            host: context
                .variable(HOST_VARIABLE)
                .unwrap_or_else(|| HOST.to_owned()),
            // The service answers within milliseconds, and elsewhere nothing does.
            transport: context
                .channel
                .transport
                .narrowed(Duration::from_secs(3), 64 * 1024),
        }
    }

    /// The role in case this runs on an instance that has one.
    pub(super) fn in_case(context: &Context) -> EcsRole {
        let role_name = context.variable(ROLE_VARIABLE);
        EcsRole {
            asked_for: role_name.is_some(),
            ..EcsRole::named(role_name, context)
        }
    }

    fn unusable(&self, reason: impl Into<String>) -> Error {
        Error::Unusable {
            origin: self.origin(),
            reason: reason.into(),
        }
    }

    /// The error where there is no such role, which matters only to who asked for it.
    fn not_here(&self, reason: impl Into<String>) -> Error {
        if self.asked_for {
            self.unusable(reason)
        } else {
            Error::Absent {
                origin: self.origin(),
                reason: reason.into(),
            }
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        header: Option<(HeaderName, HeaderValue)>,
    ) -> Result<HttpAnswer, Asked> {
        let host = self.host.trim();
        let base = if host.contains("://") {
            host.trim_end_matches('/').to_owned()
        } else {
            format!("http://{host}")
        };
        let url = Url::parse(&format!("{base}{path}"))
            .map_err(|_| Asked::Wrongly(format!("{HOST_VARIABLE} is not a host")))?;
        self.transport
            .fetch(method, url, header.into_iter().collect())
            .await
            .map_err(Asked::InVain)
    }

    /// The header that version 2 wants; none where only version 1 is to be had.
    async fn token(&self) -> Result<Option<(HeaderName, HeaderValue)>, Error> {
        let lifetime = (TOKEN_LIFETIME, HeaderValue::from_static("21600"));
        let reason = match self.ask(Method::PUT, TOKEN_PATH, Some(lifetime)).await {
            Ok(answer) if (200..300).contains(&answer.status) => {
                match HeaderValue::from_bytes(answer.body.trim_ascii()) {
                    Ok(mut token) if !token.is_empty() => {
                        token.set_sensitive(true);
                        return Ok(Some((TOKEN, token)));
                    }
                    _ => "its answer is no token".to_owned(),
                }
            }
            Ok(answer) => format!("it answered with HTTP {}", answer.status),
            Err(Asked::Wrongly(reason)) => return Err(self.unusable(reason)),
            Err(Asked::InVain(
                fault @ Fault::Transport {
                    fault: TransportFault::Unreachable | TransportFault::Setup,
                    ..
                },
            )) => return Err(self.no_service(&fault)),
            Err(Asked::InVain(fault)) => fault.to_string(),
        };
        if self.v1_disabled {
            return Err(self.not_here(format!(
                "the metadata service gave no token ({reason}), and asking without one is disabled by {V1_DISABLED}"
            )));
        }
        Ok(None)
    }

    fn no_service(&self, fault: &Fault) -> Error {
        self.not_here(format!(
            "the metadata service at {} does not answer, as outside of ECS: {fault}",
            self.host
        ))
    }

    async fn get(
        &self,
        path: &str,
        token: Option<(HeaderName, HeaderValue)>,
    ) -> Result<HttpAnswer, Error> {
        let answer = match self.ask(Method::GET, path, token).await {
            Ok(answer) => answer,
            Err(Asked::Wrongly(reason)) => return Err(self.unusable(reason)),
            Err(Asked::InVain(fault)) => return Err(self.no_service(&fault)),
        };
        match answer.status {
            200..300 => Ok(answer),
            404 => Err(self.not_here("the instance has no such role")),
            status => {
                Err(self.unusable(format!("the metadata service answered with HTTP {status}")))
            }
        }
    }

    async fn role(&self, token: Option<(HeaderName, HeaderValue)>) -> Result<String, Error> {
        let name = match &self.role_name {
            Some(name) => name.clone(),
            None => {
                let answer = self.get(ROLES_PATH, token).await?;
                let text = String::from_utf8_lossy(&answer.body);
                text.lines().next().unwrap_or_default().trim().to_owned()
            }
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(is_name) {
            return Err(match &self.role_name {
                Some(_) => self.unusable("that is not the name of a RAM role"),
                None => self.not_here("the metadata service names no RAM role of the instance"),
            });
        }
        Ok(name)
    }
}

/// Why the service gave no answer.
enum Asked {
    /// Its address is none.
    Wrongly(String),
    InVain(Fault),
}

#[async_trait]
impl Issuer for EcsRole {
    fn origin(&self) -> String {
        match &self.role_name {
            Some(name) => format!("the ECS instance's RAM role {name}"),
            None => "the ECS instance's RAM role".to_owned(),
        }
    }

    async fn issue(&self) -> Result<Issued, Error> {
        if self.disabled {
            return Err(self.not_here(format!("it is disabled by {DISABLED}")));
        }
        let token = self.token().await?;
        let role = self.role(token.clone()).await?;
        let answer = self.get(&format!("{ROLES_PATH}{role}"), token).await?;
        issued(&answer).map_err(|reason| self.unusable(format!("the metadata service: {reason}")))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;
    use crate::cloud::test_server::channel;

    #[tokio::test(start_paused = true)]
    async fn a_service_that_never_answers_is_passed_over_within_seconds() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let lookup = move |name: &str| (name == HOST_VARIABLE).then(|| address.clone());
        let begun = Instant::now();
        let error = EcsRole::in_case(&Context::new(lookup, channel()))
            .issue()
            .await;
        assert!(matches!(error, Err(Error::Absent { .. })), "{error:?}");
        assert!(begun.elapsed() < Duration::from_secs(8));
    }

    #[tokio::test]
    async fn a_host_that_is_none_is_named_by_its_variable() {
        let lookup = |name: &str| (name == HOST_VARIABLE).then(|| "no host".to_owned());
        let error = EcsRole::in_case(&Context::new(lookup, channel()))
            .issue()
            .await;
        assert!(error.unwrap_err().to_string().contains(HOST_VARIABLE));
    }
}
