//! ValidateResourceTypeConfig: declared validators first, then the resource's rules across arguments.

use super::Server;
use super::call::model_error;
use super::value::decode;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::proto::validate_resource_type_config::{Request, Response};
use crate::tf::provider::Provider;
use crate::tf::write_only;

impl<P: Provider> Server<P> {
    /// Everything wrong with a resource block that can be told without the cloud.
    pub(super) fn validate_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let config = decode(request.config, &served.ty, "configuration")?;
        let mut diagnostics = served.schema.validate(&config);
        let capabilities = request.client_capabilities.unwrap_or_default();
        if !capabilities.write_only_attributes_allowed {
            for path in write_only::set_in(&served.schema, &config) {
                diagnostics.push(
                    Diagnostic::error("Write-only arguments are not supported here")
                        .detail(format!(
                            "`{path}` is write-only, and this caller would store it in the state. Use Terraform 1.11 or later, or \
                             leave the argument out."
                        ))
                        .at(path),
                );
            }
        }
        match served.resource.validate(&config) {
            Ok(rules) => diagnostics.extend(rules),
            // What a declared validator refuses need not fit the model.
            Err(_) if diagnostics.has_errors() => {}
            Err(error) => return Err(model_error("ValidateResourceTypeConfig", &error).into()),
        }
        Ok(Response {
            diagnostics: diagnostics.to_proto(),
        })
    }
}
