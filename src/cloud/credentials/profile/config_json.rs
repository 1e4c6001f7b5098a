//! The Alibaba Cloud CLI's `config.json`: profiles, each with a mode, one of them current.

use serde::Deserialize;
use time::OffsetDateTime;

use super::{Found, Miss};
use crate::cloud::credentials::{
    AssumedRole, Credentials, Login, OidcRole, OidcToken, Recipe, StaticPair,
};
use crate::cloud::secret::Secret;

/// No chain of roles is that long.
const LONGEST_CHAIN: usize = 16;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    current: Option<String>,
    #[serde(default)]
    profiles: Vec<Profile>,
}

/// What is used of a profile; the CLI keeps more in it. Empty means not set.
#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    name: String,
    mode: Option<String>,
    region_id: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<Secret>,
    sts_token: Option<Secret>,
    sts_region: Option<String>,
    sts_expiration: Option<i64>,
    ram_role_name: Option<String>,
    ram_role_arn: Option<String>,
    ram_session_name: Option<String>,
    role_session_name: Option<String>,
    expired_seconds: Option<u64>,
    external_id: Option<String>,
    policy: Option<String>,
    source_profile: Option<String>,
    oidc_provider_arn: Option<String>,
    oidc_token_file: Option<String>,
    process_command: Option<Secret>,
    credentials_uri: Option<Secret>,
}

/// What the file says of the profile of this name, else of the current one.
pub(super) fn look_up(text: &str, name: Option<&str>, origin: &str) -> Result<Found, Miss> {
    // The parser's own words may repeat what it met.
    let file: File = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Miss::Broken(format!(
            "it is not such a file: see line {line}, column {column}"
        ))
    })?;
    let name = match (name, set(&file.current)) {
        (Some(name), _) => name,
        (None, Some(current)) => current,
        (None, None) => return Err(Miss::NotThere("names no current profile".to_owned())),
    };
    let profile = file
        .find(name)
        .ok_or_else(|| Miss::NotThere(format!("has no profile {name:?}")))?;
    let mut chain = Vec::new();
    let recipe = file.recipe(profile, origin, &mut chain)?;
    Ok(Found {
        recipe,
        region: set(&profile.region_id).map(str::to_owned),
    })
}

impl File {
    fn find(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// `chain` holds the names of the profiles on the way to this one.
    fn recipe<'a>(
        &'a self,
        profile: &'a Profile,
        origin: &str,
        chain: &mut Vec<&'a str>,
    ) -> Result<Recipe, Miss> {
        if chain.contains(&profile.name.as_str()) {
            chain.push(&profile.name);
            let names = chain.join(" -> ");
            return Err(Miss::Broken(format!(
                "source_profile goes in a circle: {names}"
            )));
        }
        chain.push(&profile.name);
        if chain.len() > LONGEST_CHAIN {
            return Err(Miss::Broken(format!(
                "more than {LONGEST_CHAIN} profiles follow each other by source_profile"
            )));
        }
        let mode = set(&profile.mode).unwrap_or("AK");
        match mode {
            "AK" => Ok(profile.pair(origin, false)),
            "StsToken" => {
                profile.required("sts_token", profile.sts_token.as_ref().map(Secret::expose))?;
                Ok(profile.pair(origin, true))
            }
            "RamRoleArn" => Ok(Recipe::AssumeRole(
                Box::new(profile.pair(origin, true)),
                profile.role()?,
            )),
            "ChainableRamRoleArn" => {
                let source = profile.required("source_profile", set(&profile.source_profile))?;
                let base = self.find(source).ok_or_else(|| {
                    profile.broken(format!(
                        "its source_profile is {source:?}, and there is no such profile"
                    ))
                })?;
                let base = self.recipe(base, origin, chain)?;
                Ok(Recipe::AssumeRole(Box::new(base), profile.role()?))
            }
            "EcsRamRole" => Ok(Recipe::EcsRole(
                set(&profile.ram_role_name).map(str::to_owned),
            )),
            "OIDC" => profile.oidc().map(Recipe::AssumeRoleWithOidc),
            "External" => {
                let command = profile.process_command.as_ref().map(Secret::expose);
                let command = profile.required("process_command", command)?;
                Ok(Recipe::Process(Secret::new(command)))
            }
            "CredentialsURI" => {
                let uri = profile.credentials_uri.as_ref().map(Secret::expose);
                let uri = profile.required("credentials_uri", uri)?;
                Ok(Recipe::CredentialsUri(Secret::new(uri)))
            }
            "CloudSSO" => Ok(profile.login("CloudSSO", origin)),
            "OAuth" => Ok(profile.login("OAuth", origin)),
            other => Err(profile.broken(format!(
                "its mode is {other:?}, which is none of AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, OIDC, \
                 External, CredentialsURI, CloudSSO, OAuth"
            ))),
        }
    }
}

