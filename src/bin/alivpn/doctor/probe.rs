//! Asks, one after the other, as long as an answer can mean something. Everything here is a read or a dry run.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use terraform_provider_alivpn::cloud::endpoint::{Endpoint as CloudEndpoint, Scheme};
use terraform_provider_alivpn::cloud::error::{Class, Error};
use terraform_provider_alivpn::cloud::vpc::{
    BusinessStatus, Client, SslVpnClientCertFilter, SslVpnServer, SslVpnServerFilter,
    SslVpnServerSettings, VpnGateway, VpnGatewayFilter,
};
use terraform_provider_alivpn::provider::configuration::{Configuration, Setup, set_up};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::facts::{
    ACTIONS, Action, Endpoint, Facts, Gateway, Identity, Permission, Region, Reply, Signer,
};
use super::waiting::for_answer;

/// IDs that nothing has, to ask for where there is nothing: a refusal as not found is a permission.
const NO_GATEWAY: &str = "vpn-alivpndoctor";
const NO_SERVER: &str = "vss-alivpndoctor";
const NO_CERT: &str = "vsc-alivpndoctor";

/// All facts that can be had with this provider block in this environment.
pub async fn facts(
    block: &Configuration,
    environment: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
) -> Facts {
    let mut facts = Facts::default();
    let user_agent = concat!("alivpn-doctor/", env!("CARGO_PKG_VERSION"));
    let setup = match set_up(block, user_agent, environment) {
        Ok(setup) => setup,
        Err(diagnostics) => {
            facts.settings = diagnostics.0;
            return facts;
        }
    };

    let credentials = waiting("credentials", setup.credentials()).await;
    let is_signed = matches!(credentials, Some(Ok(_)));
    facts.credentials = credentials.map(|result| {
        result.map(|credentials| Signer {
            origin: setup.source.origin(),
            access_key_id: credentials.access_key_id,
            is_temporary: credentials.security_token.is_some(),
        })
    });
    let region = setup.region().await;
    facts.region = Some(
        region
            .clone()
            .map(|(name, named_by)| Region { name, named_by }),
    );
    if is_signed {
        facts.identity = Some(identity(&setup).await);
    }
    let Ok((region, _)) = region else {
        return facts;
    };
    let Some(endpoint) = endpoint(&setup, &region) else {
        return facts;
    };
    let reply = reply(&setup, &endpoint).await;
    let is_reached = reply.is_ok();
    facts.endpoint = Some(Endpoint {
        origin: endpoint.origin(),
        reply,
    });
    if is_reached && is_signed && !is_nobody(facts.identity.as_ref()) {
        let doctor = Doctor {
            client: setup.vpc(),
            region,
            cancel: CancellationToken::new(),
        };
        doctor.examine(&mut facts).await;
    }
    facts
}

async fn waiting<F: Future>(what: &str, asking: F) -> Option<F::Output> {
    for_answer(what, asking, &mut io::stderr()).await
}

fn endpoint(setup: &Setup, region: &str) -> Option<CloudEndpoint> {
    match &setup.vpc_endpoint {
        Some(endpoint) => Some(endpoint.clone()),
        None => CloudEndpoint::vpc(region).ok(),
    }
}

async fn identity(setup: &Setup) -> Identity {
    // An emulator, whose keys are nobody's in the cloud.
    let is_local = setup
        .vpc_endpoint
        .as_ref()
        .is_some_and(|endpoint| endpoint.scheme() == Scheme::Http);
    if is_local && setup.context.sts_endpoint.is_none() {
        return Identity::NotAsked;
    }
    let sts = match setup.context.sts(None, "doctor") {
        Ok(sts) => sts,
        Err(error) => return Identity::NoEndpoint(error.to_string()),
    };
    let origin = sts.endpoint.origin();
    let asked = sts.get_caller_identity(Arc::clone(&setup.source));
    match waiting(&origin, asked).await {
        Some(Ok(identity)) => Identity::Known(identity),
        Some(Err(error)) => Identity::Refused(error),
        None => Identity::Late(origin),
    }
}

/// Whether the cloud does not take these credentials: it would go on refusing.
fn is_nobody(identity: Option<&Identity>) -> bool {
    match identity {
        Some(Identity::Refused(error)) => matches!(
            error.class(),
            Class::Credentials | Class::CredentialsRefresh
        ),
        _ => false,
    }
}

/// What comes back to a request without a signature: a refusal, and in it the cloud's time.
async fn reply(setup: &Setup, endpoint: &CloudEndpoint) -> Result<Reply, String> {
    let url: Url = endpoint
        .url("")
        .parse()
        .map_err(|_| "its URL cannot be read".to_owned())?;
    let begun = Instant::now();
    let asked = setup
        .context
        .channel
        .transport
        .fetch(Method::GET, url, HeaderMap::new());
    match waiting(&endpoint.origin(), asked).await {
        Some(Ok(answer)) => Ok(Reply {
            elapsed: begun.elapsed(),
            ahead: answer
                .date
                .map(|date| (OffsetDateTime::now_utc() - date).whole_seconds()),
        }),
        Some(Err(fault)) => Err(fault.to_string()),
        None => Err("no answer in 15 s".to_owned()),
    }
}

/// Signed calls in one region.
struct Doctor {
    client: Client,
    region: String,
    cancel: CancellationToken,
}

