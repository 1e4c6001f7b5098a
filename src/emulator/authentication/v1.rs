//! `HMAC-SHA1`: everything, the signature too, travels in parameters.

use super::{AccessKey, Nonces, check_clock, does_not_match, find, is_same};
use crate::cloud::signature::v1;
use crate::emulator::error::{self, ApiError};
use crate::emulator::request::Request;

pub(super) fn check<'a>(
    request: &Request,
    access_keys: &'a [AccessKey],
    nonces: &mut Nonces,
    unix_ms: u64,
) -> Result<&'a AccessKey, ApiError> {
    let required = |name: &str| {
        request
            .parameter(name)
            .ok_or_else(|| ApiError::missing_parameter(name))
    };
    let access_key_id = required("AccessKeyId")?;
    let signature = request
        .parameter("Signature")
        .ok_or(error::INCOMPLETE_SIGNATURE)?;
    let date = required("Timestamp")?;
    let nonce = required("SignatureNonce")?;
    if required("SignatureMethod")? != "HMAC-SHA1" {
        return Err(error::INVALID_SIGNATURE_METHOD.into());
    }
    if required("SignatureVersion")? != "1.0" {
        return Err(ApiError::invalid_parameter("SignatureVersion"));
    }

    let key = find(
        access_keys,
        access_key_id,
        request.parameter("SecurityToken"),
    )?;
    check_clock(date, unix_ms)?;

    let mut signed = request.parameters();
    signed.remove("Signature");
    let expected = v1::signature(&request.method, &signed, &key.secret);
    if !is_same(&expected, signature) {
        return Err(does_not_match(&v1::string_to_sign(
            &request.method,
            &signed,
        )));
    }

    nonces.take(nonce, unix_ms)?;
    Ok(key)
}
