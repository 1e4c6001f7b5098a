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

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use every_rpc::every_rpc;
use futures_util::StreamExt;
use libfuzzer_sys::fuzz_target;
use prost::Message;
use terraform_provider_alivpn::provider::Alivpn;
use terraform_provider_alivpn::tf::proto::provider_server::Provider as Service;
use terraform_provider_alivpn::tf::proto::{DynamicValue, configure};
use terraform_provider_alivpn::tf::server::Server;
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
                            unary(bytes, |request| fresh.$method(request)).await
                        }
                        _ => unary(bytes, |request| service.$method(request)).await,
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

async fn unary<M, A, F>(bytes: &[u8], serve: impl FnOnce(Request<M>) -> F)
where
    M: Message + Default,
    A: Message,
    F: Future<Output = Result<tonic::Response<A>, Status>>,
{
    if let Some(request) = read(bytes) {
        let answer = serve(request).await;
        let answer = answer.expect("an answer, for a failure is a diagnostic");
        let answer = answer.into_inner().encode_to_vec();
        let unwritable = holds(&answer, b"Unwritable value");
        assert!(
            !unwritable,
            "an answer of the provider's own does not fit its schema"
        );
    }
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

struct World {
    runtime: Runtime,
    product: Arc<Server<Alivpn>>,
    exercise: Arc<Server<provider::Exercise>>,
}

impl World {
    fn new() -> Self {
        // The exercise provider panics when it is asked to; any other panic ends the run, as libFuzzer has arranged.
        let end = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let asked = |file: &str| file.contains("tests/support/exercise");
            if !info.location().is_some_and(|place| asked(place.file())) {
                end(info);
            }
        }));
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
        }
    }
}

static WORLD: OnceLock<World> = OnceLock::new();

fuzz_target!(|input: &[u8]| {
    let world = WORLD.get_or_init(World::new);
    let Some((choice, bytes)) = input.split_first() else {
        return;
    };
    let (rpc, product) = (choice % RPCS, choice / RPCS % 2 == 1);
    world.runtime.block_on(async {
        // An elapsed limit is what a call that waits for Stop comes to.
        let _ = if product {
            timeout(LIMIT, call(&world.product, rpc, bytes)).await
        } else {
            timeout(LIMIT, call(&world.exercise, rpc, bytes)).await
        };
    });
});
