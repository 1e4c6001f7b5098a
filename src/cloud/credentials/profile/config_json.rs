//! The Alibaba Cloud CLI's `config.json`: profiles, each with a mode, one of them current.
//!
//! A setting is read when it is used, and only then must be what it should be: the CLI keeps more in the file than is used here,
//! and what is odd in another profile does no harm.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::{Found, Miss};
use crate::cloud::credentials::{
    AssumedRole, Credentials, Login, OidcRole, OidcToken, Recipe, StaticPair,
};
use crate::cloud::secret::Secret;

/// No chain of roles is that long.
const LONGEST_CHAIN: usize = 16;

/// Settings by their names, not read yet.
type Settings<'a> = BTreeMap<String, &'a RawValue>;

/// What the file says of the profile of this name, else of the current one.
pub(super) fn look_up(text: &str, name: Option<&str>, origin: &str) -> Result<Found, Miss> {
    let file = File::read(text)?;
    let name = match (name, &file.current) {
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
        region: profile.text("region_id")?,
    })
}

struct File<'a> {
    current: Option<String>,
    profiles: Vec<Profile<'a>>,
}

impl<'a> File<'a> {
    fn read(text: &'a str) -> Result<File<'a>, Miss> {
        // The parser's own words may repeat what it met.
        let settings: Settings<'a> = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Miss::Broken(format!(
                "it is not such a file: see line {line}, column {column}"
            ))
        })?;
        let entries: Vec<&'a RawValue> = read(&settings, "profiles")
            .map_err(|Odd| Miss::Broken("profiles is not a list".to_owned()))?
            .unwrap_or_default();
        Ok(File {
            current: read(&settings, "current")
                .ok()
                .flatten()
                .filter(|name: &String| is_set(name)),
            profiles: entries.into_iter().filter_map(Profile::read).collect(),
        })
    }

    fn find(&self, name: &str) -> Option<&Profile<'a>> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// `chain` holds the names of the profiles on the way to this one.
    fn recipe<'b>(
        &'b self,
        profile: &'b Profile<'a>,
        origin: &str,
        chain: &mut Vec<&'b str>,
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
        let mode = profile.text("mode")?;
        match mode.as_deref().unwrap_or("AK") {
            "AK" => profile.pair(origin, false),
            "StsToken" => {
                profile.required_secret("sts_token")?;
                profile.pair(origin, true)
            }
            "RamRoleArn" => Ok(Recipe::AssumeRole(
                Box::new(profile.pair(origin, true)?),
                profile.role()?,
            )),
            "ChainableRamRoleArn" => {
                let source = profile.required("source_profile")?;
                let base = self.find(&source).ok_or_else(|| {
                    profile.broken(format!(
                        "its source_profile is {source:?}, and there is no such profile"
                    ))
                })?;
                let base = self.recipe(base, origin, chain)?;
                Ok(Recipe::AssumeRole(Box::new(base), profile.role()?))
            }
            "EcsRamRole" => profile.text("ram_role_name").map(Recipe::EcsRole),
            "OIDC" => profile.oidc().map(Recipe::AssumeRoleWithOidc),
            "External" => profile
                .required_secret("process_command")
                .map(Recipe::Process),
            "CredentialsURI" => profile
                .required_secret("credentials_uri")
                .map(Recipe::CredentialsUri),
            "CloudSSO" => profile.login("CloudSSO", origin),
            "OAuth" => profile.login("OAuth", origin),
            other => Err(profile.broken(format!(
                "its mode is {other:?}, which is none of AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, OIDC, \
                 External, CredentialsURI, CloudSSO, OAuth"
            ))),
        }
    }
}

struct Profile<'a> {
    name: String,
    settings: Settings<'a>,
}

