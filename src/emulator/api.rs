//! The API's side of the emulator: a request in, an answer or a broken connection out. In this order: which operation, who calls, how often,
//! whether they may, which fault was ordered, whether the ClientToken was used before, the operation itself. A call is carried out also when its client gives up waiting,
//! as in the cloud: it runs in a task of its own.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, Response, StatusCode};

use super::answer::{self, Envelope, Format};
use super::authentication::{self, AccessKey};
use super::calls::Call;
use super::client_tokens::Claim;
use super::connection::Connection;
use super::error::{self, ApiError};
use super::faults::{Fault, Instead, Reset};
use super::issue;
use super::operations::{Answer, Operation};
use super::policy::Demand;
use super::request::Request;
use super::service::Service;

/// Far more than any operation's parameters.
const LARGEST_BODY: usize = 1024 * 1024;

/// What becomes of a call.
enum Outcome {
    Done(Answer),
    Refused(ApiError),
    Raw { http_status: u16, body: String },
    Reset,
}

/// `GET` and `POST /`.
pub async fn call(
    State(service): State<Arc<Service>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: axum::extract::Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let mut too_large = Response::default();
        *too_large.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return too_large;
    };
    let request = Request::new(&head.method, &head.uri, &head.headers, body.to_vec());
    let format = Format::of(&request);
    let envelope = Envelope {
        request_id: uuid::Uuid::new_v4().to_string().to_uppercase(),
        host_id: request.header("host").unwrap_or_default().to_owned(),
        operation: request.operation_name().unwrap_or_default().to_owned(),
        format: *format.as_ref().unwrap_or(&Format::Json),
        date: service.now().date(),
    };
    let number = service.lock().calls.begin(Call {
        at_ms: service.elapsed_ms(),
        operation: envelope.operation.clone(),
        parameters: request.own_parameters().as_map().clone(),
        signature_version: request.signature_version().map(|version| version.name()),
        http_status: 0,
        code: None,
        request_id: envelope.request_id.clone(),
        user_agent: request.header("user-agent").map(str::to_owned),
    });

    let checked = format.and_then(|_| admit(&service, &request));
    let (outcome, fault) = match checked {
        Err(refusal) => (Outcome::Refused(refusal), None),
        Ok((operation, caller, fault)) => {
            let service = Arc::clone(&service);
            let work = carry_out(service, operation, caller, request, fault.clone());
            let outcome = tokio::spawn(work)
                .await
                .unwrap_or_else(|_| Outcome::Refused(error::INTERNAL_ERROR.into()));
            (outcome, fault)
        }
    };

    let (mut response, code) = match outcome {
        Outcome::Done(answer) => (answer::success(&envelope, answer), None),
        Outcome::Refused(refusal) => (
            answer::refusal(&envelope, &refusal),
            Some(refusal.code.into_owned()),
        ),
        Outcome::Raw { http_status, body } => (answer::raw(&envelope, http_status, &body), None),
        Outcome::Reset => {
            connection.reset();
            return Response::default();
        }
    };
    if let Some(milliseconds) = fault.as_ref().and_then(|fault| fault.retry_after_ms) {
        response
            .headers_mut()
            .insert("x-acs-retry-after", HeaderValue::from(milliseconds));
    }
    service
        .lock()
        .calls
        .answered(number, response.status().as_u16(), code);
    match fault.and_then(|fault| fault.reset) {
        Some(Reset::Midway) => answer::half(response).await,
        _ => response,
    }
}

/// Which operation is called and by whom, and the fault that it meets: a call that is refused here meets none.
fn admit(
    service: &Service,
    request: &Request,
) -> Result<(Operation, AccessKey, Option<Fault>), ApiError> {
    let operation = request.operation()?;
    let now = service.now();
    let mut state = service.lock();
    let caller = authentication::check(
        request,
        &service.rules().access_keys,
        &mut state.nonces,
        now.unix_ms,
    )?;
    let throttle = state.throttle.as_mut();
    if throttle.is_some_and(|throttle| !throttle.admits(now.instant)) {
        return Err(error::THROTTLING_USER.into());
    }
    if let (Some(policy), Some(demand)) = (
        &service.rules().policy,
        Demand::of(operation, &request.own_parameters()),
    ) {
        policy
            .check(&demand)
            .map_err(|refusal| ApiError::access_denied(demand.action, refusal))?;
    }
    let fault = state
        .faults
        .take(operation.name(), &request.own_parameters());
    Ok((operation, caller.clone(), fault))
}

/// A call that was let in, with its fault.
async fn carry_out(
    service: Arc<Service>,
    operation: Operation,
    caller: AccessKey,
    request: Request,
    fault: Option<Fault>,
) -> Outcome {
    let parameters = request.own_parameters();
    let claim = service.lock().client_tokens.claim(operation, &parameters);
    let claim = match claim {
        Ok(claim) => claim,
        Err(refusal) => return Outcome::Refused(refusal),
    };

    let reset = fault.as_ref().and_then(|fault| fault.reset);
    let delay = fault
        .as_ref()
        .and_then(|fault| fault.delay)
        .map(|delay| delay.0)
        .unwrap_or_default();
    let has_effect = fault.as_ref().is_some_and(Fault::has_effect);
    let is_stopped_before_effect = !has_effect && !service.wait(delay).await;

    let instead = if is_stopped_before_effect || reset == Some(Reset::Before) {
        Some(Outcome::Reset)
    } else if has_effect {
        None
    } else {
        fault.as_ref().and_then(Fault::instead).map(Outcome::from)
    };
    let outcome = match (claim, instead) {
        (Claim::Repeated(_), Some(instead)) => instead,
        (Claim::Repeated(answer), None) => Outcome::Done(answer),
        (Claim::First(reserved), Some(instead)) => {
            service.lock().client_tokens.settle(reserved, None);
            instead
        }
        (Claim::First(reserved), None) => {
            let new_cert = issue::for_call(&service, operation, &parameters).await;
            let now = service.now();
            let result = {
                let mut state = service.lock();
                let result = new_cert.and_then(|new_cert| {
                    operation.perform(&mut state.world, &caller, &parameters, now, new_cert)
                });
                state.client_tokens.settle(reserved, result.as_ref().ok());
                result
            };
            if operation.is_change() && result.is_ok() {
                service.keep().await;
            }
            result.map_or_else(Outcome::Refused, Outcome::Done)
        }
    };

    if !has_effect {
        return outcome;
    }
    service.wait(delay).await;
    if reset == Some(Reset::Midway) {
        return outcome;
    }
    fault
        .as_ref()
        .and_then(Fault::instead)
        .map_or(Outcome::Reset, Outcome::from)
}

impl From<Instead> for Outcome {
    fn from(instead: Instead) -> Self {
        match instead {
            Instead::Refuse(refusal) => Self::Refused(refusal),
            Instead::Raw { http_status, body } => Self::Raw { http_status, body },
        }
    }
}
