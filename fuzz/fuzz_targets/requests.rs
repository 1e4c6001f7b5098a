//! The bytes of any RPC's request: refused as protobuf, or answered. Nothing panics, nothing waits for ever.
//!
//! The first byte chooses the RPC and the provider: the product, which is not configured and so has no way to the network,
//! or the one of `tests/support/exercise`, configured, with which a call gets to its end.
#![no_main]

#[path = "../../tests/support/every_rpc.rs"]
mod every_rpc;
// The modules of tests/support/exercise/main.rs.
#[path = "../../tests/support/exercise/echo.rs"]
mod echo;
#[path = "../../tests/support/exercise/functions.rs"]
mod functions;
#[path = "../../tests/support/exercise/greet.rs"]
mod greet;
#[path = "../../tests/support/exercise/identified.rs"]
mod identified;
#[path = "../../tests/support/exercise/keeper.rs"]
mod keeper;
#[path = "../../tests/support/exercise/provider.rs"]
mod provider;
#[path = "../../tests/support/exercise/shape.rs"]
mod shape;
#[path = "../../tests/support/exercise/tally.rs"]
mod tally;
#[path = "../../tests/support/exercise/thing.rs"]
mod thing;
#[path = "../../tests/support/exercise/things.rs"]
mod things;
#[path = "../../tests/support/exercise/token.rs"]
mod token;
#[path = "../../tests/support/exercise/versioned.rs"]
mod versioned;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use every_rpc::every_rpc;
use futures_util::StreamExt;
use libfuzzer_sys::fuzz_target;
use prost::Message;
use terraform_provider_alivpn::provider::Alivpn;
use terraform_provider_alivpn::tf::msgpack;
use terraform_provider_alivpn::tf::proto::provider_server::Provider as Service;
use terraform_provider_alivpn::tf::proto::{DynamicValue, configure};
use terraform_provider_alivpn::tf::provider::Provider;
use terraform_provider_alivpn::tf::server::Server;
use terraform_provider_alivpn::tf::types::Type;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tonic::{Request, Status};

/// What a call may take of a clock that stands still while anything runs, so it never counts real time. It ends calls
/// that wait for Stop.
const LIMIT: Duration = Duration::from_secs(60);

/// As many events of a stream as are looked at.
const EVENTS: usize = 64;

macro_rules! calls {
    (unary: $($method:ident $name:literal $module:ident),+; streaming: $($s_method:ident $s_name:literal $s_module:ident),+;) => {
        const RPCS: u8 = [$($name,)+ $($s_name,)+].len() as u8;

        async fn call(service: &impl Service, rpc: u8, bytes: &[u8]) {
            let mut count = 0..;
            $(
                if count.next() == Some(rpc) {
                    return match $name {
                        // Later calls would meet what it leaves behind: it gets a server of its own.
                        "Configure" => {
                            let fresh = Arc::new(Server::new(provider::Exercise));
                            unary($name, bytes, |request| fresh.$method(request)).await
                        }
                        _ => unary($name, bytes, |request| service.$method(request)).await,
                    };
                }
            )+
            $(
                if count.next() == Some(rpc) {
                    let Some(request) = read(bytes) else { return };
                    if let Ok(events) = service.$s_method(request).await {
                        events.into_inner().take(EVENTS).for_each(|_| async {}).await;
                    }
                    return;
                }
            )+
        }
    };
}

every_rpc!(calls);

fn read<M: Message + Default>(bytes: &[u8]) -> Option<Request<M>> {
    M::decode(bytes).ok().map(Request::new)
}

async fn unary<M, A, F>(rpc: &str, bytes: &[u8], serve: impl Fn(Request<M>) -> F)
where
    M: Message + Default,
    A: Message,
    F: Future<Output = Result<tonic::Response<A>, Status>>,
{
    let Some(answer) = answer(bytes, &serve).await else {
        return;
    };
    let words = b"Unwritable value".as_slice();
    let unwritable = answer.windows(words.len()).any(|window| window == words);
    // The function `count` gives a text when it is asked to lie.
    assert!(
        rpc == "CallFunction" || !unwritable,
        "an answer of the provider's own does not fit its schema"
    );
    if rpc == "PlanResourceChange" || rpc.starts_with("Validate") {
        let again = self::answer(bytes, &serve).await;
        assert_eq!(
            again.as_ref(),
            Some(&answer),
            "another answer to the same question"
        );
    }
    if let Some((type_name, state)) = state(rpc, bytes, &answer)
        && let Some(ty) = TYPES.get_or_init(types).get(&type_name)
    {
        let state = msgpack::decode(&state.msgpack, ty).expect("a state is of its type");
        assert!(state.is_wholly_known(), "a state with something unknown");
    }
}

