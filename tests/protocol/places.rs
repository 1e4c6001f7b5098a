//! Every place in a request that takes a value.

#![allow(
    clippy::needless_update,
    reason = "one macro for messages with other fields and without"
)]

use terraform_provider_alivpn::tf::proto::{self, DynamicValue};

use crate::rpcs::{Rpc, call_function, invoke_action, list_resource, request, rpc};

/// Every RPC that takes an object of the resource, once for each place in its request that takes one: `bad` is there, and
/// `good` in the other places.
pub fn with_object(name: &str, good: &DynamicValue, bad: &DynamicValue) -> Vec<Rpc> {
    let (good, bad) = (|| Some(good.clone()), || Some(bad.clone()));
    vec![
        rpc!(
            "ValidateResourceTypeConfig config",
            validate_resource_type_config,
            request!(validate_resource_type_config {
                type_name: name,
                config: bad()
            })
        ),
        rpc!(
            "ReadResource current_state",
            read_resource,
            request!(read_resource {
                type_name: name,
                current_state: bad()
            })
        ),
        rpc!(
            "PlanResourceChange prior_state",
            plan_resource_change,
            request!(plan_resource_change {
                type_name: name,
                prior_state: bad(),
                proposed_new_state: good(),
                config: good()
            })
        ),
        rpc!(
            "PlanResourceChange proposed_new_state",
            plan_resource_change,
            request!(plan_resource_change {
                type_name: name,
                prior_state: good(),
                proposed_new_state: bad(),
                config: good()
            })
        ),
        rpc!(
            "PlanResourceChange config",
            plan_resource_change,
            request!(plan_resource_change {
                type_name: name,
                prior_state: good(),
                proposed_new_state: good(),
                config: bad()
            })
        ),
        rpc!(
            "ApplyResourceChange prior_state",
            apply_resource_change,
            request!(apply_resource_change {
                type_name: name,
                prior_state: bad(),
                planned_state: good(),
                config: good()
            })
        ),
        rpc!(
            "ApplyResourceChange planned_state",
            apply_resource_change,
            request!(apply_resource_change {
                type_name: name,
                prior_state: good(),
                planned_state: bad(),
                config: good()
            })
        ),
    ]
}

/// Every other RPC of the exercise provider that takes a value, once for each place in its request that takes one: `bad` is
/// there, and nothing or `thing`, an object of `exercise_identified`, or `echo`, one of `exercise_echo`, in the other places.
pub fn with_value(thing: &DynamicValue, echo: &DynamicValue, bad: &DynamicValue) -> Vec<Rpc> {
    let (good, bad) = (|| Some(thing.clone()), || Some(bad.clone()));
    let identity = || {
        Some(proto::ResourceIdentityData {
            identity_data: bad(),
        })
    };
    let name = "exercise_identified";
    vec![
        rpc!(
            "ValidateDataSourceConfig",
            validate_data_source_config,
            request!(validate_data_source_config {
                type_name: "exercise_echo",
                config: bad()
            })
        ),
        rpc!(
            "ReadDataSource",
            read_data_source,
            request!(read_data_source {
                type_name: "exercise_echo",
                config: bad()
            })
        ),
        rpc!(
            "ReadDataSource provider_meta",
            read_data_source,
            request!(read_data_source {
                type_name: "exercise_echo",
                config: echo.clone(),
                provider_meta: bad()
            })
        ),
        rpc!(
            "ValidateEphemeralResourceConfig",
            validate_ephemeral_resource_config,
            request!(validate_ephemeral_resource_config {
                type_name: "exercise_token",
                config: bad()
            })
        ),
        rpc!(
            "OpenEphemeralResource",
            open_ephemeral_resource,
            request!(open_ephemeral_resource {
                type_name: "exercise_token",
                config: bad()
            })
        ),
        rpc!(
            "ValidateListResourceConfig",
            validate_list_resource_config,
            request!(validate_list_resource_config {
                type_name: name,
                config: bad()
            })
        ),
        list_resource(name, bad()),
        rpc!(
            "ValidateActionConfig",
            validate_action_config,
            request!(validate_action_config {
                action_type: "exercise_greet",
                config: bad()
            })
        ),
        rpc!(
            "PlanAction",
            plan_action,
            request!(plan_action {
                action_type: "exercise_greet",
                config: bad()
            })
        ),
        invoke_action("exercise_greet", bad()),
        call_function("same", bad().into_iter().collect()),
        rpc!(
            "GenerateResourceConfig",
            generate_resource_config,
            request!(generate_resource_config {
                type_name: name,
                state: bad()
            })
        ),
        rpc!(
            "ReadResource current_identity",
            read_resource,
            request!(read_resource {
                type_name: name,
                current_state: good(),
                current_identity: identity()
            })
        ),
        rpc!(
            "ReadResource provider_meta",
            read_resource,
            request!(read_resource {
                type_name: name,
                current_state: good(),
                provider_meta: bad()
            })
        ),
        rpc!(
            "PlanResourceChange prior_identity",
            plan_resource_change,
            request!(plan_resource_change {
                type_name: name,
                prior_state: good(),
                proposed_new_state: good(),
                config: good(),
                prior_identity: identity()
            })
        ),
        rpc!(
            "PlanResourceChange provider_meta",
            plan_resource_change,
            request!(plan_resource_change {
                type_name: name,
                proposed_new_state: good(),
                config: good(),
                provider_meta: bad()
            })
        ),
        rpc!(
            "ApplyResourceChange config",
            apply_resource_change,
            request!(apply_resource_change {
                type_name: name,
                planned_state: good(),
                config: bad()
            })
        ),
        rpc!(
            "ApplyResourceChange planned_identity",
            apply_resource_change,
            request!(apply_resource_change {
                type_name: name,
                planned_state: good(),
                config: good(),
                planned_identity: identity()
            })
        ),
        rpc!(
            "ApplyResourceChange provider_meta",
            apply_resource_change,
            request!(apply_resource_change {
                type_name: name,
                planned_state: good(),
                config: good(),
                provider_meta: bad()
            })
        ),
        rpc!(
            "ImportResourceState identity",
            import_resource_state,
            request!(import_resource_state {
                type_name: name,
                identity: identity()
            })
        ),
    ]
}

/// The RPCs that take a provider block.
pub fn with_provider_config(bad: &DynamicValue) -> Vec<Rpc> {
    vec![
        rpc!(
            "PrepareProviderConfig",
            prepare_provider_config,
            request!(prepare_provider_config {
                config: bad.clone()
            })
        ),
        rpc!(
            "Configure",
            configure,
            request!(configure {
                config: bad.clone()
            })
        ),
    ]
}
