//! The form of an object's ID, for the places where people choose one. The page at `/` relies on it: no ID is a name of its own.

/// Whether a text is the prefix of a kind of object, with letters, digits or hyphens after it.
pub fn is_id(prefix: &str, text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.strip_prefix(prefix)
        .is_some_and(|word| !word.is_empty() && word.bytes().all(is_letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_kinds_prefix_and_a_word() {
        for text in ["vpn-1", "vpn-bp1Emulator-0001"] {
            assert!(is_id("vpn-", text), "{text}");
        }
        for text in [
            "", "vpn-", "vpn", "summary", "vpc-1", "vpn-a b", "vpn-ä", "xvpn-1",
        ] {
            assert!(!is_id("vpn-", text), "{text}");
        }
    }
}
