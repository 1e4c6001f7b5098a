//! The rows and columns of the matrix: what the provider uses, and what goes wrong.

use serde_json::{Value as Json, json};
use terraform_provider_alivpn::tf::value::Value;

use crate::cloud::GATEWAY;
use crate::subject::{CERTIFICATE, Doing, Kind, SERVER};

/// Where an operation is used.
#[derive(Clone, Copy)]
pub enum By {
    /// While an object is created, changed, deleted or refreshed.
    Resource(&'static Kind, Doing),
    /// While such a change is planned: by the dry run that `preflight` asks for, or by a look for the sake of a warning.
    Plan(&'static Kind, Doing),
    /// By a data source, with these arguments.
    DataSource(&'static str, fn() -> Vec<(&'static str, Value)>),
}

/// Every operation that the provider uses, and what it is used for.
pub const USES: &[(&str, By)] = &[
    ("CreateSslVpnServer", By::Resource(&SERVER, Doing::Create)),
    ("DescribeVpnGateway", By::Resource(&SERVER, Doing::Create)),
    (
        "DescribeSslVpnServers",
        By::Resource(&SERVER, Doing::Create),
    ),
    ("ModifySslVpnServer", By::Resource(&SERVER, Doing::Update)),
    ("DescribeVpnGateway", By::Resource(&SERVER, Doing::Update)),
    (
        "DescribeSslVpnServers",
        By::Resource(&SERVER, Doing::Update),
    ),
    ("ModifySslVpnServer", By::Resource(&SERVER, Doing::Rename)),
    ("DeleteSslVpnServer", By::Resource(&SERVER, Doing::Delete)),
    ("DescribeVpnGateway", By::Resource(&SERVER, Doing::Delete)),
    (
        "DescribeSslVpnServers",
        By::Resource(&SERVER, Doing::Delete),
    ),
    (
        "DescribeSslVpnServers",
        By::Resource(&SERVER, Doing::Refresh),
    ),
    (
        "CreateSslVpnClientCert",
        By::Resource(&CERTIFICATE, Doing::Create),
    ),
    (
        "DescribeSslVpnClientCert",
        By::Resource(&CERTIFICATE, Doing::Create),
    ),
    (
        "ModifySslVpnClientCert",
        By::Resource(&CERTIFICATE, Doing::Rename),
    ),
    (
        "DescribeSslVpnServers",
        By::Resource(&CERTIFICATE, Doing::Delete),
    ),
    (
        "DeleteSslVpnClientCert",
        By::Resource(&CERTIFICATE, Doing::Delete),
    ),
    (
        "DescribeSslVpnClientCerts",
        By::Resource(&CERTIFICATE, Doing::Delete),
    ),
    (
        "DescribeSslVpnClientCerts",
        By::Resource(&CERTIFICATE, Doing::Refresh),
    ),
    ("CreateSslVpnServer", By::Plan(&SERVER, Doing::Create)),
    ("ModifySslVpnServer", By::Plan(&SERVER, Doing::Update)),
    ("DescribeVpnGateway", By::Plan(&SERVER, Doing::Create)),
    (
        "DescribeVpnGateways",
        By::DataSource("alivpn_vpn_gateways", Vec::new),
    ),
    (
        "DescribeSslVpnClientCerts",
        By::DataSource("alivpn_ssl_vpn_client_certs", Vec::new),
    ),
    (
        "DescribeSslVpnClients",
        By::DataSource("alivpn_ssl_vpn_clients", || {
            vec![("vpn_gateway_id", Value::from(GATEWAY))]
        }),
    ),
];

/// What goes wrong.
#[derive(Clone, Copy)]
pub enum Wrong {
    /// Connections are refused from the call on. Only ever stays: how long would be chance.
    Refused,
    /// The emulator's fault, without operation and count.
    Ordered(fn() -> Json),
    /// As `Ordered` while it stays; once, with credentials that a newer pair can replace.
    Expired,
    /// As `Ordered` while it stays; once, the cloud's clock is an hour ahead.
    Clock,
}

/// A fault and what is to come of it.
pub struct Fault {
    pub name: &'static str,
    pub wrong: Wrong,
    /// Whether nobody notices a single one.
    pub passes: bool,
    /// What an error says of it besides the operation.
    pub says: &'static [&'static str],
}

