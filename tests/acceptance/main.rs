//! Real Terraform, the real provider binary, real HTTP requests against the real emulator.
//!
//! A test has its own emulator on a free port and its own folder, and asserts what the user reads, what the state
//! holds, what calls the cloud saw and what is true there afterwards. Times are taken from the emulator's own clock
//! wherever the machine's load could spoil a measurement.
#![forbid(unsafe_code)]
// The support files end a test by panicking, as a test does.
#![allow(clippy::expect_used)]
#![cfg(unix)]

#[path = "../support/emulator.rs"]
mod emulator;
#[path = "../support/executable.rs"]
mod executable;
#[path = "../support/exercise_program.rs"]
mod exercise_program;
#[path = "../support/terraform/mod.rs"]
mod terraform;

mod arguments;
mod attached;
mod certificates;
mod configuration;
mod convergence;
mod create;
mod data_sources;
mod demo;
mod doctor;
mod drift;
mod examples;
mod exercise;
mod faults;
mod functions;
mod guides;
mod identity;
mod import;
mod install;
mod interrupt;
mod mfa;
mod migration;
mod modules;
mod parallel;
mod permissions;
mod preflight;
mod private;
mod query;
mod refresh;
mod region;
mod release;
mod scenarios;
mod secrets;
mod subnets;
mod timeouts;
mod update;
mod warnings;
