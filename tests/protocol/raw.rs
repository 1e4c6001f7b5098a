//! The bytes of any request: answered if they are one, refused by gRPC if they are none, and nothing else happens.
//!
//! A bounded run of what `fuzz/` does at length, from outside: damaged requests of every RPC reach the process as they are.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use prost::Message;
use prost::bytes::{Buf, BufMut};
use terraform_provider_alivpn::tf::proto::{self, DynamicValue, RawState};
use tokio::time::timeout;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};

use crate::every_rpc::every_rpc;
use crate::plugin_caller::Launch;
use crate::rpcs::about_the_provider;
use crate::session::{Session, json};

/// Damaged requests a seed.
const CASES: usize = 24;

/// For what takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes as they are, in both directions.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}

/// An RPC as far as bytes go.
struct Rpc {
    path: &'static str,
    streaming: bool,
    is_request: fn(&[u8]) -> bool,
    is_answer: fn(&[u8]) -> bool,
}

macro_rules! table {
    (unary: $($method:ident $name:literal $module:ident),+; streaming: $($s_method:ident $s_name:literal $s_module:ident),+;) => {
        vec![
            $(Rpc {
                path: concat!("/tfplugin5.Provider/", $name),
                streaming: false,
                is_request: |bytes| proto::$module::Request::decode(bytes).is_ok(),
                is_answer: |bytes| proto::$module::Response::decode(bytes).is_ok(),
            },)+
            $(Rpc {
                path: concat!("/tfplugin5.Provider/", $s_name),
                streaming: true,
                is_request: |bytes| proto::$s_module::Request::decode(bytes).is_ok(),
                is_answer: |bytes| proto::$s_module::Event::decode(bytes).is_ok(),
            },)+
        ]
    };
}

impl Rpc {
    fn all() -> Vec<Rpc> {
        every_rpc!(table)
    }

    async fn call(&self, session: &Session, request: Vec<u8>) {
        let is_request = (self.is_request)(&request);
        let mut client = tonic::client::Grpc::new(session.caller.channel.clone());
        client.ready().await.unwrap();
        let path = PathAndQuery::from_static(self.path);
        let shown = format!("{} of {request:02x?}", self.path);
        let answers = timeout(PATIENCE, async {
            if !self.streaming {
                return client
                    .unary(Request::new(request), path, Raw)
                    .await
                    .map(|answer| vec![answer.into_inner()]);
            }
            let mut events = client
                .server_streaming(Request::new(request), path, Raw)
                .await?
                .into_inner();
            let mut answers = Vec::new();
            while let Some(event) = events.message().await? {
                answers.push(event);
            }
            Ok(answers)
        });
        match answers
            .await
            .unwrap_or_else(|_| panic!("no answer to {shown}"))
        {
            Ok(answers) => {
                assert!(is_request, "an answer to what is no request: {shown}");
                assert!(
                    answers.iter().all(|answer| (self.is_answer)(answer)),
                    "unreadable answer to {shown}"
                );
            }
            Err(status) => {
                assert!(!is_request, "{status}: {shown}");
                assert_eq!(status.code(), Code::Internal, "{status}: {shown}");
            }
        }
    }
}

