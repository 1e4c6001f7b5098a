//! Rules about single arguments of an SSL server that the schema's general validators do not cover.

use crate::tf::diagnostics::Diagnostics;
use crate::tf::path::AttributePath;
use crate::tf::validators::{Validator, invalid};
use crate::tf::value::Value;

/// Ports that the cloud keeps for itself.
const RESERVED_PORTS: [u16; 16] = [
    22, 53, 68, 80, 123, 443, 500, 2222, 4500, 4510, 4560, 7505, 9000, 9001, 9002, 22222,
];

/// A port that the cloud does not keep for itself.
#[derive(Debug, Clone, Copy)]
pub struct ServerPort;

impl Validator for ServerPort {
    fn description(&self) -> String {
        format!(
            "be a whole number from 1 to 65535, and none of the ports that the cloud keeps for itself: {}",
            RESERVED_PORTS.map(|port| port.to_string()).join(", ")
        )
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Value::Number(port) = value else { return };
        let whole = port.to_i64().and_then(|port| u16::try_from(port).ok());
        if whole.is_none_or(|port| port == 0 || RESERVED_PORTS.contains(&port)) {
            diagnostics.push(invalid(path, &self.description(), &port.to_string()));
        }
    }
}
