//! A panic below an RPC is an error of that RPC and of nothing else.

#![allow(
    clippy::needless_update,
    reason = "one macro for messages with other fields and without"
)]

use std::collections::BTreeSet;

use terraform_provider_alivpn::tf::proto::{self, RawState, read_resource};

use crate::places::with_provider_config;
use crate::rpcs::{
    Rpc, call_function, every_name, invoke_action, list_resource, request, rpc, upgrade,
};
use crate::session::{Session, json, path, summaries};

const THING: &str = "exercise_thing";

/// Every RPC that has something to panic about, and asks the exercise provider for it. Configure comes last.
fn every_trouble() -> Vec<Rpc> {
    let thing = || json(r#"{"name":"panic","note":null,"id":"x"}"#);
    let echo = || json(r#"{"text":"panic","volume":null,"answer":null,"distance":null}"#);
    let token = || json(r#"{"name":"panic","audience":null,"secret":null,"issued":null}"#);
    let opened = || br#"{"name":"panic","renewals":0}"#.to_vec();
    let greeting = || json(r#"{"name":"panic","times":1,"padding":null}"#);
    let things = || json(r#"{"name":"a","count":1,"padding":null,"mode":"panic"}"#);
    let raw = |json: &str| RawState {
        json: json.as_bytes().to_vec(),
        flatmap: Default::default(),
    };
    let mut rpcs = vec![
        rpc!(
            "ApplyResourceChange",
            apply_resource_change,
            request!(apply_resource_change {
                type_name: THING,
                planned_state: thing(),
                config: thing()
            })
        ),
        call_function("count", json(r#"["panic"]"#).into_iter().collect()),
        rpc!(
            "CloseEphemeralResource",
            close_ephemeral_resource,
            request!(close_ephemeral_resource {
                type_name: "exercise_token",
                private: opened()
            })
        ),
        rpc!(
            "GenerateResourceConfig",
            generate_resource_config,
            request!(generate_resource_config {
                type_name: THING,
                state: thing()
            })
        ),
        rpc!(
            "ImportResourceState",
            import_resource_state,
            request!(import_resource_state {
                type_name: THING,
                id: "panic"
            })
        ),
        invoke_action("exercise_greet", greeting()),
        list_resource("exercise_identified", things()),
        rpc!(
            "MoveResourceState",
            move_resource_state,
            request!(move_resource_state {
                source_provider_address: "registry.terraform.io/example/old",
                source_type_name: "old_thing",
                source_state: raw(r#"{"label":"panic"}"#),
                target_type_name: "exercise_versioned"
            })
        ),
        rpc!(
            "OpenEphemeralResource",
            open_ephemeral_resource,
            request!(open_ephemeral_resource {
                type_name: "exercise_token",
                config: token()
            })
        ),
        rpc!(
            "PlanAction",
            plan_action,
            request!(plan_action {
                action_type: "exercise_greet",
                config: greeting()
            })
        ),
        rpc!(
            "PlanResourceChange",
            plan_resource_change,
            request!(plan_resource_change {
                type_name: THING,
                proposed_new_state: thing(),
                config: thing()
            })
        ),
        rpc!(
            "ReadDataSource",
            read_data_source,
            request!(read_data_source {
                type_name: "exercise_echo",
                config: echo()
            })
        ),
        rpc!(
            "ReadResource",
            read_resource,
            request!(read_resource {
                type_name: THING,
                current_state: thing()
            })
        ),
        rpc!(
            "RenewEphemeralResource",
            renew_ephemeral_resource,
            request!(renew_ephemeral_resource {
                type_name: "exercise_token",
                private: opened()
            })
        ),
        rpc!(
            "UpgradeResourceIdentity",
            upgrade_resource_identity,
            request!(upgrade_resource_identity {
                type_name: "exercise_identified",
                raw_identity: raw(r#"{"title":"panic"}"#)
            })
        ),
        upgrade("exercise_versioned", 0, br#"{"title":"panic","size":null}"#),
        rpc!(
            "ValidateActionConfig",
            validate_action_config,
            request!(validate_action_config {
                action_type: "exercise_greet",
                config: greeting()
            })
        ),
        rpc!(
            "ValidateDataSourceConfig",
            validate_data_source_config,
            request!(validate_data_source_config {
                type_name: "exercise_echo",
                config: echo()
            })
        ),
        rpc!(
            "ValidateEphemeralResourceConfig",
            validate_ephemeral_resource_config,
            request!(validate_ephemeral_resource_config {
                type_name: "exercise_token",
                config: token()
            })
        ),
        rpc!(
            "ValidateListResourceConfig",
            validate_list_resource_config,
            request!(validate_list_resource_config {
                type_name: "exercise_identified",
                config: things()
            })
        ),
        rpc!(
            "ValidateResourceTypeConfig",
            validate_resource_type_config,
            request!(validate_resource_type_config {
                type_name: THING,
                config: thing()
            })
        ),
    ];
    let prefix = json(r#"{"prefix":"panic"}"#);
    rpcs.extend(prefix.iter().flat_map(with_provider_config));
    rpcs
}

/// The names of all RPCs whose request says anything.
fn that_are_asked_something() -> BTreeSet<&'static str> {
    let asks_nothing = [
        "GetFunctions",
        "GetMetadata",
        "GetResourceIdentitySchemas",
        "GetSchema",
        "Stop",
    ];
    &BTreeSet::from_iter(every_name()) - &BTreeSet::from(asks_nothing)
}

#[tokio::test]
async fn a_panic_becomes_a_diagnostic_that_names_the_rpc_and_the_process_serves_on() {
    let session = Session::configured_exercise().await;
    let rpcs = every_trouble();
    let named: BTreeSet<_> = rpcs.iter().map(|rpc| rpc.name.clone()).collect();
    assert!(named.iter().eq(that_are_asked_something()), "{named:?}");
    let read = |name: &str| {
        let request = request!(read_resource {
            type_name: THING,
            current_state: json(&format!(r#"{{"name":"{name}","note":null,"id":"x"}}"#))
        });
        rpc!("ReadResource", read_resource, request)
    };
    for rpc in rpcs {
        let called = rpc.name.clone();
        let found = rpc.diagnostics(&session.client).await;
        let [crash] = found.as_slice() else {
            panic!("{called}: {found:?}")
        };
        // A function's error has no summary, only sentences.
        assert!(
            crash.summary.starts_with("The provider crashed"),
            "{crash:?}"
        );
        let words = format!("{called} ended in a panic: asked to panic. ");
        assert!(crash.detail.contains(&words), "{crash:?}");
        assert!(crash.detail.contains("report"), "{crash:?}");
        let served = read("fine").diagnostics(&session.client).await;
        // What Configure left half done is nobody's client.
        let expected: &[&str] = match called.as_str() {
            "Configure" => &["Provider not configured"],
            _ => &[],
        };
        assert_eq!(summaries(&served), expected, "after {called}");
    }
}

const SECRET: &str = "unmistakable-secret";

fn shape(name: &str) -> String {
    format!(
        r#"{{"name":"{name}","texts":null,"marks":null,"labels":null,"amount":null,"secret":"{SECRET}","open":null,"rule":[],"peer":[],"zone":{{}}}}"#
    )
}

#[tokio::test]
async fn a_panic_after_a_wait_or_in_a_task_is_no_different() {
    let session = Session::configured_exercise().await;
    let mut client = session.client.clone();
    for (name, words) in [
        ("panic after a wait", ": asked to panic."),
        ("panic in a task", "ended in a panic."),
        ("panic with the secret", "ended in a panic."),
    ] {
        for _ in 0..3 {
            let request = read_resource::Request {
                type_name: "exercise_shape".to_owned(),
                current_state: json(&shape(name)),
                ..Default::default()
            };
            let answer = client.read_resource(request).await.unwrap().into_inner();
            assert_eq!(summaries(&answer.diagnostics), ["The provider crashed"]);
            let crash = &answer.diagnostics[0];
            assert!(
                crash.detail.starts_with("ReadResource "),
                "{name}: {}",
                crash.detail
            );
            assert!(crash.detail.contains(words), "{name}: {}", crash.detail);
            assert!(!crash.detail.contains(SECRET), "{name}: {}", crash.detail);
            assert_eq!(path(crash), "");
        }
    }
    let request = read_resource::Request {
        type_name: "exercise_shape".to_owned(),
        current_state: json(&shape("fine")),
        ..Default::default()
    };
    let answer = client.read_resource(request).await.unwrap().into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);

    // Each panic is reported with its place, and without anything of the state.
    // A panic in a task is reported twice: the caller of the task panics as well.
    let all = |lines: &[String]| {
        let reports = lines.iter().filter(|line| line.starts_with("    at "));
        reports.count() == 12
    };
    let reports = session.standard_error(all).await.join("\n");
    assert!(reports.contains("panic: asked to panic"), "{reports}");
    assert!(reports.contains("exercise/shape.rs:"), "{reports}");
    assert!(!reports.contains(SECRET), "{reports}");
}
