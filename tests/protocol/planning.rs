//! What a resource's plan is told, and what it may ask.

use terraform_provider_alivpn::tf::proto::apply_resource_change;
use terraform_provider_alivpn::tf::proto::plan_resource_change::{Request, Response};

use crate::plugin_caller::Launch;
use crate::session::{Session, decode, json, summaries};

async fn planned(session: &mut Session, type_name: &str, prior: &str, planned: &str) -> Response {
    let request = Request {
        type_name: type_name.to_owned(),
        prior_state: json(prior),
        proposed_new_state: json(planned),
        config: json(planned),
        ..Default::default()
    };
    let answer = session.client.plan_resource_change(request).await;
    answer.unwrap().into_inner()
}

#[tokio::test]
async fn a_plan_may_ask_where_there_is_a_client_and_plans_the_same_where_there_is_none() {
    const CURIOUS: &str = r#"{"name":"curious","secret":null,"secret_version":null,"secret_length":null,"module_name":null,"mode":null,"pace":null,"rule":[]}"#;
    let mut session = Session::exercise().await;
    let before = planned(&mut session, "exercise_keeper", "null", CURIOUS).await;
    assert_eq!(summaries(&before.diagnostics), ["Nobody to ask"]);
    session.configure_unknown().await;
    let unknown = planned(&mut session, "exercise_keeper", "null", CURIOUS).await;
    assert_eq!(summaries(&unknown.diagnostics), ["Nobody to ask"]);
    session.configure(r#"{"prefix":"x-"}"#).await;
    let asked = planned(&mut session, "exercise_keeper", "null", CURIOUS).await;
    assert_eq!(summaries(&asked.diagnostics), ["The prefix is x-"]);
    for other in [&unknown, &asked] {
        assert_eq!(other.planned_state, before.planned_state);
        assert_eq!(other.planned_private, before.planned_private);
    }
}

#[tokio::test]
async fn a_plan_is_told_whether_it_changes_or_replaces() {
    let thing = |name: &str| format!(r#"{{"name":"{name}","note":"tell","id":"1"}}"#);
    let old = r#"{"name":"a","note":null,"id":"1"}"#;
    let mut session = Session::exercise().await;
    for (prior, name, told) in [
        ("null", "a", "A create"),
        (old, "a", "A change"),
        (old, "b", "A replacement"),
    ] {
        let answer = planned(&mut session, "exercise_thing", prior, &thing(name)).await;
        assert_eq!(summaries(&answer.diagnostics), [told]);
        assert_eq!(answer.requires_replace.len(), usize::from(name == "b"));
        if name == "b" {
            // As Terraform goes on: the create, with the private data of the plan before it.
            let request = Request {
                type_name: "exercise_thing".to_owned(),
                proposed_new_state: json(&thing(name)),
                config: json(&thing(name)),
                prior_private: answer.planned_private,
                ..Default::default()
            };
            let answer = session.client.plan_resource_change(request).await;
            let answer = answer.unwrap().into_inner();
            assert_eq!(
                summaries(&answer.diagnostics),
                ["A create in a replacement"]
            );
        }
    }
}

#[tokio::test]
async fn a_deletion_is_told_whether_a_plan_spoke_of_it() {
    let thing = |name: &str| format!(r#"{{"name":"{name}","note":"tell","id":"1"}}"#);
    let (old, foretold, unspoken) = (
        thing("a"),
        "An end that was foretold",
        "An end that no plan spoke of",
    );
    let mut session = Session::configured_exercise().await;
    let plan = |prior: &str, planned: &str, private: Vec<u8>| Request {
        type_name: "exercise_thing".to_owned(),
        prior_state: json(prior),
        proposed_new_state: json(planned),
        config: json(planned),
        prior_private: private,
        ..Default::default()
    };
    // What is planned one after the other, as Terraform does, before the old thing is deleted.
    let destroyed = vec![(old.clone(), "null".to_owned())];
    let replaced = vec![(old.clone(), thing("b")), ("null".to_owned(), thing("b"))];
    let forced = vec![(old.clone(), thing("a")), ("null".to_owned(), thing("a"))];
    let tainted = vec![("null".to_owned(), thing("a"))];
    for (plans, said, told) in [
        (destroyed, "", foretold),
        (replaced, "A create in a replacement", foretold),
        (forced, "A create in a replacement that is forced", unspoken),
        (tainted, "A create", unspoken),
        (Vec::new(), "", unspoken),
    ] {
        let (mut private, mut last) = (Vec::new(), String::new());
        for (prior, planned) in &plans {
            let request = plan(prior, planned, private);
            let answer = session.client.plan_resource_change(request).await;
            let answer = answer.unwrap().into_inner();
            last = summaries(&answer.diagnostics).join(" ");
            private = answer.planned_private;
        }
        assert_eq!(last, said);
        let request = apply_resource_change::Request {
            type_name: "exercise_thing".to_owned(),
            prior_state: json(&old),
            planned_state: json("null"),
            config: json("null"),
            planned_private: private,
            ..Default::default()
        };
        let answer = session.client.apply_resource_change(request).await;
        let answer = answer.unwrap().into_inner();
        assert_eq!(summaries(&answer.diagnostics), [told], "{plans:?}");
        assert!(answer.private.is_empty(), "{plans:?}");
    }
}

#[tokio::test]
async fn a_server_is_planned_without_a_client_as_with_one_and_nobody_is_asked() {
    let server = |pool: &str| {
        format!(
            r#"{{"vpn_gateway_id":"vpn-1","client_ip_pool":"{pool}","local_subnets":["192.168.0.0/16"],"name":null,"protocol":null,"cipher":null,
            "port":null,"compress":null,"enable_multi_factor_auth":null,"idaas_instance_id":null,"idaas_region_id":null,
            "idaas_application_id":null,"id":null,"region":null,"internet_ip":null,"max_connections":null,"create_time":null,
            "resource_group_id":null,"idaas_instance_version":null,"timeouts":null}}"#
        )
    };
    let mut session = Session::of(Launch::default()).await;
    let ty = session.resource_type("alivpn_ssl_vpn_server").await;
    let created = planned(
        &mut session,
        "alivpn_ssl_vpn_server",
        "null",
        &server("10.30.0.0/29"),
    )
    .await;
    assert_eq!(summaries(&created.diagnostics), [""; 0]);
    assert!(
        !decode(created.planned_state, &ty)
            .attribute("region")
            .is_known()
    );
    let changed = planned(
        &mut session,
        "alivpn_ssl_vpn_server",
        &server("10.30.0.0/24"),
        &server("10.30.0.0/29"),
    )
    .await;
    assert_eq!(
        summaries(&changed.diagnostics),
        ["Clients of SSL server will be disconnected"]
    );
}
