//! Who calls, and whether it is really them: access keys, clock, nonce and signature, in this order. A file a signature version.

mod access_key;
mod nonces;
mod v1;
mod v3;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use access_key::{AccessKey, AccessKeyError};
pub use nonces::Nonces;

use super::error::{self, ApiError};
use super::request::{Request, SignatureVersion};

/// How far a caller's clock may be off, in milliseconds.
const CLOCK_TOLERANCE_MS: u64 = 15 * 60 * 1000;

/// Checks a request's signature and all that goes with it, and says whose it is.
///
/// # Errors
/// The API's refusals.
pub fn check<'a>(
    request: &Request,
    access_keys: &'a [AccessKey],
    nonces: &mut Nonces,
    unix_ms: u64,
) -> Result<&'a AccessKey, ApiError> {
    match request.signature_version() {
        Some(SignatureVersion::V3) => v3::check(request, access_keys, nonces, unix_ms),
        Some(SignatureVersion::V1) => v1::check(request, access_keys, nonces, unix_ms),
        None => Err(ApiError::missing_parameter("AccessKeyId")),
    }
}

/// The pair of an ID, when the token is the one that belongs to it.
fn find<'a>(
    access_keys: &'a [AccessKey],
    id: &str,
    token: Option<&str>,
) -> Result<&'a AccessKey, ApiError> {
    let key = access_keys
        .iter()
        .find(|key| key.id == id)
        .ok_or(error::INVALID_ACCESS_KEY_ID_NOT_FOUND)?;
    let is_right = match (&key.security_token, token) {
        (None, None) => true,
        (Some(expected), Some(given)) => is_same(expected, given),
        _ => false,
    };
    if is_right {
        Ok(key)
    } else {
        Err(error::INVALID_SECURITY_TOKEN_MALFORMED.into())
    }
}

/// Whether a `YYYY-MM-DDThh:mm:ssZ` is near enough to the present.
fn check_clock(date: &str, unix_ms: u64) -> Result<(), ApiError> {
    let written = OffsetDateTime::parse(date, &Rfc3339)
        .ok()
        .filter(|_| date.ends_with('Z'))
        .and_then(|date| u64::try_from(date.unix_timestamp()).ok())
        .ok_or(error::INVALID_TIME_STAMP_FORMAT)?;
    if written.saturating_mul(1000).abs_diff(unix_ms) > CLOCK_TOLERANCE_MS {
        return Err(error::INVALID_TIME_STAMP_EXPIRED.into());
    }
    Ok(())
}

/// The refusal of a wrong signature, with what the caller should have signed: SDKs read it to tell a wrong secret from a wrong request.
fn does_not_match(string_to_sign: &str) -> ApiError {
    let mut refusal = ApiError::from(error::SIGNATURE_DOES_NOT_MATCH);
    refusal.message = format!(
        "{} server string to sign is:{string_to_sign}",
        refusal.message
    );
    refusal
}

/// Compares in a time that says nothing about where two texts differ.
fn is_same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_off_by_fifteen_minutes() {
        let noon = 1_767_355_200_000;
        for (date, result) in [
            ("2026-01-02T12:00:00Z", None),
            ("2026-01-02T12:15:00Z", None),
            ("2026-01-02T11:45:00Z", None),
            ("2026-01-02T12:15:01Z", Some("InvalidTimeStamp.Expired")),
            ("2026-01-02T11:44:59Z", Some("InvalidTimeStamp.Expired")),
            ("2026-01-02 12:00:00", Some("InvalidTimeStamp.Format")),
            ("2026-01-02T12:00:00+08:00", Some("InvalidTimeStamp.Format")),
            ("noon", Some("InvalidTimeStamp.Format")),
        ] {
            let code = check_clock(date, noon).err().map(|error| error.code);
            assert_eq!(code.as_deref(), result, "{date}");
        }
    }

    #[test]
    fn a_token_belongs_to_its_key_and_no_other() {
        let keys: [AccessKey; 2] = [
            "plain:secret".parse().unwrap(),
            "STS.1:secret:token".parse().unwrap(),
        ];
        assert!(find(&keys, "plain", None).is_ok());
        assert!(find(&keys, "STS.1", Some("token")).is_ok());
        for (id, token, code) in [
            ("nobody", None, "InvalidAccessKeyId.NotFound"),
            ("plain", Some("token"), "InvalidSecurityToken.Malformed"),
            ("STS.1", None, "InvalidSecurityToken.Malformed"),
            ("STS.1", Some("tokem"), "InvalidSecurityToken.Malformed"),
        ] {
            assert_eq!(
                find(&keys, id, token).unwrap_err().code,
                code,
                "{id} {token:?}"
            );
        }
    }
}
