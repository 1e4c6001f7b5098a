//! Asks, one after the other, as long as an answer can mean something. Everything here is a read or a dry run, and what a dry run asks for
//! would change nothing or as little as can be if an endpoint took it at its word.

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
use terraform_provider_alivpn::provider::explain;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::facts::{
    ACTIONS, Action, Endpoint, Facts, Gateway, Identity, Need, Permission, Region, Reply, Signer,
};
use super::judgement::is_of_the_signer;
use super::waiting::{LIMIT, for_answer, to_the_end};

/// IDs that nothing has, to ask for where there is nothing: a refusal as not found is a permission.
const NO_GATEWAY: &str = "vpn-alivpndoctor";
const NO_SERVER: &str = "vss-alivpndoctor";
const NO_CERT: &str = "vsc-alivpndoctor";

/// How the cloud says that it does not know a region, whatever is asked of it.
const NO_SUCH_REGION: &str = "InvalidRegionId.NotFound";

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

    // They have as long as the provider gives them: an external process may ask a vault.
    let credentials = to_the_end("credentials", setup.credentials(), &mut io::stderr()).await;
    let is_signed = credentials.is_ok();
    facts.credentials = Some(credentials.map(|credentials| Signer {
        origin: setup.source.origin(),
        access_key_id: credentials.access_key_id,
        is_temporary: credentials.security_token.is_some(),
    }));
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
        // Where it ended is in the facts.
        let _ = doctor.examine(&mut facts).await;
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
        Some(Identity::Refused(error)) => is_of_the_signer(error),
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
        None => Err(format!("no answer in {} s", LIMIT.as_secs())),
    }
}

/// No call would say more: the next one would end as the last one did.
struct Ended;

/// Signed calls in one region.
struct Doctor {
    client: Client,
    region: String,
    cancel: CancellationToken,
}

impl Doctor {
    /// Lists what there is, and tries the other actions on that.
    async fn examine(&self, facts: &mut Facts) -> Result<(), Ended> {
        let (client, region, cancel) = (&self.client, self.region.as_str(), &self.cancel);
        let all = SslVpnServerFilter::default();
        let call = client.describe_ssl_vpn_servers(region, &all, cancel);
        let servers = self
            .ask("DescribeSslVpnServers", call, of_read, facts)
            .await?;
        let all = VpnGatewayFilter::default();
        let call = client.describe_vpn_gateways(region, &all, cancel);
        let gateways = self
            .ask("DescribeVpnGateways", call, of_read, facts)
            .await?;
        let server = servers.as_ref().and_then(|servers| servers.first());
        // One that has a server can take no other, whatever it is asked for.
        let taken = server.and_then(|server| server.vpn_gateway_id.clone());
        let first = gateways.as_ref().and_then(|gateways| gateways.first());
        let gateway = taken.or_else(|| Some(first?.id.clone()));
        let gateway = gateway.as_deref().unwrap_or(NO_GATEWAY);
        let (server, as_it_is) = match server {
            Some(server) => (server.id.as_str(), settings(server)),
            None => (NO_SERVER, new_settings()),
        };
        if let (Some(gateways), Some(servers)) = (&gateways, &servers) {
            facts.gateways = Some(with_servers(gateways, servers));
        }

        let none = SslVpnClientCertFilter {
            id: Some(NO_CERT.to_owned()),
            ..SslVpnClientCertFilter::default()
        };
        let call = client.describe_ssl_vpn_client_certs(region, &none, cancel);
        self.ask("DescribeSslVpnClientCerts", call, of_read, facts)
            .await?;
        let call = client.describe_ssl_vpn_clients(region, gateway, cancel);
        self.ask("DescribeSslVpnClients", call, of_read, facts)
            .await?;
        let call = client.describe_vpn_gateway(region, gateway, cancel);
        self.ask("DescribeVpnGateway", call, of_read, facts).await?;
        let call = client.describe_ssl_vpn_client_cert(region, NO_CERT, cancel);
        self.ask("DescribeSslVpnClientCert", call, of_read, facts)
            .await?;

        let new = new_settings();
        let call = client.dry_run_create_ssl_vpn_server(region, gateway, &new, cancel);
        self.ask("CreateSslVpnServer", call, of_dry_run, facts)
            .await?;
        let call = client.dry_run_modify_ssl_vpn_server(region, server, &as_it_is, cancel);
        self.ask("ModifySslVpnServer", call, of_dry_run, facts)
            .await?;
        Ok(())
    }

