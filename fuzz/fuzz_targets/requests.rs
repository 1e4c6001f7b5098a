//! The bytes of any RPC's request: refused as protobuf, or answered. Nothing panics, nothing waits for ever.
//!
//! The first byte chooses the RPC and the provider: the product, which is not configured and so has no way to the network,
//! or the one of `tests/support/exercise`, configured, with which a call gets to its end. A Configure goes to a server of its own.
#![no_main]

#[path = "../../tests/support/answers.rs"]
mod answers;
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
mod offline;
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
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use every_rpc::every_rpc;
use futures_util::StreamExt;
use libfuzzer_sys::fuzz_target;
use offline::Offline;
use prost::Message;
use provider::Exercise;
use terraform_provider_alivpn::tf::proto::provider_server::Provider as Service;
use terraform_provider_alivpn::tf::proto::{DynamicValue, configure, stop};
use terraform_provider_alivpn::tf::provider::Provider;
use terraform_provider_alivpn::tf::server::Server;
use terraform_provider_alivpn::tf::types::Type;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};
use tonic::{Request, Status};

/// What a call may take, and the work behind it: the product's without more, the exercise provider's once it was told to stop.
/// It is real time, for streams have threads of their own.
const LIMIT: Duration = Duration::from_secs(5);

/// What the exercise provider may take before it is told to stop: some of its calls wait for that.
const SOON: Duration = Duration::from_millis(10);

/// As many events of a stream as are looked at; then the caller is gone.
const EVENTS: usize = 64;

macro_rules! calls {
    (unary: $($method:ident $name:literal $module:ident),+; streaming: $($s_method:ident $s_name:literal $s_module:ident),+;) => {
        const RPCS: &[&str] = &[$($name,)+ $($s_name,)+];

        async fn call(service: &impl Service, rpc: &str, bytes: &[u8]) {
            match rpc {
                $($name => unary($name, bytes, |request| service.$method(request)).await,)+
                $($s_name => {
                    let Some(request) = read(bytes) else { return };
                    if let Ok(events) = service.$s_method(request).await {
                        events.into_inner().take(EVENTS).for_each(|_| async {}).await;
                    }
                })+
                _ => unreachable!("{rpc} is one of the list"),
            }
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
    answers::check(rpc, bytes, &answer, |type_name| {
        TYPES.get_or_init(types).get(type_name).cloned()
    });
    if answers::is_repeatable(rpc) {
        let again = self::answer(bytes, &serve).await;
        assert_eq!(
            again.as_ref(),
            Some(&answer),
            "another answer to the same question"
        );
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

/// Calls, and waits until the work behind the call is over as well: a stream's has the server to itself for as long as it runs.
async fn to_the_end<P: Provider>(server: &Arc<Server<P>>, rpc: &str, bytes: &[u8]) {
    call(server, rpc, bytes).await;
    while Arc::strong_count(server) > 1 {
        sleep(Duration::from_millis(1)).await;
    }
}

/// The product waits for nothing but the cloud, which is not there.
async fn ask_product(server: &Arc<Server<Offline>>, rpc: &str, bytes: &[u8]) {
    let ended = timeout(LIMIT, to_the_end(server, rpc, bytes)).await;
    ended.expect("the product waits for something");
}

/// Says Stop as often as something waits: a question that is asked twice may wait twice.
async fn ask_exercise(server: &Arc<Server<Exercise>>, rpc: &str, bytes: &[u8]) {
    let mut ended = pin!(to_the_end(server, rpc, bytes));
    let stopped = async {
        while timeout(SOON, &mut ended).await.is_err() {
            let stopped = server.stop(Request::new(stop::Request {})).await;
            assert_eq!(stopped.expect("an answer").into_inner().error, "");
        }
    };
    let ended = timeout(LIMIT, stopped).await;
    ended.expect("what was told to stop goes on");
}

/// The types of the states of the exercise provider's resources.
static TYPES: OnceLock<BTreeMap<String, Type>> = OnceLock::new();

fn types() -> BTreeMap<String, Type> {
    let resources = Provider::resources(&Exercise).into_iter();
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
    product: Arc<Server<Offline>>,
    exercise: Arc<Server<Exercise>>,
    /// How many inputs it has seen.
    age: u32,
}

/// As many inputs as one world sees: the exercise provider keeps a tally under every name that it meets.
const LONGEST_AGE: u32 = 10_000;

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        let exercise = Arc::new(Server::new(Exercise));
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
        assert!(runtime.block_on(offline::is_configured_by_keys()));
        Self {
            runtime,
            product: Arc::new(Server::new(Offline)),
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
    let choice = usize::from(*choice);
    let (rpc, product) = (RPCS[choice % RPCS.len()], choice / RPCS.len() % 2 == 1);
    WORLD.with_borrow_mut(|world| {
        if world.as_ref().is_some_and(|world| world.age == LONGEST_AGE) {
            *world = None;
        }
        let world = world.get_or_insert_with(World::new);
        world.age += 1;
        world.runtime.block_on(async {
            // Later calls would meet what a Configure leaves behind.
            match (product, rpc) {
                (true, "Configure") => ask_product(&Arc::new(Server::new(Offline)), rpc, bytes).await,
                (true, _) => ask_product(&world.product, rpc, bytes).await,
                (false, "Configure") => ask_exercise(&Arc::new(Server::new(Exercise)), rpc, bytes).await,
                (false, _) => ask_exercise(&world.exercise, rpc, bytes).await,
            }
        });
    });
});
