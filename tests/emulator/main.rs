//! `alivpn emulator` from outside: the real binary, driven over HTTP with signatures made here. Each test has an emulator of its own.

mod client_tokens;
mod command;
mod control;
mod faults;
mod gateways;
mod servers;
mod signatures;
mod support;
mod visibility;