impl Profile {
    fn broken(&self, reason: impl std::fmt::Display) -> Miss {
        Miss::Broken(format!("in the profile {:?} {reason}", self.name))
    }

    fn required<'a>(&self, key: &str, value: Option<&'a str>) -> Result<&'a str, Miss> {
        value
            .filter(|value| !value.trim().is_empty())
            .ok_or_else(|| self.broken(format!("{key} is not set")))
    }

    fn pair(&self, origin: &str, with_token: bool) -> Recipe {
        Recipe::Pair(StaticPair::new(
            origin,
            ("access_key_id", "access_key_secret"),
            self.access_key_id.clone(),
            self.access_key_secret.clone(),
            self.sts_token.clone().filter(|_| with_token),
        ))
    }

    fn session_name(&self) -> Option<String> {
        set(&self.ram_session_name)
            .or(set(&self.role_session_name))
            .map(str::to_owned)
    }

    fn duration(&self) -> Option<u64> {
        self.expired_seconds.filter(|seconds| *seconds > 0)
    }

    fn role(&self) -> Result<AssumedRole, Miss> {
        Ok(AssumedRole {
            arn: self
                .required("ram_role_arn", set(&self.ram_role_arn))?
                .to_owned(),
            session_name: self.session_name(),
            duration: self.duration(),
            policy: set(&self.policy).map(str::to_owned),
            external_id: set(&self.external_id).map(str::to_owned),
            sts_region: set(&self.sts_region).map(str::to_owned),
        })
    }

    fn oidc(&self) -> Result<OidcRole, Miss> {
        Ok(OidcRole {
            role_arn: self
                .required("ram_role_arn", set(&self.ram_role_arn))?
                .to_owned(),
            provider_arn: self
                .required("oidc_provider_arn", set(&self.oidc_provider_arn))?
                .to_owned(),
            token: OidcToken::File(
                self.required("oidc_token_file", set(&self.oidc_token_file))?
                    .to_owned(),
            ),
            session_name: self.session_name(),
            duration: self.duration(),
            policy: set(&self.policy).map(str::to_owned),
            sts_region: set(&self.sts_region).map(str::to_owned),
        })
    }

    fn login(&self, mode: &'static str, origin: &str) -> Recipe {
        let secret = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.is_empty());
        let parts = (
            set(&self.access_key_id),
            secret(&self.access_key_secret),
            secret(&self.sts_token),
        );
        let credentials = match parts {
            (Some(id), Some(secret), Some(token)) => Some(Credentials {
                access_key_id: id.to_owned(),
                secret,
                security_token: Some(token),
            }),
            _ => None,
        };
        Recipe::Login(Login {
            origin: origin.to_owned(),
            profile: self.name.clone(),
            mode,
            credentials,
            expiration: self
                .sts_expiration
                .filter(|seconds| *seconds > 0)
                .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()),
        })
    }
}

/// A setting that is there and not blank.
fn set(setting: &Option<String>) -> Option<&str> {
    setting.as_deref().filter(|text| !text.trim().is_empty())
}
