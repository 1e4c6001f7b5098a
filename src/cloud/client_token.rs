//! What makes a change safe to send again: the API gives a repeated call under the same token the first one's result
//! instead of a second effect.

use std::fmt;

use uuid::Uuid;

/// A `ClientToken`: 36 ASCII characters (the API takes up to 64), unique to one change. It stays the same however often that
/// change is sent, so whoever wants the change holds it: a caller that waits for a busy gateway sends again under the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientToken(String);

impl ClientToken {
    /// A token that no other change has.
    pub fn random() -> ClientToken {
        ClientToken(Uuid::new_v4().to_string())
    }

    /// The token as the API takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_the_api_takes_and_each_is_another() {
        let token = ClientToken::random();
        assert!(token.as_str().is_ascii() && token.as_str().len() <= 64);
        assert_ne!(token, ClientToken::random());
    }
}
