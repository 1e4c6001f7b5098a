//! The operations of the API, a file each. Every one is a straight line in the order in which the API looks: region, parameters, existence,
//! payment and abilities of the gateway, whether it is busy, quota and conflicts, dry run; the effect comes last.

mod create_ssl_vpn_client_cert;
mod create_ssl_vpn_server;
mod delete_ssl_vpn_client_cert;
mod delete_ssl_vpn_server;
mod describe_regions;
mod describe_ssl_vpn_client_cert;
mod describe_ssl_vpn_client_certs;
mod describe_ssl_vpn_clients;
mod describe_ssl_vpn_servers;
mod describe_vpn_gateway;
mod describe_vpn_gateways;
mod get_caller_identity;
mod modify_ssl_vpn_client_cert;
mod modify_ssl_vpn_server;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::time::Instant;

pub(super) use describe_ssl_vpn_client_cert::whole as whole_certificate;
pub(super) use describe_ssl_vpn_client_certs::shown_attributes as shown_certificate;

use super::authentication::AccessKey;
use super::error::{self, ApiError};
use super::issue::NewCert;
use super::parameters::{Page, Parameters};
use super::regions;
use super::world::World;

/// The present, as both clocks have it.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// For what takes time.
    pub instant: Instant,
    /// Milliseconds since 1970, for what the API writes down.
    pub unix_ms: u64,
}

impl Moment {
    /// The present.
    pub fn now() -> Self {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            instant: Instant::now(),
            unix_ms: u64::try_from(unix.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// As HTTP writes it: `Thu, 01 Jan 2026 01:00:00 GMT`. Empty for a time that no calendar has.
    pub fn date(self) -> String {
        let format = format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        i64::try_from(self.unix_ms / 1000)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|date| date.format(format).ok())
            .unwrap_or_default()
    }
}

/// What an operation answers, without the RequestId.
pub type Answer = Map<String, Value>;

/// An operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    CreateSslVpnServer,
    ModifySslVpnServer,
    DeleteSslVpnServer,
    DescribeSslVpnServers,
    CreateSslVpnClientCert,
    ModifySslVpnClientCert,
    DeleteSslVpnClientCert,
    DescribeSslVpnClientCert,
    DescribeSslVpnClientCerts,
    DescribeSslVpnClients,
    DescribeVpnGateway,
    DescribeVpnGateways,
    DescribeRegions,
    GetCallerIdentity,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::CreateSslVpnServer,
        Self::ModifySslVpnServer,
        Self::DeleteSslVpnServer,
        Self::DescribeSslVpnServers,
        Self::CreateSslVpnClientCert,
        Self::ModifySslVpnClientCert,
        Self::DeleteSslVpnClientCert,
        Self::DescribeSslVpnClientCert,
        Self::DescribeSslVpnClientCerts,
        Self::DescribeSslVpnClients,
        Self::DescribeVpnGateway,
        Self::DescribeVpnGateways,
        Self::DescribeRegions,
        Self::GetCallerIdentity,
    ];

    /// The operation of a name, which is exact in its case.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }

    /// As in `x-acs-action` and `Action`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateSslVpnServer => "CreateSslVpnServer",
            Self::ModifySslVpnServer => "ModifySslVpnServer",
            Self::DeleteSslVpnServer => "DeleteSslVpnServer",
            Self::DescribeSslVpnServers => "DescribeSslVpnServers",
            Self::CreateSslVpnClientCert => "CreateSslVpnClientCert",
            Self::ModifySslVpnClientCert => "ModifySslVpnClientCert",
            Self::DeleteSslVpnClientCert => "DeleteSslVpnClientCert",
            Self::DescribeSslVpnClientCert => "DescribeSslVpnClientCert",
            Self::DescribeSslVpnClientCerts => "DescribeSslVpnClientCerts",
            Self::DescribeSslVpnClients => "DescribeSslVpnClients",
            Self::DescribeVpnGateway => "DescribeVpnGateway",
            Self::DescribeVpnGateways => "DescribeVpnGateways",
            Self::DescribeRegions => "DescribeRegions",
            Self::GetCallerIdentity => "GetCallerIdentity",
        }
    }

    /// The version of the API that it belongs to: all are the VPC's, but one of STS.
    pub fn version(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "2015-04-01",
            _ => "2016-04-28",
        }
    }

    /// Whether it takes a ClientToken.
    pub fn is_change(self) -> bool {
        matches!(
            self,
            Self::CreateSslVpnServer
                | Self::ModifySslVpnServer
                | Self::DeleteSslVpnServer
                | Self::CreateSslVpnClientCert
                | Self::ModifySslVpnClientCert
                | Self::DeleteSslVpnClientCert
        )
    }

    /// Carries it out for who has signed it; who creates a certificate brings its keys.
    ///
    /// # Errors
    /// The API's refusals; then nothing was changed.
    pub fn perform(
        self,
        world: &mut World,
        caller: &AccessKey,
        parameters: &Parameters,
        now: Moment,
        new_cert: Option<NewCert>,
    ) -> Result<Answer, ApiError> {
        world.advance(now.instant);
        match self {
            Self::CreateSslVpnServer => create_ssl_vpn_server::perform(world, parameters, now),
            Self::ModifySslVpnServer => modify_ssl_vpn_server::perform(world, parameters, now),
            Self::DeleteSslVpnServer => delete_ssl_vpn_server::perform(world, parameters, now),
            Self::DescribeSslVpnServers => describe_ssl_vpn_servers::perform(world, parameters),
            Self::CreateSslVpnClientCert => {
                create_ssl_vpn_client_cert::perform(world, parameters, new_cert)
            }
            Self::ModifySslVpnClientCert => modify_ssl_vpn_client_cert::perform(world, parameters),
            Self::DeleteSslVpnClientCert => {
                delete_ssl_vpn_client_cert::perform(world, parameters, now)
            }
            Self::DescribeSslVpnClientCert => {
                describe_ssl_vpn_client_cert::perform(world, parameters, now)
            }
            Self::DescribeSslVpnClientCerts => {
                describe_ssl_vpn_client_certs::perform(world, parameters, now)
            }
            Self::DescribeSslVpnClients => describe_ssl_vpn_clients::perform(world, parameters),
            Self::DescribeVpnGateway => describe_vpn_gateway::perform(world, parameters, now),
            Self::DescribeVpnGateways => describe_vpn_gateways::perform(world, parameters, now),
            Self::DescribeRegions => describe_regions::perform(parameters),
            Self::GetCallerIdentity => Ok(get_caller_identity::perform(caller)),
        }
    }
}

