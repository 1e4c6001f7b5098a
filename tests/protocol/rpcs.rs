//! Every RPC as a value, so that a test can go through all of them.

#![allow(
    clippy::needless_update,
    reason = "one macro for messages with other fields and without"
)]

use std::pin::Pin;

use terraform_provider_alivpn::tf::proto::provider_client::ProviderClient;
use terraform_provider_alivpn::tf::proto::{self, Diagnostic, DynamicValue, RawState};
use terraform_provider_alivpn::tf::value::Value;
use tonic::Status;
use tonic::transport::Channel;

use crate::every_rpc::every_rpc;
use crate::session::{block_type, encode};

type Answer = Pin<Box<dyn Future<Output = Result<Vec<Diagnostic>, Status>> + Send>>;

/// A call that is ready to be made.
pub struct Rpc {
    /// As the protocol has it, and what in the request the call is about.
    pub name: String,
    call: Box<dyn FnOnce(ProviderClient<Channel>) -> Answer + Send>,
}

impl Rpc {
    /// A call under this name.
    pub fn new(
        name: &str,
        call: impl FnOnce(ProviderClient<Channel>) -> Answer + Send + 'static,
    ) -> Rpc {
        Rpc {
            name: name.to_owned(),
            call: Box::new(call),
        }
    }

    /// Makes the call, which must not fail as such, and gives the diagnostics of its answer, those of all events of a stream.
    pub async fn diagnostics(self, client: &ProviderClient<Channel>) -> Vec<Diagnostic> {
        let answer = (self.call)(client.clone()).await;
        answer.unwrap_or_else(|status| panic!("{} failed: {status}", self.name))
    }
}

/// A call whose answer has diagnostics.
macro_rules! rpc {
    ($name:literal, $method:ident, $request:expr) => {{
        let request = $request;
        Rpc::new($name, move |mut client| {
            Box::pin(async move { Ok(client.$method(request).await?.into_inner().diagnostics) })
        })
    }};
}

/// A request with these fields and nothing else.
macro_rules! request {
    ($module:ident { $($field:ident: $value:expr),* }) => {
        proto::$module::Request { $($field: $value.into(),)* ..Default::default() }
    };
}

pub(crate) use {request, rpc};

/// The names of all RPCs, in the order of the fuzz target.
pub fn every_name() -> Vec<&'static str> {
    macro_rules! names {
        (unary: $($method:ident $name:literal $module:ident),+; streaming: $($s_method:ident $s_name:literal $s_module:ident),+;) => {
            vec![$($name,)+ $($s_name,)+]
        };
    }
    every_rpc!(names)
}

/// Every RPC that names a type, with nothing else in its request.
pub fn about_type(name: &str) -> Vec<Rpc> {
    vec![
        rpc!(
            "ApplyResourceChange",
            apply_resource_change,
            request!(apply_resource_change { type_name: name })
        ),
        rpc!(
            "CloseEphemeralResource",
            close_ephemeral_resource,
            request!(close_ephemeral_resource { type_name: name })
        ),
        rpc!(
            "GenerateResourceConfig",
            generate_resource_config,
            request!(generate_resource_config { type_name: name })
        ),
        rpc!(
            "ImportResourceState",
            import_resource_state,
            request!(import_resource_state { type_name: name })
        ),
        rpc!(
            "MoveResourceState",
            move_resource_state,
            request!(move_resource_state {
                target_type_name: name
            })
        ),
        rpc!(
            "OpenEphemeralResource",
            open_ephemeral_resource,
            request!(open_ephemeral_resource { type_name: name })
        ),
        rpc!(
            "PlanAction",
            plan_action,
            request!(plan_action { action_type: name })
        ),
        rpc!(
            "PlanResourceChange",
            plan_resource_change,
            request!(plan_resource_change { type_name: name })
        ),
        rpc!(
            "ReadDataSource",
            read_data_source,
            request!(read_data_source { type_name: name })
        ),
        rpc!(
            "ReadResource",
            read_resource,
            request!(read_resource { type_name: name })
        ),
        rpc!(
            "RenewEphemeralResource",
            renew_ephemeral_resource,
            request!(renew_ephemeral_resource { type_name: name })
        ),
        rpc!(
            "UpgradeResourceIdentity",
            upgrade_resource_identity,
            request!(upgrade_resource_identity { type_name: name })
        ),
        rpc!(
            "UpgradeResourceState",
            upgrade_resource_state,
            request!(upgrade_resource_state { type_name: name })
        ),
        rpc!(
            "ValidateActionConfig",
            validate_action_config,
            request!(validate_action_config { action_type: name })
        ),
        rpc!(
            "ValidateDataSourceConfig",
            validate_data_source_config,
            request!(validate_data_source_config { type_name: name })
        ),
        rpc!(
            "ValidateEphemeralResourceConfig",
            validate_ephemeral_resource_config,
            request!(validate_ephemeral_resource_config { type_name: name })
        ),
        rpc!(
            "ValidateListResourceConfig",
            validate_list_resource_config,
            request!(validate_list_resource_config { type_name: name })
        ),
        rpc!(
            "ValidateResourceTypeConfig",
            validate_resource_type_config,
            request!(validate_resource_type_config { type_name: name })
        ),
        call_function(name, Vec::new()),
        invoke_action(name, None),
        list_resource(name, None),
    ]
}

