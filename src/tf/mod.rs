//! Terraform's language: values, types, schemas, paths, diagnostics. Knows nothing of clouds.
//!
//! A [`value::Value`] is what Terraform sends and wants back; a [`types::Type`] says how its bytes are to be read
//! ([`msgpack`], [`json`]). A [`schema::Schema`] declares a block: its type on the wire, its documentation and the rules
//! that its declaration alone decides. [`model`] turns values into the structs that the product works with.

pub mod action;
#[cfg(test)]
mod arbitrary;
pub mod block_type;
pub mod data_source;
pub mod deferral;
pub mod diagnostics;
pub mod encoding;
pub mod ephemeral_resource;
pub mod function;
pub mod generate;
pub mod identity;
pub mod json;
pub mod list_resource;
pub mod model;
pub mod move_state;
pub mod msgpack;
pub mod number;
pub mod path;
pub mod plan;
pub mod private;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod server;
pub mod types;
pub mod upgrade;
pub mod validators;
pub mod value;
pub mod write_only;

/// The messages and services of `proto/tfplugin5.proto`, client and server.
#[allow(missing_docs, clippy::all)]
pub mod proto {
    tonic::include_proto!("tfplugin5");
}
