//! Values on the wire: either encoding in, msgpack out.

use zeroize::Zeroize;

use super::Server;
use crate::tf::diagnostics::Diagnostic;
use crate::tf::json;
use crate::tf::msgpack;
use crate::tf::proto::DynamicValue;
use crate::tf::provider::Provider;
use crate::tf::types::Type;
use crate::tf::value::Value;

/// Reads a value under its type. A value that is not there at all is null. `what` names it for people: `prior state`.
pub(super) fn decode(
    value: Option<DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Value, Diagnostic> {
    let Some(value) = value else {
        return Ok(Value::Null);
    };
    let decoded = match (value.msgpack.is_empty(), value.json.is_empty()) {
        (false, _) => msgpack::decode(&value.msgpack, ty),
        (true, false) => json::decode(&value.json, ty),
        (true, true) => Ok(Value::Null),
    };
    decoded.map_err(|error| {
        Diagnostic::error(format!("Unreadable {what}"))
            .detail(format!(
                "The {what} that Terraform sent does not fit the schema: {error}."
            ))
            .at(&error.path)
    })
}

/// Wipes the message of a value that held secrets, unless somebody else has it too.
pub(super) fn wipe(value: Option<DynamicValue>) {
    let messages = value
        .into_iter()
        .flat_map(|value| [value.msgpack, value.json]);
    for mut message in messages.filter_map(|message| message.try_into_mut().ok()) {
        message.zeroize();
    }
}

/// The same object, which must be there and be known.
pub(super) fn present(object: Value, what: &str) -> Result<Value, Diagnostic> {
    let found = if object.is_null() {
        "null"
    } else if object.is_known() {
        return Ok(object);
    } else {
        "unknown as a whole"
    };
    Err(Diagnostic::error(format!("Unreadable {what}"))
        .detail(format!("The {what} that Terraform sent is {found}.")))
}

impl<P: Provider> Server<P> {
    /// What a module says in its `provider_meta` block; null where it says nothing, or nothing can be said.
    pub(super) fn decode_meta(&self, value: Option<DynamicValue>) -> Result<Value, Diagnostic> {
        match &self.meta_schema {
            Some(schema) => decode(value, &schema.implied_type(), "provider_meta block"),
            None => Ok(Value::Null),
        }
    }
}

/// The same object, which may be null but must be known.
pub(super) fn known(object: Value, what: &str) -> Result<Value, Diagnostic> {
    if object.is_null() {
        Ok(object)
    } else {
        present(object, what)
    }
}

/// Writes a value under its type.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<DynamicValue, Diagnostic> {
    let msgpack = msgpack::encode(value, ty).map_err(|error| {
        Diagnostic::error("Unwritable value")
            .detail(format!("An answer of the provider does not fit its schema: {error}. This is a defect of the provider: please report it."))
    })?;
    Ok(DynamicValue {
        msgpack: msgpack.into(),
        json: Default::default(),
    })
}
