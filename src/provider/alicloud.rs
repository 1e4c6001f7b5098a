//! States of the Go provider `aliyun/alicloud`, as a `moved` block brings them: what their resources here have in common.

use serde::de::DeserializeOwned;

use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::{Attr, from_value};
use crate::tf::move_state::MoveSource;
use crate::tf::types::Type;

/// The Go provider, without a registry's host: there are several, and mirrors.
const PROVIDER: &str = "aliyun/alicloud";

/// What a state of the Go provider's resource type `old_type` has of the attributes of `ty`; `None` for another type's.
///
/// # Errors
/// A state that does not fit, or has no ID to ask the cloud by; for the user.
pub fn state<T: DeserializeOwned>(
    source: &MoveSource,
    old_type: &str,
    ty: &Type,
) -> Option<Result<T, Diagnostic>> {
    if !source.is_of(PROVIDER, old_type) {
        return None;
    }
    Some(source.read(ty).and_then(|state| {
        if state.attribute("id").as_str().is_none_or(str::is_empty) {
            return Err(Diagnostic::error("No ID in the state").detail(format!(
                "The state of the {old_type} to be moved has no id, so nobody can say which object it is. Take it out of the state with \
                 `terraform state rm` and import the object."
            )));
        }
        from_value(&state).map_err(|error| Diagnostic::from(&error))
    }))
}

/// A text of such a state, in which an empty one says that there is none.
pub fn text(value: Attr<String>) -> Attr<String> {
    match value {
        Attr::Known(text) if text.is_empty() => Attr::Null,
        value => value,
    }
}
