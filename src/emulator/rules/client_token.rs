//! Client tokens: up to 64 ASCII characters.

use crate::emulator::error::ApiError;

/// # Errors
/// `InvalidParameter`.
pub fn check(token: &str) -> Result<(), ApiError> {
    if token.is_ascii() && token.len() <= 64 {
        Ok(())
    } else {
        Err(ApiError::invalid_parameter("ClientToken"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_ascii_characters_are_the_most() {
        assert_eq!(check(&"a".repeat(64)), Ok(()));
        assert!(check(&"a".repeat(65)).is_err());
        assert!(check("é").is_err());
    }
}
