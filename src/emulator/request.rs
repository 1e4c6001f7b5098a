//! A request as it came over HTTP, and the call of an operation that it is. The operation travels in headers (V3) or in parameters (V1);
//! parameters come in the query, in a form body, or in both.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;

use super::error::{self, ApiError};
use super::operations::Operation;
use super::parameters::Parameters;

/// All of a request that matters here.
#[derive(Debug, Clone)]
pub struct Request {
    /// In upper case.
    pub method: String,
    /// Always `/` for these operations.
    pub path: String,
    /// Names in lower case; of a repeated header the last.
    pub headers: BTreeMap<String, String>,
    /// Decoded.
    pub query: BTreeMap<String, String>,
    /// Decoded; empty unless the body is a form.
    pub form: BTreeMap<String, String>,
    /// As it came.
    pub body: Vec<u8>,
}

/// Which signature a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureVersion {
    /// `ACS3-HMAC-SHA256` in headers.
    V3,
    /// `HMAC-SHA1` in parameters.
    V1,
}

impl SignatureVersion {
    /// As in the record of calls.
    pub fn name(self) -> &'static str {
        match self {
            Self::V3 => "V3",
            Self::V1 => "V1",
        }
    }
}

impl Request {
    /// Takes a request apart.
    pub fn new(method: &Method, uri: &Uri, headers: &HeaderMap, body: Vec<u8>) -> Self {
        let headers: BTreeMap<String, String> = headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let is_form = headers
            .get("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let form = if is_form {
            pairs(&String::from_utf8_lossy(&body))
        } else {
            BTreeMap::new()
        };
        Self {
            method: method.as_str().to_owned(),
            path: uri.path().to_owned(),
            query: pairs(uri.query().unwrap_or_default()),
            headers,
            form,
            body,
        }
    }

    /// A header by its lower-case name, unless empty.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Query and form together.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let mut parameters = self.form.clone();
        parameters.extend(self.query.clone());
        parameters
    }

    /// A parameter of query or form, unless empty.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .or_else(|| self.form.get(name))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Which signature it carries, right or wrong.
    pub fn signature_version(&self) -> Option<SignatureVersion> {
        if self.header("authorization").is_some() {
            Some(SignatureVersion::V3)
        } else if self.parameter("AccessKeyId").is_some() || self.parameter("Signature").is_some() {
            Some(SignatureVersion::V1)
        } else {
            None
        }
    }

    /// The operation's name, whatever it is.
    pub fn operation_name(&self) -> Option<&str> {
        self.header("x-acs-action")
            .or_else(|| self.parameter("Action"))
    }

    /// The operation that is called.
    ///
    /// # Errors
    /// When action or version is missing or unknown, or the method is neither GET nor POST.
    pub fn operation(&self) -> Result<Operation, ApiError> {
        if !matches!(self.method.as_str(), "GET" | "POST") {
            return Err(error::UNSUPPORTED_HTTP_METHOD.into());
        }
        let action = self
            .operation_name()
            .ok_or_else(|| ApiError::missing_parameter("Action"))?;
        let version = self
            .header("x-acs-version")
            .or_else(|| self.parameter("Version"))
            .ok_or_else(|| ApiError::missing_parameter("Version"))?;
        if !Operation::ALL
            .iter()
            .any(|known| known.version() == version)
        {
            return Err(error::INVALID_VERSION.into());
        }
        Operation::of(action)
            .filter(|operation| operation.version() == version)
            .ok_or_else(|| error::INVALID_ACTION_NOT_FOUND.into())
    }

    /// The operation's own parameters.
    pub fn own_parameters(&self) -> Parameters {
        Parameters::new(self.parameters())
    }
}

/// The pairs of a query string or form: `+` and `%20` are spaces.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let decode = |part: &str| {
        percent_decode_str(&part.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, uri: &str, headers: &[(&str, &str)], body: &str) -> Request {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>();
        Request::new(
            &method,
            &uri.parse().unwrap(),
            &headers,
            body.as_bytes().to_vec(),
        )
    }

    #[test]
    fn both_styles_name_the_operation() {
        let v3 = request(
            Method::POST,
            "/?RegionId=cn-hangzhou",
            &[
                ("x-acs-action", "DescribeRegions"),
                ("x-acs-version", "2016-04-28"),
            ],
            "",
        );
        let v1 = request(
            Method::GET,
            "/?Action=DescribeRegions&Version=2016-04-28",
            &[],
            "",
        );
        assert_eq!(v3.operation(), Ok(Operation::DescribeRegions));
        assert_eq!(v1.operation(), Ok(Operation::DescribeRegions));
    }

    #[test]
    fn what_is_no_operation_is_refused() {
        for (uri, code) in [
            ("/", "MissingParameter"),
            ("/?Action=DescribeRegions", "MissingParameter"),
            (
                "/?Action=DescribeRegions&Version=2014-05-26",
                "InvalidVersion",
            ),
            (
                "/?Action=RunInstances&Version=2016-04-28",
                "InvalidAction.NotFound",
            ),
            (
                "/?Action=DescribeRegions&Version=2015-04-01",
                "InvalidAction.NotFound",
            ),
            (
                "/?Action=GetCallerIdentity&Version=2016-04-28",
                "InvalidAction.NotFound",
            ),
        ] {
            let error = request(Method::GET, uri, &[], "").operation().unwrap_err();
            assert_eq!(error.code, code, "{uri}");
        }
        let put = request(
            Method::PUT,
            "/?Action=DescribeRegions&Version=2016-04-28",
            &[],
            "",
        );
        assert_eq!(put.operation().unwrap_err().code, "UnsupportedHTTPMethod");
    }

    #[test]
    fn query_and_form_are_one_and_decoded() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        let both = request(
            Method::POST,
            "/?Name=a%20b%2Bc",
            &[("content-type", form)],
            "LocalSubnet=1+2&x",
        );
        let parameters = both.own_parameters();
        assert_eq!(parameters.text("Name"), Some("a b+c"));
        assert_eq!(parameters.text("LocalSubnet"), Some("1 2"));
        assert_eq!(parameters.raw("x"), Some(""));
    }
}
