//! Clients that connect and disconnect: the emulator routes no traffic, so somebody has to say so.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json};
use axum::routing::{delete, post};
use serde::Deserialize;

use super::{Mistake, Shared, read};
use crate::emulator::operations::Moment;
use crate::emulator::service::Service;

pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/ssl-vpn-clients", post(connect))
        .route("/ssl-vpn-clients/{certificate_id}", delete(disconnect))
}

/// Who connects, and where from.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Connecting {
    ssl_vpn_client_cert_id: String,
    ip: Option<String>,
}

async fn connect(State(service): Shared, body: Bytes) -> Result<impl IntoResponse, Mistake> {
    let connecting: Connecting = read(&body)?;
    let id = connecting.ssl_vpn_client_cert_id;
    let now = Moment::now().unix_ms;
    let mut state = service.lock();
    let client = state
        .world
        .connect_client(&id, connecting.ip, now)
        .map_err(|refusal| Mistake::conflict(format!("{id} is not let in: {refusal}")))?;
    Ok((StatusCode::CREATED, Json(client)))
}

async fn disconnect(
    State(service): Shared,
    Path(certificate_id): Path<String>,
) -> Result<StatusCode, Mistake> {
    if service.lock().world.disconnect_client(&certificate_id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Mistake::not_found(format!(
            "no client is connected with {certificate_id}"
        )))
    }
}
