//! Terraform's protocol from outside: any RPC, raw, against the real binary of the product and against `tests/support/exercise`.

#![forbid(unsafe_code)]
#![cfg(test)]

#[path = "../support/answers.rs"]
mod answers;
#[path = "../support/every_rpc.rs"]
mod every_rpc;
#[path = "../support/exercise_program.rs"]
mod exercise_program;
#[path = "../support/plugin_caller.rs"]
mod plugin_caller;

mod actions;
mod applying;
mod configuring;
mod corpus;
mod data_sources;
mod deferral;
mod diagnostics;
mod ephemeral_resources;
mod functions;
mod generate;
mod identity;
mod imported_client_certs;
mod list_client_certs;
mod list_resources;
mod list_servers;
mod load;
mod logs;
mod malformed;
mod move_state;
mod panics;
mod places;
mod planning;
mod private_data;
mod raw;
mod rpcs;
mod secrets;
mod seeds;
mod session;
mod size;
mod stop;
mod unknown_types;
mod upgrade;
mod write_only;
