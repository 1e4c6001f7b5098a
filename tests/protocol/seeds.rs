//! Requests that get far, of every RPC: what is damaged in `raw`, and what the fuzz target `requests` begins with.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use prost::Message;
use terraform_provider_alivpn::tf::proto::{self, DynamicValue, RawState};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::plugin_caller::Launch;
use crate::rpcs::every_name;
use crate::session::{Session, encode, schema_type};

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

/// A value in either encoding.
fn wire(value: &Value, ty: &Type) -> [DynamicValue; 2] {
    let text = terraform_provider_alivpn::tf::json::encode(value, ty).unwrap();
    let json = DynamicValue {
        msgpack: Default::default(),
        json: text.into(),
    };
    [encode(value, ty).unwrap(), json]
}

/// A value of the type with something everywhere, in either encoding.
fn filled(ty: &Type) -> [DynamicValue; 2] {
    wire(&full(ty), ty)
}

/// A provider block that needs nobody's answer: where it takes keys it has some, and nothing else is set.
fn plain(ty: &Type) -> Value {
    let Type::Object(arguments) = ty else {
        panic!("{ty}")
    };
    Value::map(arguments.keys().map(|name| {
        let value = match name.as_str() {
            "region" => Value::from("cn-hangzhou"),
            "access_key" | "secret_key" => Value::from("x"),
            _ => Value::Null,
        };
        (name, value)
    }))
}

/// A request that gets far.
pub struct Seed {
    /// The RPC's name.
    pub rpc: &'static str,
    /// The type or the function that it is about; empty where it is about the provider.
    about: String,
    /// The bytes of the message.
    pub request: Vec<u8>,
}

