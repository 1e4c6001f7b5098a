//! Terraform's protocol from outside: any RPC, raw, against the real binary of the product and against `tests/support/exercise`.

#![cfg(test)]

#[path = "../support/plugin_caller.rs"]
mod plugin_caller;

mod actions;
mod data_sources;
mod deferral;
mod ephemeral_resources;
mod functions;
mod generate;
mod identity;
mod list_resources;
mod move_state;
mod panics;
mod private_data;
mod rules;
mod session;
mod stop;
mod upgrade;
mod write_only;
