//! Runs the cases of `tests/data/credentials`: a folder each, with `case.json` and the files of a home.
//!
//! `case.json` has `block` (the provider block; nothing in it means the default order), `environment`, `traffic` (requests in the
//! order they must come, each with its answer) and what is expected: `credentials` or an `error`, word for word. `@HOME@`, `@ADDRESS@` (of who plays the traffic) and `@CLOSED@` (where nobody listens) stand for
//! what differs from run to run. It is 2026-01-01T00:00:00Z. What begins with `hush-` is secret.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use tempfile::TempDir;
use time::macros::datetime;

use super::*;
use crate::cloud::clock::Clock;
use crate::cloud::signature::v3;
use crate::tf::model::from_value;
use crate::tf::value::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows, for who reads it.
    shows: String,
    #[serde(default = "empty")]
    block: serde_json::Value,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    traffic: VecDeque<Exchange>,
    credentials: Option<Expected>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// `GET /path`, without the query.
    request: String,
    /// Headers that the request must have, null for those that it must not.
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    /// All parameters of the query, but for a form's.
    query: Option<BTreeMap<String, String>>,
    form: Option<BTreeMap<String, String>>,
    /// The `ID:SECRET` of the signature.
    signed_by: Option<String>,
    #[serde(default = "ok")]
    status: u16,
    json: Option<serde_json::Value>,
    text: Option<String>,
}

fn empty() -> serde_json::Value {
    serde_json::json!({})
}

fn ok() -> u16 {
    200
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    access_key_id: String,
    secret: String,
    security_token: Option<String>,
    region: Option<String>,
    origin: String,
}

/// The value that Terraform makes of what a block says.
fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Number(number) => Value::from(number.as_i64().unwrap()),
        serde_json::Value::Object(block) => {
            Value::map(block.into_iter().map(|(name, json)| (name, value(json))))
        }
        other => panic!("no argument is {other}"),
    }
}

/// What is wrong, with the argument at fault.
fn words(diagnostics: Diagnostics) -> String {
    let lines: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let at = diagnostic.attribute.as_ref();
            let at = at.map(ToString::to_string).unwrap_or_default();
            format!("{at}: {}: {}", diagnostic.summary, diagnostic.detail)
        })
        .collect();
    lines.join("\n")
}

/// The source that a block asks for, or why it is refused.
fn source(block: serde_json::Value, context: &Context) -> Result<Arc<dyn Source>, String> {
    let block = value(block);
    let config: Configuration = from_value(&block).unwrap();
    let mut diagnostics = schema().validate(&block);
    diagnostics.extend(validate(&config));
    if diagnostics.has_errors() {
        return Err(words(diagnostics));
    }
    let asked = credentials::asked(&config, &|name| context.variable(name)).map_err(words)?;
    Ok(asked.recipe.source(context))
}

/// What is played, and what went otherwise.
#[derive(Clone)]
struct Play(Arc<Mutex<(VecDeque<Exchange>, Vec<String>)>>);

impl Play {
    fn answer(&self, request: &axum::http::request::Parts, body: &[u8]) -> Response {
        let mut play = self.0.lock().unwrap();
        let line = format!("{} {}", request.method, request.uri.path());
        let Some(exchange) = play.0.pop_front() else {
            play.1.push(format!("nobody expected {line}"));
            return Response::builder().status(599).body(Body::empty()).unwrap();
        };
        let mut compare = |what: &str, expected: String, found: String| {
            if expected != found {
                play.1
                    .push(format!("{line}: {what} is {found}, not {expected}"));
            }
        };
        compare("the request", exchange.request.clone(), line.clone());
        for (name, expected) in &exchange.headers {
            let found = request
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap());
            compare(
                name,
                format!("{:?}", expected.as_deref()),
                format!("{found:?}"),
            );
        }
        let mut query = pairs(request.uri.query().unwrap_or_default());
        let signature = request
            .headers
            .get("authorization")
            .map(|value| value.to_str().unwrap().to_owned());
        let expected = exchange.signed_by.as_deref().map(|pair| {
            let (id, secret) = pair.split_once(':').unwrap();
            sign(request, &query, id, secret)
        });
        compare(
            "the signature",
            format!("{expected:?}"),
            format!("{signature:?}"),
        );
        if let Some(expected) = &exchange.form {
            let form = pairs(std::str::from_utf8(body).unwrap());
            compare("the form", format!("{expected:?}"), format!("{form:?}"));
            // They change from call to call, as the API demands.
            assert!(
                query.remove("SignatureNonce").is_some() && query.remove("Timestamp").is_some()
            );
        }
        if let Some(expected) = &exchange.query {
            compare("the query", format!("{expected:?}"), format!("{query:?}"));
        }
        let body = match (&exchange.json, &exchange.text) {
            (Some(json), _) => json.to_string(),
            (None, text) => text.clone().unwrap_or_default(),
        };
        Response::builder()
            .status(exchange.status)
            .body(Body::from(body))
            .unwrap()
    }
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

