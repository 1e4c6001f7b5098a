//! GetMetadata and GetSchema: what is served, with and without its shape.

use super::Server;
use crate::tf::proto;
use crate::tf::provider::Provider;
use crate::tf::schema::Schema;

/// What is true of every provider behind this server.
fn capabilities() -> proto::ServerCapabilities {
    proto::ServerCapabilities {
        plan_destroy: true,
        // Nothing here waits for GetSchema to be called.
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}

impl<P: Provider> Server<P> {
    /// The names of everything served.
    pub(super) fn metadata(&self) -> proto::get_metadata::Response {
        let resources = self
            .resources
            .keys()
            .map(|name| proto::get_metadata::ResourceMetadata {
                type_name: (*name).to_owned(),
            });
        proto::get_metadata::Response {
            server_capabilities: Some(capabilities()),
            resources: resources.collect(),
            ..Default::default()
        }
    }

    /// Every schema at once.
    pub(super) fn schemas(&self) -> proto::get_provider_schema::Response {
        let resources = self
            .resources
            .iter()
            .map(|(name, served)| ((*name).to_owned(), served.schema.to_proto()));
        proto::get_provider_schema::Response {
            provider: Some(self.provider_schema.to_proto()),
            provider_meta: self.meta_schema.as_ref().map(Schema::to_proto),
            resource_schemas: resources.collect(),
            server_capabilities: Some(capabilities()),
            ..Default::default()
        }
    }
}
