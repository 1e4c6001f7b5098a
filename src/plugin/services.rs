//! The services that every go-plugin process has beside its own: health, controller, stdio, broker.
//!
//! A provider needs little of them. Callers do open the two streams at start and would take their end for the end of the
//! process: they stay open, silent, until the shutdown.

use futures_util::{StreamExt, stream};
use tonic::codegen::BoxStream;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

use super::proto::conn_info::Knock;
use super::proto::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};
use super::proto::grpc_controller_server::{GrpcController, GrpcControllerServer};
use super::proto::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use super::proto::health::health_check_response::ServingStatus;
use super::proto::health::health_server::{Health, HealthServer};
use super::proto::health::{HealthCheckRequest, HealthCheckResponse};
use super::proto::{ConnInfo, Empty, StdioData};
use super::shutdown::Shutdown;

/// The names that are reported as serving: the one callers ask for, and the server as a whole.
const SERVING: [&str; 2] = ["plugin", ""];

/// Adds the four services to `routes`.
pub(super) fn add_to(routes: Routes, shutdown: &Shutdown) -> Routes {
    let services = Services {
        shutdown: shutdown.clone(),
    };
    routes
        .add_service(HealthServer::new(services.clone()))
        .add_service(GrpcControllerServer::new(services.clone()))
        .add_service(GrpcStdioServer::new(services.clone()))
        .add_service(GrpcBrokerServer::new(services))
}

#[derive(Debug, Clone)]
struct Services {
    shutdown: Shutdown,
}

#[tonic::async_trait]
impl Health for Services {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let service = request.into_inner().service;
        if SERVING.contains(&service.as_str()) {
            Ok(Response::new(HealthCheckResponse {
                status: ServingStatus::Serving.into(),
            }))
        } else {
            Err(Status::not_found(format!(
                "there is no service {service:?} here"
            )))
        }
    }

    type WatchStream = BoxStream<HealthCheckResponse>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let known = SERVING.contains(&request.into_inner().service.as_str());
        let status = if known {
            ServingStatus::Serving
        } else {
            ServingStatus::ServiceUnknown
        };
        let first = stream::iter([Ok(HealthCheckResponse {
            status: status.into(),
        })]);
        Ok(Response::new(
            first
                .chain(stream::pending())
                .take_until(self.shutdown.begun())
                .boxed(),
        ))
    }
}

#[tonic::async_trait]
impl GrpcController for Services {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("the caller asks for the shutdown");
        self.shutdown.begin();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Services {
    type StreamStdioStream = BoxStream<StdioData>;

    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(
            stream::pending().take_until(self.shutdown.begun()).boxed(),
        ))
    }
}

#[tonic::async_trait]
impl GrpcBroker for Services {
    type StartStreamStream = BoxStream<ConnInfo>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let answers = request
            .into_inner()
            .take_while(|message| std::future::ready(message.is_ok()))
            .filter_map(|message| std::future::ready(message.ok().and_then(refusal).map(Ok)));
        Ok(Response::new(
            answers.take_until(self.shutdown.begun()).boxed(),
        ))
    }
}

/// The answer to a knock on a connection that this process does not offer; anything else wants none.
fn refusal(message: ConnInfo) -> Option<ConnInfo> {
    let asked = message.knock.is_some_and(|knock| knock.knock);
    asked.then(|| ConnInfo {
        service_id: message.service_id,
        knock: Some(Knock {
            knock: true,
            ack: false,
            error: "nothing is brokered here".to_owned(),
        }),
        ..ConnInfo::default()
    })
}
