//! How fast the provider is to its caller: real processes, called as Terraform calls them, and the encodings of values.
//!
//! The cloud is an emulator in this process, without any delay of its own.

#![forbid(unsafe_code)]
#![cfg(test)]

#[path = "../tests/support/plugin_caller.rs"]
mod plugin_caller;
#[path = "figures/shipped.rs"]
mod shipped;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group};
use plugin_caller::{Caller, Launch};
use serde_json::{Value as Json, json};
use terraform_provider_alivpn::emulator::{Emulator, Running, Settings, Timing};
use terraform_provider_alivpn::provider::Alivpn;
use terraform_provider_alivpn::provider::ssl_vpn_server::model::{TYPE_NAME, schema};
use terraform_provider_alivpn::tf::proto::provider_client::ProviderClient;
use terraform_provider_alivpn::tf::proto::{
    DynamicValue, apply_resource_change, configure, get_provider_schema, plan_resource_change,
};
use terraform_provider_alivpn::tf::provider::Provider;
use terraform_provider_alivpn::tf::schema::Block;
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;
use terraform_provider_alivpn::tf::{json, msgpack};
use tokio::runtime::Runtime;
use tonic::transport::Channel;

/// The length of the encoded value, less a few bytes.
const MEBIBYTE: usize = 1 << 20;

fn starts(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("start");
    group.sample_size(30);
    group.bench_function("process to handshake line", |bencher| {
        bencher.iter_custom(|times| {
            (0..times)
                .map(|_| runtime.block_on(Launch::default().start()).started)
                .sum()
        });
    });
    group.bench_function("handshake to first answer", |bencher| {
        bencher.iter_custom(|times| {
            (0..times)
                .map(|_| {
                    runtime.block_on(async {
                        let caller = Launch::default().start().await;
                        let mut client = ProviderClient::new(caller.channel.clone());
                        let begun = Instant::now();
                        let request = get_provider_schema::Request {};
                        black_box(client.get_schema(request).await.unwrap());
                        begun.elapsed()
                    })
                })
                .sum()
        });
    });
    group.finish();
}

fn round_trips(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut session = runtime.block_on(Session::start());
    let renames = runtime.block_on(session.renames());
    let mut turns = renames.iter().cycle();
    let mut group = criterion.benchmark_group("round trip");
    group.bench_function("PlanResourceChange of a rename", |bencher| {
        bencher.iter(|| {
            let rename = turns.next().unwrap();
            black_box(runtime.block_on(session.plan(rename)))
        });
    });
    group.bench_function("ApplyResourceChange of a rename", |bencher| {
        bencher.iter(|| {
            let rename = turns.next().unwrap();
            black_box(runtime.block_on(session.apply(rename)))
        });
    });
    group.finish();
    runtime.block_on(session.emulator.stop()).unwrap();
}

fn values(criterion: &mut Criterion) {
    let ty = Type::List(Box::new(Type::object([
        ("name", Type::String),
        ("number", Type::Number),
        ("enabled", Type::Bool),
    ])));
    let element =
        br#"{"name":"a name of forty characters, or almost so","number":12345,"enabled":true},"#;
    let text = format!(
        "[{}{}]",
        String::from_utf8_lossy(element).repeat(MEBIBYTE / element.len()),
        r#"{"name":null,"number":null,"enabled":null}"#
    );
    let value: Value = json::decode(text.as_bytes(), &ty).unwrap();
    let packed = msgpack::encode(&value, &ty).unwrap();
    let mut group = criterion.benchmark_group("a value of 1 MiB as JSON");
    group.sample_size(30);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("JSON decoded", |bencher| {
        bencher.iter(|| json::decode(black_box(text.as_bytes()), &ty).unwrap());
    });
    group.bench_function("JSON encoded", |bencher| {
        bencher.iter(|| json::encode(black_box(&value), &ty).unwrap());
    });
    group.throughput(Throughput::Bytes(packed.len() as u64));
    group.bench_function("msgpack decoded", |bencher| {
        bencher.iter(|| msgpack::decode(black_box(&packed), &ty).unwrap());
    });
    group.bench_function("msgpack encoded", |bencher| {
        bencher.iter(|| msgpack::encode(black_box(&value), &ty).unwrap());
    });
    group.finish();
}