const NO_ANSWER: &[&str] = &["got no answer from http://127.0.0.1:"];
const HTML: &str = "<html><h1>502 Bad Gateway</h1></html>";

pub const FAULTS: &[Fault] = &[
    Fault {
        name: "refused",
        wrong: Wrong::Refused,
        passes: false,
        says: NO_ANSWER,
    },
    Fault {
        name: "reset before",
        wrong: Wrong::Ordered(|| json!({"reset": "before"})),
        passes: true,
        says: NO_ANSWER,
    },
    Fault {
        name: "reset after",
        wrong: Wrong::Ordered(|| json!({"reset": "after"})),
        passes: true,
        says: NO_ANSWER,
    },
    // Longer than the provider waits for an answer; the call is carried out then.
    Fault {
        name: "hang",
        wrong: Wrong::Ordered(|| json!({"delay": "1.5s"})),
        passes: true,
        says: &[],
    },
    Fault {
        name: "500",
        wrong: Wrong::Ordered(|| json!({"code": "InternalError", "http_status": 500})),
        passes: true,
        says: &["code InternalError", "HTTP 500, RequestId "],
    },
    Fault {
        name: "502 HTML",
        wrong: Wrong::Ordered(|| json!({"http_status": 502, "body": HTML})),
        passes: true,
        says: &["HTML", "HTTP 502, RequestId "],
    },
    Fault {
        name: "503",
        wrong: Wrong::Ordered(|| json!({"http_status": 503})),
        passes: true,
        says: &["it is empty", "HTTP 503, RequestId "],
    },
    Fault {
        name: "truncated",
        wrong: Wrong::Ordered(|| json!({"reset": "midway"})),
        passes: true,
        says: NO_ANSWER,
    },
    Fault {
        name: "wrong type",
        wrong: Wrong::Ordered(|| json!({"effect": true, "body": "[1]"})),
        passes: true,
        says: &["not an object", "HTTP 200, RequestId "],
    },
    Fault {
        name: "not JSON",
        wrong: Wrong::Ordered(|| json!({"effect": true, "body": "OK"})),
        passes: true,
        says: &["not JSON", "HTTP 200, RequestId "],
    },
    Fault {
        name: "throttled",
        wrong: Wrong::Ordered(|| json!({"code": "Throttling.User"})),
        passes: true,
        says: &["code Throttling.User", "RequestId "],
    },
    Fault {
        name: "throttled, after",
        wrong: Wrong::Ordered(|| json!({"code": "Throttling.User", "retry_after_ms": 300})),
        passes: true,
        says: &["code Throttling.User", "RequestId "],
    },
    Fault {
        name: "gateway busy",
        wrong: Wrong::Ordered(|| json!({"code": "VpnGateway.Configuring"})),
        passes: true,
        says: &["code VpnGateway.Configuring", "RequestId "],
    },
    Fault {
        name: "SystemBusy",
        wrong: Wrong::Ordered(|| json!({"code": "SystemBusy"})),
        passes: true,
        says: &["code SystemBusy", "RequestId "],
    },
    Fault {
        name: "token expired",
        wrong: Wrong::Expired,
        passes: true,
        says: &["code InvalidSecurityToken.Expired", "RequestId "],
    },
    Fault {
        name: "clock",
        wrong: Wrong::Clock,
        passes: true,
        says: &["code InvalidTimeStamp.Expired", "RequestId "],
    },
    Fault {
        name: "forbidden",
        wrong: Wrong::Ordered(|| json!({"code": "Forbidden.RAM"})),
        passes: false,
        says: &["code Forbidden.RAM", "RequestId "],
    },
    Fault {
        name: "payment",
        wrong: Wrong::Ordered(|| json!({"code": "VpnGateway.FinancialLocked"})),
        passes: false,
        says: &["code VpnGateway.FinancialLocked", "RequestId "],
    },
];

impl By {
    pub fn name(self) -> String {
        match self {
            By::Resource(kind, doing) | By::Plan(kind, doing) => {
                let kind = kind.type_name.trim_start_matches("alivpn_ssl_vpn_");
                let doing = format!("{doing:?}").to_lowercase();
                let plan = match self {
                    By::Plan(..) => "plan of ",
                    _ => "",
                };
                format!("{kind}, {plan}{doing}")
            }
            By::DataSource(name, _) => name.trim_start_matches("alivpn_").to_owned(),
        }
    }
}
