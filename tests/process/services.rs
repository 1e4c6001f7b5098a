//! go-plugin's own services.

use std::time::Duration;

use futures_util::stream;
use terraform_provider_alivpn::plugin::proto::conn_info::Knock;
use terraform_provider_alivpn::plugin::proto::grpc_broker_client::GrpcBrokerClient;
use terraform_provider_alivpn::plugin::proto::grpc_stdio_client::GrpcStdioClient;
use terraform_provider_alivpn::plugin::proto::health::HealthCheckRequest;
use terraform_provider_alivpn::plugin::proto::health::health_client::HealthClient;
use terraform_provider_alivpn::plugin::proto::{ConnInfo, Empty};
use tokio::time::timeout;
use tonic::Code;

use crate::plugin_caller::Launch;
use crate::{SERVING, SOON, end, health};

/// Long enough to see that a stream has not ended.
const A_MOMENT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn the_plugin_and_the_server_as_a_whole_are_serving_and_nothing_else_is() {
    let caller = Launch::default().start().await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    assert_eq!(health(&caller.channel, "").await.unwrap(), SERVING);
    assert_eq!(
        health(&caller.channel, "tfplugin6.Provider")
            .await
            .unwrap_err()
            .code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn watching_health_gives_the_status_and_stays_open() {
    let caller = Launch::default().start().await;
    let request = HealthCheckRequest {
        service: "plugin".to_owned(),
    };
    let mut statuses = HealthClient::new(caller.channel.clone())
        .watch(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(statuses.message().await.unwrap().unwrap().status, SERVING);
    assert!(
        timeout(A_MOMENT, statuses.message()).await.is_err(),
        "the stream ended"
    );
}

#[tokio::test]
async fn the_streams_that_callers_open_at_start_stay_open_until_the_shutdown() {
    let mut caller = Launch::default().start().await;
    let mut stdio = GrpcStdioClient::new(caller.channel.clone())
        .stream_stdio(())
        .await
        .unwrap()
        .into_inner();
    let mut broker = GrpcBrokerClient::new(caller.channel.clone())
        .start_stream(stream::pending())
        .await
        .unwrap()
        .into_inner();
    let ended = timeout(
        A_MOMENT,
        futures_util::future::select(Box::pin(stdio.message()), Box::pin(broker.message())),
    );
    assert!(ended.await.is_err(), "a stream ended");

    crate::ending::shut_down(&caller).await;
    assert!(end(&mut caller, SOON).await.success());
    assert!(
        matches!(timeout(SOON, stdio.message()).await, Ok(Ok(None))),
        "the stream is not ended in order"
    );
    assert!(
        matches!(timeout(SOON, broker.message()).await, Ok(Ok(None))),
        "the stream is not ended in order"
    );
}

#[tokio::test]
async fn a_knock_at_the_broker_is_declined() {
    let caller = Launch::default().start().await;
    let knock = Knock {
        knock: true,
        ..Knock::default()
    };
    let messages = [
        ConnInfo {
            service_id: 1,
            ..ConnInfo::default()
        },
        ConnInfo {
            service_id: 7,
            knock: Some(knock),
            ..ConnInfo::default()
        },
    ];
    let mut answers = GrpcBrokerClient::new(caller.channel.clone())
        .start_stream(stream::iter(messages))
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!(answer.service_id, 7);
    assert!(
        answer
            .knock
            .is_some_and(|knock| !knock.ack && !knock.error.is_empty())
    );
    assert_eq!(
        answers.message().await.unwrap(),
        None,
        "the stream ends with the caller's"
    );
}

#[tokio::test]
async fn a_service_that_does_not_exist_is_unimplemented() {
    let caller = Launch::default().start().await;
    let mut grpc = tonic::client::Grpc::new(caller.channel.clone());
    grpc.ready().await.unwrap();
    let path = tonic::codegen::http::uri::PathAndQuery::from_static("/plugin.Nothing/AtAll");
    let codec = tonic_prost::ProstCodec::<Empty, Empty>::default();
    let status = grpc
        .unary(tonic::Request::new(Empty {}), path, codec)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}
