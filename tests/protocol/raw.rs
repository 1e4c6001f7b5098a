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
use terraform_provider_alivpn::tf::proto;
use tokio::time::timeout;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};

use crate::every_rpc::every_rpc;
use crate::plugin_caller::Launch;
use crate::rpcs::about_the_provider;
use crate::seeds::{Seed, seeds};
use crate::session::Session;

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

/// Goes through the seeds as they are and damaged, whatever they are about; the process must serve on.
async fn survives(session: &Session, seeds: Vec<Seed>) {
    let rpcs = Rpc::all();
    let mut runner = TestRunner::new(Config::default());
    let damages = vec(any::<(Index, u8, u8)>(), 1..4);
    for seed in seeds {
        let rpc = rpcs.iter().find(|rpc| rpc.is_called(seed.rpc)).unwrap();
        rpc.call(session, seed.request.clone()).await;
        for _ in 0..CASES {
            let damages = damages.new_tree(&mut runner).unwrap().current();
            rpc.call(session, damage(seed.request.clone(), &damages))
                .await;
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
    seeds.retain(|seed| seed.rpc != "Configure");
    survives(&session, seeds).await;
}
