//! What every RPC about a resource keeps: a name that is not served, or a cloud that is not reached yet, is a diagnostic.

use terraform_provider_alivpn::tf::proto::{
    Diagnostic, apply_resource_change, generate_resource_config, import_resource_state,
    move_resource_state, plan_resource_change, read_resource, upgrade_resource_identity,
    upgrade_resource_state, validate_resource_type_config,
};

use crate::session::{Session, json, summaries};

/// The diagnostics of every RPC about a resource, for a resource of this name.
macro_rules! every_rpc {
    ($session:expr, $type_name:expr, [$($rpc:ident: $message:ident $field:ident),* $(,)?]) => {{
        let mut said: Vec<(&str, Vec<Diagnostic>)> = Vec::new();
        $(
            let request = $message::Request { $field: $type_name.to_owned(), ..Default::default() };
            let answer = $session.client.$rpc(request).await.unwrap().into_inner();
            said.push((stringify!($rpc), answer.diagnostics));
        )*
        said
    }};
}

#[tokio::test]
async fn a_resource_type_that_is_not_served_is_named_by_every_rpc() {
    let mut session = Session::configured_exercise().await;
    let said = every_rpc!(session, "exercise_none", [
        validate_resource_type_config: validate_resource_type_config type_name,
        upgrade_resource_state: upgrade_resource_state type_name,
        upgrade_resource_identity: upgrade_resource_identity type_name,
        read_resource: read_resource type_name,
        plan_resource_change: plan_resource_change type_name,
        apply_resource_change: apply_resource_change type_name,
        import_resource_state: import_resource_state type_name,
        generate_resource_config: generate_resource_config type_name,
        move_resource_state: move_resource_state target_type_name,
    ]);
    for (rpc, diagnostics) in said {
        assert_eq!(summaries(&diagnostics), ["Unknown resource type"], "{rpc}");
        assert!(diagnostics[0].detail.contains("exercise_none"), "{rpc}");
    }
}

#[tokio::test]
async fn what_needs_the_cloud_is_refused_before_configure() {
    let mut session = Session::exercise().await;
    let said = every_rpc!(session, "exercise_keeper", [
        read_resource: read_resource type_name,
        apply_resource_change: apply_resource_change type_name,
        import_resource_state: import_resource_state type_name,
    ]);
    for (rpc, diagnostics) in said {
        assert_eq!(
            summaries(&diagnostics),
            ["Provider not configured"],
            "{rpc}"
        );
    }
}

#[tokio::test]
async fn what_needs_no_cloud_works_before_configure() {
    let mut session = Session::exercise().await;
    let thing = r#"{"name":"a","note":null,"id":null}"#;
    let request = validate_resource_type_config::Request {
        type_name: "exercise_thing".to_owned(),
        config: json(thing),
        client_capabilities: None,
    };
    let answer = session
        .client
        .validate_resource_type_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let request = plan_resource_change::Request {
        type_name: "exercise_thing".to_owned(),
        prior_state: json("null"),
        proposed_new_state: json(thing),
        config: json(thing),
        ..Default::default()
    };
    let answer = session
        .client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
}

#[tokio::test]
async fn an_import_that_finds_nothing_is_an_error() {
    let mut session = Session::configured_exercise().await;
    let request = import_resource_state::Request {
        type_name: "exercise_keeper".to_owned(),
        id: "nothing".to_owned(),
        ..Default::default()
    };
    let answer = session
        .client
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Nothing to import"]);
}
