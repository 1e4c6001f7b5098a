//! The provider block and the environment, and the client that they make.

mod credentials;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::Configured;
use super::gateway::Gateways;
use super::reads::Reads;
use super::remembered::Remembered;
use super::timeouts::{PositiveDuration, parse_duration};
use crate::cloud::credentials::{self as cloud_credentials, Context, Credentials, Source};
use crate::cloud::endpoint::{self, Endpoint};
use crate::cloud::retry::Policy;
use crate::cloud::rpc::Channel;
use crate::cloud::secret::Secret;
use crate::cloud::transport::{Limits, Transport};
use crate::cloud::trust::Trust;
use crate::cloud::vpc::{Client, Settings};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::provider::Configure;
use crate::tf::schema::{Attribute, Block, NestedBlock, Schema};
use crate::tf::types::Type;
use crate::tf::validators::{length_between, whole_number_between};

const REGION: &str = "ALIBABA_CLOUD_REGION";
const ALICLOUD_REGION: &str = "ALICLOUD_REGION";
const VPC_ENDPOINT: &str = "ALIBABA_CLOUD_VPC_ENDPOINT";
const STS_ENDPOINT: &str = "ALIBABA_CLOUD_STS_ENDPOINT";
/// As of HashiCorp's own providers: what is to stand in the user agent besides.
const APPEND_USER_AGENT: &str = "TF_APPEND_USER_AGENT";

/// More would not be patience but a loop.
const MOST_RETRIES: i64 = 100;

/// The provider block.
#[derive(Debug, Clone, Deserialize)]
pub struct Configuration {
    region: Attr<String>,
    preflight: Attr<bool>,
    access_key: Attr<Secret>,
    secret_key: Attr<Secret>,
    security_token: Attr<Secret>,
    profile: Attr<String>,
    shared_credentials_file: Attr<String>,
    ecs_role_name: Attr<String>,
    credentials_uri: Attr<Secret>,
    process_command: Attr<Secret>,
    assume_role: Attr<credentials::AssumeRole>,
    assume_role_with_oidc: Attr<credentials::AssumeRoleWithOidc>,
    endpoints: Attr<Endpoints>,
    max_retries: Attr<u32>,
    retry_max_elapsed: Attr<String>,
    read_timeout: Attr<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Endpoints {
    vpc: Attr<String>,
    sts: Attr<String>,
}

/// The declaration of the provider block.
pub fn schema() -> Schema {
    let argument = |name, description: &str| {
        Attribute::optional(name, Type::String, description).validator(length_between(1, 4096))
    };
    let endpoints = Block::new("Where calls go instead of the APIs' own endpoints.")
        .attribute(argument(
            "vpc",
            "The VPC API: `host`, `host:port` or a URL. Plain `http://` is for loopback only. Default: `ALIBABA_CLOUD_VPC_ENDPOINT`, else the region's endpoint.",
        ))
        .attribute(argument(
            "sts",
            "The STS API, which gives a role's credentials. Default: `ALIBABA_CLOUD_STS_ENDPOINT`, else the central endpoint, or that of the region in `ALIBABA_CLOUD_STS_REGION`.",
        ));
    let block = Block::new(
        "Manages Alibaba Cloud's SSL-VPN: the servers that people's OpenVPN clients connect to, on VPN gateways. A change ends when the cloud \
         has ended: a new name is one quick call, and anything else is one call that leaves nothing out and a wait until the gateway is really \
         active again.\n\nIt works with Terraform 1.0 or newer and with OpenTofu; where something needs a newer one, its page says so.",
    )
        .attribute(argument(
            "region",
            "The region, such as `cn-hangzhou`. Default: `ALIBABA_CLOUD_REGION`, then `ALICLOUD_REGION`, then the region of the profile that gives the credentials.",
        ))
        .attribute(Attribute::optional(
            "preflight",
            Type::Bool,
            "Whether a plan asks the API, by a dry run, if it would accept the create or the change of an SSL server, so that what it \
             would refuse is an error of the plan already. A rename is not asked about, nor is what has values that are known only after \
             apply. It needs the RAM actions of the changes themselves, and Terraform asks once more in an apply. Default: `false`.",
        ));
    let block = credentials::declare(block)
        .block(NestedBlock::single("endpoints", endpoints))
        .attribute(
            Attribute::optional(
                "max_retries",
                Type::Number,
                "How often a call is sent again after a passing fault. Refusals for flow control do not count: such calls are let through in \
                 their turn, within `retry_max_elapsed`. Default: 9; while there never was a connection to the endpoint, and \
                 `retry_max_elapsed` is not set either, 2.",
            )
            .validator(whole_number_between(0, MOST_RETRIES)),
        )
        .attribute(duration(
            "retry_max_elapsed",
            "How long after its first attempt a call may be sent again, as a duration such as `\"30s\"` or `\"2m\"`; waiting for its turn under \
             flow control is left out. Default: `\"60s\"`.",
        ))
        .attribute(duration(
            "read_timeout",
            "How long the cloud may be silent before a call is given up and sent again, as a duration. Default: `\"10s\"`.",
        ));
    Schema::new(0, block)
}

fn duration(name: &str, description: &str) -> Attribute {
    Attribute::optional(name, Type::String, description).validator(PositiveDuration)
}

impl Configuration {
    /// The arguments of `endpoints` by name.
    fn endpoints(&self) -> Vec<(&'static str, &Attr<String>)> {
        self.endpoints
            .known()
            .into_iter()
            .flat_map(|endpoints| [("vpc", &endpoints.vpc), ("sts", &endpoints.sts)])
            .collect()
    }

