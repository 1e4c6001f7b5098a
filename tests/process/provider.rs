//! What the process answers as a Terraform provider, to a caller that is not Terraform: the parts of the contract that
//! Terraform itself does not show, on the wire.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use terraform_provider_alivpn::emulator::{Emulator, Running, Settings, Timing};
use terraform_provider_alivpn::provider::Alivpn;
use terraform_provider_alivpn::provider::ssl_vpn_server::model::{TYPE_NAME, schema};
use terraform_provider_alivpn::tf::msgpack;
use terraform_provider_alivpn::tf::proto::provider_client::ProviderClient;
use terraform_provider_alivpn::tf::proto::{self, DynamicValue};
use terraform_provider_alivpn::tf::provider::Provider;
use terraform_provider_alivpn::tf::value::Value;
use tokio::time::timeout;
use tonic::transport::Channel;

use crate::SOON;
use crate::plugin_caller::{Caller, Launch};

/// The state's own private data, which is no text.
const PRIVATE: &[u8] = b"own\0\xff{}";

/// A configured provider and the cloud that it talks to.
struct Session {
    client: ProviderClient<Channel>,
    emulator: Running,
    _caller: Caller,
}

impl Session {
    async fn start(converge: Duration) -> Self {
        let timing = Timing {
            converge,
            status_lag: Duration::ZERO,
            describe_lag: Duration::ZERO,
            ..Timing::default()
        };
        let emulator = Emulator::start(Settings {
            timing,
            ..Settings::default()
        })
        .await
        .unwrap();
        let caller = Launch::default().start().await;
        let mut client = ProviderClient::new(caller.channel.clone());
        let block = Alivpn.schema().block;
        let unset = block
            .attributes
            .iter()
            .map(|attribute| attribute.name.as_str());
        let unset = unset.chain(block.blocks.iter().map(|nested| nested.name.as_str()));
        let mut config: Json = unset.map(|name| (name.to_owned(), Json::Null)).collect();
        config["region"] = json!("cn-hangzhou");
        config["access_key"] = json!("testid");
        config["secret_key"] = json!("testsecret");
        config["endpoints"] = json!({ "vpc": format!("http://{}", emulator.addr()), "sts": null });
        let request = proto::configure::Request {
            terraform_version: "1.11.4".to_owned(),
            config: Some(dynamic(&config)),
            ..Default::default()
        };
        let configured = client.configure(request).await.unwrap().into_inner();
        assert_eq!(configured.diagnostics, []);
        Self {
            client,
            emulator,
            _caller: caller,
        }
    }

    async fn plan(
        &mut self,
        prior: Option<DynamicValue>,
        proposed: &Json,
        config: &Json,
    ) -> proto::plan_resource_change::Response {
        let request = proto::plan_resource_change::Request {
            type_name: TYPE_NAME.to_owned(),
            prior_state: prior,
            proposed_new_state: Some(dynamic(proposed)),
            config: Some(dynamic(config)),
            prior_private: PRIVATE.to_vec(),
            ..Default::default()
        };
        let plan = self.client.plan_resource_change(request).await;
        let plan = plan.unwrap().into_inner();
        assert_eq!(plan.diagnostics, []);
        plan
    }

    async fn apply(
        &mut self,
        prior: Option<DynamicValue>,
        planned: Option<DynamicValue>,
        planned_private: Vec<u8>,
    ) -> proto::apply_resource_change::Response {
        let request = proto::apply_resource_change::Request {
            type_name: TYPE_NAME.to_owned(),
            prior_state: prior,
            planned_state: planned,
            planned_private,
            ..Default::default()
        };
        let applied = timeout(SOON, self.client.apply_resource_change(request)).await;
        applied.expect("no answer in time").unwrap().into_inner()
    }

    /// A server in the cloud and its state.
    async fn create(&mut self) -> DynamicValue {
        let config = server(&json!({ "name": "before" }));
        let plan = self.plan(None, &config, &config).await;
        let applied = self.apply(None, plan.planned_state, Vec::new()).await;
        assert_eq!(applied.diagnostics, []);
        applied.new_state.unwrap()
    }

    /// The calls that asked for a change, as the emulator lists them.
    async fn changes(&self) -> Vec<Json> {
        let url = format!("http://{}/_emulator/calls", self.emulator.addr());
        let body = reqwest::get(url).await.unwrap().bytes().await.unwrap();
        let calls: Vec<Json> = serde_json::from_slice(&body).unwrap();
        let is_change = |call: &Json| {
            !call["operation"]
                .as_str()
                .unwrap_or_default()
                .starts_with("Describe")
        };
        calls.into_iter().filter(is_change).collect()
    }
}

fn dynamic(value: &Json) -> DynamicValue {
    DynamicValue {
        json: value.to_string().into(),
        ..Default::default()
    }
}

