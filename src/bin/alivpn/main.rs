//! `alivpn`: the companion for people.
#![forbid(unsafe_code)]

fn main() {}
