//! The rules of an SSL server's arguments that the schema's general validators do not cover, and the rules across them.

use ipnet::Ipv4Net;

use super::model::SslVpnServer;
use crate::provider::network::{client_ip_pool, local_subnet, overlap};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::validators::{Validator, invalid, quoted};
use crate::tf::value::Value;

/// Ports that the cloud keeps for itself.
const RESERVED_PORTS: [u16; 16] = [
    22, 53, 68, 80, 123, 443, 500, 2222, 4500, 4510, 4560, 7505, 9000, 9001, 9002, 22222,
];

/// A name that does not look like a URL.
#[derive(Debug, Clone, Copy)]
pub struct NotAUrl;

impl Validator for NotAUrl {
    fn description(&self) -> String {
        "not start with http:// or https://".to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Value::String(name) = value else { return };
        if name.starts_with("http://") || name.starts_with("https://") {
            diagnostics.push(invalid(path, &self.description(), &quoted(name)));
        }
    }
}

/// A port that the cloud does not keep for itself.
#[derive(Debug, Clone, Copy)]
pub struct NotReserved;

impl Validator for NotReserved {
    fn description(&self) -> String {
        format!(
            "be a port from 1 to 65535 that the cloud does not keep for itself, as it does {}",
            RESERVED_PORTS.map(|port| port.to_string()).join(", ")
        )
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Value::Number(port) = value else { return };
        if RESERVED_PORTS
            .iter()
            .any(|reserved| port.to_i64() == Some((*reserved).into()))
        {
            diagnostics.push(invalid(path, &self.description(), &port.to_string()));
        }
    }
}

/// The rules across arguments; each waits while a value it needs is unknown, or wrong by itself.
pub fn across_arguments(config: &SslVpnServer) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let subnets: Vec<(&str, Ipv4Net)> = config
        .local_subnets
        .known()
        .into_iter()
        .flatten()
        .filter_map(Attr::known)
        .filter_map(|text| Some((text.as_str(), local_subnet(text)?)))
        .collect();
    for (index, (text, subnet)) in subnets.iter().enumerate() {
        if let Some((twin, _)) = subnets
            .iter()
            .take(index)
            .find(|(_, other)| other == subnet)
        {
            diagnostics.push(
                Diagnostic::error("Duplicate subnet")
                    .detail(format!("\"{twin}\" and \"{text}\" are the same network, {subnet}. Allowed: each network once."))
                    .at("local_subnets"),
            );
        }
    }
    let pool = config.client_ip_pool.known();
    if let Some(pool) = pool.and_then(|text| client_ip_pool(text)) {
        for (text, _) in subnets.iter().filter(|(_, subnet)| overlap(pool, *subnet)) {
            diagnostics.push(
                Diagnostic::error("Overlapping networks")
                    .detail(format!(
                        "The pool {pool} overlaps \"{text}\" of local_subnets, so addresses there would be ambiguous. \
                         Allowed: a pool that shares no address with any local subnet."
                    ))
                    .at("local_subnets"),
            );
        }
    }
    if config.enable_multi_factor_auth == Attr::Known(true) && config.idaas_instance_id.is_null() {
        diagnostics.push(
            Diagnostic::error("Missing IDaaS instance")
                .detail("enable_multi_factor_auth = true needs idaas_instance_id: the IDaaS instance checks the second factor.")
                .at("enable_multi_factor_auth"),
        );
    }
    diagnostics
}