impl<'a> Profile<'a> {
    /// None for what nobody can ask for.
    fn read(entry: &'a RawValue) -> Option<Profile<'a>> {
        let settings: Settings<'a> = serde_json::from_str(entry.get()).ok()?;
        let name = read(&settings, "name").ok()??;
        Some(Profile { name, settings })
    }

    fn broken(&self, reason: impl std::fmt::Display) -> Miss {
        Miss::Broken(format!("in the profile {:?} {reason}", self.name))
    }

    /// Null and blank count as not set.
    fn text(&self, key: &str) -> Result<Option<String>, Miss> {
        read(&self.settings, key)
            .map(|text: Option<String>| text.filter(|text| is_set(text)))
            .map_err(|Odd| self.broken(format!("{key} is not a text")))
    }

    /// As [`Profile::text`].
    fn secret(&self, key: &str) -> Result<Option<Secret>, Miss> {
        read(&self.settings, key)
            .map(|secret: Option<Secret>| secret.filter(|secret| is_set(secret.expose())))
            .map_err(|Odd| self.broken(format!("{key} is not a text")))
    }

    /// Seconds: null, 0 and less count as not set.
    fn seconds(&self, key: &str) -> Result<Option<i64>, Miss> {
        read(&self.settings, key)
            .map(|seconds| seconds.filter(|seconds| *seconds > 0))
            .map_err(|Odd| self.broken(format!("{key} is not a number of seconds")))
    }

    fn required(&self, key: &str) -> Result<String, Miss> {
        self.text(key)?
            .ok_or_else(|| self.broken(format!("{key} is not set")))
    }

    fn required_secret(&self, key: &str) -> Result<Secret, Miss> {
        self.secret(key)?
            .ok_or_else(|| self.broken(format!("{key} is not set")))
    }

    fn pair(&self, origin: &str, with_token: bool) -> Result<Recipe, Miss> {
        let token = match with_token {
            true => self.secret("sts_token")?,
            false => None,
        };
        Ok(Recipe::Pair(StaticPair::new(
            origin,
            ("access_key_id", "access_key_secret"),
            self.text("access_key_id")?,
            self.secret("access_key_secret")?,
            token,
        )))
    }

    fn session_name(&self) -> Result<Option<String>, Miss> {
        match self.text("ram_session_name")? {
            Some(name) => Ok(Some(name)),
            None => self.text("role_session_name"),
        }
    }

    fn duration(&self) -> Result<Option<u64>, Miss> {
        let seconds = self.seconds("expired_seconds")?;
        Ok(seconds.map(i64::unsigned_abs))
    }

    fn role(&self) -> Result<AssumedRole, Miss> {
        Ok(AssumedRole {
            arn: self.required("ram_role_arn")?,
            session_name: self.session_name()?,
            duration: self.duration()?,
            policy: self.text("policy")?,
            external_id: self.text("external_id")?,
            sts_region: self.text("sts_region")?,
        })
    }

    fn oidc(&self) -> Result<OidcRole, Miss> {
        Ok(OidcRole {
            role_arn: self.required("ram_role_arn")?,
            provider_arn: self.required("oidc_provider_arn")?,
            token: OidcToken::File(self.required("oidc_token_file")?),
            session_name: self.session_name()?,
            duration: self.duration()?,
            policy: self.text("policy")?,
            sts_region: self.text("sts_region")?,
        })
    }

    fn login(&self, mode: &'static str, origin: &str) -> Result<Recipe, Miss> {
        let parts = (
            self.text("access_key_id")?,
            self.secret("access_key_secret")?,
            self.secret("sts_token")?,
        );
        let credentials = match parts {
            (Some(access_key_id), Some(secret), Some(token)) => Some(Credentials {
                access_key_id,
                secret,
                security_token: Some(token),
            }),
            _ => None,
        };
        Ok(Recipe::Login(Login {
            origin: origin.to_owned(),
            profile: self.name.clone(),
            mode,
            credentials,
            expiration: self
                .seconds("sts_expiration")?
                .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()),
        }))
    }
}

/// A setting is of another type than it should be.
struct Odd;

/// What is set under a name.
fn read<'a, T: Deserialize<'a>>(settings: &Settings<'a>, key: &str) -> Result<Option<T>, Odd> {
    match settings.get(key) {
        None => Ok(None),
        Some(raw) => serde_json::from_str(raw.get()).map_err(|_| Odd),
    }
}

fn is_set(text: &str) -> bool {
    !text.trim().is_empty()
}
