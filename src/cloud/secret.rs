//! A text that must not be seen: it does not print, is wiped from memory when dropped, and can be taken out of what others say.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// What is shown in a secret's place.
pub const SENSITIVE: &str = "(sensitive)";

/// A secret text. `Debug` and `Display` print `(sensitive)`; only [`Secret::expose`] gives the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller's copies are the caller's to wipe.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that signs or sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all, which for a setting means that it is not set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `text` without `secret`, of which any part may be percent-encoded: whoever refuses a request may repeat what it held.
pub fn redact(text: &str, secret: &str) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = spelled(rest, secret).and_then(|length| rest.get(length..));
        rest = if let Some(after) = after {
            redacted.push_str(SENSITIVE);
            after
        } else {
            redacted.push(first);
            rest.get(first.len_utf8()..).unwrap_or_default()
        };
    }
    redacted
}

/// How long the secret is at the front of `text`, if it stands there.
fn spelled(text: &str, secret: &str) -> Option<usize> {
    if secret.is_empty() {
        return None;
    }
    let mut rest = text.as_bytes();
    for byte in secret.bytes() {
        rest = match rest {
            [b'%', high, low, after @ ..] if encodes(*high, *low, byte) => after,
            [first, after @ ..] if *first == byte => after,
            _ => return None,
        };
    }
    Some(text.len() - rest.len())
}

fn encodes(high: u8, low: u8, byte: u8) -> bool {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    matches!((digit(high), digit(low)), (Some(high), Some(low)) if high * 16 + low == u32::from(byte))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SENSITIVE)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SENSITIVE)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn what_a_secret_holds_is_wiped_when_it_is_dropped() {
        // Any other type does not compile.
        fn is_wiped(_: &impl ZeroizeOnDrop) {}
        is_wiped(&Secret::new("hunter2").0);
    }

    #[test]
    fn an_echo_is_cleaned_of_a_secret_however_much_of_it_is_encoded() {
        for (echo, cleaned) in [
            ("is to+k/é=", "is (sensitive)"),
            ("a=to%2Bk%2F%C3%A9%3D&b", "a=(sensitive)&b"),
            ("to%2bk%2f%c3%a9%3d", "(sensitive)"),
            ("to%2Bk/%C3%A9=to+k/é%3D", "(sensitive)(sensitive)"),
            ("%74%6f+k/é=.", "(sensitive)."),
            ("to+k/é", "to+k/é"),
            ("to%2Bk%2F%C3%A", "to%2Bk%2F%C3%A"),
            ("", ""),
        ] {
            assert_eq!(redact(echo, "to+k/é="), cleaned, "{echo}");
        }
        assert_eq!(redact("100%41 %2541", "%41"), "100(sensitive) (sensitive)");
        assert_eq!(redact("as it is", ""), "as it is");
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "(sensitive) (sensitive)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_secret_is_read_from_json() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(secret, Secret::new("hunter2"));
    }
}
