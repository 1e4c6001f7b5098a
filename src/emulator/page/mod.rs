//! The page for a browser at `/`: gateways, SSL servers, certificates and the last calls, as they are now.
//!
//! The page is whole without a script: `view` renders it from the account. A script only keeps it up to date: [`events`] sends the parts of the
//! page that changed. Everything is escaped in one place (`html`), and what the page may load is said by its Content-Security-Policy: its own
//! style and its own script, nothing inline, nothing from elsewhere. Keys and secrets are in none of it.

mod events;
mod html;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::request::Request;
use super::service::Service;
use view::Parts;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const ICON: &str = include_str!("icon.svg");

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the page loads, below `/_emulator`.
pub fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/page.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route(
            "/page.js",
            get(|| asset("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route("/icon.svg", get(|| asset("image/svg+xml", ICON)))
        .route("/page-events", get(events::events))
}

/// Whether a request at `/` is a browser's for the page: it wants HTML, and has nothing of a call of the API.
pub fn is_wanted(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let request = Request::new(method, uri, headers, Vec::new());
    let wants_html = request
        .header("accept")
        .is_some_and(|accept| accept.contains("text/html"));
    (method == Method::GET || method == Method::HEAD)
        && wants_html
        && request.operation_name().is_none()
        && request.signature_version().is_none()
}

/// The page as it is now.
pub fn page(service: &Service, headers: &HeaderMap) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let whole = view::whole(&Parts::of(service), host, &service.region_with_gateways());
    let mut response = served("text/html; charset=utf-8", whole);
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

async fn asset(kind: &'static str, text: &'static str) -> Response {
    served(kind, text.to_owned())
}

/// Nothing is kept by the browser: the next emulator at this port may be another one.
fn served(kind: &'static str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    #[test]
    fn only_a_browsers_own_request_is_for_the_page() {
        for (method, uri, headers, is_for_page) in [
            (Method::GET, "/", &[("accept", BROWSER)][..], true),
            (Method::HEAD, "/", &[("accept", BROWSER)], true),
            (Method::GET, "/?utm_source=x", &[("accept", BROWSER)], true),
            (Method::GET, "/", &[], false),
            (Method::GET, "/", &[("accept", "*/*")], false),
            (Method::GET, "/", &[("accept", "application/json")], false),
            (Method::POST, "/", &[("accept", BROWSER)], false),
            (Method::PUT, "/", &[("accept", BROWSER)], false),
            (
                Method::GET,
                "/?Action=DescribeRegions&Version=2016-04-28",
                &[("accept", BROWSER)],
                false,
            ),
            (
                Method::GET,
                "/?AccessKeyId=testid&Format=JSON",
                &[("accept", BROWSER)],
                false,
            ),
            (Method::GET, "/?Signature=x", &[("accept", BROWSER)], false),
            (
                Method::GET,
                "/",
                &[("accept", BROWSER), ("x-acs-action", "DescribeRegions")],
                false,
            ),
            (
                Method::GET,
                "/",
                &[("accept", BROWSER), ("authorization", "ACS3-HMAC-SHA256 ")],
                false,
            ),
        ] {
            let map = headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect::<HeaderMap>();
            let is_wanted = is_wanted(&method, &uri.parse().unwrap(), &map);
            assert_eq!(is_wanted, is_for_page, "{method} {uri} {headers:?}");
        }
    }

    #[test]
    fn nothing_that_the_page_loads_is_from_elsewhere() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("url("));
        }
    }
}
