//! What a gateway must be for a change of its SSL server, in the order in which the API looks: paid for, able to, not busy.

use crate::emulator::error::{self, ApiError};
use crate::emulator::vpn_gateway::{BusinessStatus, GatewayStatus, Switch, VpnGateway};

/// # Errors
/// `VpnGateway.FinancialLocked`.
pub fn check_payment(gateway: &VpnGateway) -> Result<(), ApiError> {
    match gateway.business_status {
        BusinessStatus::Normal => Ok(()),
        BusinessStatus::FinancialLocked => Err(error::VPN_GATEWAY_FINANCIAL_LOCKED.into()),
    }
}

/// Only a traditional gateway with SSL-VPN takes an SSL server.
///
/// # Errors
/// `VpnGateway.SslVpnDisabled`, also for another `GatewayType`: the documentation has no code of its own for that.
pub fn check_ssl_vpn(gateway: &VpnGateway) -> Result<(), ApiError> {
    if gateway.ssl_vpn == Switch::Enable && gateway.gateway_type == "Traditional" {
        Ok(())
    } else {
        Err(error::VPN_GATEWAY_SSL_VPN_DISABLED.into())
    }
}

/// # Errors
/// `VpnGateway.Configuring` unless the gateway's true status is `active`.
pub fn check_idle(true_status: GatewayStatus) -> Result<(), ApiError> {
    if true_status == GatewayStatus::Active {
        Ok(())
    } else {
        Err(error::VPN_GATEWAY_CONFIGURING.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway() -> VpnGateway {
        VpnGateway::new("vpn-1", "vpc-1", "cn-hangzhou", 0)
    }

    #[test]
    fn a_locked_gateway_wants_to_be_paid() {
        assert_eq!(check_payment(&gateway()), Ok(()));
        let locked = VpnGateway {
            business_status: BusinessStatus::FinancialLocked,
            ..gateway()
        };
        assert_eq!(
            check_payment(&locked).unwrap_err().code,
            "VpnGateway.FinancialLocked"
        );
    }

    #[test]
    fn only_a_traditional_gateway_with_ssl_vpn_takes_a_server() {
        assert_eq!(check_ssl_vpn(&gateway()), Ok(()));
        let disabled = VpnGateway {
            ssl_vpn: Switch::Disable,
            ..gateway()
        };
        let enhanced = VpnGateway {
            gateway_type: "Enhanced.SiteToSite".to_owned(),
            ..gateway()
        };
        for gateway in [disabled, enhanced] {
            assert_eq!(
                check_ssl_vpn(&gateway).unwrap_err().code,
                "VpnGateway.SslVpnDisabled"
            );
        }
    }

    #[test]
    fn only_an_active_gateway_takes_a_change() {
        assert_eq!(check_idle(GatewayStatus::Active), Ok(()));
        for status in [
            GatewayStatus::Updating,
            GatewayStatus::Init,
            GatewayStatus::Deleting,
        ] {
            assert_eq!(
                check_idle(status).unwrap_err().code,
                "VpnGateway.Configuring"
            );
        }
    }
}
