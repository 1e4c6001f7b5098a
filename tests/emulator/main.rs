//! `alivpn emulator` from outside: the real binary, driven over HTTP with signatures made here. Each test has an emulator of its own.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, its support too"
)]

mod browser;
mod certificates;
mod client_tokens;
mod clients;
mod command;
mod control;
mod faults;
mod gateway_rules;
mod gateways;
mod identity;
mod limits;
mod page;
mod policy;
mod scenario;
mod sdk;
mod servers;
mod signatures;
mod state_file;
mod support;
mod typed_client;
mod visibility;
