//! The provider block and the environment, and the client that they make.

mod credentials;

use serde::Deserialize;

use super::Configured;
use super::gateway::Gateways;
use super::reads::Reads;
use crate::cloud::credentials::{self as cloud_credentials, Context};
use crate::cloud::endpoint::{self, Endpoint};
use crate::cloud::secret::Secret;
use crate::cloud::vpc::{Client, Settings};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::provider::Configure;
use crate::tf::schema::{Attribute, Block, NestedBlock, Schema};
use crate::tf::types::Type;
use crate::tf::validators::length_between;

const REGION: &str = "ALIBABA_CLOUD_REGION";
const ALICLOUD_REGION: &str = "ALICLOUD_REGION";
const VPC_ENDPOINT: &str = "ALIBABA_CLOUD_VPC_ENDPOINT";
const STS_ENDPOINT: &str = "ALIBABA_CLOUD_STS_ENDPOINT";

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
    let block = Block::new("Manages Alibaba Cloud's SSL-VPN.")
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
    let block = credentials::declare(block).block(NestedBlock::single("endpoints", endpoints));
    Schema { version: 0, block }
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

/// The client for a wholly known block; `environment` gives the value of a variable, empty ones count as unset.
pub async fn configure(
    configure: Configure<Configuration>,
    environment: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
) -> Result<Configured, Diagnostics> {
    let config = configure.config;
    let variable = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    let mut diagnostics = validate(&config);

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
    let asked = match credentials::asked(&config, &variable) {
        Ok(asked) if !diagnostics.has_errors() => asked,
        Ok(_) => return Err(diagnostics),
        Err(missing) => {
            diagnostics.extend(missing);
            return Err(diagnostics);
        }
    };

    let user_agent = format!(
        "terraform-provider-alivpn/{} (Terraform {})",
        env!("CARGO_PKG_VERSION"),
        configure
            .terraform_version
            .replace(|c: char| !c.is_ascii_graphic(), "")
    );
    let mut context = Context::new(environment.clone(), &user_agent);
    context.sts_endpoint = sts_endpoint;
    let source = asked.recipe.source(&context);
    // Asked now, so that `terraform plan` says what `terraform apply` would fail on.
    if let Err(error) = source.credentials().await {
        let at = match &error {
            // The fault of the role itself, not of those it is assumed with.
            cloud_credentials::Error::Unusable { origin, .. } if *origin == source.origin() => {
                asked.role.or(asked.argument)
            }
            _ => asked.argument,
        };
        diagnostics.push(no_credentials(at, &error));
    }
    let set = [REGION, ALICLOUD_REGION]
        .into_iter()
        .find_map(|name| Some((name, variable(name)?)));
    let region = match (config.region.value(), set) {
        (Some(region), _) => Some(region),
        (None, Some((name, region))) => checked(name, region, &mut diagnostics),
        (None, None) => match source.region().await {
            Some(region) => checked(
                &format!("region of {}", source.origin()),
                region,
                &mut diagnostics,
            ),
            None => {
                diagnostics.push(
                    Diagnostic::error("No region")
                        .detail(format!(
                            "Set region in the provider block or {REGION} in the environment, to cn-hangzhou for one, \
                             or use a profile that names one."
                        ))
                        .at("region"),
                );
                None
            }
        },
    };
    let (Some(region), false) = (region, diagnostics.has_errors()) else {
        return Err(diagnostics);
    };
    let settings = Settings {
        endpoint: vpc_endpoint,
        clock: context.clock,
        ..Settings::new(source, user_agent)
    };
    Ok(Configured {
        vpc: Client::new(settings),
        region,
        preflight: config.preflight.value().unwrap_or(false),
        gateways: Gateways::default(),
        ssl_vpn_server_reads: Reads::default(),
    })
}

/// A region that is not an argument, so that its schema has not seen it.
fn checked(what: &str, region: String, diagnostics: &mut Diagnostics) -> Option<String> {
    match endpoint::check_region(&region) {
        Ok(()) => Some(region),
        Err(error) => {
            diagnostics.push(invalid(what, "region", &error));
            None
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
mod tests;