/// The region of a call.
fn region(parameters: &Parameters) -> Result<&str, ApiError> {
    let region = parameters.required("RegionId")?;
    if regions::is_known(region) {
        Ok(region)
    } else {
        Err(error::INVALID_REGION_ID_NOT_FOUND.into())
    }
}

/// Ends a call with `DryRun=true` before its effect.
fn check_dry_run(dry_run: Option<bool>) -> Result<(), ApiError> {
    match dry_run {
        Some(true) => Err(error::DRY_RUN_OPERATION.into()),
        _ => Ok(()),
    }
}

/// The attributes of an object as an answer.
fn attributes(object: &impl serde::Serialize) -> Answer {
    match serde_json::to_value(object) {
        Ok(Value::Object(attributes)) => attributes,
        _ => Answer::new(),
    }
}

/// One page of a list, wrapped twice as the API does: `"VpnGateways": {"VpnGateway": [..]}`.
fn list<T>(
    outer: &str,
    inner: &str,
    page: Page,
    all: Vec<T>,
    show: impl Fn(T) -> Answer,
) -> Answer {
    let mut answer = bare_list(outer, page, all, show);
    let items = answer.remove(outer).unwrap_or_default();
    let wrapped = Answer::from_iter([(inner.to_owned(), items)]);
    answer.insert(outer.to_owned(), wrapped.into());
    answer
}

/// One page of a list that is not wrapped.
fn bare_list<T>(name: &str, page: Page, all: Vec<T>, show: impl Fn(T) -> Answer) -> Answer {
    let mut answer = Answer::new();
    answer.insert("PageNumber".to_owned(), page.number.into());
    answer.insert("PageSize".to_owned(), page.size.into());
    answer.insert("TotalCount".to_owned(), all.len().into());
    let items: Vec<Answer> = page.of(all).into_iter().map(show).collect();
    answer.insert(name.to_owned(), items.into());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_by_their_exact_name() {
        for operation in Operation::ALL {
            assert_eq!(Operation::of(operation.name()), Some(operation));
        }
        assert_eq!(Operation::of("describeRegions"), None);
    }
}