    /// Makes a call, notes whether it is allowed, and gives what it brought.
    async fn ask<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, Error>>,
        permission: fn(Error) -> Permission,
        facts: &mut Facts,
    ) -> Result<Option<T>, Ended> {
        let (permission, brought) = match waiting(operation, call).await {
            None => (Permission::Late, None),
            Some(Ok(brought)) => (Permission::Allowed, Some(brought)),
            Some(Err(error)) if error.code() == Some(NO_SUCH_REGION) => {
                facts.no_such_region = Some(error);
                return Err(Ended);
            }
            Some(Err(error)) => (permission(error), None),
        };
        let Some(action) = ACTIONS
            .into_iter()
            .find(|action: &Action| action.operation == operation)
        else {
            return Ok(brought);
        };
        let is_the_end = match &permission {
            Permission::Allowed | Permission::Denied(_) => false,
            Permission::Unknown(error) => {
                // What is not the API's word is nothing that is particular to this call.
                error.api().is_none() || is_of_the_signer(error) || action.need == Need::Always
            }
            Permission::Late => true,
        };
        facts.permissions.push((action, permission));
        if is_the_end { Err(Ended) } else { Ok(brought) }
    }
}

/// What a new server could be.
fn new_settings() -> SslVpnServerSettings {
    SslVpnServerSettings {
        client_ip_pool: Some("10.255.255.0/24".to_owned()),
        local_subnets: Some(vec!["192.168.255.0/24".to_owned()]),
        ..SslVpnServerSettings::default()
    }
}

/// What a server is, as a modification that leaves it so.
fn settings(server: &SslVpnServer) -> SslVpnServerSettings {
    SslVpnServerSettings {
        name: server.name.clone(),
        client_ip_pool: server.client_ip_pool.clone(),
        local_subnets: Some(server.local_subnets.clone()).filter(|subnets| !subnets.is_empty()),
        protocol: server.protocol.clone(),
        cipher: server.cipher.clone(),
        port: server.port,
        compress: server.compress,
        enable_multi_factor_auth: server.enable_multi_factor_auth.filter(|is_on| *is_on),
        idaas_instance_id: server.idaas_instance_id.clone(),
        idaas_region_id: server.idaas_region_id.clone(),
        idaas_application_id: server.idaas_application_id.clone(),
    }
}

/// What the failure of a read says of the permission. Only RAM's own refusal is one, and only what is asked for in vain, an ID that nothing
/// has, comes after it for certain.
fn of_read(error: Error) -> Permission {
    match error.class() {
        Class::Permission if error.api().is_some() => Permission::Denied(error),
        Class::NotFound => Permission::Allowed,
        _ => Permission::Unknown(error),
    }
}

/// What the failure of a dry run says of the permission: RAM is asked before the change is looked at.
fn of_dry_run(error: Error) -> Permission {
    match error.class() {
        // The refusal is the IDaaS instance's, to the VPN service.
        _ if explain::is_for_the_service(&error) => Permission::Allowed,
        Class::Input | Class::Payment | Class::Quota | Class::GatewayBusy => Permission::Allowed,
        _ => of_read(error),
    }
}