/// A configured provider process, and the cloud that it talks to.
struct Session {
    client: ProviderClient<Channel>,
    emulator: Running,
    _caller: Caller,
}

/// A server's state, and itself with another name.
struct Rename {
    prior: DynamicValue,
    planned: DynamicValue,
}

impl Session {
    async fn start() -> Self {
        let timing = Timing {
            converge: Duration::ZERO,
            status_lag: Duration::ZERO,
            describe_lag: Duration::ZERO,
            ..Timing::default()
        };
        let settings = Settings {
            timing,
            ..Settings::default()
        };
        let emulator = Emulator::start(settings).await.unwrap();
        let caller = Launch::default().start().await;
        let mut client = ProviderClient::new(caller.channel.clone());
        let config = object(
            &Alivpn.schema().block,
            &json!({
                "region": "cn-hangzhou", "access_key": "testid", "secret_key": "testsecret",
                "endpoints": { "vpc": format!("http://{}", emulator.addr()), "sts": null },
            }),
        );
        let request = configure::Request {
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

    /// Creates a server; gives it another name, and its own again.
    async fn renames(&mut self) -> [Rename; 2] {
        let wanted = object(
            &schema().block,
            &json!({
                "vpn_gateway_id": "vpn-bp1emulator0001", "client_ip_pool": "10.30.0.0/24",
                "local_subnets": ["192.168.0.0/16"], "name": "one",
            }),
        );
        let creation = plan_resource_change::Request {
            type_name: TYPE_NAME.to_owned(),
            proposed_new_state: Some(dynamic(&wanted)),
            config: Some(dynamic(&wanted)),
            ..Default::default()
        };
        let plan = self.client.plan_resource_change(creation).await.unwrap();
        let created = self.applied(None, plan.into_inner().planned_state).await;
        let one = created.new_state.unwrap();
        let ty = schema().implied_type();
        let state = msgpack::decode(&one.msgpack, &ty).unwrap();
        let mut state: Json = serde_json::from_slice(&json::encode(&state, &ty).unwrap()).unwrap();
        state["name"] = json!("two");
        let two = dynamic(&state);
        let renames = [
            Rename {
                prior: one.clone(),
                planned: two.clone(),
            },
            Rename {
                prior: two,
                planned: one,
            },
        ];
        for rename in &renames {
            self.plan(rename).await;
            self.apply(rename).await;
        }
        renames
    }

    async fn plan(&mut self, rename: &Rename) -> plan_resource_change::Response {
        let request = plan_resource_change::Request {
            type_name: TYPE_NAME.to_owned(),
            prior_state: Some(rename.prior.clone()),
            proposed_new_state: Some(rename.planned.clone()),
            config: Some(rename.planned.clone()),
            ..Default::default()
        };
        let plan = self.client.plan_resource_change(request).await.unwrap();
        let plan = plan.into_inner();
        assert_eq!(plan.diagnostics, []);
        plan
    }

    async fn apply(&mut self, rename: &Rename) -> apply_resource_change::Response {
        self.applied(Some(rename.prior.clone()), Some(rename.planned.clone()))
            .await
    }

    async fn applied(
        &mut self,
        prior_state: Option<DynamicValue>,
        planned_state: Option<DynamicValue>,
    ) -> apply_resource_change::Response {
        let request = apply_resource_change::Request {
            type_name: TYPE_NAME.to_owned(),
            prior_state,
            planned_state,
            ..Default::default()
        };
        let applied = self.client.apply_resource_change(request).await.unwrap();
        let applied = applied.into_inner();
        assert_eq!(applied.diagnostics, []);
        applied
    }
}

/// A whole object under a block: what is given, and null.
fn object(block: &Block, given: &Json) -> Json {
    let attributes = block.attributes.iter().map(|attribute| &attribute.name);
    let blocks = block.blocks.iter().map(|nested| &nested.name);
    attributes
        .chain(blocks)
        .map(|name| (name.clone(), given.get(name).cloned().unwrap_or_default()))
        .collect()
}

fn dynamic(value: &Json) -> DynamicValue {
    DynamicValue {
        json: value.to_string().into(),
        ..Default::default()
    }
}

criterion_group!(benches, starts, round_trips, values);

fn main() {
    shipped::build();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
