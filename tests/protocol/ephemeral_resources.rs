//! Ephemeral resources: opened, renewed, closed, and nowhere to be read afterwards.

use std::collections::BTreeMap;

use terraform_provider_alivpn::tf::proto::deferred::Reason;
use terraform_provider_alivpn::tf::proto::{
    ClientCapabilities, close_ephemeral_resource, get_metadata, open_ephemeral_resource,
    renew_ephemeral_resource, validate_ephemeral_resource_config,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::exercise_program::exercise;
use crate::plugin_caller::Launch;
use crate::session::{Session, decode, json, patient, schema_type, summaries};

const TYPE: &str = "exercise_token";

fn config(name: &str) -> String {
    format!(r#"{{"name":"{name}","audience":null,"secret":null,"issued":null}}"#)
}

async fn open(
    session: &mut Session,
    name: &str,
    client_capabilities: Option<ClientCapabilities>,
) -> open_ephemeral_resource::Response {
    let request = open_ephemeral_resource::Request {
        type_name: TYPE.to_owned(),
        config: json(&config(name)),
        client_capabilities,
    };
    let answer = session.client.open_ephemeral_resource(request).await;
    answer.unwrap().into_inner()
}

async fn renew(
    session: &mut Session,
    private: Option<Vec<u8>>,
) -> renew_ephemeral_resource::Response {
    let request = renew_ephemeral_resource::Request {
        type_name: TYPE.to_owned(),
        private,
    };
    let answer = session.client.renew_ephemeral_resource(request).await;
    answer.unwrap().into_inner()
}

async fn close(
    session: &mut Session,
    private: Option<Vec<u8>>,
) -> close_ephemeral_resource::Response {
    let request = close_ephemeral_resource::Request {
        type_name: TYPE.to_owned(),
        private,
    };
    let answer = session.client.close_ephemeral_resource(request).await;
    answer.unwrap().into_inner()
}

#[tokio::test]
async fn an_ephemeral_resource_is_listed_and_validated_without_configure() {
    let mut session = Session::exercise().await;
    let answer = session.client.get_metadata(get_metadata::Request {}).await;
    let listed = answer.unwrap().into_inner().ephemeral_resources;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].type_name, TYPE);
    let schemas = session.schemas().await.ephemeral_resource_schemas;
    assert!(schemas.contains_key(TYPE));
    for (config, expected) in [
        (config("a"), &[][..]),
        (config(""), &["Invalid value for `name`"]),
    ] {
        let request = validate_ephemeral_resource_config::Request {
            type_name: TYPE.to_owned(),
            config: json(&config),
        };
        let answer = session.client.validate_ephemeral_resource_config(request);
        let diagnostics = answer.await.unwrap().into_inner().diagnostics;
        assert_eq!(summaries(&diagnostics), expected);
    }
}

#[tokio::test]
async fn what_is_opened_keeps_the_configuration_and_is_wholly_known() {
    let mut session = Session::configured_exercise().await;
    let ty = schema_type(&session.schemas().await.ephemeral_resource_schemas[TYPE]);
    let opened = open(&mut session, "ann", None).await;
    assert_eq!(summaries(&opened.diagnostics), [""; 0]);
    let expected = Value::map([
        ("name", Value::from("ann")),
        ("audience", Value::Null),
        ("secret", Value::from("hush-ann")),
        ("issued", Value::Null),
    ]);
    assert_eq!(decode(opened.result, &ty), expected);
    assert_eq!(opened.renew_at.unwrap().seconds, 1000);
}

#[tokio::test]
async fn private_data_reaches_each_renewal_and_the_close() {
    let mut session = Session::configured_exercise().await;
    let opened = open(&mut session, "ben", None).await;
    let first = renew(&mut session, opened.private.clone()).await;
    assert_eq!(first.renew_at.unwrap().seconds, 2000);
    let second = renew(&mut session, first.private).await;
    assert_eq!(second.renew_at, None);
    assert_eq!(session.tally("ben closed").await, 0);
    // Terraform closes with what it was given when it opened.
    let closed = close(&mut session, opened.private).await;
    assert_eq!(summaries(&closed.diagnostics), [""; 0]);
    assert_eq!(session.tally("ben closed").await, 1);
}

