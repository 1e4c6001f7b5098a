//! The control endpoint, `/_emulator/`: reads the truth and the record of calls, edits objects as somebody in the console would, orders faults.
//! JSON with the API's attribute names; a mistake is answered with `{"error": "a sentence"}`. Not signed: the emulator listens on loopback.

mod ssl_vpn_client_certs;
mod ssl_vpn_clients;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, patch, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::duration::WrittenDuration;
use super::faults::Fault;
use super::object_id::is_id;
use super::operations::{Answer, shown_certificate};
use super::regions;
use super::service::Service;
use super::ssl_vpn_client::SslVpnClient;
use super::ssl_vpn_server::SslVpnServer;
use super::timeline::WrittenTiming;
use super::vpn_gateway::VpnGateway;
use super::world::World;

type Shared = State<Arc<Service>>;

/// All routes below `/_emulator`.
pub fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/state", get(state))
        .route("/calls", get(calls).delete(clear_calls))
        .route("/vpn-gateways", post(add_gateway))
        .route(
            "/vpn-gateways/{id}",
            patch(edit_gateway).delete(remove_gateway),
        )
        .route("/vpn-gateways/{id}/busy", post(make_busy))
        .route(
            "/ssl-vpn-servers/{id}",
            patch(edit_server).delete(remove_server),
        )
        .merge(ssl_vpn_client_certs::routes())
        .merge(ssl_vpn_clients::routes())
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/timing", get(timing).patch(set_timing))
        .route("/clock", patch(set_clock))
        .fallback(async || {
            Mistake::not_found(
                "no such path; GET /_emulator/state, /calls, /faults, /timing are there",
            )
        })
}

/// Answers an edit once it is in the state file, if there is one.
pub async fn kept(State(service): Shared, request: Request, next: Next) -> Response {
    let is_edit = request.method() != Method::GET;
    let response = next.run(request).await;
    if is_edit && response.status().is_success() {
        service.keep().await;
    }
    response
}

/// A mistake of the caller's.
struct Mistake(StatusCode, String);

impl Mistake {
    fn not_found(sentence: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, sentence.into())
    }

    fn bad(sentence: impl ToString) -> Self {
        Self(StatusCode::BAD_REQUEST, sentence.to_string())
    }

    /// The account's state does not allow it.
    fn conflict(sentence: impl ToString) -> Self {
        Self(StatusCode::CONFLICT, sentence.to_string())
    }
}

