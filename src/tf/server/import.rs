//! ImportResourceState.

use super::Server;
use super::call::model_error;
use super::value::encode;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::proto::import_resource_state::{ImportedResource, Request, Response};
use crate::tf::provider::Provider;

impl<P: Provider> Server<P> {
    /// A first state for an ID; Terraform reads the object next.
    pub(super) async fn import_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        self.client().await?;
        let state = served
            .resource
            .import(&request.id)
            .map_err(|error| model_error("ImportResourceState", &error))??;
        let imported = ImportedResource {
            type_name: request.type_name,
            state: Some(encode(&state, &served.ty)?),
            ..Default::default()
        };
        Ok(Response {
            imported_resources: vec![imported],
            ..Default::default()
        })
    }
}
