//! Two-factor authentication. IDaaS instances of the first kind are called `idaas-REGION-...`; those of the second, EIAM 2.0, have IDs that
//! begin with `idaas_` (the cloud's) or `eiam-` (taken here too, it reads better in tests). Other IDs are of no instance.

use crate::emulator::error::{self, ApiError};

/// 2020-03-05T00:00:00Z in milliseconds: gateways created before do not know two-factor authentication.
const SUPPORTED_SINCE: u64 = 1_583_366_400_000;

/// What a request says of two-factor authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked<'a> {
    /// `EnableMultiFactorAuth`.
    pub enable: Option<bool>,
    /// `IDaaSInstanceId`.
    pub instance_id: Option<&'a str>,
    /// `IDaaSApplicationId`.
    pub application_id: Option<&'a str>,
}

/// What an instance's `IDaaSInstanceVersion` reads, absent for the first kind.
pub fn instance_version(instance_id: &str) -> Option<String> {
    let second = instance_id.starts_with("idaas_") || instance_id.starts_with("eiam-");
    second.then(|| "EIAM 2.0".to_owned())
}

/// The rules across the arguments of one request.
///
/// # Errors
/// `MissingParameter.IDaaSInstanceId`, `MissingParameter` for the application of an EIAM 2.0 instance, `InvalidIDaaSInstanceId.NotFound`.
pub fn check(asked: Asked<'_>) -> Result<(), ApiError> {
    let is_on = asked.enable == Some(true);
    let Some(instance_id) = asked.instance_id else {
        return if is_on {
            Err(error::MISSING_PARAMETER_IDAAS_INSTANCE_ID.into())
        } else {
            Ok(())
        };
    };
    let version = instance_version(instance_id);
    if version.is_none() && !instance_id.starts_with("idaas-") {
        return Err(error::INVALID_IDAAS_INSTANCE_ID_NOT_FOUND.into());
    }
    if is_on && version.is_some() && asked.application_id.is_none() {
        return Err(ApiError::missing_parameter("IDaaSApplicationId"));
    }
    Ok(())
}

/// An old gateway refuses the argument itself, whatever its value.
///
/// # Errors
/// `OperationUnsupported.NotSupportMultiFactorAuth`.
pub fn check_gateway(asked: Asked<'_>, gateway_create_time: u64) -> Result<(), ApiError> {
    if asked.enable.is_some() && gateway_create_time < SUPPORTED_SINCE {
        Err(error::NOT_SUPPORT_MULTI_FACTOR_AUTH.into())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: Asked<'_> = Asked {
        enable: Some(true),
        instance_id: None,
        application_id: None,
    };

    #[test]
    fn switched_on_it_needs_an_instance() {
        assert_eq!(
            check(ON).unwrap_err().code,
            "MissingParameter.IDaaSInstanceId"
        );
        assert_eq!(
            check(Asked {
                enable: Some(false),
                ..ON
            }),
            Ok(())
        );
        assert_eq!(check(Asked::default()), Ok(()));
        assert_eq!(
            check(Asked {
                instance_id: Some("idaas-cn-hangzhou-1"),
                ..ON
            }),
            Ok(())
        );
    }

    #[test]
    fn eiam_2_needs_an_application_too() {
        for instance in ["eiam-1", "idaas_ue2jvisn35ea5lmthk267"] {
            let asked = Asked {
                instance_id: Some(instance),
                ..ON
            };
            let error = check(asked).unwrap_err();
            assert!(error.message.contains("IDaaSApplicationId"), "{instance}");
            assert_eq!(
                check(Asked {
                    application_id: Some("app_1"),
                    ..asked
                }),
                Ok(())
            );
            assert_eq!(instance_version(instance).as_deref(), Some("EIAM 2.0"));
        }
        assert_eq!(instance_version("idaas-cn-hangzhou-1"), None);
    }

    #[test]
    fn an_unknown_instance_is_not_found() {
        let asked = Asked {
            instance_id: Some("vpn-1"),
            ..ON
        };
        assert_eq!(
            check(asked).unwrap_err().code,
            "InvalidIDaaSInstanceId.NotFound"
        );
    }

    #[test]
    fn an_old_gateway_refuses_the_argument_even_false() {
        let off = Asked {
            enable: Some(false),
            ..ON
        };
        for asked in [ON, off] {
            assert!(check_gateway(asked, SUPPORTED_SINCE - 1).is_err());
            assert!(check_gateway(asked, SUPPORTED_SINCE).is_ok());
        }
        assert!(check_gateway(Asked::default(), 0).is_ok());
    }
}
