//! Terraform's protocol from outside: any RPC, raw, against the real binary of the product and against `tests/support/exercise`.

#![cfg(test)]

#[path = "../support/plugin_caller.rs"]
mod plugin_caller;

mod actions;
mod data_sources;
mod ephemeral_resources;
mod functions;
mod list_resources;
mod panics;
mod session;
mod stop;
