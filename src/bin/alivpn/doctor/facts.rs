//! What was found out, without a judgement.

use std::time::Duration;

use terraform_provider_alivpn::cloud::error::Error;
use terraform_provider_alivpn::cloud::sts::CallerIdentity;
use terraform_provider_alivpn::tf::diagnostics::Diagnostic;

/// Everything; `None` is what was not asked, because of what was found before.
#[derive(Debug, Default)]
pub struct Facts {
    /// What cannot be meant in options or environment: then nothing is asked.
    pub settings: Vec<Diagnostic>,
    /// Who signs.
    pub credentials: Option<Result<Signer, Diagnostic>>,
    /// Where.
    pub region: Option<Result<Region, Diagnostic>>,
    /// Whom the cloud takes the caller for.
    pub identity: Option<Identity>,
    /// Where calls go, and what comes back from there.
    pub endpoint: Option<Endpoint>,
    /// The cloud's word that it has no such region.
    pub no_such_region: Option<Error>,
    /// What may be done, of [`ACTIONS`]: as far as it was asked.
    pub permissions: Vec<(Action, Permission)>,
    /// The gateways of the region and the servers on them, when both may be listed.
    pub gateways: Option<Vec<Gateway>>,
}

/// Who signs; the secret stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The source, as a noun.
    pub origin: String,
    /// The access key's ID.
    pub access_key_id: String,
    /// Whether there is a security token.
    pub is_temporary: bool,
}

/// A region and who names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// As `cn-hangzhou`.
    pub name: String,
    /// An argument, a variable, or a profile.
    pub named_by: String,
}

/// What STS says.
#[derive(Debug)]
pub enum Identity {
    /// Who it is.
    Known(CallerIdentity),
    /// Why that is not known.
    Refused(Error),
    /// It was not asked: calls go to this machine, and no STS is named.
    NotAsked,
    /// It cannot be asked.
    NoEndpoint(String),
    /// It gave no answer in time; as `https://sts.aliyuncs.com`.
    Late(String),
}

/// Where calls go.
#[derive(Debug)]
pub struct Endpoint {
    /// As `https://vpc.aliyuncs.com`.
    pub origin: String,
    /// What came back, or why nothing did.
    pub reply: Result<Reply, String>,
}

/// An answer of whatever kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// How long it took, a new connection included.
    pub elapsed: Duration,
    /// By how many seconds this machine's clock is ahead of the cloud's, where the answer tells.
    pub ahead: Option<i64>,
}

/// A RAM action that the provider needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// The operation's name; the action is `vpc:` and this.
    pub operation: &'static str,
    /// What does not work without it, a sentence.
    pub without: &'static str,
    /// How much of the provider that is.
    pub need: Need,
}

/// How much does not work without an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Everything.
    Always,
    /// A part: some resource or data source.
    Sometimes,
    /// Apply, and what else is not for credentials that only plan.
    Apply,
}

/// The actions that can be tried without changing anything: by a read, or by a dry run.
pub const ACTIONS: [Action; 8] = [
    Action {
        operation: "DescribeSslVpnServers",
        without: "No SSL server can be planned.",
        need: Need::Always,
    },
    Action {
        operation: "DescribeVpnGateways",
        without: "The data sources of gateways do not work.",
        need: Need::Sometimes,
    },
    Action {
        operation: "DescribeSslVpnClientCerts",
        without: "No client certificate can be planned.",
        need: Need::Sometimes,
    },
    Action {
        operation: "DescribeSslVpnClients",
        without: "The data source of connected clients does not work.",
        need: Need::Sometimes,
    },
    Action {
        operation: "DescribeVpnGateway",
        without: "No change can wait for its gateway.",
        need: Need::Apply,
    },
    Action {
        operation: "DescribeSslVpnClientCert",
        without: "No client certificate can be created, imported, or given out with its private key, which this action alone shows.",
        need: Need::Apply,
    },
    Action {
        operation: "CreateSslVpnServer",
        without: "No SSL server can be created.",
        need: Need::Apply,
    },
    Action {
        operation: "ModifySslVpnServer",
        without: "No SSL server can be changed.",
        need: Need::Apply,
    },
];

/// The actions that apply needs besides: the API has no dry run for them.
pub const NOT_TRIED: [&str; 4] = [
    "DeleteSslVpnServer",
    "CreateSslVpnClientCert",
    "ModifySslVpnClientCert",
    "DeleteSslVpnClientCert",
];

/// Whether an action is allowed.
#[derive(Debug)]
pub enum Permission {
    /// Yes: it was done, or refused for a reason that comes after RAM's.
    Allowed,
    /// No.
    Denied(Error),
    /// The call came to nothing for another reason.
    Unknown(Error),
    /// The call did not come to an end in time.
    Late,
}

/// A gateway, as far as it matters to an SSL server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gateway {
    /// `vpn-...`
    pub id: String,
    /// The SSL server that is on it.
    pub server: Option<String>,
    /// Whether SSL-VPN is switched on, where the API says so.
    pub ssl_vpn: Option<bool>,
    /// `Traditional` takes an SSL server.
    pub gateway_type: Option<String>,
    /// As the API writes it.
    pub status: String,
    /// Whether it is locked for payment.
    pub is_locked: bool,
}
