//! A certificate that is imported and planned in one go, as an import block has it: a plan that would delete it is refused.

use terraform_provider_alivpn::emulator::Running;
use terraform_provider_alivpn::tf::proto::{
    Diagnostic, import_resource_state, plan_resource_change, read_resource,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::list_client_certs::certificates;
use crate::list_servers::session;
use crate::session::{Session, decode, encode, path, summaries};

const TYPE: &str = "alivpn_ssl_vpn_client_cert";

async fn import(session: &mut Session, id: &str) -> import_resource_state::Response {
    let request = import_resource_state::Request {
        type_name: TYPE.to_owned(),
        id: id.to_owned(),
        ..Default::default()
    };
    let answer = session.client.import_resource_state(request).await;
    answer.unwrap().into_inner()
}

/// What the plan of a certificate says when the configuration says this of it; `imports` where the same process imported it.
async fn said(
    emulator: &Running,
    id: &str,
    config: [(&str, Value); 2],
    imports: bool,
) -> Vec<Diagnostic> {
    let mut importing = session(emulator).await;
    let ty = importing.resource_type(TYPE).await;
    let imported = import(&mut importing, id)
        .await
        .imported_resources
        .remove(0);
    let mut planning = if imports {
        importing
    } else {
        session(emulator).await
    };
    // Terraform reads what it imported before it plans.
    let request = read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: imported.state,
        private: imported.private,
        ..Default::default()
    };
    let read = planning.client.read_resource(request).await.unwrap();
    let read = read.into_inner();
    let prior = decode(read.new_state, &ty);
    let Value::Map(attributes) = &prior else {
        panic!("{prior:?}")
    };
    let set = |values: &dyn Fn(&str) -> Value| {
        let value = |name: &String| {
            let set = config.iter().find(|(set, _)| set == name);
            set.map_or_else(|| values(name), |(_, value)| value.clone())
        };
        Value::map(attributes.keys().map(|name| (name.clone(), value(name))))
    };
    let request = plan_resource_change::Request {
        type_name: TYPE.to_owned(),
        proposed_new_state: encode(&set(&|name| prior.attribute(name).clone()), &ty),
        config: encode(&set(&|_| Value::Null), &ty),
        prior_state: encode(&prior, &ty),
        prior_private: read.private,
        ..Default::default()
    };
    let answer = planning.client.plan_resource_change(request).await;
    answer.unwrap().into_inner().diagnostics
}

#[tokio::test]
async fn a_plan_that_would_delete_what_it_imports_is_an_error_at_the_argument() {
    let (emulator, [ann, ..], [office, lab]) = certificates().await;
    let refused = format!("Client certificate {ann} would be deleted by its import");
    let here = Value::from("cn-hangzhou");
    for (server, region, at, words) in [
        (
            Value::from(lab.as_str()),
            here.clone(),
            "ssl_vpn_server_id",
            format!("the configuration wants {lab}"),
        ),
        (
            Value::Unknown,
            here.clone(),
            "ssl_vpn_server_id",
            "known only after the apply".to_owned(),
        ),
        (
            Value::from(office.as_str()),
            Value::from("cn-shanghai"),
            "region",
            "set region = \"cn-hangzhou\"".to_owned(),
        ),
    ] {
        let config = [("ssl_vpn_server_id", server), ("region", region)];
        let found = said(&emulator, &ann, config.clone(), true).await;
        assert_eq!(summaries(&found), [refused.as_str()]);
        assert_eq!(path(&found[0]), at);
        assert!(found[0].detail.contains(&words), "{}", found[0].detail);
        assert!(found[0].detail.contains("nothing is lost"));

        // Another process has not imported it: it may be a change that somebody wants.
        let found = said(&emulator, &ann, config, false).await;
        let found = summaries(&found);
        assert!(
            !found.is_empty() && !found.contains(&refused.as_str()),
            "{found:?}"
        );
    }
    let config = [("ssl_vpn_server_id", Value::from(office)), ("region", here)];
    assert_eq!(
        summaries(&said(&emulator, &ann, config, true).await),
        [""; 0]
    );
}
