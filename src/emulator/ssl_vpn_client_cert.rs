//! A client certificate: the attributes that the API answers, under the API's names, and the keys that come with them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::certificate_authority::{KeyMaterial, Validity};

/// Thrice 365 days, as the cloud's.
const LIVES_MS: u64 = 3 * 365 * 24 * 3_600_000;

/// From so long before its end on a certificate is `expiring-soon`.
const WEEK_MS: u64 = 7 * 24 * 3_600_000;

/// `Status`, which follows from the clock alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertStatus {
    /// In force for more than a week.
    Normal,
    /// In force for a week at most.
    ExpiringSoon,
    /// No longer in force.
    Expired,
}

/// A certificate's attributes; times in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SslVpnClientCert {
    pub ssl_vpn_client_cert_id: String,
    pub ssl_vpn_server_id: String,
    pub region_id: String,
    /// Empty when never given.
    pub name: String,
    pub create_time: u64,
    pub end_time: u64,
    pub resource_group_id: String,
}

impl SslVpnClientCert {
    /// What the certificate is at a moment, in milliseconds since 1970.
    pub fn status(&self, unix_ms: u64) -> CertStatus {
        match self.end_time.saturating_sub(unix_ms) {
            0 => CertStatus::Expired,
            1..=WEEK_MS => CertStatus::ExpiringSoon,
            _ => CertStatus::Normal,
        }
    }
}

/// A certificate with its keys, which never change under an ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCert {
    /// What may be edited.
    pub attributes: SslVpnClientCert,
    /// What only DescribeSslVpnClientCert answers.
    pub key_material: Arc<KeyMaterial>,
}

/// How long a certificate holds that is made now. X.509 counts in seconds: its dates and the API's are the same.
pub fn validity(unix_ms: u64) -> Validity {
    let create_time = unix_ms / 1000 * 1000;
    Validity {
        create_time,
        end_time: create_time.saturating_add(LIVES_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_follows_the_clock() {
        let Validity {
            create_time,
            end_time,
        } = validity(1_552_550_980_123);
        assert_eq!(
            (create_time, end_time),
            (1_552_550_980_000, 1_647_158_980_000),
            "as in the documentation's sample"
        );
        let certificate = SslVpnClientCert {
            ssl_vpn_client_cert_id: "vsc-1".to_owned(),
            ssl_vpn_server_id: "vss-1".to_owned(),
            region_id: "cn-hangzhou".to_owned(),
            name: String::new(),
            create_time,
            end_time,
            resource_group_id: String::new(),
        };
        for (unix_ms, status) in [
            (create_time, "normal"),
            (end_time - WEEK_MS - 1, "normal"),
            (end_time - WEEK_MS, "expiring-soon"),
            (end_time - 1, "expiring-soon"),
            (end_time, "expired"),
            (u64::MAX, "expired"),
        ] {
            let shown = serde_json::to_value(certificate.status(unix_ms)).unwrap();
            assert_eq!(shown, status, "{unix_ms}");
        }
    }
}