/// Such requests of every RPC, for everything that the provider serves, in an order that is always the same.
#[allow(
    clippy::needless_update,
    reason = "one macro for messages with other fields and without"
)]
pub async fn seeds(session: &mut Session) -> Vec<Seed> {
    let schemas = session.schemas().await;
    let identities = proto::get_resource_identity_schemas::Request {};
    let identities = session
        .client
        .get_resource_identity_schemas(identities)
        .await
        .unwrap()
        .into_inner();
    let mut seeds = Vec::new();
    let capable = || {
        Some(proto::ClientCapabilities {
            deferral_allowed: true,
            write_only_attributes_allowed: true,
        })
    };
    let private = || b"private".to_vec();
    macro_rules! seed {
        ($rpc:literal $module:ident { $($field:ident: $value:expr),* $(,)? } $(about $about:expr)?) => {
            seeds.push(Seed {
                rpc: $rpc,
                about: String::new() $(+ $about)?,
                request: proto::$module::Request { $($field: $value,)* ..Default::default() }.encode_to_vec(),
            })
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
            .map(|schema| filled(&schema_type(schema))[0].clone())
    };
    for (type_name, schema) in sorted(&schemas.resource_schemas) {
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
                json: filled(ty)[1].json.to_vec(),
                flatmap: Default::default(),
            })
        };
        let identity = || {
            identity.as_ref().map(|ty| proto::ResourceIdentityData {
                identity_data: Some(filled(ty)[0].clone()),
            })
        };
        let ty = schema_type(schema);
        let raw = || {
            Some(RawState {
                json: filled(&ty)[1].json.to_vec(),
                flatmap: Default::default(),
            })
        };
        for object in filled(&ty) {
            let object = || Some(object.clone());
            seed!("ApplyResourceChange" apply_resource_change { type_name: name(), planned_state: object(), config: object(), provider_meta: meta() } about type_name);
            seed!("ApplyResourceChange" apply_resource_change { type_name: name(), prior_state: object(), planned_state: object(), config: object(), planned_private: private(), planned_identity: identity() } about type_name);
            seed!("ApplyResourceChange" apply_resource_change { type_name: name(), prior_state: object() } about type_name);
            seed!("GenerateResourceConfig" generate_resource_config { type_name: name(), state: object() } about type_name);
            seed!("PlanResourceChange" plan_resource_change { type_name: name(), proposed_new_state: object(), config: object(), client_capabilities: capable() } about type_name);
            seed!("PlanResourceChange" plan_resource_change { type_name: name(), prior_state: object(), proposed_new_state: object(), config: object(), prior_private: private(), prior_identity: identity(), provider_meta: meta() } about type_name);
            seed!("PlanResourceChange" plan_resource_change { type_name: name(), prior_state: object() } about type_name);
            seed!("ReadResource" read_resource { type_name: name(), current_state: object(), private: private(), current_identity: identity(), client_capabilities: capable() } about type_name);
            seed!("ValidateResourceTypeConfig" validate_resource_type_config { type_name: name(), config: object(), client_capabilities: capable() } about type_name);
        }
        seed!("ImportResourceState" import_resource_state { type_name: name(), id: "vss-x".to_owned(), client_capabilities: capable() } about type_name);
        seed!("ImportResourceState" import_resource_state { type_name: name(), identity: identity() } about type_name);
        seed!("MoveResourceState" move_resource_state { target_type_name: name(), source_type_name: "exercise_old".to_owned(), source_provider_address: "registry.terraform.io/x/y".to_owned(), source_state: raw(), source_identity: raw_identity(), source_private: private() } about type_name);
        seed!("UpgradeResourceIdentity" upgrade_resource_identity { type_name: name(), raw_identity: raw_identity() } about type_name);
        for version in [0, schema.version] {
            seed!("UpgradeResourceState" upgrade_resource_state { type_name: name(), version: version, raw_state: raw() } about type_name);
        }
    }
    for (type_name, schema) in sorted(&schemas.data_source_schemas) {
        let [config, _] = filled(&schema_type(schema));
        seed!("ValidateDataSourceConfig" validate_data_source_config { type_name: type_name.clone(), config: Some(config.clone()) } about type_name);
        seed!("ReadDataSource" read_data_source { type_name: type_name.clone(), config: Some(config), provider_meta: meta(), client_capabilities: capable() } about type_name);
    }
    for (type_name, schema) in sorted(&schemas.ephemeral_resource_schemas) {
        let [config, _] = filled(&schema_type(schema));
        let name = || type_name.clone();
        seed!("ValidateEphemeralResourceConfig" validate_ephemeral_resource_config { type_name: name(), config: Some(config.clone()) } about type_name);
        seed!("OpenEphemeralResource" open_ephemeral_resource { type_name: name(), config: Some(config), client_capabilities: capable() } about type_name);
        seed!("RenewEphemeralResource" renew_ephemeral_resource { type_name: name(), private: Some(b"\"x\"".to_vec()) } about type_name);
        seed!("CloseEphemeralResource" close_ephemeral_resource { type_name: name(), private: Some(b"\"x\"".to_vec()) } about type_name);
    }
    for (type_name, schema) in sorted(&schemas.list_resource_schemas) {
        let [config, _] = filled(&schema_type(schema));
        let ([include, _], [limit, _]) = (filled(&Type::Bool), filled(&Type::Number));
        let name = || type_name.clone();
        seed!("ValidateListResourceConfig" validate_list_resource_config { type_name: name(), config: Some(config.clone()), include_resource_object: Some(include), limit: Some(limit) } about type_name);
        seed!("ListResource" list_resource { type_name: name(), config: Some(config), include_resource_object: true, limit: 3 } about type_name);
    }
    for (action_type, schema) in sorted(&schemas.action_schemas) {
        let [config, _] = filled(&schema_type(schema.schema.as_ref().unwrap()));
        let name = || action_type.clone();
        seed!("ValidateActionConfig" validate_action_config { action_type: name(), config: Some(config.clone()) } about action_type);
        seed!("PlanAction" plan_action { action_type: name(), config: Some(config.clone()), client_capabilities: capable() } about action_type);
        seed!("InvokeAction" invoke_action { action_type: name(), config: Some(config) } about action_type);
    }
    for (name, function) in sorted(&schemas.functions) {
        let parameters = function
            .parameters
            .iter()
            .chain(&function.variadic_parameter);
        let argument = |parameter: &proto::function::Parameter| {
            filled(&Type::from_json(&parameter.r#type).unwrap())[0].clone()
        };
        seed!("CallFunction" call_function { name: name.clone(), arguments: parameters.map(argument).collect() } about name);
    }
    // Last: after a Configure that fails what needs the cloud is refused.
    let ty = schema_type(schemas.provider.as_ref().unwrap());
    for config in [full(&ty), plain(&ty)]
        .iter()
        .flat_map(|block| wire(block, &ty))
    {
        seed!("PrepareProviderConfig" prepare_provider_config { config: Some(config.clone()) });
        seed!("Configure" configure { terraform_version: "1.11.4".to_owned(), config: Some(config), client_capabilities: capable() });
    }
    seeds
}

/// What is served, by name.
fn sorted<T>(served: &HashMap<String, T>) -> BTreeMap<&String, &T> {
    served.iter().collect()
}

/// The providers of the fuzz target, in its order.
const PROVIDERS: [&str; 2] = ["exercise", "alivpn"];

async fn sessions() -> [Session; 2] {
    [
        Session::exercise().await,
        Session::of(Launch::default()).await,
    ]
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/requests")
}

/// The inputs that the fuzz target should begin with, under the names of their files. The first byte of each chooses the RPC and
/// the provider.
async fn inputs() -> BTreeMap<String, Vec<u8>> {
    let rpcs = every_name();
    let mut inputs = BTreeMap::new();
    for (place, (provider, mut session)) in PROVIDERS.into_iter().zip(sessions().await).enumerate()
    {
        for seed in seeds(&mut session).await {
            let rpc = rpcs.iter().position(|name| *name == seed.rpc).unwrap();
            let choice = u8::try_from(rpc + place * rpcs.len()).unwrap();
            let parts = [provider, seed.rpc, &seed.about];
            let said: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let name = (0..)
                .map(|count| format!("{}-{count}", said.join("-")))
                .find(|name| !inputs.contains_key(name))
                .unwrap();
            inputs.insert(name, [vec![choice], seed.request].concat());
        }
    }
    inputs
}

/// The inputs that are committed. What a run of the fuzzer added has the name of a hash.
fn committed() -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder()).unwrap().map(Result::unwrap);
    files
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        })
        .filter(|(name, _)| !name.bytes().all(|letter| letter.is_ascii_hexdigit()))
        .collect()
}

