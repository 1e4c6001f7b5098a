//! ValidateResourceTypeConfig: declared validators first, then the resource's rules across arguments.

use super::Server;
use super::call::model_error;
use super::value::{decode, present};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::proto::validate_resource_type_config::{Request, Response};
use crate::tf::provider::Provider;

impl<P: Provider> Server<P> {
    /// Everything wrong with a resource block that can be told without the cloud.
    pub(super) fn validate_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let config = decode(request.config, &served.ty, "configuration")?;
        let config = present(config, "configuration")?;
        let mut diagnostics = served.schema.validate(&config);
        if !diagnostics.has_errors() {
            let rules = served
                .resource
                .validate(&config)
                .map_err(|error| model_error("ValidateResourceTypeConfig", &error))?;
            diagnostics.extend(rules);
        }
        Ok(Response {
            diagnostics: diagnostics.to_proto(),
        })
    }
}