impl IntoResponse for Mistake {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Mistake> {
    serde_json::from_slice(body).map_err(Mistake::bad)
}

async fn state(State(service): Shared) -> Json<Value> {
    let now = service.now();
    let mut state = service.lock();
    state.world.advance(now.instant);
    let servers: Vec<&SslVpnServer> = state.world.true_servers().collect();
    let certificates: Vec<Answer> = state
        .world
        .true_certificates()
        .map(|certificate| shown_certificate(&certificate.attributes, now))
        .collect();
    let clients: Vec<&SslVpnClient> = state.world.true_clients().collect();
    Json(json!({
        "vpn_gateways": state.world.true_gateways(),
        "ssl_vpn_servers": servers,
        "ssl_vpn_client_certs": certificates,
        "ssl_vpn_clients": clients,
    }))
}

async fn calls(State(service): Shared) -> Json<Value> {
    Json(json!(service.lock().calls.all().collect::<Vec<_>>()))
}

async fn clear_calls(State(service): Shared) -> StatusCode {
    service.lock().calls.clear();
    StatusCode::NO_CONTENT
}

async fn add_gateway(State(service): Shared, body: Bytes) -> Result<impl IntoResponse, Mistake> {
    let given: Map<String, Value> = read(&body)?;
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    let id = text("VpnGatewayId").ok_or_else(|| Mistake::bad("VpnGatewayId is needed"))?;
    if !is_id("vpn-", id) {
        return Err(Mistake::bad(format!(
            "{id:?} is no ID of a VPN gateway: vpn- and letters, digits or hyphens"
        )));
    }
    let vpc_id = text("VpcId").unwrap_or("vpc-bp1emulator");
    let region_id = text("RegionId").unwrap_or(&service.rules().region_id);
    let fresh = VpnGateway::new(id, vpc_id, region_id, service.now().unix_ms);
    let mut state = service.lock();
    if state.world.gateway_at_rest(id).is_none() && state.world.has_all_gateways() {
        return Err(Mistake::conflict(format!(
            "the account has all the VPN gateways of its quota, {}; raise it with --quota gateways=NUMBER",
            state.world.quotas().gateways
        )));
    }
    let gateway = put_gateway(&mut state.world, fresh, given)?;
    Ok((StatusCode::CREATED, Json(gateway)))
}

async fn edit_gateway(
    State(service): Shared,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<VpnGateway>, Mistake> {
    let mut state = service.lock();
    let gateway = state
        .world
        .gateway_at_rest(&id)
        .cloned()
        .ok_or_else(|| no_gateway(&id))?;
    put_gateway(&mut state.world, gateway, read(&body)?).map(Json)
}

fn put_gateway(
    world: &mut World,
    gateway: VpnGateway,
    given: Map<String, Value>,
) -> Result<VpnGateway, Mistake> {
    let id = gateway.vpn_gateway_id.clone();
    let edited: VpnGateway = with(&gateway, given)?;
    check_identity(&id, &edited.vpn_gateway_id, &edited.region_id)?;
    world.put_gateway(edited.clone());
    Ok(edited)
}

async fn remove_gateway(
    State(service): Shared,
    Path(id): Path<String>,
) -> Result<StatusCode, Mistake> {
    if service.lock().world.remove_gateway(&id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_gateway(&id))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BusyFor {
    duration: WrittenDuration,
}

async fn make_busy(
    State(service): Shared,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Mistake> {
    let busy: BusyFor = read(&body)?;
    let now = service.now().instant;
    if service.lock().world.make_busy(&id, busy.duration.0, now) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_gateway(&id))
    }
}

async fn edit_server(
    State(service): Shared,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<SslVpnServer>, Mistake> {
    let given = read(&body)?;
    let mut state = service.lock();
    let server = state
        .world
        .true_servers()
        .find(|server| server.ssl_vpn_server_id == id)
        .ok_or_else(|| no_server(&id))?;
    let edited: SslVpnServer = with(server, given)?;
    check_identity(&id, &edited.ssl_vpn_server_id, &edited.region_id)?;
    state.world.put_server(edited.clone());
    Ok(Json(edited))
}

async fn remove_server(
    State(service): Shared,
    Path(id): Path<String>,
) -> Result<StatusCode, Mistake> {
    if service.lock().world.remove_server(&id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_server(&id))
    }
}

async fn faults(State(service): Shared) -> Json<Vec<Fault>> {
    Json(service.lock().faults.all().to_vec())
}

async fn add_fault(State(service): Shared, body: Bytes) -> Result<impl IntoResponse, Mistake> {
    let fault: Fault = read(&body)?;
    fault.check().map_err(Mistake::bad)?;
    service.lock().faults.add(fault.clone());
    Ok((StatusCode::CREATED, Json(fault)))
}

async fn clear_faults(State(service): Shared) -> StatusCode {
    service.lock().faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClock {
    ahead: WrittenDuration,
}

/// Puts the account's clock ahead of this machine's, as a machine sees it whose own is behind.
async fn set_clock(State(service): Shared, body: Bytes) -> Result<StatusCode, Mistake> {
    let clock: WrittenClock = read(&body)?;
    service.set_clock_ahead(clock.ahead.0);
    Ok(StatusCode::NO_CONTENT)
}

async fn timing(State(service): Shared) -> Json<WrittenTiming> {
    Json(service.lock().world.timing().into())
}

async fn set_timing(State(service): Shared, body: Bytes) -> Result<Json<WrittenTiming>, Mistake> {
    let given: WrittenTiming = read(&body)?;
    let mut state = service.lock();
    let timing = given.over(state.world.timing());
    state.world.set_timing(timing);
    Ok(Json(timing.into()))
}

/// An object with some of its attributes replaced; null takes an optional one away.
fn with<T: Serialize + DeserializeOwned>(
    object: &T,
    given: Map<String, Value>,
) -> Result<T, Mistake> {
    let mut attributes = serde_json::to_value(object).map_err(Mistake::bad)?;
    if let Value::Object(attributes) = &mut attributes {
        attributes.extend(given);
    }
    serde_json::from_value(attributes).map_err(Mistake::bad)
}

fn check_identity(id: &str, edited_id: &str, region_id: &str) -> Result<(), Mistake> {
    if id != edited_id {
        return Err(Mistake::bad("an object keeps its ID"));
    }
    if !regions::is_known(region_id) {
        return Err(Mistake::bad(format!("there is no region {region_id}")));
    }
    Ok(())
}

fn no_gateway(id: &str) -> Mistake {
    Mistake::not_found(format!("there is no VPN gateway {id}"))
}

fn no_server(id: &str) -> Mistake {
    Mistake::not_found(format!("there is no SSL server {id}"))
}
