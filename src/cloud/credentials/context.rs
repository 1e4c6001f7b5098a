//! What sources need from outside, so that nothing of it is global and tests can give their own.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::environment::Lookup;
use super::{Environment, Error};
use crate::cloud::endpoint::Endpoint;
use crate::cloud::rpc::Channel;
use crate::cloud::sts;

const STS_REGION: &str = "ALIBABA_CLOUD_STS_REGION";
const INSIDE_VPC: &str = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";

/// Environment, connections, clock. A clone shares them.
#[derive(Clone)]
pub struct Context {
    lookup: Arc<Lookup>,
    /// How calls travel.
    pub channel: Channel,
    /// Where calls of STS go; by default to its central endpoint, or to that of the region chosen for it.
    pub sts_endpoint: Option<Endpoint>,
}

impl Context {
    /// With the environment that `lookup` knows, STS at its own endpoint.
    pub fn new(
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        channel: Channel,
    ) -> Context {
        Context {
            lookup: Arc::new(lookup),
            channel,
            sts_endpoint: None,
        }
    }

    /// A variable's value; a blank one counts as not set.
    pub fn variable(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.trim().is_empty())
    }

    /// Whether a variable says `true`.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.variable(name)
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("true") || value.trim() == "1")
    }

    /// The environment as a source, in both families of names.
    pub(super) fn environments(&self) -> [Environment; 2] {
        let lookup = |lookup: &Arc<Lookup>| {
            let lookup = Arc::clone(lookup);
            move |name: &str| lookup(name)
        };
        [
            Environment::new(lookup(&self.lookup)),
            Environment::of_alicloud(lookup(&self.lookup)),
        ]
    }

    /// A path in the user's home, `None` when nobody knows where that is.
    pub(super) fn in_home(&self, path: &str) -> Option<PathBuf> {
        let home = self
            .variable("HOME")
            .or_else(|| self.variable("USERPROFILE"))?;
        Some(PathBuf::from(home).join(path))
    }

    /// A path as users write it: `~/` stands for their home.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        path.strip_prefix("~/")
            .and_then(|rest| self.in_home(rest))
            .unwrap_or_else(|| PathBuf::from(path))
    }

    /// STS, in this region if one is chosen; `origin` is who asks.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] when the region chosen for it is none.
    pub fn sts(&self, region: Option<&str>, origin: &str) -> Result<sts::Client, Error> {
        let endpoint = match &self.sts_endpoint {
            Some(endpoint) => endpoint.clone(),
            None => {
                let region = region
                    .map(str::to_owned)
                    .or_else(|| self.variable(STS_REGION));
                Endpoint::sts(region.as_deref(), self.is_on(INSIDE_VPC)).map_err(|error| {
                    Error::Unusable {
                        origin: origin.to_owned(),
                        reason: format!("STS cannot be called: {error}"),
                    }
                })?
            }
        };
        Ok(sts::Client {
            channel: self.channel.clone(),
            endpoint,
        })
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("channel", &self.channel)
            .field("sts_endpoint", &self.sts_endpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::test_server::channel;

    fn sts_host(
        variables: &'static [(&'static str, &'static str)],
        region: Option<&str>,
    ) -> String {
        let lookup = move |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match Context::new(lookup, channel()).sts(region, "the test") {
            Ok(client) => client.endpoint.host().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn sts_is_called_in_the_region_chosen_for_it() {
        assert_eq!(sts_host(&[], None), "sts.aliyuncs.com");
        assert_eq!(
            sts_host(&[], Some("cn-beijing")),
            "sts.cn-beijing.aliyuncs.com"
        );
        let set: &[_] = &[(STS_REGION, "cn-qingdao"), (INSIDE_VPC, "true")];
        assert_eq!(sts_host(set, None), "sts-vpc.cn-qingdao.aliyuncs.com");
        assert_eq!(
            sts_host(set, Some("cn-beijing")),
            "sts-vpc.cn-beijing.aliyuncs.com"
        );
        let wrong = sts_host(&[(STS_REGION, "x.example.com/")], None);
        assert!(wrong.contains("is not the name of a region"), "{wrong}");
    }

    #[test]
    fn a_tilde_is_the_users_home() {
        let context = Context::new(|name| (name == "HOME").then(|| "/h".to_owned()), channel());
        assert_eq!(context.path("~/a/b"), PathBuf::from("/h/a/b"));
        assert_eq!(context.path("/a/~/b"), PathBuf::from("/a/~/b"));
    }
}
