//! An object's state on its way from another resource type, of this provider or of another one.

use std::fmt;

use super::diagnostics::Diagnostic;
use super::json;
use super::private::Private;
use super::types::Type;
use super::value::Value;

/// The object as its old resource type has it. Its `Debug` does not show the state, which may hold secrets.
#[derive(Clone)]
pub struct MoveSource {
    /// The old provider's address, such as `registry.terraform.io/aliyun/alicloud`.
    pub provider_address: String,
    /// The old resource type.
    pub type_name: String,
    /// The version of the old type's schema that the state was written under.
    pub schema_version: i64,
    /// The state, in JSON.
    pub state: Vec<u8>,
    /// Private data, in whatever form the old type's provider gave it.
    pub private: Private,
    /// The identity in JSON, where the old type has one.
    pub identity: Option<Vec<u8>>,
    /// The version of the old type's identity schema.
    pub identity_schema_version: i64,
}

impl MoveSource {
    /// The last part of the old provider's address: its name without host and namespace.
    pub fn provider_name(&self) -> &str {
        self.provider_address.rsplit('/').next().unwrap_or_default()
    }

    /// The state under a type: what the type does not have is left out, what the state lacks is null.
    ///
    /// # Errors
    /// A state that does not fit, with the place; for the user.
    pub fn read(&self, ty: &Type) -> Result<Value, Diagnostic> {
        json::decode_state(&self.state, ty).map_err(|error| {
            Diagnostic::error("Unreadable state").detail(format!(
                "The state of the {} to be moved, of schema version {}, is not as this provider knows it: {error}.",
                self.type_name, self.schema_version
            ))
        })
    }
}

impl fmt::Debug for MoveSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MoveSource")
            .field("provider_address", &self.provider_address)
            .field("type_name", &self.type_name)
            .field("schema_version", &self.schema_version)
            .finish_non_exhaustive()
    }
}

/// The object as its new resource type has it. Terraform reads it next, so what the old state does not say may be null.
#[derive(Debug, Clone)]
pub struct Moved<M> {
    /// The state.
    pub state: M,
    /// Private data; what the old type's provider kept is not taken over by itself.
    pub private: Private,
}

impl<M> From<M> for Moved<M> {
    fn from(state: M) -> Moved<M> {
        Moved {
            state,
            private: Private::default(),
        }
    }
}
