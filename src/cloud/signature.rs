//! Request signatures: [`v3`] (`ACS3-HMAC-SHA256`, what the provider sends) and [`v1`] (`HMAC-SHA1`, what older clients send
//! and the emulator accepts). Pure functions; `vectors/signature.json`, computed with the official SDK, is their test.

use std::collections::BTreeMap;
use std::fmt::Write;

use aws_lc_rs::{digest, hmac};
use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters is escaped.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// RFC 3986 percent-encoding, as both signature versions and the query string use it.
pub fn percent_encode(text: &str) -> String {
    percent_encoded(text).to_string()
}

/// As [`percent_encode`], piece by piece: what takes them decides what is left in memory.
pub fn percent_encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// `a=1&b=2` of the parameters in the order of their keys, keys and values percent-encoded.
pub fn canonical_query(parameters: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(key, value)| format!("{}={}", percent_encode(key), percent_encode(value)))
        .collect();
    pairs.join("&")
}

/// Lower-case hexadecimal of `bytes`.
fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// `ACS3-HMAC-SHA256`: the operation travels in `x-acs-*` headers, the signature in `Authorization`.
pub mod v3 {
    use super::{BTreeMap, canonical_query, digest, hex, hmac};

    /// The algorithm's name, first word of the `Authorization` header.
    pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

    /// The parts of a request that the signature covers.
    #[derive(Debug, Clone, Copy)]
    pub struct Request<'a> {
        /// The HTTP method in upper case.
        pub method: &'a str,
        /// The path, `/` for RPC-style operations.
        pub path: &'a str,
        /// The query parameters, decoded.
        pub query: &'a BTreeMap<String, String>,
        /// Exactly the headers to sign, names in lower case: `host`, `content-type` when there is a body, and every `x-acs-*`
        /// (with `x-acs-content-sha256`, see [`content_sha256`]).
        pub headers: &'a BTreeMap<String, String>,
    }

    /// The value of `x-acs-content-sha256` for a body.
    pub fn content_sha256(body: &[u8]) -> String {
        hex(digest::digest(&digest::SHA256, body).as_ref())
    }

    /// `a;b`: the names of the signed headers, as `SignedHeaders=` wants them.
    pub fn signed_headers(headers: &BTreeMap<String, String>) -> String {
        headers
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(";")
    }

    /// What the signature is computed over; the API quotes its own in a `SignatureDoesNotMatch`.
    pub fn string_to_sign(request: &Request<'_>) -> String {
        let body_hash = request
            .headers
            .get("x-acs-content-sha256")
            .map_or("", String::as_str);
        // The canonical request is never put together: a copy of the headers would leave the security token in memory.
        let mut hash = digest::Context::new(&digest::SHA256);
        let mut add = |parts: &[&str]| parts.iter().for_each(|part| hash.update(part.as_bytes()));
        add(&[request.method, "\n", request.path, "\n"]);
        add(&[&canonical_query(request.query), "\n"]);
        for (name, value) in request.headers {
            add(&[name, ":", value.trim(), "\n"]);
        }
        add(&["\n", &signed_headers(request.headers), "\n", body_hash]);
        format!("{ALGORITHM}\n{}", hex(hash.finish().as_ref()))
    }

    /// The signature of a request in hexadecimal.
    pub fn signature(request: &Request<'_>, access_key_secret: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, access_key_secret.as_bytes());
        hex(hmac::sign(&key, string_to_sign(request).as_bytes()).as_ref())
    }

    /// The whole `Authorization` header of a request.
    pub fn authorization(
        request: &Request<'_>,
        access_key_id: &str,
        access_key_secret: &str,
    ) -> String {
        format!(
            "{ALGORITHM} Credential={access_key_id},SignedHeaders={},Signature={}",
            signed_headers(request.headers),
            signature(request, access_key_secret)
        )
    }
}

/// `HMAC-SHA1`: everything, the signature too, travels in parameters.
pub mod v1 {
    use super::{BASE64_STANDARD, BTreeMap, Engine, canonical_query, hmac, percent_encode};

    /// What the signature is computed over; the API quotes its own in a `SignatureDoesNotMatch`.
    pub fn string_to_sign(method: &str, parameters: &BTreeMap<String, String>) -> String {
        format!(
            "{method}&{}&{}",
            percent_encode("/"),
            percent_encode(&canonical_query(parameters))
        )
    }

    /// The value of the parameter `Signature` for the other parameters (query and form together, without `Signature`).
    pub fn signature(
        method: &str,
        parameters: &BTreeMap<String, String>,
        access_key_secret: &str,
    ) -> String {
        let key = hmac::Key::new(
            hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            format!("{access_key_secret}&").as_bytes(),
        );
        let string_to_sign = string_to_sign(method, parameters);
        BASE64_STANDARD.encode(hmac::sign(&key, string_to_sign.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        acs3_hmac_sha256: Vec<V3Vector>,
        rpc_v1_hmac_sha1: Vec<V1Vector>,
    }

    #[derive(Deserialize)]
    struct V3Vector {
        name: String,
        method: String,
        path: String,
        query: BTreeMap<String, String>,
        headers: BTreeMap<String, String>,
        body: String,
        access_key_id: String,
        access_key_secret: String,
        authorization: String,
    }

    #[derive(Deserialize)]
    struct V1Vector {
        name: String,
        method: String,
        params: BTreeMap<String, String>,
        access_key_secret: String,
        signature: String,
    }

    fn vectors() -> Vectors {
        serde_json::from_str(include_str!("../../tests/data/signature.json")).unwrap()
    }

    #[test]
    fn v3_signatures_are_those_of_the_official_sdk() {
        for vector in vectors().acs3_hmac_sha256 {
            assert_eq!(
                v3::content_sha256(vector.body.as_bytes()),
                vector.headers["x-acs-content-sha256"],
                "{}",
                vector.name
            );
            let request = v3::Request {
                method: &vector.method,
                path: &vector.path,
                query: &vector.query,
                headers: &vector.headers,
            };
            let authorization =
                v3::authorization(&request, &vector.access_key_id, &vector.access_key_secret);
            assert_eq!(authorization, vector.authorization, "{}", vector.name);
        }
    }

    #[test]
    fn v1_signatures_are_those_of_the_official_sdk() {
        for vector in vectors().rpc_v1_hmac_sha1 {
            let signature =
                v1::signature(&vector.method, &vector.params, &vector.access_key_secret);
            assert_eq!(signature, vector.signature, "{}", vector.name);
        }
    }
}
