//! The gRPC service: every RPC of the protocol, each handed on to the file that answers it.

use std::sync::Arc;

use tonic::{Request, Response, Status, async_trait};

use super::Server;
use super::call::call;
use super::events::{Events, stream};
use crate::tf::proto::{self, provider_server};
use crate::tf::provider::Provider;

type Answer<T> = Result<Response<T>, Status>;

/// For a shared server: work that streams its answer outlives the call.
#[async_trait]
impl<P: Provider> provider_server::Provider for Arc<Server<P>> {
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
        let request = request.into_inner();
        call(
            "ValidateDataSourceConfig",
            &request.type_name.clone(),
            async { self.validate_data_source(request) },
        )
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
        let request = request.into_inner();
        call(
            "ReadDataSource",
            &request.type_name.clone(),
            self.read_data_source_answer(request),
        )
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
        let request = request.into_inner();
        call(
            "ValidateEphemeralResourceConfig",
            &request.type_name.clone(),
            async { self.validate_ephemeral_resource(request) },
        )
        .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Answer<proto::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        call(
            "OpenEphemeralResource",
            &request.type_name.clone(),
            self.open_ephemeral_resource_answer(request),
        )
        .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Answer<proto::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        call(
            "RenewEphemeralResource",
            &request.type_name.clone(),
            self.renew_ephemeral_resource_answer(request),
        )
        .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Answer<proto::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        call(
            "CloseEphemeralResource",
            &request.type_name.clone(),
            self.close_ephemeral_resource_answer(request),
        )
        .await
    }

    type ListResourceStream = Events<proto::list_resource::Event>;

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        let request = request.into_inner();
        let server = Arc::clone(self);
        let name = request.type_name.clone();
        stream(
            "ListResource",
            name,
            &self.stop,
            |events, cancel| async move { server.list_resource_events(request, events, cancel).await },
        )
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Answer<proto::validate_list_resource_config::Response> {
        let request = request.into_inner();
        call(
            "ValidateListResourceConfig",
            &request.type_name.clone(),
            async { self.validate_list_resource(request) },
        )
        .await
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Answer<proto::get_functions::Response> {
        call("GetFunctions", "", async { Ok(self.functions_answer()) }).await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answer<proto::call_function::Response> {
        let request = request.into_inner();
        call("CallFunction", &request.name.clone(), async {
            self.call_function_answer(request)
        })
        .await
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Answer<proto::validate_action_config::Response> {
        let request = request.into_inner();
        call(
            "ValidateActionConfig",
            &request.action_type.clone(),
            async { self.validate_action(request) },
        )
        .await
    }

    async fn plan_action(
        &self,
        request: Request<proto::plan_action::Request>,
    ) -> Answer<proto::plan_action::Response> {
        let request = request.into_inner();
        call(
            "PlanAction",
            &request.action_type.clone(),
            self.plan_action_answer(request),
        )
        .await
    }

    type InvokeActionStream = Events<proto::invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Answer<Self::InvokeActionStream> {
        let request = request.into_inner();
        let server = Arc::clone(self);
        let name = request.action_type.clone();
        stream(
            "InvokeAction",
            name,
            &self.stop,
            |events, cancel| async move { server.invoke_action_events(request, events, cancel).await },
        )
    }

    async fn stop(&self, _: Request<proto::stop::Request>) -> Answer<proto::stop::Response> {
        tracing::info!("stop requested: cutting short what runs");
        self.stop.stop();
        Ok(Response::new(proto::stop::Response::default()))
    }
}
