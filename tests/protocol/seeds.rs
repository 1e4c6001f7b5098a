//! Requests that get far, of every RPC: what is damaged in `raw`, and what the fuzz target `requests` begins with. Some the exercise
//! provider answers only when it is told to stop.

use std::collections::{BTreeMap, HashMap};

use prost::Message;
use terraform_provider_alivpn::tf::proto::{self, DynamicValue, RawState};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::session::{Session, encode, schema_type};

/// A value of the type with something everywhere: this text, for one.
fn full(ty: &Type, text: &str) -> Value {
    match ty {
        Type::String => Value::from(text),
        Type::Number => Value::from(1),
        Type::Bool => Value::from(true),
        Type::Dynamic => Value::Dynamic(Box::new((
            Type::list(Type::String),
            full(&Type::list(Type::String), text),
        ))),
        Type::List(element) | Type::Set(element) => Value::List(vec![full(element, text)]),
        Type::Map(element) => Value::map([("k", full(element, text))]),
        Type::Object(attributes) => {
            let attributes = attributes.iter();
            Value::map(attributes.map(|(name, ty)| (name, full(ty, text))))
        }
        Type::Tuple(types) => Value::List(types.iter().map(|ty| full(ty, text)).collect()),
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
    wire(&full(ty, "x"), ty)
}

/// A value of the type that the exercise provider waits at, where it has to do with it, until it is told to stop.
fn waiting(ty: &Type) -> Option<DynamicValue> {
    encode(&full(ty, "wait"), ty)
}

/// An object of another provider that a type takes over.
struct Old {
    provider: &'static str,
    type_name: &'static str,
    state: &'static str,
}

/// The object that this type takes over. What takes over nothing is offered the exercise provider's.
fn old(target: &str) -> Old {
    match target {
        "alivpn_ssl_vpn_server" => Old {
            provider: "registry.terraform.io/aliyun/alicloud",
            type_name: "alicloud_ssl_vpn_server",
            state: r#"{"id":"vss-1","name":"office","vpn_gateway_id":"vpn-1","client_ip_pool":"10.30.0.0/24","local_subnet":"192.168.0.0/16,172.16.0.0/12","protocol":"UDP","cipher":"AES-128-CBC","port":1194,"compress":false,"connections":3,"max_connections":5,"internet_ip":"203.0.113.1"}"#,
        },
        "alivpn_ssl_vpn_client_cert" => Old {
            provider: "registry.terraform.io/aliyun/alicloud",
            type_name: "alicloud_ssl_vpn_client_cert",
            state: r#"{"id":"vsc-1","name":"","ssl_vpn_server_id":"vss-1","status":"normal","ca_cert":"CA","client_cert":"CERT","client_key":"KEY","client_config":"CONFIG"}"#,
        },
        _ => Old {
            provider: "registry.terraform.io/example/old",
            type_name: "old_thing",
            state: r#"{"label":"x"}"#,
        },
    }
}

/// The private data of an opened ephemeral resource, as its provider makes it.
fn opened(type_name: &str) -> &'static [u8] {
    match type_name {
        "exercise_token" => br#"{"name":"x","renewals":0}"#,
        _ => b"null",
    }
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
    pub about: String,
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
        seed!("ApplyResourceChange" apply_resource_change { type_name: name(), planned_state: waiting(&ty), config: waiting(&ty) } about type_name);
        let old = old(type_name);
        let old_state = RawState {
            json: old.state.into(),
            flatmap: Default::default(),
        };
        seed!("MoveResourceState" move_resource_state { target_type_name: name(), source_type_name: old.type_name.to_owned(), source_provider_address: old.provider.to_owned(), source_state: Some(old_state), source_identity: raw_identity(), source_private: private() } about type_name);
        seed!("UpgradeResourceIdentity" upgrade_resource_identity { type_name: name(), raw_identity: raw_identity() } about type_name);
        for version in [0, schema.version] {
            seed!("UpgradeResourceState" upgrade_resource_state { type_name: name(), version: version, raw_state: raw() } about type_name);
        }
    }
    for (type_name, schema) in sorted(&schemas.data_source_schemas) {
        let ty = schema_type(schema);
        let [config, _] = filled(&ty);
        seed!("ValidateDataSourceConfig" validate_data_source_config { type_name: type_name.clone(), config: Some(config.clone()) } about type_name);
        seed!("ReadDataSource" read_data_source { type_name: type_name.clone(), config: Some(config), provider_meta: meta(), client_capabilities: capable() } about type_name);
        seed!("ReadDataSource" read_data_source { type_name: type_name.clone(), config: waiting(&ty) } about type_name);
    }
    for (type_name, schema) in sorted(&schemas.ephemeral_resource_schemas) {
        let ty = schema_type(schema);
        let [config, _] = filled(&ty);
        let private = || Some(opened(type_name).to_vec());
        let name = || type_name.clone();
        seed!("ValidateEphemeralResourceConfig" validate_ephemeral_resource_config { type_name: name(), config: Some(config.clone()) } about type_name);
        seed!("OpenEphemeralResource" open_ephemeral_resource { type_name: name(), config: Some(config), client_capabilities: capable() } about type_name);
        seed!("OpenEphemeralResource" open_ephemeral_resource { type_name: name(), config: waiting(&ty) } about type_name);
        seed!("RenewEphemeralResource" renew_ephemeral_resource { type_name: name(), private: private() } about type_name);
        seed!("CloseEphemeralResource" close_ephemeral_resource { type_name: name(), private: private() } about type_name);
    }
    for (type_name, schema) in sorted(&schemas.list_resource_schemas) {
        let ty = schema_type(schema);
        let [config, _] = filled(&ty);
        let ([include, _], [limit, _]) = (filled(&Type::Bool), filled(&Type::Number));
        let name = || type_name.clone();
        seed!("ValidateListResourceConfig" validate_list_resource_config { type_name: name(), config: Some(config.clone()), include_resource_object: Some(include), limit: Some(limit) } about type_name);
        seed!("ListResource" list_resource { type_name: name(), config: Some(config), include_resource_object: true, limit: 3 } about type_name);
        seed!("ListResource" list_resource { type_name: name(), config: waiting(&ty), limit: 3 } about type_name);
    }
    for (action_type, schema) in sorted(&schemas.action_schemas) {
        let ty = schema_type(schema.schema.as_ref().unwrap());
        let [config, _] = filled(&ty);
        let name = || action_type.clone();
        seed!("ValidateActionConfig" validate_action_config { action_type: name(), config: Some(config.clone()) } about action_type);
        seed!("PlanAction" plan_action { action_type: name(), config: Some(config.clone()), client_capabilities: capable() } about action_type);
        seed!("InvokeAction" invoke_action { action_type: name(), config: Some(config) } about action_type);
        seed!("InvokeAction" invoke_action { action_type: name(), config: waiting(&ty) } about action_type);
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
    for config in [full(&ty, "x"), plain(&ty)]
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
