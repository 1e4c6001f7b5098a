//! What a call asks of a policy: the action, and the resources as the operations' reference pages have them. Where an object is to be made
//! or a list is asked for, the resource ends in `/*`, which only a wildcard or no restriction covers.

use crate::emulator::operations::Operation;
use crate::emulator::parameters::Parameters;

/// The number of the emulated account.
const ACCOUNT: &str = "1234567890123456";

/// An action on resources, all of which must be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// `vpc:OPERATION`.
    pub action: String,
    /// `acs:vpc:REGION:ACCOUNT:KIND/ID`; at least one.
    pub resources: Vec<String>,
}

/// A kind of object, as resources name it.
#[derive(Clone, Copy)]
enum Kind {
    VpnGateway,
    SslVpnServer,
    SslVpnClientCert,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::VpnGateway => "vpngateway",
            Self::SslVpnServer => "sslvpnserver",
            Self::SslVpnClientCert => "sslvpnclientcert",
        }
    }

    /// The parameter that names one.
    fn parameter(self) -> &'static str {
        match self {
            Self::VpnGateway => "VpnGatewayId",
            Self::SslVpnServer => "SslVpnServerId",
            Self::SslVpnClientCert => "SslVpnClientCertId",
        }
    }
}

/// Which objects of a kind a call touches.
#[derive(Clone, Copy)]
enum Which {
    /// The one that its parameter names.
    Named,
    /// Whatever there is, or one that is not there yet.
    Any,
}

impl Demand {
    /// What this call asks; `None` for one that nobody needs a permission for.
    pub fn of(operation: Operation, parameters: &Parameters) -> Option<Self> {
        let region = parameters.text("RegionId").unwrap_or("*");
        let resources = touches(operation)?
            .iter()
            .map(|(kind, which)| {
                let id = match which {
                    Which::Named => parameters.text(kind.parameter()).unwrap_or("*"),
                    Which::Any => "*",
                };
                format!("acs:vpc:{region}:{ACCOUNT}:{}/{id}", kind.name())
            })
            .collect();
        Some(Self {
            action: format!("vpc:{}", operation.name()),
            resources,
        })
    }
}

/// `None` for what nobody needs a permission for.
fn touches(operation: Operation) -> Option<&'static [(Kind, Which)]> {
    use Kind::{SslVpnClientCert, SslVpnServer, VpnGateway};
    use Which::{Any, Named};
    Some(match operation {
        Operation::CreateSslVpnServer => &[(VpnGateway, Named), (SslVpnServer, Any)],
        Operation::ModifySslVpnServer | Operation::DeleteSslVpnServer => &[(SslVpnServer, Named)],
        Operation::DescribeSslVpnServers => &[(SslVpnServer, Any)],
        Operation::CreateSslVpnClientCert => &[(SslVpnServer, Named), (SslVpnClientCert, Any)],
        Operation::ModifySslVpnClientCert
        | Operation::DeleteSslVpnClientCert
        | Operation::DescribeSslVpnClientCert => &[(SslVpnClientCert, Named)],
        Operation::DescribeSslVpnClientCerts => &[(SslVpnClientCert, Any)],
        Operation::DescribeSslVpnClients | Operation::DescribeVpnGateway => &[(VpnGateway, Named)],
        Operation::DescribeVpnGateways | Operation::DescribeRegions => &[(VpnGateway, Any)],
        Operation::GetCallerIdentity => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_asks_for_its_action_on_what_it_touches() {
        let parameters = Parameters::new(
            [
                ("RegionId", "cn-hangzhou"),
                ("VpnGatewayId", "vpn-1"),
                ("SslVpnServerId", "vss-1"),
                ("SslVpnClientCertId", "vsc-1"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        );
        for (operation, resources) in [
            (
                Operation::CreateSslVpnServer,
                &["vpngateway/vpn-1", "sslvpnserver/*"][..],
            ),
            (Operation::DeleteSslVpnServer, &["sslvpnserver/vss-1"]),
            (Operation::DescribeSslVpnServers, &["sslvpnserver/*"]),
            (
                Operation::CreateSslVpnClientCert,
                &["sslvpnserver/vss-1", "sslvpnclientcert/*"],
            ),
            (
                Operation::DescribeSslVpnClientCert,
                &["sslvpnclientcert/vsc-1"],
            ),
            (Operation::DescribeVpnGateway, &["vpngateway/vpn-1"]),
        ] {
            let demand = Demand::of(operation, &parameters).unwrap();
            assert_eq!(demand.action, format!("vpc:{}", operation.name()));
            let expected: Vec<String> = resources
                .iter()
                .map(|resource| format!("acs:vpc:cn-hangzhou:1234567890123456:{resource}"))
                .collect();
            assert_eq!(demand.resources, expected);
        }
    }

    #[test]
    fn every_operation_touches_something_but_who_one_is() {
        for operation in Operation::ALL {
            let demand = Demand::of(operation, &Parameters::default());
            let touches = demand.is_some_and(|demand| !demand.resources.is_empty());
            let needs_none = operation == Operation::GetCallerIdentity;
            assert_ne!(touches, needs_none, "{}", operation.name());
        }
    }
}
