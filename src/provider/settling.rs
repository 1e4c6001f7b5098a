//! When a gateway has really come to rest after a change. Pure: looks go in, a verdict comes out.
//!
//! Just after a change its status can still read as before, so `active` counts only once `updating` was seen, or after
//! [`UNCHANGED_FOR`] of nothing but `active`.

use std::time::Duration;

use crate::cloud::vpc::{BusinessStatus, GatewayStatus, VpnGateway};

/// A gateway that has read `active` for so long after a change will not start `updating` because of it.
pub const UNCHANGED_FOR: Duration = Duration::from_secs(2);

/// Why waiting longer is pointless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Hopeless {
    /// The gateway is on its way out.
    #[error("the VPN gateway reads deleting: it is being deleted, and the server with it")]
    GatewayDeleting,
    /// The gateway does not exist any more.
    #[error("the VPN gateway does not exist any more")]
    GatewayGone,
    /// The gateway is locked for an unpaid bill.
    #[error("the VPN gateway reads FinancialLocked: it is locked because of an overdue payment")]
    PaymentLocked,
    /// The server does not exist any more.
    #[error("the SSL server was deleted meanwhile")]
    ServerGone,
}

/// What a look amounts to.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// What was waited for has come.
    Done,
    /// Not yet; what is still missing.
    NotYet(String),
    /// It never will.
    Never(Hopeless),
}

/// Judges a gateway by its looks since a change was accepted, or since it refused one as busy.
#[derive(Debug, Default)]
pub struct Settling {
    seen_updating: bool,
    refused: bool,
}

impl Settling {
    /// Takes in that the gateway refused a change as busy, which says more than a status that may lag. One that refuses again after
    /// it read `active` does lag: from then on only its status counts.
    pub fn refused(&mut self) {
        self.seen_updating = !self.refused;
        self.refused = true;
    }

    /// Takes in one look, begun `since` after the change; `None` when the gateway is not there.
    pub fn look(&mut self, since: Duration, gateway: Option<&VpnGateway>) -> Verdict {
        let Some(gateway) = gateway else {
            return Verdict::Never(Hopeless::GatewayGone);
        };
        if gateway.business_status == Some(BusinessStatus::FinancialLocked) {
            return Verdict::Never(Hopeless::PaymentLocked);
        }
        match &gateway.status {
            GatewayStatus::Deleting => Verdict::Never(Hopeless::GatewayDeleting),
            GatewayStatus::Active if self.seen_updating || since >= UNCHANGED_FOR => Verdict::Done,
            GatewayStatus::Active => {
                Verdict::NotYet("the gateway still reads active, as before the change".to_owned())
            }
            status => {
                self.seen_updating = true;
                Verdict::NotYet(format!("the gateway reads {}", status.as_str()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_refused_is_done_when_it_reads_active_and_not_trusted_twice() {
        let gateway = |status: GatewayStatus| VpnGateway {
            status,
            ..VpnGateway::default()
        };
        let (active, updating) = (
            gateway(GatewayStatus::Active),
            gateway(GatewayStatus::Updating),
        );
        let soon = Duration::from_millis(200);
        let mut settling = Settling::default();
        settling.refused();
        assert_eq!(settling.look(soon, Some(&active)), Verdict::Done);
        settling.refused();
        assert!(matches!(
            settling.look(soon, Some(&active)),
            Verdict::NotYet(_)
        ));
        settling.look(soon, Some(&updating));
        assert_eq!(settling.look(soon, Some(&active)), Verdict::Done);
    }
}
