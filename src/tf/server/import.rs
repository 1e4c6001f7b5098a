//! ImportResourceState.

use super::Server;
use super::call::model_error;
use super::value::encode;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::proto::import_resource_state::{ImportedResource, Request, Response};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;

impl<P: Provider> Server<P> {
    /// The object of an ID; Terraform reads it next.
    pub(super) async fn import_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let client = self.client().await?;
        let call = Call {
            client: &*client,
            cancel: &self.stop.token(),
        };
        let imported = served.resource.import(call, &request.id).await;
        let state = imported.map_err(|error| model_error("ImportResourceState", &error))??;
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
