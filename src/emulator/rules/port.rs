//! Ports: 1 to 65535 but those that the gateway itself uses.

use crate::emulator::error::{self, ApiError};

/// Refused by the API.
const RESERVED: [u16; 16] = [
    22, 53, 68, 80, 123, 443, 500, 2222, 4500, 4510, 4560, 7505, 9000, 9001, 9002, 22222,
];

/// # Errors
/// `SslVpnServerPort.Illegal` out of range, `InvalidParameter` for a reserved port or what is no number.
pub fn parse(port: &str) -> Result<u16, ApiError> {
    let number: i64 = port
        .parse()
        .map_err(|_| ApiError::invalid_parameter("Port"))?;
    match u16::try_from(number) {
        Err(_) | Ok(0) => Err(error::SSL_VPN_SERVER_PORT_ILLEGAL.into()),
        Ok(port) if RESERVED.contains(&port) => Err(ApiError::invalid_parameter("Port")),
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_1_to_65535() {
        assert_eq!(parse("1"), Ok(1));
        assert_eq!(parse("65535"), Ok(65535));
        for port in ["0", "-1", "65536", "4294967296"] {
            assert_eq!(
                parse(port).unwrap_err().code,
                "SslVpnServerPort.Illegal",
                "{port}"
            );
        }
    }

    #[test]
    fn reserved_ports_and_words_are_invalid_parameters() {
        for port in ["22", "443", "22222", "ssh", "1194.0"] {
            let error = parse(port).unwrap_err();
            assert_eq!(
                error.message, "Specified parameter Port is not valid.",
                "{port}"
            );
        }
    }
}