/// A whole object: the required arguments, what `overlay` has, and null.
fn server(overlay: &Json) -> Json {
    let mut object = json!({
        "vpn_gateway_id": "vpn-bp1emulator0001", "client_ip_pool": "10.30.0.0/24", "local_subnets": ["192.168.0.0/16"],
    });
    let block = schema().block;
    let names = block.attributes.iter().map(|attribute| &attribute.name);
    for name in names.chain(block.blocks.iter().map(|nested| &nested.name)) {
        if let Some(value) = overlay.get(name) {
            object[name] = value.clone();
        } else if object.get(name).is_none() {
            object[name] = Json::Null;
        }
    }
    object
}

fn decoded(value: &DynamicValue) -> Value {
    msgpack::decode(&value.msgpack, &schema().implied_type()).unwrap()
}

/// A state with another name, as Terraform proposes it.
fn renamed(state: &DynamicValue, name: &str) -> Json {
    let ty = schema().implied_type();
    let state = terraform_provider_alivpn::tf::json::encode(&decoded(state), &ty).unwrap();
    let mut state: Json = serde_json::from_slice(&state).unwrap();
    state["name"] = name.into();
    state
}

#[tokio::test]
async fn everything_in_the_schema_has_a_description() {
    let caller = Launch::default().start().await;
    let mut client = ProviderClient::new(caller.channel.clone());
    let request = proto::get_provider_schema::Request::default();
    let schemas = client.get_schema(request).await.unwrap().into_inner();
    let mut blocks = vec![schemas.provider.unwrap().block.unwrap()];
    blocks.extend(
        schemas
            .resource_schemas
            .into_values()
            .filter_map(|schema| schema.block),
    );
    let mut attributes = 0;
    while let Some(block) = blocks.pop() {
        assert!(!block.description.is_empty());
        for attribute in &block.attributes {
            assert!(!attribute.description.is_empty(), "{}", attribute.name);
            attributes += 1;
        }
        blocks.extend(
            block
                .block_types
                .into_iter()
                .filter_map(|nested| nested.block),
        );
    }
    assert!(attributes > 20, "{attributes}");
}

#[tokio::test]
async fn what_is_asked_for_by_no_name_is_unknown_and_never_a_grpc_failure() {
    let caller = Launch::default().start().await;
    let mut client = ProviderClient::new(caller.channel.clone());
    macro_rules! declined {
        ($($rpc:ident($module:ident)),* $(,)?) => {$(
            let answer = client.$rpc(proto::$module::Request::default()).await.unwrap().into_inner();
            assert_eq!(answer.diagnostics.len(), 1, stringify!($rpc));
            assert!(answer.diagnostics[0].summary.starts_with("Unknown "), stringify!($rpc));
        )*};
    }
    declined!(
        validate_data_source_config(validate_data_source_config),
        read_data_source(read_data_source),
        upgrade_resource_identity(upgrade_resource_identity),
        move_resource_state(move_resource_state),
        generate_resource_config(generate_resource_config),
        validate_ephemeral_resource_config(validate_ephemeral_resource_config),
        open_ephemeral_resource(open_ephemeral_resource),
        renew_ephemeral_resource(renew_ephemeral_resource),
        close_ephemeral_resource(close_ephemeral_resource),
        validate_list_resource_config(validate_list_resource_config),
        validate_action_config(validate_action_config),
        plan_action(plan_action),
    );
    let called = client.call_function(proto::call_function::Request::default());
    let called = called.await.unwrap().into_inner();
    assert!(called.error.unwrap().text.starts_with("Unknown function"));

    let listing = client.list_resource(proto::list_resource::Request::default());
    let mut events = listing.await.unwrap().into_inner();
    let event = events.message().await.unwrap().unwrap();
    assert_eq!(event.diagnostic.len(), 1);
    assert!(events.message().await.unwrap().is_none());

    let invoking = client.invoke_action(proto::invoke_action::Request::default());
    let mut events = invoking.await.unwrap().into_inner();
    let event = events.message().await.unwrap().unwrap();
    let Some(proto::invoke_action::event::Type::Completed(completed)) = event.r#type else {
        panic!("{event:?}");
    };
    assert_eq!(completed.diagnostics.len(), 1);

    let identities = proto::get_resource_identity_schemas::Request::default();
    let identities = client.get_resource_identity_schemas(identities).await;
    let identities = identities.unwrap().into_inner().identity_schemas;
    let mut identified: Vec<String> = identities.into_keys().collect();
    identified.sort_unstable();
    assert_eq!(identified, ["alivpn_ssl_vpn_client_cert", TYPE_NAME]);
    let metadata = client.get_metadata(proto::get_metadata::Request::default());
    let metadata = metadata.await.unwrap().into_inner();
    let resources = metadata.resources.into_iter();
    let resources: Vec<String> = resources.map(|resource| resource.type_name).collect();
    assert_eq!(resources, identified);
}

