//! Terraform's language: values, types, schemas, paths, diagnostics. Knows nothing of clouds.

/// The messages and services of `proto/tfplugin5.proto`, client and server.
#[allow(missing_docs, clippy::all)]
pub mod proto {
    tonic::include_proto!("tfplugin5");
}
