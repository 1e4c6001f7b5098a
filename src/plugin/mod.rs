//! How a go-plugin process starts, listens, logs and ends. Knows nothing of Terraform's messages.

/// The messages and services of `proto/go_plugin.proto` and `proto/health.proto`.
#[allow(missing_docs, clippy::all)]
pub mod proto {
    tonic::include_proto!("plugin");

    /// gRPC's standard health service.
    pub mod health {
        tonic::include_proto!("grpc.health.v1");
    }
}