fn with_servers(gateways: &[VpnGateway], servers: &[SslVpnServer]) -> Vec<Gateway> {
    gateways
        .iter()
        .map(|gateway| {
            let server = servers
                .iter()
                .find(|server| server.vpn_gateway_id.as_ref() == Some(&gateway.id));
            Gateway {
                server: server.map(|server| server.id.clone()),
                ssl_vpn: gateway.ssl_vpn,
                status: gateway.status.as_str().to_owned(),
                is_locked: gateway.business_status == Some(BusinessStatus::FinancialLocked),
                gateway_type: gateway.gateway_type.clone(),
                id: gateway.id.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_provider_alivpn::cloud::error::ApiError;
    use terraform_provider_alivpn::tf::model::from_value;
    use terraform_provider_alivpn::tf::value::Value;

    fn refusal(http_status: u16, class: Class) -> Error {
        Error::Api(ApiError {
            operation: "CreateSslVpnServer",
            code: "Code".to_owned(),
            message: "It is so".to_owned(),
            request_id: None,
            http_status,
            class,
            argument: None,
        })
    }

    fn name(permission: &Permission) -> &'static str {
        match permission {
            Permission::Allowed => "Allowed",
            Permission::Denied(_) => "Denied",
            Permission::Unknown(_) | Permission::Late => "Unknown",
        }
    }

    #[test]
    fn only_what_comes_after_ram_is_a_permission_and_only_rams_own_refusal_is_none() {
        for (http_status, class, read, dry_run) in [
            (403, Class::Permission, "Denied", "Denied"),
            (404, Class::NotFound, "Allowed", "Allowed"),
            (400, Class::Input, "Unknown", "Allowed"),
            (400, Class::Quota, "Unknown", "Allowed"),
            (400, Class::Payment, "Unknown", "Allowed"),
            (400, Class::GatewayBusy, "Unknown", "Allowed"),
            (400, Class::Unknown, "Unknown", "Unknown"),
            (404, Class::Unknown, "Unknown", "Unknown"),
            (403, Class::Unknown, "Unknown", "Unknown"),
            (500, Class::Unknown, "Unknown", "Unknown"),
            (400, Class::Throttle, "Unknown", "Unknown"),
            (400, Class::Credentials, "Unknown", "Unknown"),
            (503, Class::Retry, "Unknown", "Unknown"),
        ] {
            let of = |permission: fn(Error) -> Permission| {
                name(&permission(refusal(http_status, class)))
            };
            assert_eq!(of(of_read), read, "a read: {http_status} {class:?}");
            assert_eq!(
                of(of_dry_run),
                dry_run,
                "a dry run: {http_status} {class:?}"
            );
        }
    }

    #[test]
    fn a_page_that_forbids_is_not_rams_refusal_nor_is_what_idaas_denies_the_service() {
        let page = Error::Answer {
            operation: "DescribeSslVpnServers",
            http_status: 403,
            request_id: None,
            reason: "it is a page of HTML or XML, not JSON".to_owned(),
            class: Class::Permission,
        };
        assert_eq!(name(&of_read(page.clone())), "Unknown");
        assert_eq!(name(&of_dry_run(page)), "Unknown");
        let mut idaas = refusal(400, Class::Permission);
        if let Error::Api(refusal) = &mut idaas {
            refusal.code = "OperationFailed.NoRamPermission".to_owned();
        }
        assert_eq!(name(&of_dry_run(idaas)), "Allowed");
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_has_the_time_that_the_provider_gives_it() {
        let block = Value::map([
            ("process_command", Value::String("sleep 600".to_owned())),
            ("region", Value::String("cn-hangzhou".to_owned())),
            // Nothing answers there.
            (
                "endpoints",
                Value::map([("vpc", Value::String("http://127.0.0.1:1".to_owned()))]),
            ),
        ]);
        let facts = facts(&from_value(&block).unwrap(), |_: &str| None).await;
        let refused = facts.credentials.unwrap().unwrap_err();
        assert!(
            refused.detail.contains("did not end within 60 s"),
            "{refused:?}"
        );
    }
}
