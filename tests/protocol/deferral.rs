//! Waiting instead of failing: only where the caller can wait.

use terraform_provider_alivpn::tf::proto::deferred::Reason;
use terraform_provider_alivpn::tf::proto::{
    ClientCapabilities, Deferred, import_resource_state, plan_resource_change, read_resource,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, decode, identity, json, patient, summaries};

const KEEPER: &str = "exercise_keeper";
const NOT_KNOWN: &str = "Provider configuration not known yet";

fn keeper(name: &str) -> String {
    format!(
        r#"{{"name":"{name}","secret":null,"secret_version":null,"secret_length":null,"module_name":null,"mode":null,"pace":null,"rule":[]}}"#
    )
}

fn reason(deferred: Option<Deferred>) -> Option<Reason> {
    deferred.map(|deferred| deferred.reason())
}

fn read(name: &str, client_capabilities: Option<ClientCapabilities>) -> read_resource::Request {
    read_resource::Request {
        type_name: KEEPER.to_owned(),
        current_state: json(&keeper(name)),
        private: b"own".to_vec(),
        client_capabilities,
        ..Default::default()
    }
}

fn plan(
    prior: &str,
    planned: &str,
    client_capabilities: Option<ClientCapabilities>,
) -> plan_resource_change::Request {
    plan_resource_change::Request {
        type_name: KEEPER.to_owned(),
        prior_state: json(prior),
        proposed_new_state: json(planned),
        config: json(planned),
        client_capabilities,
        ..Default::default()
    }
}

fn import(
    id: &str,
    client_capabilities: Option<ClientCapabilities>,
) -> import_resource_state::Request {
    import_resource_state::Request {
        type_name: KEEPER.to_owned(),
        id: id.to_owned(),
        client_capabilities,
        ..Default::default()
    }
}

#[tokio::test]
async fn an_unknown_provider_configuration_defers_read_plan_and_import() {
    let mut session = Session::unknown_exercise().await;
    let ty = session.resource_type(KEEPER).await;
    let unknown = Some(Reason::ProviderConfigUnknown);

    let answer = session
        .client
        .read_resource(read("a", patient()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    assert_eq!(reason(answer.deferred), unknown);
    assert_eq!(answer.private, b"own");
    let state = answer.new_state.unwrap();
    assert_eq!(Some(state), json(&keeper("a")));

    for (prior, planned) in [("null", keeper("a").as_str()), (&keeper("a"), "null")] {
        let request = plan(prior, planned, patient());
        let answer = session
            .client
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        assert_eq!(reason(answer.deferred), unknown);
        let planned_state = decode(answer.planned_state, &ty);
        assert_eq!(planned_state.is_null(), planned == "null");
    }

    let answer = session
        .client
        .import_resource_state(import("a", patient()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    assert_eq!(reason(answer.deferred), unknown);
    assert!(answer.imported_resources.is_empty());
}

#[tokio::test]
async fn an_unknown_provider_configuration_is_an_error_for_a_caller_that_cannot_wait() {
    let mut session = Session::unknown_exercise().await;
    for capabilities in [None, Some(ClientCapabilities::default())] {
        let answer = session
            .client
            .read_resource(read("a", capabilities))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), [NOT_KNOWN]);
        assert_eq!(reason(answer.deferred), None);
        let request = import("a", capabilities);
        let answer = session
            .client
            .import_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), [NOT_KNOWN]);
        assert_eq!(reason(answer.deferred), None);
        // A plan needs no cloud.
        let request = plan("null", &keeper("a"), capabilities);
        let answer = session
            .client
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        assert_eq!(reason(answer.deferred), None);
    }
}

#[tokio::test]
async fn a_deferred_read_keeps_the_identity() {
    let mut session = Session::unknown_exercise().await;
    let known = identity(r#"{"name":"a","zone":"z"}"#);
    let request = read_resource::Request {
        type_name: "exercise_identified".to_owned(),
        current_state: json(r#"{"name":"a","zone":"z","note":null}"#),
        current_identity: known.clone(),
        client_capabilities: patient(),
        ..Default::default()
    };
    let answer = session
        .client
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.new_identity, known);
}

#[tokio::test]
async fn a_resource_waits_for_what_is_not_there_yet() {
    let mut session = Session::configured_exercise().await;
    let ty = session.resource_type(KEEPER).await;
    let absent = Some(Reason::AbsentPrereq);
    let answer = session
        .client
        .read_resource(read("waits", patient()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    assert_eq!(reason(answer.deferred), absent);
    assert_eq!(answer.private, b"own");
    for (name, expected) in [
        ("waits", absent),
        ("unclear", Some(Reason::ResourceConfigUnknown)),
        ("a", None),
    ] {
        let request = plan("null", &keeper(name), patient());
        let answer = session
            .client
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
        assert_eq!(reason(answer.deferred), expected);
        let planned = decode(answer.planned_state, &ty);
        assert_eq!(planned.attribute("name"), &Value::from(name));
    }
    let answer = session
        .client
        .import_resource_state(import("waits", patient()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Slow"]);
    assert_eq!(reason(answer.deferred), absent);
}

#[tokio::test]
async fn a_resource_that_would_wait_fails_where_the_caller_cannot() {
    let mut session = Session::configured_exercise().await;
    let absent = ["Something else is not there yet"];
    let answer = session
        .client
        .read_resource(read("waits", None))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (summaries(&answer.diagnostics), reason(answer.deferred)),
        (absent.to_vec(), None)
    );
    let request = plan("null", &keeper("waits"), None);
    let answer = session
        .client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (summaries(&answer.diagnostics), reason(answer.deferred)),
        (absent.to_vec(), None)
    );
    let request = plan("null", &keeper("unclear"), None);
    let answer = session
        .client
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), ["Not clear yet"]);
    let answer = session
        .client
        .import_resource_state(import("waits", None))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (summaries(&answer.diagnostics), reason(answer.deferred)),
        (["Slow"].into_iter().chain(absent).collect(), None)
    );
}

#[tokio::test]
async fn beside_an_error_nothing_waits() {
    let mut session = Session::configured_exercise().await;
    for capabilities in [None, patient()] {
        let answer = session
            .client
            .import_resource_state(import("broken", capabilities))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(summaries(&answer.diagnostics), ["Broken"]);
        assert_eq!(reason(answer.deferred), None);
    }
}
