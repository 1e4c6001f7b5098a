//! When a change of a server has really converged. Pure: looks go in, a verdict comes out.
//!
//! Two answers must agree, and either alone can be stale: the gateway is `active` *again* ([`Settling`]), and Describe shows the
//! server as planned (or no longer).

use std::time::Duration;

use super::mapping::differences;
use super::model::SslVpnServer;
use crate::cloud::vpc::{self, VpnGateway};
use crate::provider::settling::{Hopeless, Settling, Verdict};

/// What a change is waiting to see.
#[derive(Debug)]
pub enum Goal<'a> {
    /// A server that shows every planned value.
    Shown(&'a SslVpnServer),
    /// No server.
    Gone,
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
                Verdict::Never(Hopeless::GatewayGone | Hopeless::GatewayDeleting),
                None,
            ) => Verdict::Done,
            (_, Verdict::Never(hopeless), _) => Verdict::Never(hopeless),
            (Goal::Gone, Verdict::Done, None) => Verdict::Done,
            (Goal::Gone, Verdict::Done, Some(_)) => {
                Verdict::NotYet("the server is still listed".to_owned())
            }
            (Goal::Shown(_), _, None) if self.seen_server => Verdict::Never(Hopeless::ServerGone),
            (Goal::Shown(_), Verdict::Done, None) => {
                Verdict::NotYet("the server is not listed yet".to_owned())
            }
            (Goal::Shown(planned), settled, Some(server)) => {
                self.seen_server = true;
                let differences = differences(planned, server);
                match settled {
                    Verdict::Done if differences.is_empty() => Verdict::Done,
                    Verdict::NotYet(what) => Verdict::NotYet(what),
                    _ => Verdict::NotYet(format!(
                        "the server does not show the new {} yet",
                        differences.join(", ")
                    )),
                }
            }
            (_, Verdict::NotYet(what), None) => Verdict::NotYet(what),
            (Goal::Gone, Verdict::NotYet(what), Some(_)) => Verdict::NotYet(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::vpc::{BusinessStatus, GatewayStatus};
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
            (verdict == Verdict::Done).then_some(*at)
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
            Verdict::Done
        );
        let deleting = gateway(Deleting);
        assert_eq!(
            Convergence::of_delete().look(Duration::ZERO, Some(&deleting), None),
            Verdict::Done
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