/// CallFunction, its error as a diagnostic.
pub fn call_function(name: &str, arguments: Vec<DynamicValue>) -> Rpc {
    let request = request!(call_function {
        name: name,
        arguments: arguments
    });
    Rpc::new("CallFunction", move |mut client| {
        Box::pin(async move {
            let error = client.call_function(request).await?.into_inner().error;
            let diagnostic = |error: proto::FunctionError| Diagnostic {
                severity: proto::diagnostic::Severity::Error.into(),
                summary: error.text.clone(),
                detail: error.text,
                attribute: None,
            };
            Ok(error.map(diagnostic).into_iter().collect())
        })
    })
}

/// InvokeAction, the diagnostics of its end.
pub fn invoke_action(name: &str, config: Option<DynamicValue>) -> Rpc {
    let request = request!(invoke_action {
        action_type: name,
        config: config
    });
    Rpc::new("InvokeAction", move |mut client| {
        Box::pin(async move {
            let mut events = client.invoke_action(request).await?.into_inner();
            let mut diagnostics = Vec::new();
            while let Some(event) = events.message().await? {
                if let Some(proto::invoke_action::event::Type::Completed(completed)) = event.r#type
                {
                    diagnostics.extend(completed.diagnostics);
                }
            }
            Ok(diagnostics)
        })
    })
}

/// ListResource, the diagnostics of all events.
pub fn list_resource(name: &str, config: Option<DynamicValue>) -> Rpc {
    let request = request!(list_resource {
        type_name: name,
        config: config,
        limit: 2
    });
    Rpc::new("ListResource", move |mut client| {
        Box::pin(async move {
            let mut events = client.list_resource(request).await?.into_inner();
            let mut diagnostics = Vec::new();
            while let Some(event) = events.message().await? {
                diagnostics.extend(event.diagnostic);
            }
            Ok(diagnostics)
        })
    })
}

/// The RPCs that reach the cloud, for every type that the provider serves; nothing is set in a configuration.
pub fn of_the_cloud(schemas: &proto::get_provider_schema::Response) -> Vec<Rpc> {
    let mut rpcs = Vec::new();
    for name in schemas.resource_schemas.keys() {
        let name = name.as_str();
        rpcs.push(rpc!(
            "ApplyResourceChange",
            apply_resource_change,
            request!(apply_resource_change { type_name: name })
        ));
        rpcs.push(rpc!(
            "ImportResourceState",
            import_resource_state,
            request!(import_resource_state {
                type_name: name,
                id: "x"
            })
        ));
        rpcs.push(rpc!(
            "ReadResource",
            read_resource,
            request!(read_resource { type_name: name })
        ));
    }
    for (name, schema) in &schemas.data_source_schemas {
        rpcs.push(rpc!(
            "ReadDataSource",
            read_data_source,
            request!(read_data_source {
                type_name: name.as_str(),
                config: empty(schema)
            })
        ));
    }
    for (name, schema) in &schemas.ephemeral_resource_schemas {
        rpcs.push(rpc!(
            "OpenEphemeralResource",
            open_ephemeral_resource,
            request!(open_ephemeral_resource {
                type_name: name.as_str(),
                config: empty(schema)
            })
        ));
        let private = || br#"{"name":"x","renewals":0}"#.to_vec();
        rpcs.push(rpc!(
            "RenewEphemeralResource",
            renew_ephemeral_resource,
            request!(renew_ephemeral_resource {
                type_name: name.as_str(),
                private: private()
            })
        ));
        rpcs.push(rpc!(
            "CloseEphemeralResource",
            close_ephemeral_resource,
            request!(close_ephemeral_resource {
                type_name: name.as_str(),
                private: private()
            })
        ));
    }
    for (name, schema) in &schemas.list_resource_schemas {
        rpcs.push(list_resource(name, empty(schema)));
    }
    for (name, action) in &schemas.action_schemas {
        rpcs.push(invoke_action(name, action.schema.as_ref().and_then(empty)));
    }
    rpcs
}

/// An object of the schema with nothing set.
fn empty(schema: &proto::Schema) -> Option<DynamicValue> {
    let ty = block_type(schema.block.as_ref()?);
    encode(&Value::Map(Default::default()), &ty)
}

/// UpgradeResourceState of this text.
pub fn upgrade(name: &str, version: i64, json: &[u8]) -> Rpc {
    let raw_state = RawState {
        json: json.to_vec(),
        flatmap: Default::default(),
    };
    rpc!(
        "UpgradeResourceState",
        upgrade_resource_state,
        request!(upgrade_resource_state {
            type_name: name,
            version: version,
            raw_state: raw_state
        })
    )
}

/// What needs neither a type nor the cloud.
pub fn about_the_provider() -> Vec<Rpc> {
    vec![
        rpc!("GetMetadata", get_metadata, request!(get_metadata {})),
        rpc!("GetSchema", get_schema, request!(get_provider_schema {})),
        rpc!(
            "GetResourceIdentitySchemas",
            get_resource_identity_schemas,
            request!(get_resource_identity_schemas {})
        ),
        rpc!("GetFunctions", get_functions, request!(get_functions {})),
    ]
}
