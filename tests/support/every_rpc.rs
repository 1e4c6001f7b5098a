//! Every RPC of the provider service, for what must treat all of them alike: method, name on the wire, module of its messages.
//!
//! The order is that of the fuzzer's corpus, where the first byte of an input is the place in this list: new ones go to the end
//! of their group.

/// Calls the macro `$then` with the list.
macro_rules! every_rpc {
    ($then:ident) => {
        $then! {
            unary:
                apply_resource_change "ApplyResourceChange" apply_resource_change,
                call_function "CallFunction" call_function,
                close_ephemeral_resource "CloseEphemeralResource" close_ephemeral_resource,
                configure "Configure" configure,
                generate_resource_config "GenerateResourceConfig" generate_resource_config,
                get_functions "GetFunctions" get_functions,
                get_metadata "GetMetadata" get_metadata,
                get_resource_identity_schemas "GetResourceIdentitySchemas" get_resource_identity_schemas,
                get_schema "GetSchema" get_provider_schema,
                import_resource_state "ImportResourceState" import_resource_state,
                move_resource_state "MoveResourceState" move_resource_state,
                open_ephemeral_resource "OpenEphemeralResource" open_ephemeral_resource,
                plan_action "PlanAction" plan_action,
                plan_resource_change "PlanResourceChange" plan_resource_change,
                prepare_provider_config "PrepareProviderConfig" prepare_provider_config,
                read_data_source "ReadDataSource" read_data_source,
                read_resource "ReadResource" read_resource,
                renew_ephemeral_resource "RenewEphemeralResource" renew_ephemeral_resource,
                stop "Stop" stop,
                upgrade_resource_identity "UpgradeResourceIdentity" upgrade_resource_identity,
                upgrade_resource_state "UpgradeResourceState" upgrade_resource_state,
                validate_action_config "ValidateActionConfig" validate_action_config,
                validate_data_source_config "ValidateDataSourceConfig" validate_data_source_config,
                validate_ephemeral_resource_config "ValidateEphemeralResourceConfig" validate_ephemeral_resource_config,
                validate_list_resource_config "ValidateListResourceConfig" validate_list_resource_config,
                validate_resource_type_config "ValidateResourceTypeConfig" validate_resource_type_config;
            streaming:
                invoke_action "InvokeAction" invoke_action,
                list_resource "ListResource" list_resource;
        }
    };
}

pub(crate) use every_rpc;
