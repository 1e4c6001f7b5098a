//! ValidateDataSourceConfig and ReadDataSource.

use super::Server;
use super::call::result;
use super::deferral::{Reach, wish};
use super::value::encode;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::plan::without_unknown;
use crate::tf::proto::read_data_source::{Request, Response};
use crate::tf::proto::{Deferred, validate_data_source_config};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;

impl<P: Provider> Server<P> {
    /// Everything wrong with a data block that can be told without the cloud.
    pub(super) fn validate_data_source(
        &self,
        request: validate_data_source_config::Request,
    ) -> Result<validate_data_source_config::Response, Diagnostics> {
        let found = self
            .data_sources
            .validate(&request.type_name, request.config)?;
        Ok(validate_data_source_config::Response {
            diagnostics: found.to_proto(),
        })
    }

    /// What a data block asks for, as it is now: nothing of it is unknown.
    pub(super) async fn read_data_source_answer(
        &self,
        request: Request,
    ) -> Result<Response, Diagnostics> {
        let served = self.data_sources.get(&request.type_name)?;
        let capabilities = request.client_capabilities.as_ref();
        let client = match self.client_or_deferral(capabilities).await? {
            Reach::Client(client) => client,
            Reach::Later(deferred) => return Ok(later(deferred, &Diagnostics::new())),
        };
        let config = served.config(request.config)?;
        let meta = self.decode_meta(request.provider_meta)?;
        let token = self.stop.token();
        let call = Call {
            meta: &meta,
            ..Call::new(&*client, &token)
        };
        let mut outcome = served.block_type.read(call, &config).await?;
        if let Some(deferred) = wish(&mut outcome, capabilities) {
            return Ok(later(deferred, &outcome.diagnostics));
        }
        let (state, diagnostics) = result(outcome)?;
        Ok(Response {
            state: Some(encode(&without_unknown(state), &served.ty)?),
            diagnostics: diagnostics.to_proto(),
            deferred: None,
        })
    }
}

fn later(deferred: Deferred, diagnostics: &Diagnostics) -> Response {
    Response {
        deferred: Some(deferred),
        diagnostics: diagnostics.to_proto(),
        ..Default::default()
    }
}
