//! An outcome as HTTP. JSON for V3; V1 callers choose with `Format`, and get XML unless they ask for JSON.

use std::fmt::Write;
use std::io::{self, ErrorKind};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Response, header};
use futures_util::stream;
use serde_json::{Value, json};

use super::error::{self, ApiError};
use super::operations::Answer;
use super::request::{Request, SignatureVersion};

/// The form of an answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// What everybody reads.
    Json,
    /// What V1 says by default.
    Xml,
}

impl Format {
    /// The form that a request asks for.
    ///
    /// # Errors
    /// `InvalidParameter.Format`.
    pub fn of(request: &Request) -> Result<Self, ApiError> {
        let asked = request.parameter("Format");
        match (request.signature_version(), asked) {
            (Some(SignatureVersion::V3) | None, None) => Ok(Self::Json),
            (Some(SignatureVersion::V1), None) => Ok(Self::Xml),
            (_, Some(format)) if format.eq_ignore_ascii_case("json") => Ok(Self::Json),
            (_, Some(format)) if format.eq_ignore_ascii_case("xml") => Ok(Self::Xml),
            (_, Some(_)) => Err(error::INVALID_PARAMETER_FORMAT.into()),
        }
    }
}

/// What every answer carries, whatever its outcome.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// In upper case, as the API's.
    pub request_id: String,
    /// The host as the client called it.
    pub host_id: String,
    /// The operation as the client called it.
    pub operation: String,
    /// The body's form.
    pub format: Format,
    /// When it was answered, for the header.
    pub date: String,
}

/// The answer of an operation that was carried out.
pub fn success(envelope: &Envelope, answer: Answer) -> Response<Body> {
    let mut body = answer;
    body.insert("RequestId".to_owned(), envelope.request_id.clone().into());
    let root = format!("{}Response", envelope.operation);
    write(envelope, 200, &root, &body.into())
}

/// The answer of one that was refused.
pub fn refusal(envelope: &Envelope, error: &ApiError) -> Response<Body> {
    let mut body = json!({
        "RequestId": envelope.request_id,
        "HostId": envelope.host_id,
        "Code": error.code,
        "Message": error.message,
        "Recommend": format!(
            "https://api.aliyun.com/troubleshoot?q={}&product=Vpc&requestId={}",
            error.code, envelope.request_id
        ),
    });
    if let (Some(denied), Some(fields)) = (&error.access_denied, body.as_object_mut()) {
        let detail = json!({
            "AuthAction": denied.action,
            "AuthPrincipalType": "SubUser",
            "NoPermissionType": denied.refusal.name(),
            "PolicyType": "AccountLevelIdentityBasedPolicy",
        });
        fields.insert("AccessDeniedDetail".to_owned(), detail);
    }
    write(envelope, error.http_status, "Error", &body)
}

/// Bytes that are not the API's own.
pub fn raw(envelope: &Envelope, http_status: u16, body: &str) -> Response<Body> {
    let kind = if body.trim_start().starts_with('<') {
        "text/html;charset=utf-8"
    } else {
        "application/json;charset=utf-8"
    };
    response(envelope, http_status, kind, body.to_owned())
}

fn write(envelope: &Envelope, http_status: u16, root: &str, body: &Value) -> Response<Body> {
    match envelope.format {
        Format::Json => response(
            envelope,
            http_status,
            "application/json;charset=utf-8",
            body.to_string(),
        ),
        Format::Xml => {
            let mut text = String::from("<?xml version='1.0' encoding='UTF-8'?>");
            xml(&mut text, root, body);
            response(envelope, http_status, "text/xml;charset=utf-8", text)
        }
    }
}

fn response(
    envelope: &Envelope,
    http_status: u16,
    kind: &'static str,
    body: String,
) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = axum::http::StatusCode::from_u16(http_status)
        .unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(request_id) = HeaderValue::from_str(&envelope.request_id) {
        headers.insert("x-acs-request-id", request_id);
    }
    if let Ok(date) = HeaderValue::from_str(&envelope.date) {
        headers.insert(header::DATE, date);
    }
    response
}

/// An answer whose connection ends in the middle of the body.
pub async fn half(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    // The body is in memory as a whole.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    let broken = [Ok(half), Err(io::Error::from(ErrorKind::ConnectionReset))];
    Response::from_parts(head, Body::from_stream(stream::iter(broken)))
}

/// An element; a list repeats it. As deep as the API's own answers: a few levels.
fn xml(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| xml(text, name, item)),
        Value::Object(fields) => {
            let _ = write!(text, "<{name}>");
            fields
                .iter()
                .for_each(|(name, value)| xml(text, name, value));
            let _ = write!(text, "</{name}>");
        }
        Value::String(value) => {
            let _ = write!(text, "<{name}>{}</{name}>", escape(value));
        }
        other => {
            let _ = write!(text, "<{name}>{other}</{name}>");
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_repeats_the_elements_of_a_list() {
        let mut text = String::new();
        let value = json!({"VpnGateways": {"VpnGateway": [{"Name": "a&b"}, {"Name": "c", "EnableBgp": false}]}, "TotalCount": 2});
        xml(&mut text, "DescribeVpnGatewaysResponse", &value);
        assert_eq!(
            text,
            "<DescribeVpnGatewaysResponse><TotalCount>2</TotalCount><VpnGateways><VpnGateway><Name>a&amp;b</Name></VpnGateway>\
             <VpnGateway><EnableBgp>false</EnableBgp><Name>c</Name></VpnGateway></VpnGateways></DescribeVpnGatewaysResponse>"
        );
    }
}
