//! The gRPC service: every RPC of the protocol, each handed on to the file that answers it.

use std::pin::Pin;

use futures_util::stream;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, async_trait};

use super::Server;
use super::call::call;
use super::unserved::unserved;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::proto::{self, provider_server};
use crate::tf::provider::Provider;

type Answer<T> = Result<Response<T>, Status>;
type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A stream of this one event.
fn one_event<T: Send + 'static>(event: T) -> Answer<Events<T>> {
    Ok(Response::new(Box::pin(stream::iter([Ok(event)]))))
}

#[async_trait]
impl<P: Provider> provider_server::Provider for Server<P> {
    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Answer<proto::get_metadata::Response> {
        call("GetMetadata", "", async { Ok(self.metadata()) }).await
    }

    async fn get_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Answer<proto::get_provider_schema::Response> {
        call("GetSchema", "", async { Ok(self.schemas()) }).await
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answer<proto::get_resource_identity_schemas::Response> {
        call("GetResourceIdentitySchemas", "", async {
            Ok(self.identity_schemas())
        })
        .await
    }

    async fn prepare_provider_config(
        &self,
        request: Request<proto::prepare_provider_config::Request>,
    ) -> Answer<proto::prepare_provider_config::Response> {
        call("PrepareProviderConfig", "", async {
            self.prepare_provider_config_answer(request.into_inner())
        })
        .await
    }

    async fn validate_resource_type_config(
        &self,
        request: Request<proto::validate_resource_type_config::Request>,
    ) -> Answer<proto::validate_resource_type_config::Response> {
        let request = request.into_inner();
        call(
            "ValidateResourceTypeConfig",
            &request.type_name.clone(),
            async { self.validate_resource(request) },
        )
        .await
    }

    async fn validate_data_source_config(
        &self,
        request: Request<proto::validate_data_source_config::Request>,
    ) -> Answer<proto::validate_data_source_config::Response> {
        let name = request.into_inner().type_name;
        call("ValidateDataSourceConfig", &name, async {
            unserved("data source type", &name)
        })
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answer<proto::upgrade_resource_state::Response> {
        let request = request.into_inner();
        call("UpgradeResourceState", &request.type_name.clone(), async {
            self.upgrade_state(request)
        })
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Answer<proto::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        call(
            "UpgradeResourceIdentity",
            &request.type_name.clone(),
            async { self.upgrade_identity(request) },
        )
        .await
    }

    async fn configure(
        &self,
        request: Request<proto::configure::Request>,
    ) -> Answer<proto::configure::Response> {
        call("Configure", "", self.configure_answer(request.into_inner())).await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Answer<proto::read_resource::Response> {
        let request = request.into_inner();
        call(
            "ReadResource",
            &request.type_name.clone(),
            self.read_resource_answer(request),
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answer<proto::plan_resource_change::Response> {
        let request = request.into_inner();
        call(
            "PlanResourceChange",
            &request.type_name.clone(),
            self.plan_resource(request),
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Answer<proto::apply_resource_change::Response> {
        let request = request.into_inner();
        call(
            "ApplyResourceChange",
            &request.type_name.clone(),
            self.apply_resource(request),
        )
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answer<proto::import_resource_state::Response> {
        let request = request.into_inner();
        call(
            "ImportResourceState",
            &request.type_name.clone(),
            self.import_resource(request),
        )
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answer<proto::move_resource_state::Response> {
        let request = request.into_inner();
        call(
            "MoveResourceState",
            &request.target_type_name.clone(),
            async { self.move_state(request) },
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answer<proto::read_data_source::Response> {
        let name = request.into_inner().type_name;
        call("ReadDataSource", &name, async {
            unserved("data source type", &name)
        })
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Answer<proto::generate_resource_config::Response> {
        let request = request.into_inner();
        call(
            "GenerateResourceConfig",
            &request.type_name.clone(),
            async { self.generate_config(request) },
        )
        .await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Answer<proto::validate_ephemeral_resource_config::Response> {
        let name = request.into_inner().type_name;
        call("ValidateEphemeralResourceConfig", &name, async {
            unserved("ephemeral resource type", &name)
        })
        .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Answer<proto::open_ephemeral_resource::Response> {
        let name = request.into_inner().type_name;
        call("OpenEphemeralResource", &name, async {
            unserved("ephemeral resource type", &name)
        })
        .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Answer<proto::renew_ephemeral_resource::Response> {
        let name = request.into_inner().type_name;
        call("RenewEphemeralResource", &name, async {
            unserved("ephemeral resource type", &name)
        })
        .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Answer<proto::close_ephemeral_resource::Response> {
        let name = request.into_inner().type_name;
        call("CloseEphemeralResource", &name, async {
            unserved("ephemeral resource type", &name)
        })
        .await
    }

    type ListResourceStream = Events<proto::list_resource::Event>;

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        let unknown: Result<(), Diagnostics> =
            unserved("list resource type", &request.into_inner().type_name);
        let diagnostic = unknown.err().unwrap_or_default().to_proto();
        one_event(proto::list_resource::Event {
            diagnostic,
            ..Default::default()
        })
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Answer<proto::validate_list_resource_config::Response> {
        let name = request.into_inner().type_name;
        call("ValidateListResourceConfig", &name, async {
            unserved("list resource type", &name)
        })
        .await
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Answer<proto::get_functions::Response> {
        call("GetFunctions", "", async { Ok(Default::default()) }).await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answer<proto::call_function::Response> {
        let name = request.into_inner().name;
        call("CallFunction", &name, async { unserved("function", &name) }).await
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Answer<proto::validate_action_config::Response> {
        let name = request.into_inner().action_type;
        call("ValidateActionConfig", &name, async {
            unserved("action type", &name)
        })
        .await
    }

    async fn plan_action(
        &self,
        request: Request<proto::plan_action::Request>,
    ) -> Answer<proto::plan_action::Response> {
        let name = request.into_inner().action_type;
        call("PlanAction", &name, async {
            unserved("action type", &name)
        })
        .await
    }

    type InvokeActionStream = Events<proto::invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Answer<Self::InvokeActionStream> {
        let unknown: Result<(), Diagnostics> =
            unserved("action type", &request.into_inner().action_type);
        let diagnostics = unknown.err().unwrap_or_default().to_proto();
        let completed = proto::invoke_action::event::Completed { diagnostics };
        one_event(proto::invoke_action::Event {
            r#type: Some(proto::invoke_action::event::Type::Completed(completed)),
        })
    }

    async fn stop(&self, _: Request<proto::stop::Request>) -> Answer<proto::stop::Response> {
        tracing::info!("stop requested: cutting short what runs");
        self.stop.stop();
        Ok(Response::new(proto::stop::Response::default()))
    }
}
