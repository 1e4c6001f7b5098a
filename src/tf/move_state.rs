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
    /// Whether the object is of this type of this provider, `NAMESPACE/NAME`, of whatever registry.
    pub fn is_of(&self, provider: &str, type_name: &str) -> bool {
        let same = match self.provider_address.split_once('/') {
            Some((_host, rest)) => rest == provider,
            // All that OpenTofu says of a provider before its versions 1.11.12 and 1.12.4.
            None => Some(self.provider_address.as_str()) == provider.rsplit('/').next(),
        };
        same && self.type_name == type_name
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_by_its_provider_whatever_the_registry() {
        let is_of = |address: &str, type_name: &str| {
            let source = MoveSource {
                provider_address: address.to_owned(),
                type_name: type_name.to_owned(),
                schema_version: 0,
                state: Vec::new(),
                private: Private::default(),
                identity: None,
                identity_schema_version: 0,
            };
            source.is_of("example/old", "old_thing")
        };
        for address in [
            "registry.terraform.io/example/old",
            "registry.opentofu.org/example/old",
            "mirror.example.com:8443/example/old",
            "old",
        ] {
            assert!(is_of(address, "old_thing"), "{address}");
            assert!(!is_of(address, "old_other"), "{address}");
        }
        for address in [
            "",
            "registry.terraform.io/other/old",
            "registry.terraform.io/example/older",
            "registry.terraform.io/not/example/old",
            "example",
            "older",
        ] {
            assert!(!is_of(address, "old_thing"), "{address}");
        }
    }
}
