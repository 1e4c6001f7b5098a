//! A name that the provider does not serve is a diagnostic, in every RPC that takes one.

use terraform_provider_alivpn::tf::proto::diagnostic::Severity;

use crate::plugin_caller::Launch;
use crate::rpcs::{about_the_provider, about_type};
use crate::session::{Session, summaries};

#[tokio::test]
async fn an_unknown_name_is_one_error_in_every_rpc_before_configure_and_after() {
    let mut session = Session::exercise().await;
    every_rpc_refuses(&session, "exercise_nothing").await;
    session.configure(r#"{"prefix":null}"#).await;
    every_rpc_refuses(&session, "exercise_nothing").await;
    every_rpc_refuses(&session, "").await;
}

#[tokio::test]
async fn the_product_refuses_unknown_names_as_well() {
    let session = Session::of(Launch::default()).await;
    every_rpc_refuses(&session, "alivpn_nothing").await;
}

#[tokio::test]
async fn a_name_of_any_length_gets_an_answer_that_can_be_read() {
    let session = Session::exercise().await;
    let name = "ü".repeat(1 << 20);
    for rpc in about_type(&name) {
        let called = rpc.name.clone();
        let found = rpc.diagnostics(&session.client).await;
        assert_eq!(found.len(), 1, "{called}");
        let length = found[0].summary.len() + found[0].detail.len();
        assert!(length < 20_000, "{called}: {length} bytes");
    }
}

async fn every_rpc_refuses(session: &Session, name: &str) {
    for rpc in about_type(name) {
        let called = rpc.name.clone();
        let found = rpc.diagnostics(&session.client).await;
        assert_eq!(found.len(), 1, "{called}: {:?}", summaries(&found));
        assert_eq!(found[0].severity(), Severity::Error, "{called}");
        assert!(
            found[0].summary.starts_with("Unknown "),
            "{called}: {}",
            found[0].summary
        );
        assert!(
            found[0].detail.contains(name),
            "{called}: {}",
            found[0].detail
        );
    }
    for rpc in about_the_provider() {
        assert_eq!(rpc.diagnostics(&session.client).await, [], "still served");
    }
}
