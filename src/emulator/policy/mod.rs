//! RAM policies: what a caller may do. Pure: a text in, a policy out; an action and its resources in, a decision out.
//!
//! A call is allowed when some statement allows it on every resource that it touches, and no statement denies it on any. `written` reads
//! the JSON, `demand` says what each operation asks of a policy.

mod demand;
mod pattern;
mod written;

pub use demand::Demand;
pub use written::PolicyError;

use pattern::Pattern;

/// What the callers of an emulator may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy(Vec<Statement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    effect: Effect,
    actions: Actions,
    resources: Vec<Pattern>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Actions {
    /// `Action`.
    These(Vec<Pattern>),
    /// `NotAction`.
    AllBut(Vec<Pattern>),
}

/// Why a call is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No statement allows it.
    ImplicitDeny,
    /// A statement denies it.
    ExplicitDeny,
}

impl Refusal {
    /// As in an answer's `NoPermissionType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImplicitDeny => "ImplicitDeny",
            Self::ExplicitDeny => "ExplicitDeny",
        }
    }
}

impl Policy {
    /// Whether a call may be made.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, demand: &Demand) -> Result<(), Refusal> {
        let says = |effect: Effect, resource: &str| {
            self.0.iter().any(|statement| {
                statement.effect == effect && statement.covers(&demand.action, resource)
            })
        };
        if demand
            .resources
            .iter()
            .any(|resource| says(Effect::Deny, resource))
        {
            return Err(Refusal::ExplicitDeny);
        }
        if demand
            .resources
            .iter()
            .all(|resource| says(Effect::Allow, resource))
        {
            Ok(())
        } else {
            Err(Refusal::ImplicitDeny)
        }
    }
}

impl Statement {
    fn covers(&self, action: &str, resource: &str) -> bool {
        // Actions are compared without case, as RAM does.
        let is_named = |patterns: &[Pattern]| {
            patterns
                .iter()
                .any(|pattern| pattern.matches_ignoring_case(action))
        };
        let is_its_action = match &self.actions {
            Actions::These(patterns) => is_named(patterns),
            Actions::AllBut(patterns) => !is_named(patterns),
        };
        is_its_action
            && self
                .resources
                .iter()
                .any(|pattern| pattern.matches(resource))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A policy of statements, each written as `Allow|Deny ACTION RESOURCE`.
    fn policy(statements: &[&str]) -> Policy {
        let statements: Vec<serde_json::Value> = statements
            .iter()
            .map(|statement| {
                let mut words = statement.split(' ');
                let mut word = || words.next().unwrap();
                serde_json::json!({"Effect": word(), "Action": word(), "Resource": word()})
            })
            .collect();
        let text = serde_json::json!({"Version": "1", "Statement": statements}).to_string();
        text.parse().unwrap()
    }

    fn demand(action: &str, resources: &[&str]) -> Demand {
        Demand {
            action: action.to_owned(),
            resources: resources.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    const SERVER: &str = "acs:vpc:cn-hangzhou:1234567890123456:sslvpnserver/vss-1";
    const GATEWAY: &str = "acs:vpc:cn-hangzhou:1234567890123456:vpngateway/vpn-1";

    #[test]
    fn what_no_statement_allows_is_refused() {
        for (statements, action, result) in [
            (&["Allow vpc:* *"][..], "vpc:DescribeSslVpnServers", Ok(())),
            (
                &["Allow vpc:Describe* *"],
                "vpc:DescribeSslVpnServers",
                Ok(()),
            ),
            (
                &["Allow vpc:describesslvpnservers *"],
                "vpc:DescribeSslVpnServers",
                Ok(()),
            ),
            (&["Allow * *"], "vpc:DescribeSslVpnServers", Ok(())),
            (
                &["Allow vpc:Describe* *"],
                "vpc:DeleteSslVpnServer",
                Err(Refusal::ImplicitDeny),
            ),
            (
                &["Allow ecs:* *"],
                "vpc:DescribeSslVpnServers",
                Err(Refusal::ImplicitDeny),
            ),
        ] {
            let decision = policy(statements).check(&demand(action, &[SERVER]));
            assert_eq!(decision, result, "{statements:?} {action}");
        }
    }

    #[test]
    fn deny_wins_in_any_order() {
        for statements in [
            ["Allow vpc:* *", "Deny vpc:Delete* *"],
            ["Deny vpc:Delete* *", "Allow vpc:* *"],
        ] {
            let policy = policy(&statements);
            assert_eq!(
                policy.check(&demand("vpc:DeleteSslVpnServer", &[SERVER])),
                Err(Refusal::ExplicitDeny)
            );
            assert_eq!(
                policy.check(&demand("vpc:ModifySslVpnServer", &[SERVER])),
                Ok(())
            );
        }
    }

    #[test]
    fn a_resource_is_compared_in_its_case_and_may_have_wildcards() {
        for (resource, is_allowed) in [
            (
                "acs:vpc:cn-hangzhou:1234567890123456:sslvpnserver/vss-1",
                true,
            ),
            ("acs:vpc:*:*:sslvpnserver/vss-1", true),
            ("acs:vpc:*:*:sslvpnserver/*", true),
            ("acs:vpc:cn-shanghai:*:sslvpnserver/vss-1", false),
            ("acs:vpc:*:*:sslvpnserver/vss-2", false),
            ("acs:vpc:*:*:SslVpnServer/vss-1", false),
        ] {
            let policy = policy(&[&format!("Allow vpc:* {resource}")]);
            let decision = policy.check(&demand("vpc:DeleteSslVpnServer", &[SERVER]));
            assert_eq!(decision.is_ok(), is_allowed, "{resource}");
        }
    }

    #[test]
    fn every_resource_of_a_call_must_be_allowed_and_none_denied() {
        let create = demand("vpc:CreateSslVpnServer", &[GATEWAY, SERVER]);
        let (gateway, server) = (
            "Allow vpc:* acs:vpc:*:*:vpngateway/vpn-1",
            "Allow vpc:* acs:vpc:*:*:sslvpnserver/*",
        );
        assert_eq!(policy(&[gateway, server]).check(&create), Ok(()));
        for half in [gateway, server] {
            assert_eq!(policy(&[half]).check(&create), Err(Refusal::ImplicitDeny));
        }
        let denied = ["Allow vpc:* *", "Deny vpc:* acs:vpc:*:*:vpngateway/vpn-1"];
        assert_eq!(policy(&denied).check(&create), Err(Refusal::ExplicitDeny));
    }

    #[test]
    fn not_action_is_all_but_what_it_names() {
        let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","NotAction":["vpc:Delete*"],"Resource":"*"}]}"#;
        let policy: Policy = text.parse().unwrap();
        assert!(
            policy
                .check(&demand("vpc:ModifySslVpnServer", &[SERVER]))
                .is_ok()
        );
        assert!(
            policy
                .check(&demand("vpc:DeleteSslVpnServer", &[SERVER]))
                .is_err()
        );
    }
}