    /// An endpoint that is set, here or in the environment.
    fn endpoint(
        &self,
        name: &str,
        variable: (&str, Option<String>),
        diagnostics: &mut Diagnostics,
    ) -> Option<Endpoint> {
        let set = self.endpoints().into_iter().find(|(set, _)| *set == name);
        if let Some(text) = set.and_then(|(_, endpoint)| endpoint.known()) {
            // What is wrong with it is said by the rules across the arguments.
            return Endpoint::parse(text).ok();
        }
        let (variable, value) = variable;
        Endpoint::parse(&value?)
            .map_err(|error| diagnostics.push(invalid(variable, "endpoints", &error)))
            .ok()
    }

    /// How long the cloud may take, with what the block says of it.
    fn limits(&self) -> Limits {
        let limits = Limits::default();
        let read = said(&self.read_timeout).unwrap_or(limits.read);
        Limits {
            read,
            // An attempt has room for the whole silence, after a connection that took its time.
            attempt: limits.attempt.max(limits.connect.saturating_add(read)),
            ..limits
        }
    }

    /// How calls travel, with what the block says of it.
    fn channel(&self, user_agent: &str, trust: Trust) -> Channel {
        Channel {
            policy: Policy::new(self.max_retries.value(), said(&self.retry_max_elapsed)),
            ..Channel::new(Transport::new(user_agent, self.limits(), trust))
        }
    }
}

/// A duration that is set.
fn said(duration: &Attr<String>) -> Option<Duration> {
    duration.known().and_then(|text| parse_duration(text))
}

/// What the client calls itself: this provider, and the core that started it.
fn user_agent(terraform_version: &str) -> String {
    let core = terraform_version.replace(|c: char| !c.is_ascii_graphic(), "");
    format!(
        "terraform-provider-alivpn/{} (Terraform {core})",
        env!("CARGO_PKG_VERSION")
    )
}

/// The rules across the block's arguments; each waits while a value is unknown.
pub fn validate(config: &Configuration) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if let Some(region) = config.region.known() {
        diagnostics.extend(
            endpoint::check_region(region)
                .err()
                .map(|error| invalid("region", "region", &error)),
        );
    }
    for (name, endpoint) in config.endpoints() {
        let path = AttributePath::from("endpoints").attribute(name);
        if let Some(Err(error)) = endpoint.known().map(|text| Endpoint::parse(text)) {
            let what = format!("{} endpoint", name.to_uppercase());
            diagnostics.push(invalid(&what, path, &error));
        }
    }
    diagnostics.extend(credentials::validate(config));
    diagnostics
}

/// What a block and its environment say: who signs, and where calls go. Until it is asked, no file is read and nothing is connected.
#[derive(Debug)]
pub struct Setup {
    /// Who signs.
    pub source: Arc<dyn Source>,
    /// Connections and clock, and where STS is.
    pub context: Context,
    /// Where calls of the VPC API go, if not to the region's own endpoint.
    pub vpc_endpoint: Option<Endpoint>,
    /// The region that the block or the environment names, and where it stands.
    region: Option<(&'static str, String)>,
    /// The argument that says where credentials come from, if one does.
    argument: Option<&'static str>,
    /// The role on top, if there is one.
    role: Option<&'static str>,
}

/// Reads a wholly known block; `environment` gives the value of a variable, empty ones count as unset.
///
/// # Errors
/// What contradicts itself or cannot be read.
pub fn set_up(
    config: &Configuration,
    user_agent: &str,
    environment: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
) -> Result<Setup, Diagnostics> {
    let variable = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    let mut diagnostics = validate(config);

    let vpc_endpoint = config.endpoint(
        "vpc",
        (VPC_ENDPOINT, variable(VPC_ENDPOINT)),
        &mut diagnostics,
    );
    let sts_endpoint = config.endpoint(
        "sts",
        (STS_ENDPOINT, variable(STS_ENDPOINT)),
        &mut diagnostics,
    );
    let asked = match credentials::asked(config, &variable) {
        Ok(asked) if !diagnostics.has_errors() => asked,
        Ok(_) => return Err(diagnostics),
        Err(missing) => {
            diagnostics.extend(missing);
            return Err(diagnostics);
        }
    };
    let region = match config.region.value() {
        Some(region) => Some(("region", region)),
        None => [REGION, ALICLOUD_REGION]
            .into_iter()
            .find_map(|name| Some((name, variable(name)?))),
    };
    let user_agent = match variable(APPEND_USER_AGENT) {
        Some(appended) => format!("{user_agent} {}", appended.trim()),
        None => user_agent.to_owned(),
    };
    let channel = config.channel(&user_agent, Trust::from_environment(variable));
    let mut context = Context::new(environment.clone(), channel);
    context.sts_endpoint = sts_endpoint;
    Ok(Setup {
        source: asked.recipe.source(&context),
        context,
        vpc_endpoint,
        region,
        argument: asked.argument,
        role: asked.role,
    })
}

impl Setup {
    /// The credentials to sign with.
    ///
    /// # Errors
    /// Why there are none, at the argument that says who signs.
    pub async fn credentials(&self) -> Result<Credentials, Diagnostic> {
        self.source.credentials().await.map_err(|error| {
            let at = match &error {
                // The fault of the role itself, not of those it is assumed with.
                cloud_credentials::Error::Unusable { origin, .. }
                    if *origin == self.source.origin() =>
                {
                    self.role.or(self.argument)
                }
                _ => self.argument,
            };
            no_credentials(at, &error)
        })
    }

