//! The provider block and the environment, and the client that they make.

use std::sync::Arc;

use serde::Deserialize;

use super::Configured;
use super::gateway::Gateways;
use crate::cloud::credentials::{Chain, Environment, Source, StaticPair};
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
const VPC_ENDPOINT: &str = "ALIBABA_CLOUD_VPC_ENDPOINT";

/// The provider block.
#[derive(Debug, Clone, Deserialize)]
pub struct Configuration {
    region: Attr<String>,
    access_key: Attr<Secret>,
    secret_key: Attr<Secret>,
    security_token: Attr<Secret>,
    endpoints: Attr<Endpoints>,
}

#[derive(Debug, Clone, Deserialize)]
struct Endpoints {
    vpc: Attr<String>,
}

/// The declaration of the provider block.
pub fn schema() -> Schema {
    let argument = |name, description: &str| {
        Attribute::optional(name, Type::String, description).validator(length_between(1, 4096))
    };
    let endpoints = Block::new("Where calls go instead of the region's own endpoints.").attribute(argument(
        "vpc",
        "The VPC API: `host`, `host:port` or a URL. Plain `http://` is for loopback only. Default: `ALIBABA_CLOUD_VPC_ENDPOINT`, else the region's endpoint.",
    ));
    let block = Block::new("Manages Alibaba Cloud's SSL-VPN.")
        .attribute(argument("region", "The region, such as `cn-hangzhou`. Default: `ALIBABA_CLOUD_REGION`."))
        .attribute(argument("access_key", "The AccessKey ID. Default: `ALIBABA_CLOUD_ACCESS_KEY_ID`.").sensitive())
        .attribute(argument("secret_key", "The AccessKey secret. Default: `ALIBABA_CLOUD_ACCESS_KEY_SECRET`.").sensitive())
        .attribute(
            argument("security_token", "The security token of temporary credentials. Default: `ALIBABA_CLOUD_SECURITY_TOKEN`, when the key pair comes from the environment too.")
                .sensitive(),
        )
        .block(NestedBlock::single("endpoints", endpoints));
    Schema { version: 0, block }
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
    if let Some(vpc) = config
        .endpoints
        .known()
        .and_then(|endpoints| endpoints.vpc.known())
    {
        let path = AttributePath::from("endpoints").attribute("vpc");
        diagnostics.extend(
            Endpoint::parse(vpc)
                .err()
                .map(|error| invalid("VPC endpoint", path, &error)),
        );
    }
    for (one, set, other, unset) in [
        (
            "access_key",
            &config.access_key,
            "secret_key",
            &config.secret_key,
        ),
        (
            "secret_key",
            &config.secret_key,
            "access_key",
            &config.access_key,
        ),
        (
            "security_token",
            &config.security_token,
            "access_key",
            &config.access_key,
        ),
    ] {
        if set.known().is_some() && unset.is_null() {
            diagnostics.push(
                Diagnostic::error(format!("Missing {other}"))
                    .detail(format!(
                        "{one} is set and {other} is not. Set both, or neither and use ALIBABA_CLOUD_ACCESS_KEY_ID \
                         and ALIBABA_CLOUD_ACCESS_KEY_SECRET in the environment."
                    ))
                    .at(one),
            );
        }
    }
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

    let region = config.region.known().cloned().or_else(|| variable(REGION));
    match &region {
        None => diagnostics.push(
            Diagnostic::error("No region")
                .detail(format!("Set region in the provider block or {REGION} in the environment, to cn-hangzhou for one."))
                .at("region"),
        ),
        Some(region) if config.region.is_null() => {
            diagnostics.extend(endpoint::check_region(region).err().map(|error| invalid(REGION, "region", &error)));
        }
        Some(_) => {}
    }

    let argument = config
        .endpoints
        .known()
        .and_then(|endpoints| endpoints.vpc.known().cloned());
    let endpoint = match argument.as_deref().map(Endpoint::parse) {
        // What is wrong with the argument was said above.
        Some(endpoint) => endpoint.ok(),
        None => variable(VPC_ENDPOINT).and_then(|text| match Endpoint::parse(&text) {
            Ok(endpoint) => Some(endpoint),
            Err(error) => {
                diagnostics.push(invalid(VPC_ENDPOINT, "endpoints", &error));
                None
            }
        }),
    };
    let (Some(region), false) = (region, diagnostics.has_errors()) else {
        return Err(diagnostics);
    };

    let credentials = Chain::new(vec![
        Arc::new(StaticPair::new(
            "the provider block",
            ("access_key", "secret_key"),
            config.access_key.known().map(|id| id.expose().to_owned()),
            config.secret_key.known().cloned(),
            config.security_token.known().cloned(),
        )) as Arc<dyn Source>,
        Arc::new(Environment::new(environment)),
    ]);
    // Asked now, so that `terraform plan` says what `terraform apply` would fail on.
    credentials.credentials().await.map_err(|error| {
        let detail = format!("Calls to the cloud cannot be signed: {error}.");
        Diagnostic::error("No usable credentials").detail(detail)
    })?;
    let user_agent = format!(
        "terraform-provider-alivpn/{} (Terraform {})",
        env!("CARGO_PKG_VERSION"),
        configure
            .terraform_version
            .replace(|c: char| !c.is_ascii_graphic(), "")
    );
    let settings = Settings {
        endpoint,
        ..Settings::new(Arc::new(credentials), user_agent)
    };
    let vpc = Client::new(settings);
    Ok(Configured {
        vpc,
        region,
        gateways: Gateways::default(),
    })
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
