//! When a change has really converged. Pure: looks go in, a verdict comes out.
//!
//! Two answers must agree, and either alone can be stale: the gateway is `active` *again*, and Describe shows the server as
//! planned (or no longer). Just after a change both can look done, so `active` counts only once `updating` was seen, or
//! after [`UNCHANGED_FOR`] of nothing but `active`.

use std::time::Duration;

use super::mapping::differences;
use super::model::SslVpnServer;
use crate::cloud::vpc::{self, BusinessStatus, GatewayStatus, VpnGateway};

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

/// Whether a gateway is done with what it was doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// `active` again.
    Yes,
    /// Not yet; what it shows.
    NotYet(String),
    /// It never will be.
    Never(Hopeless),
}

/// Judges a gateway by its looks since a change was accepted, or since it refused one as busy.
#[derive(Debug, Default)]
pub struct Settling {
    seen_updating: bool,
}

impl Settling {
    /// Takes in one look, begun `since` after the change; `None` when the gateway is not there.
    pub fn look(&mut self, since: Duration, gateway: Option<&VpnGateway>) -> Settled {
        let Some(gateway) = gateway else {
            return Settled::Never(Hopeless::GatewayGone);
        };
        if gateway.business_status == Some(BusinessStatus::FinancialLocked) {
            return Settled::Never(Hopeless::PaymentLocked);
        }
        match &gateway.status {
            GatewayStatus::Deleting => Settled::Never(Hopeless::GatewayDeleting),
            GatewayStatus::Active if self.seen_updating || since >= UNCHANGED_FOR => Settled::Yes,
            GatewayStatus::Active => {
                Settled::NotYet("the gateway still reads active, as before the change".to_owned())
            }
            status => {
                self.seen_updating = true;
                Settled::NotYet(format!("the gateway reads {}", status.as_str()))
            }
        }
    }
}

/// What a change is waiting to see.
#[derive(Debug)]
pub enum Goal<'a> {
    /// A server that shows every planned value.
    Shown(&'a SslVpnServer),
    /// No server.
    Gone,
}

/// What a look at gateway and server amounts to.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The change is done.
    Converged,
    /// Not yet; what is still missing.
    NotYet(String),
    /// It never will be.
    Never(Hopeless),
}

/// Judges a change of a server by looks at its gateway and at itself.
#[derive(Debug)]
pub struct Convergence<'a> {
    goal: Goal<'a>,
    settling: Settling,
    seen_server: bool,
}

impl<'a> Convergence<'a> {
    /// A new server, which Describe may not show at first.
    pub fn of_create(planned: &'a SslVpnServer) -> Self {
        Self {
            goal: Goal::Shown(planned),
            settling: Settling::default(),
            seen_server: false,
        }
    }

    /// A change of a server that is there.
    pub fn of_update(planned: &'a SslVpnServer) -> Self {
        Self {
            goal: Goal::Shown(planned),
            settling: Settling::default(),
            seen_server: true,
        }
    }

    /// The end of a server.
    pub fn of_delete() -> Self {
        Self {
            goal: Goal::Gone,
            settling: Settling::default(),
            seen_server: true,
        }
    }

