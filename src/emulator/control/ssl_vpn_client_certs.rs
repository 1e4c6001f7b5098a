//! Certificates behind the API's back: made with the dates that a test wants, read with their keys, edited, removed. An edited end changes
//! what the API says, not the certificate itself: that never changes under an ID.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json};
use axum::routing::{get, post};
use serde::Deserialize;

use super::{Mistake, Shared, check_identity, no_server, read, with};
use crate::emulator::certificate_authority::Validity;
use crate::emulator::issue;
use crate::emulator::object_id::is_id;
use crate::emulator::operations::{Answer, shown_certificate, whole_certificate};
use crate::emulator::service::Service;
use crate::emulator::ssl_vpn_client_cert::{self, IssuedCert, SslVpnClientCert};
use crate::emulator::ssl_vpn_server::{SslVpnServer, random_id};
use crate::emulator::world::World;

pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/ssl-vpn-client-certs", post(add))
        .route(
            "/ssl-vpn-client-certs/{id}",
            get(show).patch(edit).delete(remove),
        )
}

/// What a new certificate is to be; all but the server has a default.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Wanted {
    ssl_vpn_server_id: String,
    ssl_vpn_client_cert_id: Option<String>,
    #[serde(default)]
    name: String,
    create_time: Option<u64>,
    end_time: Option<u64>,
}

async fn add(State(service): Shared, body: Bytes) -> Result<impl IntoResponse, Mistake> {
    let wanted: Wanted = read(&body)?;
    let now = service.now();
    let usual = ssl_vpn_client_cert::validity(wanted.create_time.unwrap_or(now.unix_ms));
    let validity = Validity {
        end_time: wanted.end_time.unwrap_or(usual.end_time),
        ..usual
    };
    let (server, authority) = {
        let mut state = service.lock();
        let server = server(&state.world, &wanted.ssl_vpn_server_id)?;
        let authority = state
            .world
            .authority(&server.region_id, &server.ssl_vpn_server_id);
        (
            server,
            authority.ok_or_else(|| no_server(&wanted.ssl_vpn_server_id))?,
        )
    };
    let id = wanted
        .ssl_vpn_client_cert_id
        .unwrap_or_else(|| random_id("vsc"));
    if !is_id("vsc-", &id) {
        return Err(Mistake::bad(format!(
            "{id:?} is no ID of a client certificate: vsc- and letters, digits or hyphens"
        )));
    }
    let new_cert = issue::certificate(authority, &server.ssl_vpn_server_id, id, validity)
        .await
        .map_err(Mistake::bad)?;
    let attributes = SslVpnClientCert {
        ssl_vpn_client_cert_id: new_cert.ssl_vpn_client_cert_id,
        ssl_vpn_server_id: server.ssl_vpn_server_id,
        region_id: server.region_id,
        name: wanted.name,
        create_time: validity.create_time,
        end_time: validity.end_time,
        resource_group_id: server.resource_group_id,
    };
    let shown = shown_certificate(&attributes, now);
    let mut state = service.lock();
    // It may have gone while the keys were made.
    self::server(&state.world, &attributes.ssl_vpn_server_id)?;
    if find(&state.world, &attributes.ssl_vpn_client_cert_id).is_ok() {
        return Err(Mistake::conflict(format!(
            "there is a certificate {} already",
            attributes.ssl_vpn_client_cert_id
        )));
    }
    if state.world.has_all_certificates() {
        return Err(Mistake::conflict(format!(
            "the account has all the certificates of its quota, {}; raise it with --quota certificates=NUMBER",
            state.world.quotas().certificates
        )));
    }
    state.world.put_certificate(IssuedCert {
        attributes,
        key_material: new_cert.key_material,
    });
    Ok((StatusCode::CREATED, Json(shown)))
}

async fn show(State(service): Shared, Path(id): Path<String>) -> Result<Json<Answer>, Mistake> {
    let now = service.now();
    let state = service.lock();
    let certificate = find(&state.world, &id)?;
    Ok(Json(whole_certificate(&state.world, certificate, now)))
}

async fn edit(
    State(service): Shared,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Answer>, Mistake> {
    let given = read(&body)?;
    let now = service.now();
    let mut state = service.lock();
    let certificate = find(&state.world, &id)?;
    let old = &certificate.attributes;
    let edited: SslVpnClientCert = with(old, given)?;
    check_identity(&id, &edited.ssl_vpn_client_cert_id, &edited.region_id)?;
    if (&edited.ssl_vpn_server_id, &edited.region_id) != (&old.ssl_vpn_server_id, &old.region_id) {
        return Err(Mistake::bad(
            "a certificate keeps its server and its region",
        ));
    }
    let shown = shown_certificate(&edited, now);
    let key_material = Arc::clone(&certificate.key_material);
    state.world.put_certificate(IssuedCert {
        attributes: edited,
        key_material,
    });
    Ok(Json(shown))
}

async fn remove(State(service): Shared, Path(id): Path<String>) -> Result<StatusCode, Mistake> {
    if service.lock().world.remove_certificate(&id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_certificate(&id))
    }
}

fn server(world: &World, id: &str) -> Result<SslVpnServer, Mistake> {
    world
        .true_servers()
        .find(|server| server.ssl_vpn_server_id == id)
        .cloned()
        .ok_or_else(|| no_server(id))
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a IssuedCert, Mistake> {
    world
        .true_certificates()
        .find(|certificate| certificate.attributes.ssl_vpn_client_cert_id == id)
        .ok_or_else(|| no_certificate(id))
}

fn no_certificate(id: &str) -> Mistake {
    Mistake::not_found(format!("there is no client certificate {id}"))
}
