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
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
use tokio::time::timeout;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};

use crate::every_rpc::every_rpc;
use crate::plugin_caller::Launch;
use crate::rpcs::about_the_provider;
use crate::session::{Session, block_type, encode};

/// Damaged requests a seed.
const CASES: usize = 16;

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

    fn is_called(&self, name: &str) -> bool {
        self.path.rsplit('/').next() == Some(name)
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

/// A value of the type with something everywhere.
fn full(ty: &Type) -> Value {
    match ty {
        Type::String => Value::from("x"),
        Type::Number => Value::from(1),
        Type::Bool => Value::from(true),
        Type::Dynamic => Value::Dynamic(Box::new((
            Type::list(Type::String),
            full(&Type::list(Type::String)),
        ))),
        Type::List(element) | Type::Set(element) => Value::List(vec![full(element)]),
        Type::Map(element) => Value::map([("k", full(element))]),
        Type::Object(attributes) => {
            Value::map(attributes.iter().map(|(name, ty)| (name, full(ty))))
        }
        Type::Tuple(types) => Value::List(types.iter().map(full).collect()),
    }
}

/// A value of the type in either encoding.
fn wire(ty: &Type) -> [DynamicValue; 2] {
    let value = full(ty);
    let text = terraform_provider_alivpn::tf::json::encode(&value, ty).unwrap();
    let json = DynamicValue {
        msgpack: Default::default(),
        json: text.into(),
    };
    [encode(&value, ty).unwrap(), json]
}

/// Requests that get far, each under the name of its RPC, for everything that the provider serves.
#[allow(
    clippy::needless_update,
    reason = "one macro for messages with other fields and without"
)]
async fn seeds(session: &mut Session) -> Vec<(&'static str, Vec<u8>)> {
    let schemas = session
        .client
        .get_schema(proto::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner();
    let identities = proto::get_resource_identity_schemas::Request {};
    let identities = session
        .client
        .get_resource_identity_schemas(identities)
        .await
        .unwrap()
        .into_inner();
    let ty = |schema: &proto::Schema| block_type(schema.block.as_ref().unwrap());
    let mut seeds: Vec<(&'static str, Vec<u8>)> = Vec::new();
    let capable = || {
        Some(proto::ClientCapabilities {
            deferral_allowed: true,
            write_only_attributes_allowed: true,
        })
    };
    let private = || b"private".to_vec();
    macro_rules! seed {
        ($rpc:literal $module:ident { $($field:ident: $value:expr),* $(,)? }) => {
            seeds.push(($rpc, proto::$module::Request { $($field: $value,)* ..Default::default() }.encode_to_vec()))
        };
    }
    seed!("GetMetadata" get_metadata {});
    seed!("GetSchema" get_provider_schema {});
    seed!("GetResourceIdentitySchemas" get_resource_identity_schemas {});
    seed!("GetFunctions" get_functions {});
    seed!("Stop" stop {});
    let meta = || {
        schemas
            .provider_meta
            .as_ref()
            .map(|schema| wire(&ty(schema))[0].clone())
    };
    for (type_name, schema) in &schemas.resource_schemas {
        let name = || type_name.clone();
        let identity = identities.identity_schemas.get(type_name).map(|schema| {
            let attributes = schema.identity_attributes.iter();
            Type::object(attributes.map(|attribute| {
                (
                    attribute.name.clone(),
                    Type::from_json(&attribute.r#type).unwrap(),
                )
            }))
        });
        let raw_identity = || {
            identity.as_ref().map(|ty| RawState {
                json: wire(ty)[1].json.to_vec(),
                flatmap: Default::default(),
            })
        };
        let identity = || {
            identity.as_ref().map(|ty| proto::ResourceIdentityData {
                identity_data: Some(wire(ty)[0].clone()),
            })
        };
        let ty = ty(schema);
        let raw = || {
            Some(RawState {
                json: wire(&ty)[1].json.to_vec(),
                flatmap: Default::default(),
            })
        };
        for object in wire(&ty) {
            let object = || Some(object.clone());
            seed!("ApplyResourceChange" apply_resource_change { type_name: name(), planned_state: object(), config: object(), provider_meta: meta() });
            seed!("ApplyResourceChange" apply_resource_change { type_name: name(), prior_state: object(), planned_state: object(), config: object(), planned_private: private(), planned_identity: identity() });
            seed!("ApplyResourceChange" apply_resource_change { type_name: name(), prior_state: object() });
            seed!("GenerateResourceConfig" generate_resource_config { type_name: name(), state: object() });
            seed!("PlanResourceChange" plan_resource_change { type_name: name(), proposed_new_state: object(), config: object(), client_capabilities: capable() });
            seed!("PlanResourceChange" plan_resource_change { type_name: name(), prior_state: object(), proposed_new_state: object(), config: object(), prior_private: private(), prior_identity: identity(), provider_meta: meta() });
            seed!("PlanResourceChange" plan_resource_change { type_name: name(), prior_state: object() });
            seed!("ReadResource" read_resource { type_name: name(), current_state: object(), private: private(), current_identity: identity(), client_capabilities: capable() });
            seed!("ValidateResourceTypeConfig" validate_resource_type_config { type_name: name(), config: object(), client_capabilities: capable() });
        }
        seed!("ImportResourceState" import_resource_state { type_name: name(), id: "vss-x".to_owned(), client_capabilities: capable() });
        seed!("ImportResourceState" import_resource_state { type_name: name(), identity: identity() });
        seed!("MoveResourceState" move_resource_state { target_type_name: name(), source_type_name: "exercise_old".to_owned(), source_provider_address: "registry.terraform.io/x/y".to_owned(), source_state: raw(), source_identity: raw_identity(), source_private: private() });
        seed!("UpgradeResourceIdentity" upgrade_resource_identity { type_name: name(), raw_identity: raw_identity() });
        for version in [0, schema.version] {
            seed!("UpgradeResourceState" upgrade_resource_state { type_name: name(), version: version, raw_state: raw() });
        }
    }
    for (type_name, schema) in &schemas.data_source_schemas {
        let [config, _] = wire(&ty(schema));
        seed!("ValidateDataSourceConfig" validate_data_source_config { type_name: type_name.clone(), config: Some(config.clone()) });
        seed!("ReadDataSource" read_data_source { type_name: type_name.clone(), config: Some(config), client_capabilities: capable() });
    }
    for (type_name, schema) in &schemas.ephemeral_resource_schemas {
        let [config, _] = wire(&ty(schema));
        let name = || type_name.clone();
        seed!("ValidateEphemeralResourceConfig" validate_ephemeral_resource_config { type_name: name(), config: Some(config.clone()) });
        seed!("OpenEphemeralResource" open_ephemeral_resource { type_name: name(), config: Some(config), client_capabilities: capable() });
        seed!("RenewEphemeralResource" renew_ephemeral_resource { type_name: name(), private: Some(b"\"x\"".to_vec()) });
        seed!("CloseEphemeralResource" close_ephemeral_resource { type_name: name(), private: Some(b"\"x\"".to_vec()) });
    }
    for (type_name, schema) in &schemas.list_resource_schemas {
        let [config, _] = wire(&ty(schema));
        let ([include, _], [limit, _]) = (wire(&Type::Bool), wire(&Type::Number));
        let name = || type_name.clone();
        seed!("ValidateListResourceConfig" validate_list_resource_config { type_name: name(), config: Some(config.clone()), include_resource_object: Some(include), limit: Some(limit) });
        seed!("ListResource" list_resource { type_name: name(), config: Some(config), include_resource_object: true, limit: 3 });
    }
    for (action_type, schema) in &schemas.action_schemas {
        let [config, _] = wire(&ty(schema.schema.as_ref().unwrap()));
        let name = || action_type.clone();
        seed!("ValidateActionConfig" validate_action_config { action_type: name(), config: Some(config.clone()) });
        seed!("PlanAction" plan_action { action_type: name(), config: Some(config.clone()), client_capabilities: capable() });
        seed!("InvokeAction" invoke_action { action_type: name(), config: Some(config) });
    }
    for (name, function) in &schemas.functions {
        let parameters = function
            .parameters
            .iter()
            .chain(&function.variadic_parameter);
        let argument = |parameter: &proto::function::Parameter| {
            wire(&Type::from_json(&parameter.r#type).unwrap())[0].clone()
        };
        seed!("CallFunction" call_function { name: name.clone(), arguments: parameters.map(argument).collect() });
    }
    // Last: after a Configure that fails what needs the cloud is refused.
    for config in wire(&ty(schemas.provider.as_ref().unwrap())) {
        seed!("PrepareProviderConfig" prepare_provider_config { config: Some(config.clone()) });
        seed!("Configure" configure { terraform_version: "1.11.4".to_owned(), config: Some(config), client_capabilities: capable() });
    }
    seeds
}

/// Goes through the seeds as they are and damaged, whatever they are about; the process must serve on.
async fn survives(session: &Session, seeds: Vec<(&'static str, Vec<u8>)>) {
    let rpcs = Rpc::all();
    let mut runner = TestRunner::new(Config::default());
    let damages = vec(any::<(Index, u8, u8)>(), 1..4);
    for (name, seed) in seeds {
        let rpc = rpcs.iter().find(|rpc| rpc.is_called(name)).unwrap();
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
    let mut session = Session::configured_exercise().await;
    let seeds = seeds(&mut session).await;
    survives(&session, seeds).await;
}

/// Not configured, or it would look for the cloud.
#[tokio::test]
async fn the_product_answers_or_refuses_damaged_requests_as_well() {
    let mut session = Session::of(Launch::default()).await;
    let mut seeds = seeds(&mut session).await;
    seeds.retain(|(name, _)| *name != "Configure");
    survives(&session, seeds).await;
}

/// Run it when messages, RPCs or schemas are added: `cargo test --test protocol -- --ignored the_seeds`.
#[tokio::test]
#[ignore = "writes the seeds of the fuzz target `requests`, fuzz/corpus/requests"]
async fn the_seeds_of_the_fuzzer_are_written() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/requests");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let rpcs = Rpc::all();
    let sessions = [
        Session::exercise().await,
        Session::of(Launch::default()).await,
    ];
    for (provider, mut session) in sessions.into_iter().enumerate() {
        for (count, (name, seed)) in seeds(&mut session).await.into_iter().enumerate() {
            let place = rpcs.iter().position(|rpc| rpc.is_called(name)).unwrap();
            let choice = u8::try_from(place + provider * rpcs.len()).unwrap();
            let file = folder.join(format!("{name}-{provider}-{count}"));
            std::fs::write(file, [vec![choice], seed].concat()).unwrap();
        }
    }
}
