//! Profiles in files: the Alibaba Cloud CLI's `~/.aliyun/config.json` and the SDKs' `~/.alibabacloud/credentials.ini`.
//!
//! A file is read when the profile is first asked, and again when what it said no longer serves: somebody may have logged in
//! anew, or a tool put new credentials there. What a file says is a [`Recipe`]; whether it is one format or the other
//! shows in its first character.

mod config_json;
mod credentials_ini;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::file::{self, Unreadable};
use super::{Context, Credentials, Error, Recipe, Source};

const NAME: &str = "ALIBABA_CLOUD_PROFILE";
const ALICLOUD_NAME: &str = "ALICLOUD_PROFILE";
const FILE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
const CLI_DISABLED: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";

const CONFIG_JSON: &str = ".aliyun/config.json";
const CREDENTIALS_INI: &str = ".alibabacloud/credentials.ini";

/// Which profile, from where.
#[derive(Debug)]
pub(super) struct Wanted {
    /// By name, else the file's own choice.
    name: Option<String>,
    /// This file and no other.
    file: Option<String>,
    /// In place of the SDKs' file in the home.
    sdk_file: Option<String>,
    /// Whether the user asked for a profile. Otherwise it is absent where there is none.
    asked_for: bool,
    /// Whether the CLI's file may not be looked at.
    cli_disabled: bool,
}

impl Wanted {
    /// What the user asked for; the environment says the rest.
    pub(super) fn asked_for(
        name: Option<String>,
        file: Option<String>,
        context: &Context,
    ) -> Wanted {
        let environment = Wanted::by_environment(context);
        Wanted {
            name: name.or(environment.name),
            file,
            sdk_file: environment.sdk_file,
            asked_for: true,
            cli_disabled: false,
        }
    }

    /// What the environment says, of a profile that may not exist.
    pub(super) fn by_environment(context: &Context) -> Wanted {
        let name = context
            .variable(NAME)
            .or_else(|| context.variable(ALICLOUD_NAME));
        let sdk_file = context.variable(FILE);
        Wanted {
            asked_for: name.is_some() || sdk_file.is_some(),
            name,
            file: None,
            sdk_file,
            cli_disabled: context.is_on(CLI_DISABLED),
        }
    }
}

/// What a file says of a profile.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    recipe: Recipe,
    region: Option<String>,
}

/// Why a file does not give a profile.
#[derive(Debug, PartialEq, Eq)]
enum Miss {
    /// It does not have it: another file may.
    NotThere(String),
    /// It has it, or should have, and it cannot be used.
    Broken(String),
}

/// A profile, and what it said when it was last read.
#[derive(Debug)]
pub(super) struct Profile {
    wanted: Wanted,
    context: Context,
    built: Mutex<Option<Arc<Built>>>,
}

#[derive(Debug)]
struct Built {
    origin: String,
    found: Found,
    source: Arc<dyn Source>,
}

impl Profile {
    pub(super) fn new(wanted: Wanted, context: &Context) -> Profile {
        Profile {
            wanted,
            context: context.clone(),
            built: Mutex::new(None),
        }
    }

    async fn built(&self) -> Result<Arc<Built>, Error> {
        let mut built = self.built.lock().await;
        match &*built {
            Some(built) => Ok(Arc::clone(built)),
            None => {
                let (origin, found) = self.find().await?;
                Ok(self.build(&mut built, origin, found))
            }
        }
    }

    /// What the file says now, if that is something else than `old`.
    async fn rebuilt(&self, old: &Arc<Built>) -> Option<Arc<Built>> {
        let mut built = self.built.lock().await;
        if let Some(built) = built.as_ref().filter(|built| !Arc::ptr_eq(built, old)) {
            return Some(Arc::clone(built));
        }
        let (origin, found) = self.find().await.ok()?;
        (found != old.found).then(|| self.build(&mut built, origin, found))
    }

