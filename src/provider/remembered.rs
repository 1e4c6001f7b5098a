//! What a configured provider remembers while it lives, which is for one plan or one apply.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Objects, each by its region and its ID.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<BTreeSet<(String, String)>>);

impl Remembered {
    /// Remembers an object; whether it was not yet.
    pub fn insert(&self, region: &str, id: &str) -> bool {
        self.objects().insert(key(region, id))
    }

    /// Whether an object is remembered.
    pub fn contains(&self, region: &str, id: &str) -> bool {
        self.objects().contains(&key(region, id))
    }

    fn objects(&self) -> impl std::ops::DerefMut<Target = BTreeSet<(String, String)>> + '_ {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(region: &str, id: &str) -> (String, String) {
    (region.to_owned(), id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_new_once_in_each_region() {
        let remembered = Remembered::default();
        assert!(!remembered.contains("cn-hangzhou", "vsc-1"));
        assert!(remembered.insert("cn-hangzhou", "vsc-1"));
        assert!(!remembered.insert("cn-hangzhou", "vsc-1"));
        assert!(remembered.contains("cn-hangzhou", "vsc-1"));
        assert!(!remembered.contains("cn-shanghai", "vsc-1"));
    }
}
