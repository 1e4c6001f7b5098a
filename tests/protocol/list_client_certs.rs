//! The product's list resource for client certificates, for cores that have no `terraform query`.

use serde_json::json as object;
use terraform_provider_alivpn::cloud::client_token::ClientToken;
use terraform_provider_alivpn::emulator::Running;
use terraform_provider_alivpn::tf::msgpack;
use terraform_provider_alivpn::tf::proto::{
    import_resource_state, read_resource, validate_list_resource_config,
};
use terraform_provider_alivpn::tf::value::Value;
use tokio_util::sync::CancellationToken;

use crate::list_servers::{client, list, servers, session};
use crate::plugin_caller::Launch;
use crate::session::{Session, bytes, decode, json, path, summaries};

const TYPE: &str = "alivpn_ssl_vpn_client_cert";

/// An emulator with the certificates `ann` and `bob` of one server and `eve` of another: their IDs, and those of the servers.
pub async fn certificates() -> (Running, [String; 3], [String; 2]) {
    let (emulator, servers) = servers().await;
    let client = client(&emulator);
    let create = async |server: &str, name: &str| {
        let created = client
            .create_ssl_vpn_client_cert(
                "cn-hangzhou",
                server,
                Some(name),
                &ClientToken::random(),
                &CancellationToken::new(),
            )
            .await;
        created.unwrap().id
    };
    let ids = [
        create(&servers[0], "ann").await,
        create(&servers[0], "bob").await,
        create(&servers[1], "eve").await,
    ];
    (emulator, ids, servers)
}

fn config(set: serde_json::Value) -> (&'static str, String) {
    let mut config = object!({"ids": null, "ssl_vpn_server_id": null, "name_regex": null, "status": null, "region": null});
    for (name, value) in set.as_object().unwrap() {
        config[name] = value.clone();
    }
    (TYPE, config.to_string())
}

#[tokio::test]
async fn certificates_are_listed_by_filters_with_what_an_import_needs() {
    let (emulator, [ann, bob, eve], [office, lab]) = certificates().await;
    let mut session = session(&emulator).await;
    let ty = session.identity_type(TYPE).await;
    for (set, expected) in [
        (object!({}), vec![&ann, &bob, &eve]),
        (object!({"name_regex": "^[ab]"}), vec![&ann, &bob]),
        (
            object!({"ids": [bob, eve, "vsc-unknown"]}),
            vec![&bob, &eve],
        ),
        (object!({"ssl_vpn_server_id": office}), vec![&ann, &bob]),
        (
            object!({"ssl_vpn_server_id": lab, "name_regex": "ann"}),
            vec![],
        ),
        (object!({"status": "normal"}), vec![&ann, &bob, &eve]),
        (object!({"status": "expired"}), vec![]),
        (object!({"region": "cn-shanghai"}), vec![]),
    ] {
        let events = list(&mut session, config(set.clone()), false).await;
        let found: Vec<Value> = events
            .iter()
            .map(|event| decode(event.identity.clone().unwrap().identity_data, &ty))
            .collect();
        let identity = |id: &&String| {
            Value::map([
                ("id", Value::from(id.as_str())),
                ("region", Value::from("cn-hangzhou")),
            ])
        };
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(
            found,
            expected.iter().map(identity).collect::<Vec<_>>(),
            "{set}"
        );
        assert!(events.iter().all(|event| event.resource_object.is_none()));
    }
}

#[tokio::test]
async fn a_listed_certificate_is_one_that_the_next_read_completes() {
    let (emulator, [ann, ..], _) = certificates().await;
    let mut session = session(&emulator).await;
    let events = list(&mut session, config(object!({"name_regex": "ann"})), true).await;
    assert_eq!(events[0].display_name, format!("ann ({ann})"));
    let ty = session.resource_type(TYPE).await;
    let found = decode(events[0].resource_object.clone(), &ty);
    assert_eq!(found.attribute("id"), &Value::from(ann.as_str()));
    assert_eq!(found.attribute("status"), &Value::from("normal"));
    assert_eq!(found.attribute("client_cert"), &Value::Null);

    let imported = import_resource_state::Request {
        type_name: TYPE.to_owned(),
        id: ann,
        ..Default::default()
    };
    let imported = session.client.import_resource_state(imported).await;
    let imported = imported.unwrap().into_inner().imported_resources;
    let imported = decode(imported[0].state.clone(), &ty);
    let request = read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: Some(bytes(&msgpack::encode(&found, &ty).unwrap())),
        ..Default::default()
    };
    let read = session
        .client
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    let read = decode(read.new_state, &ty);
    assert!(!read.attribute("client_cert").is_null());
    assert_eq!(read, imported);
}

#[tokio::test]
async fn bad_filters_are_refused_where_they_stand() {
    let mut session = Session::of(Launch::default()).await;
    for (set, place) in [
        (object!({"name_regex": "("}), "name_regex"),
        (object!({"region": "Nowhere!"}), "region"),
        (object!({"status": "lost"}), "status"),
    ] {
        let (type_name, config) = config(set);
        let request = validate_list_resource_config::Request {
            type_name: type_name.to_owned(),
            config: json(&config),
            ..Default::default()
        };
        let answer = session
            .client
            .validate_list_resource_config(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(
            summaries(&answer.diagnostics),
            [format!("Invalid value for `{place}`")]
        );
        assert_eq!(path(&answer.diagnostics[0]), place);
    }
}
