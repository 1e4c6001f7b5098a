//! ValidateListResourceConfig and ListResource.

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::events::Event;
use super::identity::ServedIdentity;
use super::value::{decode, encode};
use super::{ServedResource, Server};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::identity::Identity;
use crate::tf::list_resource::{Ended, Listed, Query, Sink};
use crate::tf::plan::without_unknown;
use crate::tf::proto::{self, DynamicValue, list_resource, validate_list_resource_config};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;
use crate::tf::types::Type;
use crate::tf::value::Value;
use crate::tf::write_only;

impl Event for list_resource::Event {
    fn failed(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostic: diagnostics.to_proto(),
            ..Default::default()
        }
    }
}

impl<P: Provider> Server<P> {
    /// Everything wrong with a list block that can be told without the cloud. Its `limit` and `include_resource` come as
    /// values beside the configuration, and may be unknown.
    pub(super) fn validate_list_resource(
        &self,
        request: validate_list_resource_config::Request,
    ) -> Result<validate_list_resource_config::Response, Diagnostics> {
        let mut found = self
            .list_resources
            .validate(&request.type_name, request.config)?;
        let include = request.include_resource_object;
        decode(include, &Type::Bool, "include_resource")?;
        let limit = decode(request.limit, &Type::Number, "limit")?;
        let limit = limit.as_number().map(|limit| limit.to_i64());
        if limit.is_some_and(|limit| limit.is_none_or(i64::is_negative)) {
            found.push(invalid_limit());
        }
        Ok(validate_list_resource_config::Response {
            diagnostics: found.to_proto(),
        })
    }

    /// Sends an event for each object that is found, up to the limit.
    pub(super) async fn list_resource_events(
        &self,
        request: list_resource::Request,
        events: mpsc::Sender<list_resource::Event>,
        cancel: CancellationToken,
    ) -> Result<(), Diagnostics> {
        let served = self.list_resources.get(&request.type_name)?;
        let resource = self.resource(&request.type_name)?;
        let client = self.client().await?;
        let config = served.config(request.config)?;
        let limit = u64::try_from(request.limit).map_err(|_| invalid_limit())?;
        if limit == 0 {
            return Ok(());
        }
        let call = Call::new(&*client, &cancel);
        let query = Query {
            config: &config,
            include_object: request.include_resource_object,
            limit,
        };
        let mut sink = EventSink {
            resource,
            whole: request.include_resource_object,
            left: limit,
            events,
            cancel: &cancel,
        };
        match served.block_type.list(call, query, &mut sink).await {
            Ok(()) | Err(Ended::Enough) => Ok(()),
            Err(Ended::Failed(diagnostics)) => Err(diagnostics),
        }
    }
}

fn invalid_limit() -> Diagnostic {
    Diagnostic::error("Invalid value for `limit`")
        .detail("The value must be a whole number of at least 0.")
        .at("limit")
}

fn incomplete(given: &str) -> Diagnostic {
    Diagnostic::error("Incomplete result").detail(format!(
        "The list resource gave {given}. This is a defect of the provider: please report it."
    ))
}

/// Makes events of results, for as long as more are wanted.
struct EventSink<'a, C> {
    /// The managed resource whose objects are found.
    resource: &'a ServedResource<C>,
    /// Whether whole objects are asked for.
    whole: bool,
    /// How many more results are wanted.
    left: u64,
    events: mpsc::Sender<list_resource::Event>,
    cancel: &'a CancellationToken,
}

impl<C> EventSink<'_, C> {
    fn identity(&self, identity: &Identity) -> Result<proto::ResourceIdentityData, Diagnostic> {
        let complete = |served: &ServedIdentity| served.schema.missing(identity).is_none();
        let identity = match &self.resource.identity {
            Some(served) if complete(served) => self.resource.encode_identity(Some(identity))?,
            _ => None,
        };
        identity.ok_or_else(|| incomplete("something without a whole identity"))
    }

    fn object(&self, object: Option<Value>) -> Result<Option<DynamicValue>, Diagnostic> {
        if !self.whole {
            return Ok(None);
        }
        let object = object.ok_or_else(|| incomplete("an identity alone"))?;
        let schema = &self.resource.schema;
        let object = write_only::strip(schema, without_unknown(object));
        encode(&object, &self.resource.ty).map(Some)
    }

    /// Waits until there is room. A list that Stop cut short is not complete, and must not look so.
    async fn put(&self, event: list_resource::Event) -> Result<(), Ended> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Diagnostic::error("Stopped")
                .detail("The list was cut short when Terraform asked to stop: it is not complete.")
                .into()),
            sent = self.events.send(event) => sent.map_err(|_| Ended::Enough),
        }
    }
}

#[async_trait]
impl<C: Send + Sync> Sink for EventSink<'_, C> {
    async fn send(&mut self, listed: Listed<Value>) -> Result<(), Ended> {
        if self.left == 0 {
            return Err(Ended::Enough);
        }
        let event = list_resource::Event {
            identity: Some(self.identity(&listed.identity)?),
            display_name: listed.display_name,
            resource_object: self.object(listed.object)?,
            diagnostic: Vec::new(),
        };
        self.put(event).await?;
        self.left -= 1;
        if self.left == 0 {
            return Err(Ended::Enough);
        }
        Ok(())
    }

    async fn tell(&mut self, diagnostics: Diagnostics) -> Result<(), Ended> {
        if self.left == 0 {
            return Err(Ended::Enough);
        }
        self.put(Event::failed(diagnostics)).await
    }
}
