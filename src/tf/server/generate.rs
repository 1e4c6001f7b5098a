//! GenerateResourceConfig: the configuration that an imported or listed object would have.

use super::Server;
use super::value::{decode, encode};
use crate::tf::diagnostics::Diagnostics;
use crate::tf::generate::configuration;
use crate::tf::proto::generate_resource_config::{Request, Response};
use crate::tf::provider::Provider;

impl<P: Provider> Server<P> {
    /// The configuration of a state. Null for null: a list may name objects without their states.
    pub(super) fn generate_config(&self, request: Request) -> Result<Response, Diagnostics> {
        let served = self.resource(&request.type_name)?;
        let state = decode(request.state, &served.ty, "state")?;
        let config = configuration(&served.schema, &state, |config| {
            // What the resource's model cannot hold was there in the state already, and is no reason to fail here.
            served.resource.validate(config).unwrap_or_default()
        });
        Ok(Response {
            config: Some(encode(&config, &served.ty)?),
            diagnostics: Vec::new(),
        })
    }
}
