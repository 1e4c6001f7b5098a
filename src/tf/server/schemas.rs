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
        use proto::get_metadata::{
            ActionMetadata, DataSourceMetadata, EphemeralResourceMetadata, FunctionMetadata,
            ListResourceMetadata,
        };
        let data_sources = self.data_sources.names();
        let functions = self.functions.keys().map(|name| (*name).to_owned());
        let ephemeral_resources = self.ephemeral_resources.names();
        let list_resources = self.list_resources.names();
        let actions = self.actions.names();
        proto::get_metadata::Response {
            server_capabilities: Some(capabilities()),
            diagnostics: Vec::new(),
            data_sources: data_sources
                .map(|type_name| DataSourceMetadata { type_name })
                .collect(),
            resources: resources.collect(),
            functions: functions.map(|name| FunctionMetadata { name }).collect(),
            ephemeral_resources: ephemeral_resources
                .map(|type_name| EphemeralResourceMetadata { type_name })
                .collect(),
            list_resources: list_resources
                .map(|type_name| ListResourceMetadata { type_name })
                .collect(),
            actions: actions
                .map(|type_name| ActionMetadata { type_name })
                .collect(),
        }
    }

    /// Every schema at once.
    pub(super) fn schemas(&self) -> proto::get_provider_schema::Response {
        let resources = self
            .resources
            .iter()
            .map(|(name, served)| ((*name).to_owned(), served.schema.to_proto()));
        let action = |(name, schema)| {
            let schema = Some(schema);
            (name, proto::ActionSchema { schema })
        };
        let actions = self.actions.schemas().map(action);
        proto::get_provider_schema::Response {
            provider: Some(self.provider_schema.to_proto()),
            provider_meta: self.meta_schema.as_ref().map(Schema::to_proto),
            resource_schemas: resources.collect(),
            data_source_schemas: self.data_sources.schemas().collect(),
            functions: self.functions_answer().functions,
            ephemeral_resource_schemas: self.ephemeral_resources.schemas().collect(),
            list_resource_schemas: self.list_resources.schemas().collect(),
            action_schemas: actions.collect(),
            server_capabilities: Some(capabilities()),
            ..Default::default()
        }
    }
}
