//! The product's list resource for servers, for cores that have no `terraform query`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json as object;
use terraform_provider_alivpn::cloud::client_token::ClientToken;
use terraform_provider_alivpn::cloud::credentials::StaticPair;
use terraform_provider_alivpn::cloud::endpoint::Endpoint;
use terraform_provider_alivpn::cloud::rpc::Channel;
use terraform_provider_alivpn::cloud::secret::Secret;
use terraform_provider_alivpn::cloud::transport::{Limits, Transport};
use terraform_provider_alivpn::cloud::trust::Trust;
use terraform_provider_alivpn::cloud::vpc::{Client, Settings, SslVpnServerSettings};
use terraform_provider_alivpn::emulator::{self, Emulator, Running};
use terraform_provider_alivpn::tf::msgpack;
use terraform_provider_alivpn::tf::proto::{list_resource, validate_list_resource_config};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
use tokio_util::sync::CancellationToken;

use crate::plugin_caller::Launch;
use crate::session::{Session, bytes, decode, encode, json, path, summaries};

const TYPE: &str = "alivpn_ssl_vpn_server";
const REGION: &str = "cn-hangzhou";

/// A client of the API for an emulator.
pub fn client(emulator: &Running) -> Client {
    let pair = StaticPair::new(
        "the test",
        ("access_key", "secret_key"),
        Some("testid".to_owned()),
        Some(Secret::new("testsecret")),
        None,
    );
    let mut settings = Settings::new(
        Arc::new(pair),
        Channel::new(Transport::new(
            "test/1.0",
            Limits::default(),
            Trust::default(),
        )),
    );
    settings.endpoint = Some(Endpoint::parse(&format!("http://{}", emulator.addr())).unwrap());
    Client::new(settings)
}

/// An emulator with two servers, `office` and `lab`, and their IDs.
pub async fn servers() -> (Running, [String; 2]) {
    let mut settings = emulator::Settings::default();
    // A server is listed from the moment it is made, and its gateway takes the next change.
    settings.timing.describe_lag = Duration::ZERO;
    settings.timing.converge = Duration::ZERO;
    let emulator = Emulator::start(settings).await.unwrap();
    let client = client(&emulator);
    let create = async |gateway: &str, name: &str| {
        let settings = SslVpnServerSettings {
            name: Some(name.to_owned()),
            client_ip_pool: Some("10.30.0.0/24".to_owned()),
            local_subnets: Some(vec!["192.168.0.0/16".to_owned()]),
            ..SslVpnServerSettings::default()
        };
        let created = client
            .create_ssl_vpn_server(
                REGION,
                gateway,
                &settings,
                &ClientToken::random(),
                &CancellationToken::new(),
            )
            .await;
        created.unwrap().id
    };
    let ids = [
        create("vpn-bp1emulator0001", "office").await,
        create("vpn-bp1emulator0002", "lab").await,
    ];
    (emulator, ids)
}

/// A session whose provider is configured for an emulator.
pub async fn session(emulator: &Running) -> Session {
    session_of(Launch::default(), emulator).await
}

/// The same of a process that is started in another way.
pub async fn session_of(launch: Launch, emulator: &Running) -> Session {
    let mut session = Session::of(launch).await;
    let ty = session.provider_type().await;
    let Type::Object(attributes) = &ty else {
        panic!("{ty:?}")
    };
    let set = |name: &str| match name {
        "region" => Value::from(REGION),
        "access_key" => Value::from("testid"),
        "secret_key" => Value::from("testsecret"),
        "endpoints" => Value::map([
            ("vpc", Value::from(format!("http://{}", emulator.addr()))),
            ("sts", Value::Null),
        ]),
        _ => Value::Null,
    };
    let config = Value::map(attributes.keys().map(|name| (name.clone(), set(name))));
    session.configure_with(encode(&config, &ty)).await;
    session
}

fn config(set: serde_json::Value) -> String {
    let mut config = object!({"ids": null, "vpn_gateway_id": null, "name_regex": null, "resource_group_id": null, "region": null});
    for (name, value) in set.as_object().unwrap() {
        config[name] = value.clone();
    }
    config.to_string()
}

/// What a list of this type with this configuration gives.
pub async fn list(
    session: &mut Session,
    (type_name, config): (&str, String),
    whole: bool,
) -> Vec<list_resource::Event> {
    let request = list_resource::Request {
        type_name: type_name.to_owned(),
        config: json(&config),
        include_resource_object: whole,
        limit: 100,
    };
    let mut stream = session
        .client
        .list_resource(request)
        .await
        .unwrap()
        .into_inner();
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event);
    }
    events
}

#[tokio::test]
async fn servers_are_listed_by_filters_with_what_an_import_needs() {
    let (emulator, [office, lab]) = servers().await;
    let mut session = session(&emulator).await;
    let mut both = [&office, &lab];
    both.sort_unstable();
    for (set, expected) in [
        (object!({}), &both[..]),
        (object!({"name_regex": "^off"}), &[&office]),
        (object!({"ids": [lab, "vss-unknown"]}), &[&lab]),
        (object!({"vpn_gateway_id": "vpn-bp1emulator0002"}), &[&lab]),
        (object!({"resource_group_id": "rg-unknown"}), &[]),
        (object!({"region": "cn-shanghai"}), &[]),
    ] {
        let events = list(&mut session, (TYPE, config(set.clone())), false).await;
        let ty = session.identity_type(TYPE).await;
        let found: Vec<Value> = events
            .iter()
            .map(|event| decode(event.identity.clone().unwrap().identity_data, &ty))
            .collect();
        let identity = |id: &&String| {
            Value::map([
                ("id", Value::from(id.as_str())),
                ("region", Value::from(REGION)),
            ])
        };
        assert_eq!(
            found,
            expected.iter().map(identity).collect::<Vec<_>>(),
            "{set}"
        );
        assert!(events.iter().all(|event| event.resource_object.is_none()));
    }
}

#[tokio::test]
async fn a_whole_server_is_what_a_read_of_it_gives() {
    let (emulator, [office, _]) = servers().await;
    let mut session = session(&emulator).await;
    let events = list(
        &mut session,
        (TYPE, config(object!({"name_regex": "office"}))),
        true,
    )
    .await;
    assert_eq!(events[0].display_name, format!("office ({office})"));
    let ty = session.resource_type(TYPE).await;
    let found = decode(events[0].resource_object.clone(), &ty);
    assert_eq!(found.attribute("id"), &Value::from(office));
    assert_eq!(found.attribute("name"), &Value::from("office"));
    let request = terraform_provider_alivpn::tf::proto::read_resource::Request {
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
    assert_eq!(decode(read.new_state, &ty), found);
}

#[tokio::test]
async fn bad_filters_are_refused_where_they_stand() {
    let mut session = Session::of(Launch::default()).await;
    for (set, place) in [
        (object!({"name_regex": "("}), "name_regex"),
        (object!({"region": "Nowhere!"}), "region"),
    ] {
        let request = validate_list_resource_config::Request {
            type_name: TYPE.to_owned(),
            config: json(&config(set)),
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
