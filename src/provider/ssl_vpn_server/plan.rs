//! The plan of a create or an update: what becomes of the server, and what a person should know before it does.
//!
//! What is planned follows from the change alone, since Terraform asks again during apply and holds the second answer to the
//! first. What is said may come from the cloud, where there is a client to ask it with; where it gives no answer, a hint is left
//! out, and never is it an error that something could not be asked.

use std::time::Duration;

use tokio::time::timeout;

use super::model::SslVpnServer;
use super::preflight::{self, Standing};
use super::update::{UpdatePath, same_networks, update_path};
use super::warnings::{disconnected_clients, small_pool};
use crate::provider::kind::SSL_SERVER;
use crate::provider::{Configured, region};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::resource::{Change, Outcome, PlanCall, Planned, Replacement};

/// A plan waits no longer for what it needs for a hint alone.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

/// Plans a create or an update.
pub async fn plan(
    call: PlanCall<'_, Configured>,
    change: Change<SslVpnServer>,
) -> Outcome<Planned<SslVpnServer, UpdatePath>> {
    let Change {
        prior,
        config,
        mut planned,
        replacement,
        ..
    } = change;
    let decision = prior.as_ref().map(|prior| {
        if same_networks(&prior.local_subnets, &planned.local_subnets) {
            planned.local_subnets.clone_from(&prior.local_subnets);
        }
        update_path(prior, &planned)
    });
    let said = match (&prior, replacement) {
        (None, Replacement::No) => of_create(&call, &config, Standing::Unknown).await,
        (None, Replacement::Forced) => of_create(&call, &config, Standing::SameGateway).await,
        // The plan of the change has said it all.
        (None, Replacement::Foreseen) => Diagnostics::new(),
        (Some(prior), Replacement::No) if decision == Some(UpdatePath::Full) => {
            of_update(&call, &config, prior, &planned).await
        }
        (Some(_), Replacement::No) => Diagnostics::new(),
        (Some(prior), _) => of_replacement(&call, &config, prior).await,
    };
    Outcome::with(Planned::new(planned, decision), said)
}

/// Of a new server only that is known which the configuration says.
async fn of_create(
    call: &PlanCall<'_, Configured>,
    config: &SslVpnServer,
    standing: Standing<'_>,
) -> Diagnostics {
    let Some(region) = region::planned(&config.region, call.client) else {
        return Diagnostics::new();
    };
    let (max_connections, verdict) = tokio::join!(
        max_connections(call, &region, config),
        preflight::create(call, &region, config, standing)
    );
    let warning = small_pool(&config.client_ip_pool, max_connections);
    verdict.into_iter().chain(warning).collect()
}

async fn of_replacement(
    call: &PlanCall<'_, Configured>,
    config: &SslVpnServer,
    prior: &SslVpnServer,
) -> Diagnostics {
    let mut said = of_create(call, config, Standing::Known(prior)).await;
    said.extend(region::replaced_elsewhere(
        SSL_SERVER,
        &prior.region,
        &config.region,
        call.client,
    ));
    said
}

async fn of_update(
    call: &PlanCall<'_, Configured>,
    config: &SslVpnServer,
    prior: &SslVpnServer,
    planned: &SslVpnServer,
) -> Diagnostics {
    let mut said: Diagnostics = disconnected_clients(prior, planned).into_iter().collect();
    let region = call
        .client
        .map(|configured| region::of(&planned.region, configured));
    if prior.client_ip_pool != planned.client_ip_pool {
        let max_connections = match (prior.max_connections.known(), &region) {
            (Some(max_connections), _) => Some(*max_connections),
            (None, Some(region)) => max_connections(call, region, planned).await,
            (None, None) => None,
        };
        said.extend(small_pool(&planned.client_ip_pool, max_connections));
    }
    if let Some(region) = &region {
        said.extend(preflight::update(call, region, config, prior, planned).await);
    }
    said
}

/// How many clients the gateway takes at once; `None` where that cannot be learnt now.
async fn max_connections(
    call: &PlanCall<'_, Configured>,
    region: &str,
    server: &SslVpnServer,
) -> Option<i64> {
    let configured = call.client?;
    let gateway_id = server.vpn_gateway_id.known()?;
    server.client_ip_pool.known()?;
    let looking = configured
        .vpc
        .describe_vpn_gateway(region, gateway_id, call.cancel);
    match timeout(LONGEST_LOOK, looking).await {
        Ok(Ok(gateway)) => gateway.ssl_max_connections,
        Ok(Err(error)) => {
            tracing::debug!(%error, "the pool is not compared with the gateway's connections");
            None
        }
        Err(_) => None,
    }
}