    fn build(&self, slot: &mut Option<Arc<Built>>, origin: String, found: Found) -> Arc<Built> {
        let source = found.recipe.clone().source(&self.context);
        let built = Arc::new(Built {
            origin,
            found,
            source,
        });
        *slot = Some(Arc::clone(&built));
        built
    }

    /// The files to look into, in order.
    fn files(&self) -> Vec<PathBuf> {
        if let Some(file) = &self.wanted.file {
            return vec![self.context.path(file)];
        }
        let first = self.context.in_home(CONFIG_JSON);
        let first = first.filter(|_| !self.wanted.cli_disabled);
        let second = match &self.wanted.sdk_file {
            Some(file) => Some(self.context.path(file)),
            None => self.context.in_home(CREDENTIALS_INI),
        };
        first.into_iter().chain(second).collect()
    }

    async fn find(&self) -> Result<(String, Found), Error> {
        let mut misses = Vec::new();
        if self.wanted.cli_disabled {
            misses.push(format!("~/{CONFIG_JSON} is disabled by {CLI_DISABLED}"));
        }
        let files = self.files();
        if files.is_empty() {
            misses.push("nobody says where the user's home is".to_owned());
        }
        for path in files {
            let origin = self.origin_in(&path);
            let shown = path.display();
            let text = match file::read(&path).await {
                Ok(text) => text,
                Err(Unreadable::Missing) => {
                    misses.push(format!("{shown} does not exist"));
                    continue;
                }
                Err(Unreadable::Other(reason)) => {
                    return Err(Error::Unusable {
                        origin,
                        reason: format!("{shown} cannot be read: {reason}"),
                    });
                }
            };
            match look_up(&text, self.wanted.name.as_deref(), &path) {
                // `aliyun configure` leaves one behind: who named none may mean the other file's.
                Ok(Found {
                    recipe: Recipe::Pair(pair),
                    ..
                }) if self.wanted.name.is_none() && pair.is_unset() => misses.push(format!(
                    "{shown} has neither access_key_id nor access_key_secret for it"
                )),
                Ok(found) => return Ok((origin, found)),
                Err(Miss::NotThere(reason)) => misses.push(format!("{shown} {reason}")),
                Err(Miss::Broken(reason)) => return Err(Error::Unusable { origin, reason }),
            }
        }
        let (origin, reason) = (self.origin(), misses.join(", "));
        Err(if self.wanted.asked_for {
            Error::Unusable { origin, reason }
        } else {
            Error::Absent { origin, reason }
        })
    }

    fn origin_in(&self, path: &Path) -> String {
        origin(self.wanted.name.as_deref(), path)
    }

    /// The error of a profile's source, as the profile's own.
    fn own(&self, built: &Built, error: Error) -> Error {
        let origin = built.origin.clone();
        match error {
            Error::Absent { reason, .. } if self.wanted.asked_for => {
                Error::Unusable { origin, reason }
            }
            Error::Unusable {
                origin: inner,
                reason,
            } if inner != origin => Error::Unusable {
                origin,
                reason: format!("{inner}: {reason}"),
            },
            other => other,
        }
    }
}

fn origin(name: Option<&str>, path: &Path) -> String {
    match name {
        Some(name) => format!("the profile {name:?} in {}", path.display()),
        None => format!("the current profile in {}", path.display()),
    }
}

/// What a file of either format says of a profile; its own choice without a name.
fn look_up(text: &Zeroizing<String>, name: Option<&str>, path: &Path) -> Result<Found, Miss> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let origin = origin(name, path);
    if text.starts_with('{') {
        config_json::look_up(text, name, &origin)
    } else {
        credentials_ini::look_up(text, name, &origin)
    }
}

