//! Client certificates: their life, their renewal, their end, and what only their owners may have.

mod create;
mod delete;
mod ephemeral;
mod errors;
mod import;
mod left_over;
mod openvpn;
mod renewal;
mod update;

use serde_json::Value;

use crate::emulator::{Call, Emulator};
use crate::terraform::{Workspace, server};

const TYPE: &str = "alivpn_ssl_vpn_client_cert";

/// The certificate `this` with this body, of the server `this` unless the body names another one.
fn cert(body: &str) -> String {
    labelled("this", body)
}

fn labelled(label: &str, body: &str) -> String {
    let of_this = if body.contains("ssl_vpn_server_id") {
        ""
    } else {
        "  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id\n"
    };
    format!("resource \"{TYPE}\" \"{label}\" {{\n{of_this}{body}\n}}\n")
}

/// The server `this` and the certificate `this`.
fn both(body: &str) -> String {
    format!("{}\n{}", server("this", ""), cert(body))
}

/// What the state holds of the certificate `this`.
fn attributes(workspace: &Workspace) -> Value {
    workspace.instance_of(TYPE, "this")["attributes"].clone()
}

/// A workspace in which both exist.
fn applied(emulator: &Emulator, body: &str) -> Workspace {
    let workspace = Workspace::new(emulator);
    workspace.write(&both(body));
    workspace.apply().exits(0);
    workspace
}

/// The operations of the changes among calls.
fn changes(calls: &[Call]) -> Vec<&str> {
    calls
        .iter()
        .filter(|call| call.is_change())
        .map(|call| call.operation.as_str())
        .collect()
}
