//! An SSL server with the attributes that the API answers, under the API's names.

use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// `Proto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Proto {
    /// The default.
    Tcp,
    /// The faster one.
    Udp,
}

/// `Cipher`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cipher {
    /// The default.
    #[serde(rename = "AES-128-CBC")]
    Aes128Cbc,
    /// Longer.
    #[serde(rename = "AES-192-CBC")]
    Aes192Cbc,
    /// Longest.
    #[serde(rename = "AES-256-CBC")]
    Aes256Cbc,
    /// In clear.
    #[serde(rename = "none")]
    None,
}

impl Proto {
    /// # Errors
    /// `InvalidParameter`.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        match text {
            "TCP" => Ok(Self::Tcp),
            "UDP" => Ok(Self::Udp),
            _ => Err(ApiError::invalid_parameter("Proto")),
        }
    }
}

impl Cipher {
    /// # Errors
    /// `InvalidParameter`.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        match text {
            "AES-128-CBC" => Ok(Self::Aes128Cbc),
            "AES-192-CBC" => Ok(Self::Aes192Cbc),
            "AES-256-CBC" => Ok(Self::Aes256Cbc),
            "none" => Ok(Self::None),
            _ => Err(ApiError::invalid_parameter("Cipher")),
        }
    }
}

/// The port unless another is asked for.
pub const DEFAULT_PORT: u16 = 1194;

/// An SSL server; times in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SslVpnServer {
    pub ssl_vpn_server_id: String,
    pub vpn_gateway_id: String,
    pub region_id: String,
    /// Empty when never given.
    pub name: String,
    pub client_ip_pool: String,
    /// Joined with commas.
    pub local_subnet: String,
    pub proto: Proto,
    pub cipher: Cipher,
    pub port: u16,
    pub compress: bool,
    pub enable_multi_factor_auth: bool,
    #[serde(rename = "IDaaSInstanceId", skip_serializing_if = "Option::is_none")]
    pub idaas_instance_id: Option<String>,
    #[serde(rename = "IDaaSRegionId", skip_serializing_if = "Option::is_none")]
    pub idaas_region_id: Option<String>,
    #[serde(rename = "IDaaSApplicationId", skip_serializing_if = "Option::is_none")]
    pub idaas_application_id: Option<String>,
    #[serde(
        rename = "IDaaSInstanceVersion",
        skip_serializing_if = "Option::is_none"
    )]
    pub idaas_instance_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_servers: Option<String>,
    pub internet_ip: String,
    pub connections: u32,
    pub max_connections: u32,
    pub create_time: u64,
    pub resource_group_id: String,
}

/// An ID such as `vss-bp1` and 18 lower-case letters and digits, as the cloud's in cn-hangzhou.
pub fn random_id(prefix: &str) -> String {
    const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut number = uuid::Uuid::new_v4().as_u128();
    let mut id = format!("{prefix}-bp1");
    for _ in 0..18 {
        let digit = usize::try_from(number % 36).unwrap_or(0);
        id.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
        number /= 36;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_the_clouds_and_differ() {
        let id = random_id("vss");
        assert_eq!(id.len(), 25);
        assert!(id.starts_with("vss-bp1"));
        assert!(
            id[4..]
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        );
        assert_ne!(id, random_id("vss"));
    }

    #[test]
    fn ciphers_and_protocols_are_spelled_as_documented() {
        for cipher in ["AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "none"] {
            let parsed = Cipher::parse(cipher).unwrap();
            assert_eq!(serde_json::to_value(parsed).unwrap(), cipher);
        }
        for proto in ["TCP", "UDP"] {
            assert_eq!(
                serde_json::to_value(Proto::parse(proto).unwrap()).unwrap(),
                proto
            );
        }
        assert!(Cipher::parse("aes-128-cbc").is_err());
        assert!(Proto::parse("tcp").is_err());
    }
}