/// Requests that get far, each under the name of its RPC.
#[allow(
    clippy::needless_update,
    reason = "one macro for messages with other fields and without"
)]
fn seeds(type_name: &str, object: &str, config: &str) -> Vec<(&'static str, Vec<u8>)> {
    let name = || type_name.to_owned();
    let object = || json(object);
    let raw = |text: &str| {
        Some(RawState {
            json: text.into(),
            flatmap: Default::default(),
        })
    };
    let capable = || {
        Some(proto::ClientCapabilities {
            deferral_allowed: true,
            write_only_attributes_allowed: true,
        })
    };
    macro_rules! seed {
        ($rpc:literal $module:ident { $($field:ident: $value:expr),* $(,)? }) => {
            ($rpc, proto::$module::Request { $($field: $value,)* ..Default::default() }.encode_to_vec())
        };
    }
    vec![
        seed!("ApplyResourceChange" apply_resource_change { type_name: name(), planned_state: object(), config: object() }),
        seed!("ApplyResourceChange" apply_resource_change { type_name: name(), prior_state: object(), planned_state: object(), config: object(), planned_private: b"private".to_vec() }),
        seed!("ApplyResourceChange" apply_resource_change { type_name: name(), prior_state: object() }),
        seed!("CallFunction" call_function { name: name(), arguments: vec![json("\"x\"").unwrap(), DynamicValue::default()] }),
        seed!("CloseEphemeralResource" close_ephemeral_resource { type_name: name(), private: Some(b"private".to_vec()) }),
        seed!("Configure" configure { terraform_version: "1.11.4".to_owned(), config: json(config), client_capabilities: capable() }),
        seed!("GenerateResourceConfig" generate_resource_config { type_name: name(), state: object() }),
        seed!("ImportResourceState" import_resource_state { type_name: name(), id: "vss-x".to_owned(), client_capabilities: capable() }),
        seed!("InvokeAction" invoke_action { action_type: name(), config: object() }),
        seed!("ListResource" list_resource { type_name: name(), config: object(), include_resource_object: true, limit: 3 }),
        seed!("MoveResourceState" move_resource_state { target_type_name: name(), source_type_name: name(), source_state: raw("{}") }),
        seed!("OpenEphemeralResource" open_ephemeral_resource { type_name: name(), config: object() }),
        seed!("PlanAction" plan_action { action_type: name(), config: object() }),
        seed!("PlanResourceChange" plan_resource_change { type_name: name(), proposed_new_state: object(), config: object() }),
        seed!("PlanResourceChange" plan_resource_change { type_name: name(), prior_state: object(), proposed_new_state: object(), config: object(), prior_private: b"private".to_vec() }),
        seed!("PlanResourceChange" plan_resource_change { type_name: name(), prior_state: object() }),
        seed!("PrepareProviderConfig" prepare_provider_config { config: json(config) }),
        seed!("ReadDataSource" read_data_source { type_name: name(), config: object() }),
        seed!("ReadResource" read_resource { type_name: name(), current_state: object(), private: b"private".to_vec() }),
        seed!("RenewEphemeralResource" renew_ephemeral_resource { type_name: name(), private: Some(b"private".to_vec()) }),
        seed!("UpgradeResourceIdentity" upgrade_resource_identity { type_name: name(), version: 0, raw_identity: raw("{}") }),
        seed!("UpgradeResourceState" upgrade_resource_state { type_name: name(), version: 0, raw_state: raw(r#"{"name":"x","old":1}"#) }),
        seed!("ValidateActionConfig" validate_action_config { action_type: name(), config: object() }),
        seed!("ValidateDataSourceConfig" validate_data_source_config { type_name: name(), config: object() }),
        seed!("ValidateEphemeralResourceConfig" validate_ephemeral_resource_config { type_name: name(), config: object() }),
        seed!("ValidateListResourceConfig" validate_list_resource_config { type_name: name(), config: object() }),
        seed!("ValidateResourceTypeConfig" validate_resource_type_config { type_name: name(), config: object() }),
        seed!("GetMetadata" get_metadata {}),
        seed!("GetSchema" get_provider_schema {}),
        seed!("GetResourceIdentitySchemas" get_resource_identity_schemas {}),
        seed!("GetFunctions" get_functions {}),
        seed!("Stop" stop {}),
    ]
}

fn exercise_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let shape = r#"{"name":"x","texts":["a"],"marks":["b"],"labels":{"k":"a"},"amount":1.5,"secret":"s","open":{"type":"bool","value":true},"rule":[{"port":1}],"peer":[{"port":2}],"zone":{"z":{"port":3}}}"#;
    let thing = r#"{"name":"x","note":"y","id":"x"}"#;
    let config = r#"{"prefix":"x"}"#;
    [
        seeds("exercise_shape", shape, config),
        seeds("exercise_thing", thing, config),
    ]
    .concat()
}

fn product_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let server = r#"{"vpn_gateway_id":"vpn-x","client_ip_pool":"10.30.0.0/24","local_subnets":["192.168.0.0/16"],"name":"n","protocol":"UDP","cipher":"none","port":1194,"compress":false,"enable_multi_factor_auth":false,"idaas_instance_id":null,"idaas_region_id":null,"idaas_application_id":null,"id":"vss-x","region":"cn-hangzhou","internet_ip":null,"max_connections":5,"create_time":null,"resource_group_id":null,"idaas_instance_version":null,"timeouts":{"create":"90s","update":"1h","delete":null}}"#;
    let config = r#"{"region":"cn-hangzhou","access_key":"a","secret_key":"b","security_token":null,"endpoints":{"vpc":"http://127.0.0.1:9"}}"#;
    seeds("alivpn_ssl_vpn_server", server, config)
}

/// Goes through the seeds as they are and damaged, whatever they are about; the process must serve on.
async fn survives(session: &Session, seeds: Vec<(&'static str, Vec<u8>)>) {
    let rpcs = Rpc::all();
    let mut runner = TestRunner::new(Config::default());
    let damages = vec(any::<(Index, u8, u8)>(), 1..4);
    for (name, seed) in seeds {
        let rpc = rpcs
            .iter()
            .find(|rpc| rpc.path.ends_with(&format!("/{name}")))
            .unwrap();
        rpc.call(session, seed.clone()).await;
        for _ in 0..CASES {
            let damages = damages.new_tree(&mut runner).unwrap().current();
            rpc.call(session, damage(seed.clone(), &damages)).await;
        }
    }
    for rpc in about_the_provider() {
        assert_eq!(rpc.diagnostics(&session.client).await, [], "still served");
    }
}

/// The bytes with a few of them changed, taken out or put in.
fn damage(mut bytes: Vec<u8>, damages: &[(Index, u8, u8)]) -> Vec<u8> {
    for (place, how, byte) in damages {
        if bytes.is_empty() {
            return vec![*byte];
        }
        let place = place.index(bytes.len());
        match how % 4 {
            0 => bytes[place] = *byte,
            1 => drop(bytes.remove(place)),
            2 => bytes.insert(place, *byte),
            _ => bytes.truncate(place),
        }
    }
    bytes
}

#[tokio::test]
async fn damaged_requests_of_every_rpc_are_answered_or_refused() {
    survives(&Session::configured_exercise().await, exercise_seeds()).await;
}

/// Not configured, or it would look for the cloud.
#[tokio::test]
async fn the_product_answers_or_refuses_damaged_requests_as_well() {
    let seeds = product_seeds()
        .into_iter()
        .filter(|(name, _)| *name != "Configure");
    survives(&Session::of(Launch::default()).await, seeds.collect()).await;
}

/// Run it when messages or RPCs are added: `cargo test --test protocol -- --ignored the_seeds`.
#[test]
#[ignore = "writes the seeds of the fuzz target `requests`, fuzz/corpus/requests"]
fn the_seeds_of_the_fuzzer_are_written() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/requests");
    std::fs::create_dir_all(&folder).unwrap();
    let rpcs = Rpc::all();
    let seeds = [exercise_seeds(), product_seeds()].map(|seeds| seeds.into_iter().enumerate());
    for (provider, seeds) in seeds.into_iter().enumerate() {
        for (count, (name, seed)) in seeds {
            let place = rpcs
                .iter()
                .position(|rpc| rpc.path.ends_with(&format!("/{name}")))
                .unwrap();
            let choice = u8::try_from(place + provider * rpcs.len()).unwrap();
            let file = folder.join(format!("{name}-{provider}-{count}"));
            std::fs::write(file, [vec![choice], seed].concat()).unwrap();
        }
    }
}