/// The committed requests of an RPC to a provider.
fn requests(provider: &str, rpc: &str) -> Vec<Vec<u8>> {
    let rpcs = every_name();
    let place = PROVIDERS.iter().position(|name| *name == provider).unwrap();
    let chosen = |choice: u8| {
        let choice = usize::from(choice);
        (rpcs[choice % rpcs.len()], choice / rpcs.len()) == (rpc, place)
    };
    committed()
        .into_values()
        .filter(|input| chosen(input[0]))
        .map(|input| input[1..].to_vec())
        .collect()
}

#[tokio::test]
async fn the_seeds_of_the_fuzzer_are_of_todays_messages_and_schemas() {
    let (written, today) = (committed(), inputs().await);
    let names: BTreeSet<&String> = written.keys().chain(today.keys()).collect();
    let stale = names
        .into_iter()
        .filter(|name| written.get(*name) != today.get(*name));
    assert_eq!(
        stale.collect::<Vec<_>>(),
        [""; 0],
        "write them anew: cargo test --test protocol -- --ignored the_seeds"
    );
}

#[tokio::test]
async fn everything_that_is_served_has_a_seed() {
    for (provider, mut session) in PROVIDERS.into_iter().zip(sessions().await) {
        let schemas = session.schemas().await;
        let mut served = Vec::new();
        served.extend(
            schemas
                .resource_schemas
                .keys()
                .map(|name| ("PlanResourceChange", name)),
        );
        served.extend(
            schemas
                .data_source_schemas
                .keys()
                .map(|name| ("ReadDataSource", name)),
        );
        served.extend(
            schemas
                .ephemeral_resource_schemas
                .keys()
                .map(|name| ("OpenEphemeralResource", name)),
        );
        served.extend(
            schemas
                .list_resource_schemas
                .keys()
                .map(|name| ("ListResource", name)),
        );
        served.extend(schemas.functions.keys().map(|name| ("CallFunction", name)));
        served.extend(
            schemas
                .action_schemas
                .keys()
                .map(|name| ("InvokeAction", name)),
        );
        assert!(served.len() > 5, "{served:?}");
        for (rpc, name) in served {
            // The name is the first field of each of these messages.
            let begin = [&[0x0a, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
            let named = |request: &Vec<u8>| request.starts_with(&begin);
            assert!(requests(provider, rpc).iter().any(named), "{rpc} of {name}");
        }
    }
}

#[tokio::test]
async fn a_seed_gets_through_the_products_provider_block() {
    let session = Session::of(Launch::default()).await;
    let mut client = session.client.clone();
    let mut accepted = 0;
    for request in requests("alivpn", "Configure") {
        let configure = proto::configure::Request::decode(request.as_slice()).unwrap();
        let prepare = proto::prepare_provider_config::Request {
            config: configure.config.clone(),
        };
        assert!(requests("alivpn", "PrepareProviderConfig").contains(&prepare.encode_to_vec()));
        let prepared = client
            .prepare_provider_config(prepare)
            .await
            .unwrap()
            .into_inner();
        if prepared.diagnostics.is_empty() {
            let configured = client.configure(configure).await.unwrap().into_inner();
            assert_eq!(configured.diagnostics, []);
            accepted += 1;
        }
    }
    assert_eq!(accepted, 2, "one in each encoding");
}

/// Run it when messages, RPCs or schemas change: `cargo test --test protocol -- --ignored the_seeds`.
#[tokio::test]
#[ignore = "writes the seeds of the fuzz target `requests`, fuzz/corpus/requests"]
async fn the_seeds_of_the_fuzzer_are_written() {
    let inputs = inputs().await;
    for stale in committed().into_keys() {
        fs::remove_file(folder().join(stale)).unwrap();
    }
    for (name, input) in inputs {
        fs::write(folder().join(name), input).unwrap();
    }
}
