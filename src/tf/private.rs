//! Private data: bytes that Terraform keeps beside an object's state, shows to nobody and hands back with every call.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The private data of one object. Empty where there is none. Its `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Private(Vec<u8>);

/// What an object without private data has.
pub(super) static NONE: Private = Private(Vec::new());

impl Private {
    /// These bytes, whoever wrote them.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Private {
        Private(bytes.into())
    }

    /// Data of a resource's own, as JSON.
    ///
    /// # Errors
    /// What JSON cannot say, such as a map with keys that are not text.
    pub fn of<T: Serialize + ?Sized>(data: &T) -> Result<Private, serde_json::Error> {
        serde_json::to_vec(data).map(Private)
    }

    /// What [`Private::of`] wrote. `None` where there is nothing, or something else.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.0).ok()
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes themselves.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Private({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_resource_writes_it_reads_again_and_what_it_did_not_write_is_nothing() {
        let private = Private::of(&("token", 7)).unwrap();
        assert_eq!(
            private.read::<(String, u8)>(),
            Some(("token".to_owned(), 7))
        );
        assert_eq!(Private::default().read::<(String, u8)>(), None);
        assert_eq!(
            Private::from_bytes(b"\xff".to_vec()).read::<(String, u8)>(),
            None
        );
        assert!(!format!("{private:?}").contains("token"));
    }
}
