//! `ACS3-HMAC-SHA256`: `Authorization: ACS3-HMAC-SHA256 Credential=ID,SignedHeaders=a;b,Signature=HEX`.

use std::collections::BTreeMap;

use super::{AccessKey, Nonces, check_clock, does_not_match, find, is_same};
use crate::cloud::signature::v3;
use crate::emulator::error::{self, ApiError};
use crate::emulator::request::Request;

/// A signature must cover these, and every other `x-acs-` header that is there.
const MANDATORY: [&str; 6] = [
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
];

#[derive(Debug, PartialEq, Eq)]
struct Authorization<'a> {
    access_key_id: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

pub(super) fn check<'a>(
    request: &Request,
    access_keys: &'a [AccessKey],
    nonces: &mut Nonces,
    unix_ms: u64,
) -> Result<&'a AccessKey, ApiError> {
    let authorization = request
        .header("authorization")
        .and_then(parse)
        .ok_or(error::INCOMPLETE_SIGNATURE)?;
    if let Some(absent) = MANDATORY.iter().find(|name| request.header(name).is_none()) {
        return Err(ApiError::missing_parameter(absent));
    }
    if !covers_all(&authorization, request) {
        return Err(error::INCOMPLETE_SIGNATURE.into());
    }

    let token = request.header("x-acs-security-token");
    let key = find(access_keys, authorization.access_key_id, token)?;
    check_clock(request.header("x-acs-date").unwrap_or_default(), unix_ms)?;

    let headers: BTreeMap<String, String> = authorization
        .signed_headers
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                request.header(name).unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let signed = v3::Request {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &headers,
    };
    let body_hash = v3::content_sha256(&request.body);
    let is_body = request
        .header("x-acs-content-sha256")
        .is_some_and(|claimed| is_same(&claimed.to_ascii_lowercase(), &body_hash));
    let expected = v3::signature(&signed, &key.secret);
    if !is_body || !is_same(&expected, authorization.signature) {
        return Err(does_not_match(&v3::string_to_sign(&signed)));
    }

    nonces.take(
        request.header("x-acs-signature-nonce").unwrap_or_default(),
        unix_ms,
    )?;
    Ok(key)
}

fn parse(header: &str) -> Option<Authorization<'_>> {
    let fields = header.strip_prefix(v3::ALGORITHM)?.strip_prefix(' ')?;
    let mut access_key_id = None;
    let mut signed_headers = None;
    let mut signature = None;
    for field in fields.split(',') {
        match field.trim().split_once('=')? {
            ("Credential", value) => access_key_id = Some(value),
            ("SignedHeaders", value) => signed_headers = Some(value.split(';').collect()),
            ("Signature", value) => signature = Some(value),
            _ => return None,
        }
    }
    Some(Authorization {
        access_key_id: access_key_id.filter(|id| !id.is_empty())?,
        signed_headers: signed_headers?,
        signature: signature.filter(|signature| !signature.is_empty())?,
    })
}

/// Whether the signature covers the mandatory headers, every `x-acs-` one, and the type of a body.
fn covers_all(authorization: &Authorization<'_>, request: &Request) -> bool {
    let must_be_signed = |name: &str| {
        MANDATORY.contains(&name)
            || name.starts_with("x-acs-")
            || (name == "content-type" && !request.body.is_empty())
    };
    request
        .headers
        .keys()
        .filter(|name| must_be_signed(name))
        .all(|name| authorization.signed_headers.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_field_by_field() {
        let whole =
            "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-date, Signature=ab";
        assert_eq!(
            parse(whole),
            Some(Authorization {
                access_key_id: "testid",
                signed_headers: vec!["host", "x-acs-date"],
                signature: "ab",
            })
        );
        for broken in [
            "",
            "ACS3-HMAC-SHA256",
            "ACS3-HMAC-SM3 Credential=testid,SignedHeaders=host,Signature=ab",
            "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host",
            "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=ab",
            "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=ab,Extra",
            "Bearer token",
        ] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }
}
