//! What goes wrong between the provider and the cloud: every operation under every fault, a provider that is killed at any call, proxies and
//! certificates. The real binary is called as Terraform's core calls it, the cloud is the emulator.

#![forbid(unsafe_code)]
#![cfg(test)]

#[path = "../support/exercise_program.rs"]
mod exercise_program;
#[path = "../support/plugin_caller.rs"]
mod plugin_caller;
#[allow(dead_code, reason = "tests/protocol uses all of it")]
#[path = "../protocol/session.rs"]
mod session;

mod cases;
mod cloud;
mod core;
mod doubt;
mod encrypted;
mod kill;
mod matrix;
mod network;
mod provider_block;
mod reads;
mod stop;
mod sts;
mod subject;
mod wire;