#[tokio::test]
async fn requests_that_make_no_sense_get_diagnostics_and_the_process_goes_on() {
    let mut session = Session::start(Duration::ZERO).await;
    macro_rules! refused {
        ($($rpc:ident($module:ident)),* $(,)?) => {$(
            for type_name in [TYPE_NAME, "alivpn_nothing"] {
                let request = proto::$module::Request { type_name: type_name.to_owned(), ..Default::default() };
                let answer = session.client.$rpc(request).await.unwrap().into_inner();
                assert!(!answer.diagnostics.is_empty(), "{}", stringify!($rpc));
            }
        )*};
    }
    refused!(
        validate_resource_type_config(validate_resource_type_config),
        upgrade_resource_state(upgrade_resource_state),
        read_resource(read_resource),
        apply_resource_change(apply_resource_change),
        import_resource_state(import_resource_state),
    );
    let garbage = DynamicValue {
        msgpack: vec![0xc1; 64].into(),
        ..Default::default()
    };
    let request = proto::plan_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(garbage.clone()),
        proposed_new_state: Some(garbage),
        ..Default::default()
    };
    let answer = session.client.plan_resource_change(request).await;
    assert_eq!(answer.unwrap().into_inner().diagnostics.len(), 1);
    assert!(session.changes().await.is_empty());
}

#[tokio::test]
async fn private_data_of_the_state_comes_back_from_read_and_apply_byte_for_byte() {
    let mut session = Session::start(Duration::ZERO).await;
    let state = session.create().await;
    let request = proto::read_resource::Request {
        type_name: TYPE_NAME.to_owned(),
        current_state: Some(state.clone()),
        private: PRIVATE.to_vec(),
        ..Default::default()
    };
    let read = session.client.read_resource(request).await.unwrap();
    let read = read.into_inner();
    assert_eq!(read.private, PRIVATE);
    assert_eq!(decoded(&read.new_state.unwrap()), decoded(&state));

    let config = server(&json!({ "name": "after" }));
    let plan = session
        .plan(Some(state.clone()), &renamed(&state, "after"), &config)
        .await;
    assert_ne!(
        plan.planned_private, PRIVATE,
        "what the plan decided travels along"
    );
    let applied = session
        .apply(Some(state), plan.planned_state, plan.planned_private)
        .await;
    assert_eq!(applied.diagnostics, []);
    assert_eq!(applied.private, PRIVATE, "and is never stored");
}

#[tokio::test]
async fn an_update_whose_plan_did_not_arrive_finds_its_path_again() {
    let mut session = Session::start(Duration::ZERO).await;
    let state = session.create().await;
    let config = server(&json!({ "name": "after" }));
    let plan = session
        .plan(Some(state.clone()), &renamed(&state, "after"), &config)
        .await;
    let applied = session
        .apply(Some(state), plan.planned_state, PRIVATE.to_vec())
        .await;
    assert_eq!(applied.diagnostics, []);
    assert_eq!(applied.private, PRIVATE);
    let changes = session.changes().await;
    let [_, rename] = changes.as_slice() else {
        panic!("{changes:#?}");
    };
    let parameters: Vec<&String> = rename["parameters"].as_object().unwrap().keys().collect();
    assert_eq!(
        parameters,
        ["ClientToken", "Name", "RegionId", "SslVpnServerId"]
    );
}

#[tokio::test]
async fn a_stop_ends_an_apply_with_what_is_known_and_what_comes_later_is_served() {
    let mut session = Session::start(Duration::from_secs(600)).await;
    let config = server(&json!({ "name": "office" }));
    let plan = session.plan(None, &config, &config).await;
    let mut stopping = session.client.clone();
    let stop = async {
        while session_is_quiet(session.emulator.addr()).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let stopped = Instant::now();
        stopping.stop(proto::stop::Request {}).await.unwrap();
        stopped
    };
    let mut applying = session.client.clone();
    let request = proto::apply_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        planned_state: plan.planned_state,
        ..Default::default()
    };
    let both = timeout(SOON, async {
        tokio::join!(applying.apply_resource_change(request), stop)
    });
    let (applied, stopped) = both.await.expect("the stop ends the apply");
    assert!(stopped.elapsed() < Duration::from_secs(2));
    let applied = applied.unwrap().into_inner();
    assert_eq!(applied.diagnostics.len(), 1);
    let state = applied.new_state.unwrap();
    let known = decoded(&state);
    assert!(
        known
            .attribute("id")
            .as_str()
            .is_some_and(|id| id.starts_with("vss-"))
    );
    assert!(
        known.is_wholly_known(),
        "no state holds an unknown: {known:?}"
    );

    let request = proto::read_resource::Request {
        type_name: TYPE_NAME.to_owned(),
        current_state: Some(state),
        ..Default::default()
    };
    let read = session.client.read_resource(request).await.unwrap();
    assert_eq!(read.into_inner().diagnostics, []);
}

/// Whether nobody has looked at a gateway since a server was asked for. Its plan has looked as well.
async fn session_is_quiet(emulator: std::net::SocketAddr) -> bool {
    let url = format!("http://{emulator}/_emulator/calls");
    let calls = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let calls = String::from_utf8_lossy(&calls).into_owned();
    let created = calls.split_once("CreateSslVpnServer");
    !created.is_some_and(|(_, since)| since.contains("DescribeVpnGateway"))
}