impl Doctor {
    /// Lists what there is, and tries the other actions on that.
    async fn examine(&self, facts: &mut Facts) {
        let (client, region, cancel) = (&self.client, &self.region, &self.cancel);
        let all_gateways = VpnGatewayFilter::default();
        let gateways = self
            .ask(
                "DescribeVpnGateways",
                client.describe_vpn_gateways(region, &all_gateways, cancel),
                facts,
            )
            .await;
        let first = gateways.as_ref().and_then(|gateways| gateways.first());
        let gateway = first.map_or(NO_GATEWAY, |gateway| gateway.id.as_str());
        self.ask(
            "DescribeVpnGateway",
            client.describe_vpn_gateway(region, gateway, cancel),
            facts,
        )
        .await;
        let all_servers = SslVpnServerFilter::default();
        let servers = self
            .ask(
                "DescribeSslVpnServers",
                client.describe_ssl_vpn_servers(region, &all_servers, cancel),
                facts,
            )
            .await;
        let first = servers.as_ref().and_then(|servers| servers.first());
        let server = first.map_or(NO_SERVER, |server| server.id.as_str());

        let no_cert = SslVpnClientCertFilter {
            id: Some(NO_CERT.to_owned()),
            ..SslVpnClientCertFilter::default()
        };
        self.ask(
            "DescribeSslVpnClientCerts",
            client.describe_ssl_vpn_client_certs(region, &no_cert, cancel),
            facts,
        )
        .await;
        self.ask(
            "DescribeSslVpnClientCert",
            client.describe_ssl_vpn_client_cert(region, NO_CERT, cancel),
            facts,
        )
        .await;
        self.ask(
            "DescribeSslVpnClients",
            client.describe_ssl_vpn_clients(region, gateway, cancel),
            facts,
        )
        .await;

        let settings = SslVpnServerSettings {
            client_ip_pool: Some("10.255.255.0/24".to_owned()),
            local_subnets: Some(vec!["192.168.255.0/24".to_owned()]),
            ..SslVpnServerSettings::default()
        };
        self.ask(
            "CreateSslVpnServer",
            client.dry_run_create_ssl_vpn_server(region, gateway, &settings, cancel),
            facts,
        )
        .await;
        self.ask(
            "ModifySslVpnServer",
            client.dry_run_modify_ssl_vpn_server(region, server, &settings, cancel),
            facts,
        )
        .await;
        if let (Some(gateways), Some(servers)) = (gateways, servers) {
            facts.gateways = Some(with_servers(gateways, &servers));
        }
    }

    /// Makes a call, notes whether it is allowed, and gives what it brought.
    async fn ask<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, Error>>,
        facts: &mut Facts,
    ) -> Option<T> {
        let (permission, brought) = match waiting(operation, call).await {
            None => (Permission::Late, None),
            Some(Ok(brought)) => (Permission::Allowed, Some(brought)),
            Some(Err(error)) => (permission(error), None),
        };
        let action = ACTIONS
            .into_iter()
            .find(|action: &Action| action.operation == operation);
        facts
            .permissions
            .extend(action.map(|action| (action, permission)));
        brought
    }
}

/// What a refusal says of the permission: RAM is asked before anything else is looked at.
fn permission(error: Error) -> Permission {
    let is_of_the_operation = error.api().is_some_and(|refusal| {
        (400..500).contains(&refusal.http_status) && ![401, 403].contains(&refusal.http_status)
    });
    match error.class() {
        Class::Permission => Permission::Denied(error),
        Class::Input
        | Class::Payment
        | Class::Quota
        | Class::NotFound
        | Class::GatewayBusy
        | Class::DryRunPassed => Permission::Allowed,
        Class::Unknown if is_of_the_operation => Permission::Allowed,
        _ => Permission::Unknown(error),
    }
}

fn with_servers(gateways: Vec<VpnGateway>, servers: &[SslVpnServer]) -> Vec<Gateway> {
    gateways
        .into_iter()
        .map(|gateway| {
            let server = servers
                .iter()
                .find(|server| server.vpn_gateway_id.as_ref() == Some(&gateway.id));
            Gateway {
                server: server.map(|server| server.id.clone()),
                ssl_vpn: gateway.ssl_vpn,
                status: gateway.status.as_str().to_owned(),
                is_locked: gateway.business_status == Some(BusinessStatus::FinancialLocked),
                gateway_type: gateway.gateway_type,
                id: gateway.id,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_provider_alivpn::cloud::error::ApiError;

    #[test]
    fn a_refusal_that_is_none_of_rams_is_a_permission_and_a_fault_is_neither() {
        for (http_status, class, expected) in [
            (403, Class::Permission, "Denied"),
            (404, Class::NotFound, "Allowed"),
            (400, Class::DryRunPassed, "Allowed"),
            (400, Class::GatewayBusy, "Allowed"),
            (400, Class::Unknown, "Allowed"),
            (403, Class::Unknown, "Unknown"),
            (500, Class::Unknown, "Unknown"),
            (400, Class::Throttle, "Unknown"),
            (400, Class::Credentials, "Unknown"),
            (503, Class::Retry, "Unknown"),
        ] {
            let error = Error::Api(ApiError {
                operation: "CreateSslVpnServer",
                code: "Code".to_owned(),
                message: "It is so".to_owned(),
                request_id: None,
                http_status,
                class,
                argument: None,
            });
            let found = match permission(error) {
                Permission::Allowed => "Allowed",
                Permission::Denied(_) => "Denied",
                Permission::Unknown(_) | Permission::Late => "Unknown",
            };
            assert_eq!(found, expected, "{http_status} {class:?}");
        }
    }
}