fn sign(
    request: &axum::http::request::Parts,
    query: &BTreeMap<String, String>,
    id: &str,
    secret: &str,
) -> String {
    let headers = request
        .headers
        .iter()
        .filter(|(name, _)| *name == "host" || name.as_str().starts_with("x-acs-"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let request = v3::Request {
        method: "POST",
        path: "/",
        query,
        headers: &headers,
    };
    v3::authorization(&request, id, secret)
}

async fn play(State(play): State<Play>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    play.answer(&head, &body)
}

/// Copies the case's home, with what differs from run to run filled in.
fn furnish(from: &Path, to: &Path, fill_in: &dyn Fn(&str) -> String) {
    let Ok(entries) = fs::read_dir(from) else {
        return;
    };
    fs::create_dir_all(to).unwrap();
    for entry in entries.map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            furnish(&entry.path(), &target, fill_in);
        } else {
            let text = fs::read_to_string(entry.path()).unwrap();
            fs::write(target, fill_in(&text)).unwrap();
        }
    }
}

fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What went otherwise than the case says.
async fn run(folder: &Path) -> Vec<String> {
    let home = TempDir::new().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let closed = format!("127.0.0.1:{}", closed_port());
    let fill_in = |text: &str| {
        text.replace("@HOME@", home.path().to_str().unwrap())
            .replace("@ADDRESS@", &address)
            .replace("@CLOSED@", &closed)
    };
    furnish(&folder.join("home"), home.path(), &fill_in);
    let text = fill_in(&fs::read_to_string(folder.join("case.json")).unwrap());
    let case: Case =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    assert!(!case.shows.is_empty());

    let stage = Play(Arc::new(Mutex::new((case.traffic, Vec::new()))));
    let app = axum::Router::new().fallback(play).with_state(stage.clone());
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

    let mut environment = case.environment;
    environment.insert("HOME".to_owned(), home.path().to_str().unwrap().to_owned());
    // Never the machine's own.
    environment
        .entry("ALIBABA_CLOUD_ECS_METADATA_HOST".to_owned())
        .or_insert(closed.clone());
    let channel = Channel::new(Transport::new("test", Limits::default(), Trust::default()));
    let mut context = Context::new(move |name| environment.get(name).cloned(), channel);
    context.channel.clock = Clock::new(|| datetime!(2026-01-01 00:00:00 UTC));
    context.sts_endpoint = Some(Endpoint::parse(&format!("http://{address}")).unwrap());
    context.channel.policy = Policy {
        base: Duration::from_millis(1),
        max_retries: 1,
        ..Policy::default()
    };

    let mut otherwise = Vec::new();
    let found = match source(case.block, &context) {
        Ok(source) => {
            let outcome = source.credentials().await;
            let region = source.region().await;
            let printed = format!("{source:?} {outcome:?} {}", source.origin());
            if printed.contains("hush-") {
                otherwise.push(format!("a secret is printed: {printed}"));
            }
            outcome
                .map(|credentials| Expected {
                    access_key_id: credentials.access_key_id,
                    secret: credentials.secret.expose().to_owned(),
                    security_token: credentials
                        .security_token
                        .map(|token| token.expose().to_owned()),
                    region,
                    origin: source.origin(),
                })
                .map_err(|error| error.to_string())
        }
        Err(refused) => Err(refused),
    };
    if let Err(error) = &found
        && error.contains("hush")
    {
        otherwise.push(format!("a secret is shown: {error}"));
    }
    match (found, case.credentials, case.error) {
        (Ok(found), Some(expected), None) if found == expected => {}
        (Err(found), None, Some(expected)) if found == expected => {}
        (Err(found), ..) => otherwise.push(format!("failed: {found}")),
        (Ok(found), ..) => otherwise.push(format!("found {found:?}")),
    }
    server.abort();
    let mut play = stage.0.lock().unwrap();
    otherwise.append(&mut play.1);
    let missing = play
        .0
        .iter()
        .map(|left| format!("{} never came", left.request));
    otherwise.extend(missing);
    // The case's words, not the run's.
    otherwise
        .iter()
        .map(|line| {
            line.replace(home.path().to_str().unwrap(), "@HOME@")
                .replace(&address, "@ADDRESS@")
                .replace(&closed, "@CLOSED@")
        })
        .collect()
}

#[tokio::test]
async fn every_case_ends_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/credentials");
    let mut cases: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() > 50, "{} cases", cases.len());
    let mut otherwise = String::new();
    for case in cases {
        for line in run(&case).await {
            let name = case.file_name().unwrap().to_string_lossy();
            otherwise.push_str(&format!("{name}: {line}\n"));
        }
    }
    assert!(otherwise.is_empty(), "\n{otherwise}");
}
