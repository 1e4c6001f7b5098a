//! Look-ups of what exists: one object or an error that lists the candidates, lists that may be empty.

mod ssl_vpn_client_cert;
mod ssl_vpn_server;
mod vpn_gateway;

use serde_json::Value;

use crate::terraform::Workspace;

/// What the data source `DATA.this` with this body has read.
#[track_caller]
fn read(workspace: &Workspace, data: &str, body: &str) -> Value {
    workspace.write(&block(data, body));
    workspace.apply().exits(0);
    let state: Value = serde_json::from_str(&workspace.state()).expect("a state is JSON");
    let found = state["resources"]
        .as_array()
        .expect("a state has resources");
    let resource = found.iter().find(|resource| resource["type"] == data);
    resource.expect("it is in the state")["instances"][0]["attributes"].clone()
}

fn block(data: &str, body: &str) -> String {
    format!("data \"{data}\" \"this\" {{\n{body}\n}}\n")
}

/// The IDs of a list's objects, in its order.
fn ids(list: &Value) -> Vec<&str> {
    let objects = list.as_array().expect("a list");
    let ids = objects.iter().map(|object| object["id"].as_str());
    ids.map(Option::unwrap_or_default).collect()
}

/// Where `terraform validate` finds fault with a data source, and what it says.
fn faults(workspace: &Workspace, data: &str, body: &str) -> Vec<String> {
    workspace.write(&block(data, body));
    let shown = |diagnostic: &Value| {
        format!(
            "{}: {} {}",
            diagnostic["snippet"]["code"]
                .as_str()
                .unwrap_or_default()
                .trim(),
            diagnostic["summary"].as_str().unwrap_or_default(),
            diagnostic["detail"].as_str().unwrap_or_default()
        )
    };
    workspace.validate().iter().map(shown).collect()
}