    /// The region and where it stands. That of a profile is known once the profile has given credentials.
    ///
    /// # Errors
    /// When nobody names one, or what is named is none.
    pub async fn region(&self) -> Result<(String, String), Diagnostic> {
        let (named_by, region) = match &self.region {
            Some((named_by, region)) => ((*named_by).to_owned(), region.clone()),
            None => match self.source.region().await {
                Some(region) => (format!("region of {}", self.source.origin()), region),
                None => {
                    return Err(Diagnostic::error("No region")
                        .detail(format!(
                            "Set region in the provider block or {REGION} in the environment, to cn-hangzhou for one, \
                             or use a profile that names one."
                        ))
                        .at("region"));
                }
            },
        };
        match endpoint::check_region(&region) {
            Ok(()) => Ok((region, named_by)),
            Err(error) => Err(invalid(&named_by, "region", &error)),
        }
    }

    /// The API, called as the block says.
    pub fn vpc(&self) -> Client {
        Client::new(Settings {
            endpoint: self.vpc_endpoint.clone(),
            ..Settings::new(Arc::clone(&self.source), self.context.channel.clone())
        })
    }
}

/// The client for a wholly known block; `environment` gives the value of a variable, empty ones count as unset.
pub async fn configure(
    configure: Configure<Configuration>,
    environment: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
) -> Result<Configured, Diagnostics> {
    let user_agent = user_agent(&configure.terraform_version);
    let setup = set_up(&configure.config, &user_agent, environment)?;
    // Asked now, so that `terraform plan` says what `terraform apply` would fail on.
    let credentials = setup.credentials().await;
    match (credentials, setup.region().await) {
        (Ok(_), Ok((region, _))) => Ok(Configured {
            vpc: setup.vpc(),
            region,
            preflight: configure.config.preflight.value().unwrap_or(false),
            gateways: Gateways::default(),
            ssl_vpn_server_reads: Reads::default(),
            ssl_vpn_client_cert_reads: Reads::default(),
            imported_certs: Remembered::default(),
            disconnected_servers: Remembered::default(),
        }),
        (credentials, region) => {
            let mut diagnostics = Diagnostics::default();
            diagnostics.extend(credentials.err());
            diagnostics.extend(region.err());
            Err(diagnostics)
        }
    }
}

/// Why calls cannot be signed, at the argument that says who signs.
fn no_credentials(at: Option<&str>, error: &cloud_credentials::Error) -> Diagnostic {
    let detail = match error {
        cloud_credentials::Error::NoneServed { tried } => format!(
            "Calls to the cloud cannot be signed: there are no credentials. Tried, in this order:\n  - {}\n\nSet \
             access_key and secret_key, profile, ecs_role_name, credentials_uri, process_command or \
             assume_role_with_oidc in the provider block, or ALIBABA_CLOUD_ACCESS_KEY_ID and \
             ALIBABA_CLOUD_ACCESS_KEY_SECRET in the environment.",
            tried.join("\n  - ")
        ),
        error => format!("Calls to the cloud cannot be signed: {error}."),
    };
    let diagnostic = Diagnostic::error("No usable credentials").detail(detail);
    match at {
        Some(argument) => diagnostic.at(argument),
        None => diagnostic,
    }
}

fn invalid(what: &str, path: impl Into<AttributePath>, error: &endpoint::Error) -> Diagnostic {
    let error = error.to_string();
    let mut letters = error.chars();
    let sentence: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    Diagnostic::error(format!("Invalid {what}"))
        .detail(format!("{sentence}."))
        .at(path)
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