#[async_trait]
impl Source for Profile {
    /// With the file, once that is known.
    fn origin(&self) -> String {
        if let Ok(built) = self.built.try_lock()
            && let Some(built) = &*built
        {
            return built.origin.clone();
        }
        let name = self.wanted.name.as_deref();
        match (&self.wanted.file, name) {
            (Some(file), name) => origin(name, &self.context.path(file)),
            (None, Some(name)) => format!("the profile {name:?}"),
            (None, None) => "the current profile".to_owned(),
        }
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        let built = self.built().await?;
        let error = match built.source.credentials().await {
            Ok(credentials) => return Ok(credentials),
            Err(error) => error,
        };
        match self.rebuilt(&built).await {
            Some(newer) => newer
                .source
                .credentials()
                .await
                .map_err(|error| self.own(&newer, error)),
            None => Err(self.own(&built, error)),
        }
    }

    async fn refresh(&self, refused: &Credentials) -> Result<Credentials, Error> {
        let built = self.built().await?;
        let refreshed = built.source.refresh(refused).await;
        if refreshed.as_ref().is_ok_and(|newer| newer != refused) {
            return refreshed;
        }
        match self.rebuilt(&built).await {
            Some(newer) => newer
                .source
                .credentials()
                .await
                .map_err(|error| self.own(&newer, error)),
            None => refreshed.map_err(|error| self.own(&built, error)),
        }
    }

    async fn region(&self) -> Option<String> {
        self.built().await.ok()?.found.region.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;
    use time::macros::datetime;

    use super::*;
    use crate::cloud::clock::Clock;
    use crate::cloud::test_server::channel;

    /// A home whose CLI has one profile, and the source that follows it.
    fn profile(settings: &str) -> (TempDir, Profile) {
        let home = TempDir::new().unwrap();
        let variable = home.path().display().to_string();
        let mut context = Context::new(
            move |name| (name == "HOME").then(|| variable.clone()),
            channel(),
        );
        context.channel.clock = Clock::new(|| datetime!(2026-01-01 00:00:00 UTC));
        write(&home, settings);
        let wanted = Wanted::asked_for(Some("dev".to_owned()), None, &context);
        (home, Profile::new(wanted, &context))
    }

    fn write(home: &TempDir, settings: &str) {
        let folder = home.path().join(".aliyun");
        fs::create_dir_all(&folder).unwrap();
        let text = format!(r#"{{"profiles":[{{"name":"dev",{settings}}}]}}"#);
        fs::write(folder.join("config.json"), text).unwrap();
    }

    fn temporary(mode: &str, number: u32, ends: i64) -> String {
        format!(
            r#""mode":"{mode}","access_key_id":"STS.{number}","access_key_secret":"s","sts_token":"t","sts_expiration":{ends}"#
        )
    }

    const PAST: i64 = 1_767_225_599;
    const FUTURE: i64 = 1_767_229_200;

    async fn id(profile: &Profile) -> String {
        profile.credentials().await.unwrap().access_key_id
    }

    #[tokio::test]
    async fn a_login_made_anew_while_this_runs_is_taken_up() {
        let (home, profile) = profile(&temporary("CloudSSO", 1, PAST));
        let ended = profile.credentials().await.unwrap_err().to_string();
        assert!(
            ended.contains("aliyun configure --mode CloudSSO --profile dev"),
            "{ended}"
        );
        write(&home, &temporary("CloudSSO", 2, FUTURE));
        assert_eq!(id(&profile).await, "STS.2");
    }

    #[tokio::test]
    async fn credentials_that_were_refused_are_looked_up_again() {
        let (home, profile) = profile(&temporary("StsToken", 1, 0));
        let refused = profile.credentials().await.unwrap();
        assert_eq!(profile.refresh(&refused).await.unwrap(), refused);
        write(&home, &temporary("StsToken", 2, 0));
        let refreshed = profile.refresh(&refused).await.unwrap();
        assert_eq!(refreshed.access_key_id, "STS.2");
        assert_eq!(id(&profile).await, "STS.2");
    }

    #[tokio::test]
    async fn the_file_is_read_once_while_it_serves() {
        let (home, profile) = profile(&temporary("StsToken", 1, 0));
        assert_eq!(id(&profile).await, "STS.1");
        fs::remove_dir_all(home.path().join(".aliyun")).unwrap();
        assert_eq!(id(&profile).await, "STS.1");
    }
}