    /// Takes in one look, begun `since` after the change was accepted.
    pub fn look(
        &mut self,
        since: Duration,
        gateway: Option<&VpnGateway>,
        server: Option<&vpc::SslVpnServer>,
    ) -> Verdict {
        let settled = self.settling.look(since, gateway);
        match (&self.goal, settled, server) {
            // A gateway that goes takes the server along: that is what was wanted.
            (
                Goal::Gone,
                Settled::Never(Hopeless::GatewayGone | Hopeless::GatewayDeleting),
                None,
            ) => Verdict::Converged,
            (_, Settled::Never(hopeless), _) => Verdict::Never(hopeless),
            (Goal::Gone, Settled::Yes, None) => Verdict::Converged,
            (Goal::Gone, Settled::Yes, Some(_)) => {
                Verdict::NotYet("the server is still listed".to_owned())
            }
            (Goal::Shown(_), _, None) if self.seen_server => Verdict::Never(Hopeless::ServerGone),
            (Goal::Shown(_), Settled::Yes, None) => {
                Verdict::NotYet("the server is not listed yet".to_owned())
            }
            (Goal::Shown(planned), settled, Some(server)) => {
                self.seen_server = true;
                let differences = differences(planned, server);
                match settled {
                    Settled::Yes if differences.is_empty() => Verdict::Converged,
                    Settled::NotYet(what) => Verdict::NotYet(what),
                    _ => Verdict::NotYet(format!(
                        "the server does not show the new {} yet",
                        differences.join(", ")
                    )),
                }
            }
            (_, Settled::NotYet(what), None) => Verdict::NotYet(what),
            (Goal::Gone, Settled::NotYet(what), Some(_)) => Verdict::NotYet(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::model::Attr;

    fn gateway(status: GatewayStatus) -> VpnGateway {
        VpnGateway {
            id: "vpn-1".to_owned(),
            status,
            business_status: Some(BusinessStatus::Normal),
            ..VpnGateway::default()
        }
    }

    fn planned() -> SslVpnServer {
        SslVpnServer {
            port: Attr::Known(1195),
            ..SslVpnServer::default()
        }
    }

    fn server(port: u16) -> vpc::SslVpnServer {
        vpc::SslVpnServer {
            id: "vss-1".to_owned(),
            port: Some(port),
            ..vpc::SslVpnServer::default()
        }
    }

    /// Looks as `(milliseconds since the change, status, port that Describe shows)`, and when the verdict was `Converged`.
    fn converged_at(
        mut convergence: Convergence<'_>,
        looks: &[(u64, GatewayStatus, Option<u16>)],
    ) -> Option<u64> {
        looks.iter().find_map(|(at, status, port)| {
            let server = port.map(server);
            let verdict = convergence.look(
                Duration::from_millis(*at),
                Some(&gateway(status.clone())),
                server.as_ref(),
            );
            (verdict == Verdict::Converged).then_some(*at)
        })
    }

    use GatewayStatus::{Active, Deleting, Updating};

    #[test]
    fn active_counts_once_updating_was_seen() {
        let planned = planned();
        let looks = [
            (0, Active, Some(1195)),
            (200, Active, Some(1195)),
            (400, Updating, Some(1195)),
            (1000, Active, Some(1195)),
        ];
        assert_eq!(
            converged_at(Convergence::of_update(&planned), &looks),
            Some(1000)
        );
    }

    #[test]
    fn a_gateway_that_looks_done_from_the_start_counts_after_two_seconds() {
        let planned = planned();
        let looks = [
            (0, Active, Some(1195)),
            (1900, Active, Some(1195)),
            (2000, Active, Some(1195)),
        ];
        assert_eq!(
            converged_at(Convergence::of_update(&planned), &looks),
            Some(2000)
        );
    }

    #[test]
    fn a_describe_that_lags_behind_the_gateway_is_waited_for() {
        let planned = planned();
        let looks = [
            (0, Updating, Some(1194)),
            (500, Active, Some(1194)),
            (700, Active, Some(1194)),
            (900, Active, Some(1195)),
        ];
        assert_eq!(
            converged_at(Convergence::of_update(&planned), &looks),
            Some(900)
        );
    }

    #[test]
    fn a_new_server_may_be_missing_at_first_but_not_vanish_later() {
        let planned = planned();
        let mut convergence = Convergence::of_create(&planned);
        let look = |convergence: &mut Convergence<'_>, server: Option<&vpc::SslVpnServer>| {
            convergence.look(Duration::ZERO, Some(&gateway(Updating)), server)
        };
        assert!(matches!(look(&mut convergence, None), Verdict::NotYet(_)));
        assert!(matches!(
            look(&mut convergence, Some(&server(1195))),
            Verdict::NotYet(_)
        ));
        assert_eq!(
            look(&mut convergence, None),
            Verdict::Never(Hopeless::ServerGone)
        );
    }

    #[test]
    fn a_server_that_vanishes_during_an_update_ends_the_wait_at_once() {
        let planned = planned();
        let verdict =
            Convergence::of_update(&planned).look(Duration::ZERO, Some(&gateway(Updating)), None);
        assert_eq!(verdict, Verdict::Never(Hopeless::ServerGone));
    }

    #[test]
    fn a_deletion_is_done_when_the_server_is_gone_and_the_gateway_active_again() {
        let looks = [
            (0, Active, Some(1194)),
            (400, Updating, Some(1194)),
            (900, Active, Some(1194)),
            (1100, Active, None),
        ];
        assert_eq!(converged_at(Convergence::of_delete(), &looks), Some(1100));
        let looks = [
            (0, Updating, None),
            (400, Updating, None),
            (900, Active, None),
        ];
        assert_eq!(converged_at(Convergence::of_delete(), &looks), Some(900));
    }

    #[test]
    fn a_gateway_that_will_not_come_back_ends_every_wait_at_once() {
        let planned = planned();
        let locked = VpnGateway {
            business_status: Some(BusinessStatus::FinancialLocked),
            ..gateway(Active)
        };
        for (gateway, hopeless) in [
            (Some(gateway(Deleting)), Hopeless::GatewayDeleting),
            (Some(locked), Hopeless::PaymentLocked),
            (None, Hopeless::GatewayGone),
        ] {
            for mut convergence in [
                Convergence::of_create(&planned),
                Convergence::of_update(&planned),
                Convergence::of_delete(),
            ] {
                let verdict =
                    convergence.look(Duration::ZERO, gateway.as_ref(), Some(&server(1195)));
                assert_eq!(verdict, Verdict::Never(hopeless));
            }
        }
    }

    #[test]
    fn a_gateway_that_goes_takes_a_server_that_was_to_be_deleted_along() {
        assert_eq!(
            Convergence::of_delete().look(Duration::ZERO, None, None),
            Verdict::Converged
        );
        let deleting = gateway(Deleting);
        assert_eq!(
            Convergence::of_delete().look(Duration::ZERO, Some(&deleting), None),
            Verdict::Converged
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let planned = planned();
        let mut convergence = Convergence::of_update(&planned);
        convergence.look(
            Duration::ZERO,
            Some(&gateway(Updating)),
            Some(&server(1194)),
        );
        let verdict = convergence.look(
            Duration::from_secs(1),
            Some(&gateway(Active)),
            Some(&server(1194)),
        );
        assert_eq!(
            verdict,
            Verdict::NotYet("the server does not show the new port yet".to_owned())
        );
    }
}
