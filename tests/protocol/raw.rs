//! The bytes of any request: answered if they are one, refused by gRPC if they are none, and nothing else happens.
//!
//! A bounded run of what `fuzz/` does at length, from outside: damaged requests of every RPC reach the process as they are.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use prost::Message;
use prost::bytes::{Buf, BufMut};
use terraform_provider_alivpn::tf::proto;
use terraform_provider_alivpn::tf::types::Type;
use tokio::time::{sleep, timeout};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};

use crate::answers::{check, is_repeatable, says};
use crate::every_rpc::every_rpc;
use crate::plugin_caller::Launch;
use crate::rpcs::about_the_provider;
use crate::seeds::seeds;
use crate::session::{Session, schema_type};

/// Damaged requests a seed.
const CASES: usize = 16;

/// For what takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// After which a call that has no answer is taken for one that waits.
const WAITS: Duration = Duration::from_millis(20);

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

    fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The answer, or all events.
    async fn answers(&self, session: &Session, request: Vec<u8>) -> Result<Vec<Vec<u8>>, Status> {
        let mut client = tonic::client::Grpc::new(session.caller.channel.clone());
        client.ready().await.unwrap();
        let path = PathAndQuery::from_static(self.path);
        if !self.streaming {
            let answer = client.unary(Request::new(request), path, Raw).await?;
            return Ok(vec![answer.into_inner()]);
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
    }
}

/// Who is asked: a process, and what its states are like.
struct Subject {
    session: Session,
    states: BTreeMap<String, Type>,
    /// Some of its calls wait until they are told to stop, and it panics when it is asked to.
    is_exercise: bool,
}

impl Subject {
    async fn new(mut session: Session, is_exercise: bool) -> Subject {
        let schemas = session.schemas().await.resource_schemas.into_iter();
        let states = schemas.map(|(name, schema)| (name, schema_type(&schema)));
        Subject {
            states: states.collect(),
            session,
            is_exercise,
        }
    }

    /// The answers to what may be a request. Calls of the exercise provider that wait are told to stop; nothing else waits.
    async fn ask(&self, rpc: &Rpc, request: &[u8]) -> Result<Vec<Vec<u8>>, Status> {
        let mut answers = pin!(rpc.answers(&self.session, request.to_vec()));
        let mut client = self.session.client.clone();
        let answered = async {
            loop {
                tokio::select! {
                    answers = &mut answers => return answers,
                    () = sleep(WAITS), if self.is_exercise => {
                        client.stop(proto::stop::Request {}).await.unwrap();
                    }
                }
            }
        };
        timeout(PATIENCE, answered)
            .await
            .unwrap_or_else(|_| panic!("no answer: {} of {request:02x?}", rpc.path))
    }

    /// Asks, and holds the answers to what the fuzz target holds them to.
    async fn holds(&self, rpc: &Rpc, request: Vec<u8>) {
        let shown = format!("{} of {request:02x?}", rpc.path);
        let is_request = (rpc.is_request)(&request);
        let answers = match self.ask(rpc, &request).await {
            Ok(answers) => answers,
            Err(status) => {
                assert!(!is_request, "{status}: {shown}");
                assert_eq!(status.code(), Code::Internal, "{status}: {shown}");
                return;
            }
        };
        assert!(is_request, "an answer to what is no request: {shown}");
        for answer in &answers {
            assert!((rpc.is_answer)(answer), "unreadable answer to {shown}");
            let crashed = says(&request, answer, "The provider crashed");
            assert!(self.is_exercise || !crashed, "{shown}");
            check(rpc.name(), &request, answer, |name| {
                self.states.get(name).cloned()
            });
        }
        if is_repeatable(rpc.name()) {
            let again = self.ask(rpc, &request).await.unwrap();
            assert_eq!(again, answers, "another answer to {shown}");
        }
    }

    /// Goes through the seeds as they are and damaged, whatever they are about; the process must serve on.
    async fn survives(mut self) {
        let seeds = seeds(&mut self.session).await;
        let rpcs = Rpc::all();
        let mut runner = TestRunner::new(Config::default());
        let damages = vec(any::<(Index, u8, u8)>(), 1..4);
        for seed in seeds {
            let rpc = rpcs.iter().find(|rpc| rpc.name() == seed.rpc).unwrap();
            self.holds(rpc, seed.request.clone()).await;
            for _ in 0..CASES {
                let damages = damages.new_tree(&mut runner).unwrap().current();
                let request = damage(seed.request.clone(), &damages);
                self.holds(rpc, request).await;
            }
        }
        for rpc in about_the_provider() {
            let diagnostics = rpc.diagnostics(&self.session.client).await;
            assert_eq!(diagnostics, [], "still served");
        }
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
    let session = Session::configured_exercise().await;
    Subject::new(session, true).await.survives().await;
}

/// Its way to the cloud begins with a Configure, and those come last. None of them looks for credentials elsewhere: three damaged bytes
/// do not turn a block that sets both keys into one that sets neither.
#[tokio::test]
async fn the_product_answers_or_refuses_damaged_requests_as_well() {
    let session = Session::of(Launch::default()).await;
    Subject::new(session, false).await.survives().await;
}
