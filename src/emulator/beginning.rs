//! What an emulator starts with: the account of an earlier run when its state file has one, else a scenario's objects, else the gateways that
//! were named, else three. Faults and times are of this run alone.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::StartError;
use super::authentication::AccessKey;
use super::certificate_authority::Validity;
use super::issue;
use super::operations::Moment;
use super::regions;
use super::scenario::Scenario;
use super::service::{Rules, Service, State};
use super::settings::{Settings, default_gateways};
use super::ssl_vpn_client_cert::IssuedCert;
use super::state_file::{Keeper, StateFile, StateFileError};
use super::throttle::Throttle;
use super::world::World;

/// Everything behind the port, with the account in it; the state file is written once before anybody calls.
///
/// # Errors
/// When the state file cannot be used, or a certificate not be made.
pub async fn service(
    settings: Settings,
    stopped: CancellationToken,
) -> Result<Arc<Service>, StartError> {
    let now = Moment::now();
    let mut state = State {
        world: World::new(settings.timing),
        throttle: settings
            .throttle
            .map(|calls_per_second| Throttle::new(calls_per_second, now.instant)),
        ..State::default()
    };
    state.world.set_quotas(settings.quotas);
    if let Some(scenario) = &settings.scenario {
        for fault in &scenario.faults {
            state.faults.add(fault.clone());
        }
    }

    let file = match &settings.state_file {
        None => None,
        Some(path) => {
            let path = path.clone();
            let open = tokio::task::spawn_blocking(move || StateFile::open(&path));
            Some(open.await.map_err(|_| StartError::Interrupted)??)
        }
    };
    let is_continued = matches!(file, Some((_, Some(_))));
    let file = match file {
        Some((file, Some(account))) => {
            let path = settings.state_file.unwrap_or_default();
            account
                .restore(&mut state)
                .map_err(|reason| StateFileError::Foreign { path, reason })?;
            Some(file)
        }
        other => {
            match settings.scenario {
                Some(scenario) => stage(scenario, &mut state.world).await?,
                None => {
                    let named = settings.gateways;
                    let gateways = if named.is_empty() {
                        default_gateways()
                    } else {
                        named
                    };
                    for gateway in gateways {
                        let gateway = gateway.in_region(&settings.region_id, now.unix_ms);
                        state.world.put_gateway(gateway);
                    }
                }
            }
            other.map(|(file, _)| file)
        }
    };

    let mut access_keys = settings.access_keys;
    if access_keys.is_empty() {
        access_keys.extend("testid:testsecret".parse::<AccessKey>());
    }
    let rules = Rules {
        access_keys,
        policy: settings.policy,
        region_id: settings.region_id,
        is_continued,
    };
    let service = Service::new(state, rules, file.map(Keeper::new), stopped);
    service.keep().await;
    match service.take_failure() {
        Some(failure) => Err(failure.into()),
        None => Ok(Arc::new(service)),
    }
}

/// Whether an emulator can start so.
///
/// # Errors
/// What its settings do not allow.
pub fn check(settings: &Settings) -> Result<(), StartError> {
    if !settings.listen.ip().is_loopback() && !settings.allow_remote {
        return Err(StartError::NotLoopback(settings.listen));
    }
    if !regions::is_known(&settings.region_id) {
        return Err(StartError::UnknownRegion(settings.region_id.clone()));
    }
    let given = match &settings.scenario {
        Some(scenario) => scenario.gateways.len(),
        None => settings.gateways.len(),
    };
    if given > settings.quotas.gateways {
        return Err(StartError::TooManyGateways {
            given,
            quota: settings.quotas.gateways,
        });
    }
    Ok(())
}

/// Puts a scenario's objects into an empty account, with a key for every certificate.
async fn stage(scenario: Scenario, world: &mut World) -> Result<(), StartError> {
    for gateway in scenario.gateways {
        world.put_gateway(gateway);
    }
    for server in scenario.servers {
        world.put_server(server);
    }
    for attributes in scenario.certificates {
        let server_id = &attributes.ssl_vpn_server_id;
        let Some(authority) = world.authority(&attributes.region_id, server_id) else {
            continue;
        };
        let validity = Validity {
            create_time: attributes.create_time,
            end_time: attributes.end_time,
        };
        let id = attributes.ssl_vpn_client_cert_id.clone();
        let new_cert = issue::certificate(authority, server_id, id, validity).await?;
        world.put_certificate(IssuedCert {
            attributes,
            key_material: new_cert.key_material,
        });
    }
    Ok(())
}
