//! A provider process with a client for its RPCs, and values as tests write them.

use std::time::Duration;

use serde_json::Value as Json;
use terraform_provider_alivpn::tf::msgpack;
use terraform_provider_alivpn::tf::proto::provider_client::ProviderClient;
use terraform_provider_alivpn::tf::proto::{
    self, ClientCapabilities, DynamicValue, ResourceIdentityData, configure, get_provider_schema,
    get_resource_identity_schemas, read_data_source, stop,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
use tokio::time::timeout;
use tonic::transport::Channel;

use crate::exercise_program::exercise;
use crate::plugin_caller::{Caller, Launch};

/// A running provider.
pub struct Session {
    /// The process; it ends with the session.
    pub caller: Caller,
    /// Calls any RPC.
    pub client: ProviderClient<Channel>,
}

impl Session {
    /// The provider of `tests/support/exercise`, not configured.
    pub async fn exercise() -> Session {
        Session::of(Launch {
            program: exercise(),
            ..Launch::default()
        })
        .await
    }

    /// The provider of `tests/support/exercise`, configured with nothing set.
    pub async fn configured_exercise() -> Session {
        let mut session = Session::exercise().await;
        session.configure(r#"{"prefix":null}"#).await;
        session
    }

    /// Any process.
    pub async fn of(launch: Launch) -> Session {
        let caller = launch.start().await;
        let client =
            ProviderClient::new(caller.channel.clone()).max_decoding_message_size(256 << 20);
        Session { caller, client }
    }

    /// Every schema.
    pub async fn schemas(&mut self) -> get_provider_schema::Response {
        let request = get_provider_schema::Request {};
        self.client.get_schema(request).await.unwrap().into_inner()
    }

    /// The type of a resource's values, as its schema on the wire says.
    pub async fn resource_type(&mut self, type_name: &str) -> Type {
        schema_type(&self.schemas().await.resource_schemas[type_name])
    }

    /// How often something happened in the exercise provider since it was configured.
    pub async fn tally(&mut self, name: &str) -> i64 {
        let request = read_data_source::Request {
            type_name: "exercise_tally".to_owned(),
            config: json(&format!(r#"{{"name":"{name}","count":null}}"#)),
            ..Default::default()
        };
        let answer = self.client.read_data_source(request).await.unwrap();
        let ty = Type::object([("name", Type::String), ("count", Type::Number)]);
        let state = decode(answer.into_inner().state, &ty);
        state
            .attribute("count")
            .as_number()
            .unwrap()
            .to_i64()
            .unwrap()
    }

    /// Says Stop.
    pub async fn stop(&mut self) {
        self.client.stop(stop::Request {}).await.unwrap();
    }

    /// Says Stop until something is so: a call may reach the process after the first Stop, which is then none of its
    /// business.
    pub async fn stop_until(&mut self, done: impl Fn() -> bool) {
        let stopped = async {
            while !done() {
                self.stop().await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let limit = timeout(Duration::from_secs(10), stopped).await;
        limit.expect("the call goes on after Stop");
    }

    /// Waits until something happened in the exercise provider.
    pub async fn until_happened(&mut self, name: &str) {
        let happened = async {
            while self.tally(name).await == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let limit = timeout(Duration::from_secs(10), happened).await;
        limit.unwrap_or_else(|_| panic!("{name}: it did not happen"));
    }

    /// What the process wrote to standard error, once a line of it holds this text.
    pub async fn log_until(&self, text: &str) -> String {
        let log = || self.caller.stderr.lock().unwrap().join("\n");
        let written = async {
            while !log().contains(text) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let limit = timeout(Duration::from_secs(10), written).await;
        limit.unwrap_or_else(|_| panic!("no line with {text}: {}", log()));
        log()
    }

    /// The type of a resource's identity, as its schema on the wire says.
    pub async fn identity_type(&mut self, type_name: &str) -> Type {
        let answer = self
            .client
            .get_resource_identity_schemas(get_resource_identity_schemas::Request {})
            .await
            .unwrap();
        let schemas = answer.into_inner().identity_schemas;
        let attributes = schemas[type_name].identity_attributes.iter();
        Type::object(attributes.map(|attribute| {
            (
                attribute.name.clone(),
                Type::from_json(&attribute.r#type).unwrap(),
            )
        }))
    }

    /// The provider of `tests/support/exercise`, configured with what is not known yet.
    pub async fn unknown_exercise() -> Session {
        let mut session = Session::exercise().await;
        session.configure_unknown().await;
        session
    }

    /// Configures the exercise provider with what is not known yet.
    pub async fn configure_unknown(&mut self) {
        let prefix = Type::object([("prefix", Type::String)]);
        let unknown = Value::map([("prefix", Value::Unknown)]);
        self.configure_with(encode(&unknown, &prefix)).await;
    }

    /// The type of the provider block.
    pub async fn provider_type(&mut self) -> Type {
        let request = get_provider_schema::Request {};
        let answer = self.client.get_schema(request).await.unwrap();
        let provider = answer.into_inner().provider.unwrap();
        block_type(&provider.block.unwrap())
    }

    /// What the process wrote to standard error, once it is enough: the pipe is read beside the test.
    pub async fn standard_error(&self, enough: impl Fn(&[String]) -> bool) -> Vec<String> {
        for _ in 0..1_000 {
            let lines = self.caller.stderr.lock().unwrap().clone();
            if enough(&lines) {
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("standard error never came so far");
    }

    /// Waits until so many calls that name this type have come to the provider, which logs at the level of traces.
    pub async fn has_received(&self, calls: usize, type_name: &str) {
        let received =
            |line: &&String| line.contains("request received") && line.contains(type_name);
        self.standard_error(|lines| lines.iter().filter(received).count() == calls)
            .await;
    }

    /// The process's memory, in KiB: `VmRSS` is what is resident now, `VmHWM` the most that was.
    pub fn memory(&self, which: &str) -> usize {
        let process = self.caller.child.id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
        let size = line.unwrap().trim().trim_end_matches(" kB");
        size.parse().unwrap()
    }

    /// Configures the provider, which must not complain.
    pub async fn configure(&mut self, config: &str) {
        self.configure_with(json(config)).await;
    }

    /// Configures the provider with a value of its block, without complaint.
    pub async fn configure_with(&mut self, config: Option<DynamicValue>) {
        let request = configure::Request {
            terraform_version: "1.11.4".to_owned(),
            config,
            client_capabilities: None,
        };
        let answer = self.client.configure(request).await.unwrap().into_inner();
        assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    }
}

/// The type of the values that follow a schema on the wire.
pub fn schema_type(schema: &proto::Schema) -> Type {
    block_type(schema.block.as_ref().unwrap())
}

pub fn block_type(block: &proto::schema::Block) -> Type {
    use proto::schema::nested_block::NestingMode;
    let attributes = block.attributes.iter().map(|attribute| {
        (
            attribute.name.clone(),
            Type::from_json(&attribute.r#type).unwrap(),
        )
    });
    let blocks = block.block_types.iter().map(|nested| {
        let ty = block_type(nested.block.as_ref().unwrap());
        let ty = match nested.nesting() {
            NestingMode::List => Type::list(ty),
            NestingMode::Set => Type::set(ty),
            NestingMode::Map => Type::map(ty),
            _ => ty,
        };
        (nested.type_name.clone(), ty)
    });
    Type::object(attributes.chain(blocks))
}

/// A value in JSON, the second of the two encodings that a provider reads.
pub fn json(text: &str) -> Option<DynamicValue> {
    let checked: Json = serde_json::from_str(text).unwrap();
    Some(DynamicValue {
        msgpack: Default::default(),
        json: checked.to_string().into(),
    })
}

/// A value in msgpack, the encoding that Terraform uses. Unlike JSON it can say unknown.
pub fn encode(value: &Value, ty: &Type) -> Option<DynamicValue> {
    Some(bytes(&msgpack::encode(value, ty).unwrap()))
}

/// What claims to be a value in msgpack.
pub fn bytes(msgpack: &[u8]) -> DynamicValue {
    DynamicValue {
        msgpack: msgpack.to_vec().into(),
        json: Default::default(),
    }
}

/// An identity in JSON.
pub fn identity(text: &str) -> Option<ResourceIdentityData> {
    Some(ResourceIdentityData {
        identity_data: json(text),
    })
}

/// What a caller that can wait says of itself.
pub fn patient() -> Option<ClientCapabilities> {
    Some(ClientCapabilities {
        deferral_allowed: true,
        write_only_attributes_allowed: true,
    })
}

/// Reads a value of an answer, which is always in msgpack.
pub fn decode(value: Option<DynamicValue>, ty: &Type) -> Value {
    let value = value.expect("the answer has no value");
    assert!(value.json.is_empty(), "an answer is in msgpack");
    msgpack::decode(&value.msgpack, ty).unwrap()
}

/// What the diagnostics are called, in their order.
pub fn summaries(diagnostics: &[proto::Diagnostic]) -> Vec<&str> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.summary.as_str())
        .collect()
}

/// Where a diagnostic points to, as one writes it; empty when it is about the whole.
pub fn path(diagnostic: &proto::Diagnostic) -> String {
    use proto::attribute_path::step::Selector;
    let steps = diagnostic.attribute.iter().flat_map(|path| &path.steps);
    let written = steps.map(|step| match step.selector.as_ref().unwrap() {
        Selector::AttributeName(name) => format!(".{name}"),
        Selector::ElementKeyString(key) => format!("[{key:?}]"),
        Selector::ElementKeyInt(index) => format!("[{index}]"),
    });
    written
        .collect::<String>()
        .trim_start_matches('.')
        .to_owned()
}
