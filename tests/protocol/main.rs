//! Terraform's protocol from outside: any RPC, raw, against the real binary of the product and against `tests/support/exercise`.

#![cfg(test)]

#[path = "../support/every_rpc.rs"]
mod every_rpc;
#[path = "../support/plugin_caller.rs"]
mod plugin_caller;

mod configuring;
mod diagnostics;
mod load;
mod logs;
mod malformed;
mod panics;
mod raw;
mod rpcs;
mod session;
mod size;
mod stop;
mod unknown_types;