/// The bytes of an answer; none for what is no request.
async fn answer<M, A, F>(bytes: &[u8], serve: impl Fn(Request<M>) -> F) -> Option<Vec<u8>>
where
    M: Message + Default,
    A: Message,
    F: Future<Output = Result<tonic::Response<A>, Status>>,
{
    let answer = serve(read(bytes)?).await;
    let answer = answer.expect("an answer, for a failure is a diagnostic");
    Some(answer.into_inner().encode_to_vec())
}

/// The state that an answer holds, with the type's name.
fn state(rpc: &str, request: &[u8], answer: &[u8]) -> Option<(String, DynamicValue)> {
    use terraform_provider_alivpn::tf::proto::{
        apply_resource_change as apply, read_resource as read,
    };
    match rpc {
        "ApplyResourceChange" => {
            let type_name = apply::Request::decode(request).ok()?.type_name;
            Some((type_name, apply::Response::decode(answer).ok()?.new_state?))
        }
        "ReadResource" => {
            let type_name = read::Request::decode(request).ok()?.type_name;
            Some((type_name, read::Response::decode(answer).ok()?.new_state?))
        }
        _ => None,
    }
}

/// The types of the states of the exercise provider's resources.
static TYPES: OnceLock<BTreeMap<String, Type>> = OnceLock::new();

fn types() -> BTreeMap<String, Type> {
    let resources = Provider::resources(&provider::Exercise).into_iter();
    resources
        .map(|resource| {
            (
                resource.type_name().to_owned(),
                resource.schema().implied_type(),
            )
        })
        .collect()
}

struct World {
    runtime: Runtime,
    product: Arc<Server<Alivpn>>,
    exercise: Arc<Server<provider::Exercise>>,
    /// How many inputs it has seen.
    age: u32,
}

/// As many inputs as one world sees: the exercise provider keeps a tally under every name that it meets.
const LONGEST_AGE: u32 = 10_000;

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let exercise = Arc::new(Server::new(provider::Exercise));
        let config = DynamicValue {
            msgpack: Default::default(),
            json: r#"{"prefix":"x"}"#.into(),
        };
        let configure = configure::Request {
            config: Some(config),
            ..Default::default()
        };
        let configured = runtime.block_on(exercise.configure(Request::new(configure)));
        assert_eq!(configured.expect("an answer").into_inner().diagnostics, []);
        Self {
            runtime,
            product: Arc::new(Server::new(Alivpn)),
            exercise,
            age: 0,
        }
    }
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

const COMPUTE: &[u8] = b"compute";

/// The exercise provider panics when it is asked to; any other panic ends the run, as libFuzzer has arranged.
fn allow_panics_on_request() {
    let end = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let asked = |file: &str| file.contains("tests/support/exercise");
        if !info.location().is_some_and(|place| asked(place.file())) {
            end(info);
        }
    }));
}

fuzz_target!(init: allow_panics_on_request(), |input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else {
        return;
    };
    // The exercise provider's function of this name takes as long as it is asked to.
    if bytes.windows(COMPUTE.len()).any(|window| window == COMPUTE) {
        return;
    }
    let (rpc, product) = (choice % RPCS, choice / RPCS % 2 == 1);
    WORLD.with_borrow_mut(|world| {
        if world.as_ref().is_some_and(|world| world.age == LONGEST_AGE) {
            *world = None;
        }
        let world = world.get_or_insert_with(World::new);
        world.age += 1;
        world.runtime.block_on(async {
            // An elapsed limit is what a call that waits for Stop comes to.
            let _ = if product {
                timeout(LIMIT, call(&world.product, rpc, bytes)).await
            } else {
                timeout(LIMIT, call(&world.exercise, rpc, bytes)).await
            };
        });
    });
});
