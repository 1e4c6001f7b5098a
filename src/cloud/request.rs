//! One signed request of the RPC style: everything of it but the connection. Pure: date and nonce are given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};
use zeroize::{Zeroize, Zeroizing};

use super::credentials::Credentials;
use super::endpoint::Endpoint;
use super::secret::{SENSITIVE, Secret, redact};
use super::signature::{canonical_query, percent_encoded, v3};

/// The parameters of an operation, or of its signature, by the names that the API gives them. They are wiped when dropped, and
/// `Debug` shows no secret one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    all: BTreeMap<String, String>,
    /// The names of those that nobody may see.
    secret: BTreeSet<String>,
}

impl Drop for Parameters {
    fn drop(&mut self) {
        self.all.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Parameters {
    /// With `name` set.
    pub fn with(mut self, name: &str, value: impl Display) -> Parameters {
        self.all.insert(name.to_owned(), value.to_string());
        self
    }

    /// With `name` set to what nobody may see.
    pub fn with_secret(mut self, name: &str, value: &Secret) -> Parameters {
        self.secret.insert(name.to_owned());
        self.with(name, value.expose())
    }

    /// With `name` set if there is a value; otherwise the parameter stays absent.
    pub fn with_some(self, name: &str, value: Option<impl Display>) -> Parameters {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// All of them.
    pub fn as_map(&self) -> &BTreeMap<String, String> {
        &self.all
    }

    /// `text` without the secret ones: an error message may echo what was sent.
    pub fn redact(&self, text: &str) -> String {
        self.secret
            .iter()
            .filter_map(|name| self.as_map().get(name))
            .fold(text.to_owned(), |text, value| redact(&text, value))
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.as_map().iter().map(|(name, value)| {
            let is_secret = self.secret.contains(name);
            (name, if is_secret { SENSITIVE } else { value })
        });
        f.debug_map().entries(shown).finish()
    }
}

/// What is called.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The operation's name, `ModifySslVpnServer` for one.
    pub name: &'static str,
    /// The version of the API, `2016-04-28` for one.
    pub version: &'static str,
    /// Whether it has an effect, and so must not be left in the dark about its answer.
    pub is_change: bool,
}

/// A request ready to be sent as a POST.
#[derive(Debug)]
pub struct Request {
    /// Where to; with the parameters, unless they are in the body.
    pub url: String,
    /// All headers but those of the connection; secret ones are marked sensitive.
    pub headers: HeaderMap,
    /// A form, for a request whose parameters are secrets.
    pub form: Option<Secret>,
}

/// Why a request cannot be made: the ID or the token holds what a header cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {0} holds characters that cannot be sent; it may have been copied with a line break")]
pub struct Unsendable(&'static str);

/// Signs a request.
///
/// # Errors
///
/// [`Unsendable`] when the credentials cannot travel in a header.
pub fn signed(
    operation: Operation,
    endpoint: &Endpoint,
    parameters: &Parameters,
    credentials: &Credentials,
    date: OffsetDateTime,
    nonce: &str,
) -> Result<Request, Unsendable> {
    let mut signed_headers = Parameters::default()
        .with("host", endpoint.host())
        .with("x-acs-action", operation.name)
        .with("x-acs-content-sha256", v3::content_sha256(b""))
        .with("x-acs-date", acs_date(date))
        .with("x-acs-signature-nonce", nonce)
        .with("x-acs-version", operation.version);
    if let Some(token) = &credentials.security_token {
        signed_headers = signed_headers
            .with("x-acs-accesskey-id", &credentials.access_key_id)
            .with_secret("x-acs-security-token", token);
    }
    let authorization = v3::authorization(
        &v3::Request {
            method: "POST",
            path: "/",
            query: parameters.as_map(),
            headers: signed_headers.as_map(),
        },
        &credentials.access_key_id,
        credentials.secret.expose(),
    );
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("application/json"));
    headers.insert(AUTHORIZATION, sensitive(&authorization, "access key's ID")?);
    for (name, value) in signed_headers.as_map() {
        let part = if name == "x-acs-security-token" {
            "security token"
        } else {
            "access key's ID"
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Unsendable(part))?;
        headers.insert(name, sensitive(value, part)?);
    }
    Ok(Request {
        url: endpoint.url(&canonical_query(parameters.as_map())),
        headers,
        form: None,
    })
}

/// A request that nobody signs, because its parameters prove who asks. They travel in the body, where no log of URLs shows
/// them and their length does not matter.
pub fn anonymous(
    operation: Operation,
    endpoint: &Endpoint,
    parameters: &Parameters,
    date: OffsetDateTime,
    nonce: &str,
) -> Request {
    let common = Parameters::default()
        .with("Action", operation.name)
        .with("Format", "JSON")
        .with("SignatureNonce", nonce)
        .with("Timestamp", acs_date(date))
        .with("Version", operation.version);
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("application/json"));
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert("content-type", form);
    Request {
        url: endpoint.url(&canonical_query(common.as_map())),
        headers,
        form: Some(form_of(parameters)),
    }
}

/// As of [`canonical_query`], without leaving the values behind in memory.
fn form_of(parameters: &Parameters) -> Secret {
    let mut form = Zeroizing::new(String::new());
    let longest: usize = parameters
        .as_map()
        .iter()
        .map(|(k, v)| k.len() + v.len() + 2)
        .sum();
    form.reserve(3 * longest);
    for (name, value) in parameters.as_map() {
        let separator = if form.is_empty() { "" } else { "&" };
        form.push_str(separator);
        form.extend(percent_encoded(name));
        form.push('=');
        form.extend(percent_encoded(value));
    }
    Secret::new(std::mem::take(&mut *form))
}

fn sensitive(value: &str, part: &'static str) -> Result<HeaderValue, Unsendable> {
    let mut value = HeaderValue::from_str(value).map_err(|_| Unsendable(part))?;
    value.set_sensitive(true);
    Ok(value)
}

/// `2026-01-31T12:00:00Z`.
fn acs_date(date: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    // Formatting a date by such a description cannot fail; a request without a date would be refused by name.
    date.to_offset(UtcOffset::UTC)
        .format(format)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const OPERATION: Operation = Operation {
        name: "DescribeVpnGateway",
        version: "2016-04-28",
        is_change: false,
    };

    fn credentials(token: Option<&str>) -> Credentials {
        Credentials {
            access_key_id: "testid".into(),
            secret: Secret::new("testsecret"),
            security_token: token.map(Secret::new),
        }
    }

    fn request(credentials: &Credentials) -> Result<Request, Unsendable> {
        signed(
            OPERATION,
            &Endpoint::parse("vpc.example.com:8443").unwrap(),
            &Parameters::default().with("Name", "a b&c"),
            credentials,
            datetime!(2026-01-02 03:04:05.678 +1),
            "nonce-1",
        )
    }

    #[test]
    fn what_is_sent_is_what_is_signed() {
        let request = request(&credentials(Some("token3"))).unwrap();
        assert_eq!(request.url, "https://vpc.example.com:8443/?Name=a%20b%26c");
        let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
        let authorization = header("authorization");
        let names = authorization
            .split_once("SignedHeaders=")
            .and_then(|(_, rest)| rest.split_once(','))
            .unwrap()
            .0;
        assert_eq!(
            names,
            "host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version"
        );
        assert_eq!(header("host"), "vpc.example.com:8443");
        assert_eq!(header("x-acs-date"), "2026-01-02T02:04:05Z");
        let sent: BTreeMap<String, String> = names
            .split(';')
            .map(|name| (name.to_owned(), header(name)))
            .collect();
        let query = BTreeMap::from([("Name".to_owned(), "a b&c".to_owned())]);
        let recomputed = v3::authorization(
            &v3::Request {
                method: "POST",
                path: "/",
                query: &query,
                headers: &sent,
            },
            "testid",
            "testsecret",
        );
        assert_eq!(authorization, recomputed);
    }

    #[test]
    fn a_secret_parameter_is_sent_and_neither_printed_nor_left_in_an_echo() {
        let token = Secret::new("tok+en==");
        let parameters = Parameters::default()
            .with("RoleArn", "acs:ram::1:role/x")
            .with_secret("OIDCToken", &token);
        assert_eq!(
            format!("{parameters:?}"),
            r#"{"OIDCToken": "(sensitive)", "RoleArn": "acs:ram::1:role/x"}"#
        );
        assert_eq!(
            parameters.redact("acs:ram::1:role/x tok+en== tok%2Ben%3D%3D"),
            "acs:ram::1:role/x (sensitive) (sensitive)"
        );
        let endpoint = Endpoint::parse("sts.example.com").unwrap();
        let date = datetime!(2026-01-02 03:04:05 UTC);
        let request = anonymous(OPERATION, &endpoint, &parameters, date, "nonce-1");
        assert_eq!(
            request.form.unwrap().expose(),
            "OIDCToken=tok%2Ben%3D%3D&RoleArn=acs%3Aram%3A%3A1%3Arole%2Fx"
        );
    }

    #[test]
    fn a_printed_request_shows_neither_token_nor_signature() {
        let request = request(&credentials(Some("token3"))).unwrap();
        let printed = format!("{request:?}");
        assert!(!printed.contains("token3") && !printed.contains("Signature="));
    }

    #[test]
    fn credentials_that_no_header_can_carry_are_named_and_not_repeated() {
        let error = request(&credentials(Some("token3\n"))).unwrap_err();
        assert!(error.to_string().starts_with("the security token holds"));
        let mut with_break = credentials(None);
        with_break.access_key_id = "testid\n".into();
        let error = request(&with_break).unwrap_err();
        assert!(error.to_string().starts_with("the access key's ID holds"));
    }
}
