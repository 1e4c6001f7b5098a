//! Names: 1 to 100 characters, not starting with `http://` or `https://`.

use crate::emulator::error::{self, ApiError};

/// # Errors
/// `InvalidName`.
pub fn check(name: &str) -> Result<(), ApiError> {
    let characters = name.chars().count();
    let is_address = name.starts_with("http://") || name.starts_with("https://");
    if (1..=100).contains(&characters) && !is_address {
        Ok(())
    } else {
        Err(error::INVALID_NAME.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_characters_are_a_name_whatever_their_bytes() {
        for name in ["a", "办公室", "https:/x", &"办".repeat(100)] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn nothing_too_much_and_addresses_are_no_name() {
        for name in ["", "http://x", "https://", &"a".repeat(101)] {
            assert_eq!(check(name).unwrap_err().code, "InvalidName", "{name}");
        }
    }
}
