//! What the account may have at most, as people write it: `certificates=50,gateways=30`.

use std::str::FromStr;

/// The defaults are the documented ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Client certificates.
    pub certificates: usize,
    /// VPN gateways.
    pub gateways: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            certificates: 50,
            gateways: 30,
        }
    }
}

/// Why a text is no quota.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// Not `NAME=NUMBER`.
    #[error("`{0}` is no quota: write certificates=50 or gateways=30, or both with a comma")]
    Form(String),
    /// No such quota.
    #[error("there is no quota `{0}`; there are certificates and gateways")]
    Unknown(String),
}

impl FromStr for Quotas {
    type Err = QuotaError;

    /// What is not written keeps its default.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut quotas = Self::default();
        for part in text.split(',') {
            let refused = || QuotaError::Form(part.to_owned());
            let (name, number) = part.split_once('=').ok_or_else(refused)?;
            let number = number.trim().parse().map_err(|_| refused())?;
            match name.trim() {
                "certificates" => quotas.certificates = number,
                "gateways" => quotas.gateways = number,
                other => return Err(QuotaError::Unknown(other.to_owned())),
            }
        }
        Ok(quotas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_quota_can_be_written_alone() {
        let quotas = |text: &str| text.parse::<Quotas>().unwrap();
        let (certificates, gateways) = (1000, 30);
        assert_eq!(
            quotas("certificates=1000"),
            Quotas {
                certificates,
                gateways
            }
        );
        assert_eq!(
            quotas("gateways=2, certificates=1000"),
            Quotas {
                certificates,
                gateways: 2
            }
        );
    }

    #[test]
    fn anything_else_is_refused_with_the_text() {
        for (text, word) in [
            ("", "``"),
            ("certificates", "`certificates`"),
            ("gateways=many", "many"),
            ("gateways=-1", "-1"),
            ("servers=5", "servers"),
        ] {
            let error = text.parse::<Quotas>().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