#[tokio::test]
async fn failures_of_opening_renewing_and_closing_are_diagnostics() {
    let mut session = Session::configured_exercise().await;
    let opened = open(&mut session, "panic", None).await;
    assert_eq!(summaries(&opened.diagnostics), ["The provider crashed"]);
    assert_eq!((opened.result, opened.private), (None, None));
    let opened = open(&mut session, "stuck", None).await;
    let renewed = renew(&mut session, opened.private.clone()).await;
    assert_eq!(summaries(&renewed.diagnostics), ["It is stuck"]);
    let closed = close(&mut session, opened.private).await;
    assert_eq!(summaries(&closed.diagnostics), ["It is stuck"]);
    // Of somebody else, and none at all.
    for private in [Some(b"{\"name\":\"secret".to_vec()), None] {
        let renewed = renew(&mut session, private.clone()).await;
        let summary = "Unreadable private data";
        assert_eq!(summaries(&renewed.diagnostics), [summary]);
        assert!(!renewed.diagnostics[0].detail.contains("secret"));
        let closed = close(&mut session, private).await;
        assert_eq!(summaries(&closed.diagnostics), [summary]);
    }
}

#[tokio::test]
async fn opening_is_deferred_only_where_the_caller_can_wait() {
    let mut session = Session::exercise().await;
    let opened = open(&mut session, "ann", patient()).await;
    let summary = "Provider not configured";
    assert_eq!(summaries(&opened.diagnostics), [summary]);

    session.configure_unknown().await;
    let opened = open(&mut session, "ann", patient()).await;
    let reason = opened.deferred.unwrap().reason();
    assert_eq!(reason, Reason::ProviderConfigUnknown);
    let opened = open(&mut session, "ann", None).await;
    let summary = "Provider configuration not known yet";
    assert_eq!(summaries(&opened.diagnostics), [summary]);

    session.configure(r#"{"prefix":null}"#).await;
    let opened = open(&mut session, "absent", patient()).await;
    assert_eq!(summaries(&opened.diagnostics), ["Slow"]);
    assert_eq!(opened.deferred.unwrap().reason(), Reason::AbsentPrereq);
    let opened = open(&mut session, "absent", None).await;
    assert_eq!(
        summaries(&opened.diagnostics),
        ["Slow", "Nobody of this name"]
    );
}

#[tokio::test]
async fn neither_result_nor_private_data_is_ever_logged() {
    let mut session = Session::of(Launch {
        program: exercise(),
        environment: BTreeMap::from([
            ("TF_LOG", Some("trace".into())),
            ("TF_LOG_PROVIDER", Some("trace".into())),
        ]),
        ..Launch::default()
    })
    .await;
    session.configure(r#"{"prefix":null}"#).await;
    let opened = open(&mut session, "moonlight", None).await;
    let renewed = renew(&mut session, opened.private.clone()).await;
    assert_eq!(summaries(&renewed.diagnostics), [""; 0]);
    let closed = close(&mut session, opened.private).await;
    assert_eq!(summaries(&closed.diagnostics), [""; 0]);
    let lines = session.log_until("CloseEphemeralResource").await;
    assert!(lines.contains("OpenEphemeralResource"), "{lines}");
    assert!(!lines.contains("hush") && !lines.contains("moonlight"));
}

#[tokio::test]
async fn a_stop_ends_opening_renewing_and_closing() {
    let mut session = Session::configured_exercise().await;
    let private = open(&mut session, "slow", None).await.private;
    let mut client = session.client.clone();
    let waiting = tokio::spawn(async move {
        let request = open_ephemeral_resource::Request {
            type_name: TYPE.to_owned(),
            config: json(&config("wait")),
            ..Default::default()
        };
        let opened = client.open_ephemeral_resource(request).await.unwrap();
        let request = renew_ephemeral_resource::Request {
            type_name: TYPE.to_owned(),
            private: private.clone(),
        };
        let renewed = client.renew_ephemeral_resource(request).await.unwrap();
        let request = close_ephemeral_resource::Request {
            type_name: TYPE.to_owned(),
            private,
        };
        let closed = client.close_ephemeral_resource(request).await.unwrap();
        [
            opened.into_inner().diagnostics,
            renewed.into_inner().diagnostics,
            closed.into_inner().diagnostics,
        ]
    });
    session.stop_until(|| waiting.is_finished()).await;
    for diagnostics in waiting.await.unwrap() {
        assert_eq!(summaries(&diagnostics), ["Stopped"]);
    }
}
