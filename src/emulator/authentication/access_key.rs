//! The key pairs that the emulator accepts.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

/// A pair, with the security token when it is of an STS session. Never printed but for its ID.
#[derive(Clone)]
pub struct AccessKey {
    /// The access key's ID.
    pub id: String,
    pub(super) secret: Zeroizing<String>,
    pub(super) security_token: Option<Zeroizing<String>>,
}

/// The text is no pair; it is not repeated, it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write it as ID:SECRET, or ID:SECRET:TOKEN for a pair that comes with a security token")]
pub struct AccessKeyError;

impl AccessKey {
    /// Whether it is of an STS session.
    pub fn is_temporary(&self) -> bool {
        self.security_token.is_some()
    }
}

impl FromStr for AccessKey {
    type Err = AccessKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ':');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let (Some(id), Some(secret)) = (next(), next()) else {
            return Err(AccessKeyError);
        };
        Ok(Self {
            id: id.to_owned(),
            secret: Zeroizing::new(secret.to_owned()),
            security_token: match parts.next() {
                Some("") => return Err(AccessKeyError),
                token => token.map(|token| Zeroizing::new(token.to_owned())),
            },
        })
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_may_have_a_token_with_colons() {
        let key: AccessKey = "id:secret:a:b".parse().unwrap();
        assert_eq!(
            key.security_token.as_deref().map(String::as_str),
            Some("a:b")
        );
        for text in ["", "id", "id:", ":secret", "id:secret:"] {
            assert_eq!(
                text.parse::<AccessKey>().err(),
                Some(AccessKeyError),
                "{text}"
            );
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let key: AccessKey = "id:hunter2:hunter3".parse().unwrap();
        assert_eq!(format!("{key:?}"), "AccessKey { id: \"id\", .. }");
    }
}
