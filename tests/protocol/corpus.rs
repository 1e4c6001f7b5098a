//! What the fuzz target `requests` begins with, `fuzz/corpus/requests`: the seeds of both providers, as they are today, and none that is
//! refused at the door.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use prost::Message;
use terraform_provider_alivpn::tf::proto;

use crate::plugin_caller::Launch;
use crate::rpcs::every_name;
use crate::seeds::seeds;
use crate::session::Session;

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

/// The seeds of an RPC that needs more than a schema's types get to its end.
#[tokio::test]
async fn the_seeds_bring_what_a_move_a_renewal_and_a_close_ask_for() {
    let [exercise, product] = sessions().await;
    let mut exercise = exercise;
    exercise.configure(r#"{"prefix":null}"#).await;
    let mut moved = 0;
    for (provider, session) in PROVIDERS.into_iter().zip([&exercise, &product]) {
        for request in requests(provider, "MoveResourceState") {
            let request = proto::move_resource_state::Request::decode(request.as_slice()).unwrap();
            let answer = session.client.clone().move_resource_state(request).await;
            moved += usize::from(answer.unwrap().into_inner().diagnostics.is_empty());
        }
    }
    assert_eq!(moved, 3, "the types that take something over");
    let mut client = exercise.client.clone();
    for request in requests("exercise", "RenewEphemeralResource") {
        let request = proto::renew_ephemeral_resource::Request::decode(request.as_slice()).unwrap();
        let renewed = client.renew_ephemeral_resource(request).await.unwrap();
        assert_eq!(renewed.into_inner().diagnostics, []);
    }
    for request in requests("exercise", "CloseEphemeralResource") {
        let request = proto::close_ephemeral_resource::Request::decode(request.as_slice()).unwrap();
        let closed = client.close_ephemeral_resource(request).await.unwrap();
        assert_eq!(closed.into_inner().diagnostics, []);
    }
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
