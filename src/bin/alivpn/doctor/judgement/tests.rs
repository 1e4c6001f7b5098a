use std::time::Duration;

use terraform_provider_alivpn::cloud::error::{ApiError, TransportFault};
use terraform_provider_alivpn::cloud::sts::CallerIdentity;

use super::super::facts::ACTIONS;
use super::*;
use Verdict::{Fail, Pass, Skip, Warn};

fn refusal(operation: &'static str, code: &str, class: Class) -> Error {
    Error::Api(ApiError {
        operation,
        code: code.to_owned(),
        message: format!("It is {code}"),
        request_id: Some("R-1".to_owned()),
        http_status: 403,
        class,
        argument: None,
    })
}

fn no_connection(operation: &'static str) -> Error {
    Error::Transport {
        operation,
        endpoint: "https://sts.aliyuncs.com".to_owned(),
        fault: TransportFault::Unreachable,
        reason: "no connection (refused)".to_owned(),
    }
}

fn gateway(id: &str) -> Gateway {
    Gateway {
        id: id.to_owned(),
        ssl_vpn: Some(true),
        gateway_type: Some("Traditional".to_owned()),
        status: "active".to_owned(),
        ..Gateway::default()
    }
}

fn all_allowed() -> Vec<(Action, Permission)> {
    ACTIONS
        .map(|action| (action, Permission::Allowed))
        .into_iter()
        .collect()
}

/// A machine on which all is well.
fn well() -> Facts {
    Facts {
        settings: Vec::new(),
        credentials: Some(Ok(Signer {
            origin: "the environment".to_owned(),
            access_key_id: "LTAI".to_owned(),
            is_temporary: false,
        })),
        region: Some(Ok(Region {
            name: "cn-hangzhou".to_owned(),
            named_by: "ALIBABA_CLOUD_REGION".to_owned(),
        })),
        identity: Some(Identity::Known(CallerIdentity {
            arn: "acs:ram::1:user/me".to_owned(),
            account_id: "1".to_owned(),
            identity_type: Some("RAMUser".to_owned()),
        })),
        endpoint: Some(Endpoint {
            origin: "https://vpc.aliyuncs.com".to_owned(),
            reply: Ok(Reply {
                elapsed: Duration::from_millis(12),
                ahead: Some(0),
            }),
        }),
        no_such_region: None,
        permissions: all_allowed(),
        gateways: Some(vec![gateway("vpn-1")]),
    }
}

/// The lines; what warns or fails comes with what to do, and nothing else does.
#[track_caller]
fn lines(facts: &Facts) -> Vec<Line> {
    let lines = judge(facts);
    for line in &lines {
        let is_well = matches!(line.verdict, Pass | Skip);
        assert_eq!(line.advice.is_empty(), is_well, "{line:?}");
    }
    lines
}

/// What is said of one thing: verdict, finding, advice.
#[track_caller]
fn said(facts: &Facts, about: &str) -> (Verdict, String, String) {
    let lines = lines(facts);
    let line = lines.into_iter().find(|line| line.about == about);
    let line = line.unwrap_or_else(|| panic!("nothing about {about}"));
    (line.verdict, line.found, line.advice)
}

#[test]
fn where_all_is_well_every_line_passes_and_there_is_nothing_to_do() {
    let lines = lines(&well());
    let about: Vec<&str> = lines.iter().map(|line| line.about).collect();
    assert_eq!(
        about,
        [
            "credentials",
            "region",
            "identity",
            "endpoint",
            "clock",
            "reads",
            "changes",
            "gateways"
        ]
    );
    for line in &lines {
        assert_eq!((line.verdict, line.advice.as_str()), (Pass, ""), "{line:?}");
    }
    assert_eq!(worst(&lines), Pass);
    assert_eq!(lines[0].found, "access key LTAI from the environment");
    assert_eq!(lines[1].found, "cn-hangzhou, named by ALIBABA_CLOUD_REGION");
    assert_eq!(lines[3].found, "https://vpc.aliyuncs.com answered in 12 ms");
    assert_eq!(lines[4].found, "in step with the cloud's");
    assert!(
        lines[6]
            .found
            .contains("Not tried, for want of a dry run: DeleteSslVpnServer")
    );
}

#[test]
fn settings_that_cannot_be_meant_are_all_that_is_said() {
    let facts = Facts {
        settings: vec![
            Diagnostic::error("Invalid VPC endpoint").detail("It holds a user."),
            Diagnostic::error("Invalid region").detail("It is none."),
        ],
        ..well()
    };
    let lines = lines(&facts);
    let found: Vec<(Verdict, &str)> = lines
        .iter()
        .map(|line| (line.verdict, line.found.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Fail, "Invalid VPC endpoint. It holds a user."),
            (Fail, "Invalid region. It is none.")
        ]
    );
}

#[test]
fn credentials_that_there_are_not_fail_and_what_depends_on_them_is_skipped() {
    let facts = Facts {
        credentials: Some(Err(Diagnostic::error("No usable credentials").detail(
            "There are none. Tried, in this order:\n  - a\n  - b\n\nSet access_key.",
        ))),
        identity: None,
        permissions: Vec::new(),
        gateways: None,
        ..well()
    };
    let (verdict, found, advice) = said(&facts, "credentials");
    assert_eq!((verdict, advice.as_str()), (Fail, "Set access_key."));
    assert!(found.ends_with("\n  - a\n  - b"), "{found}");
    for about in ["identity", "reads", "changes", "gateways"] {
        assert_eq!(said(&facts, about).0, Skip, "{about}");
    }
    assert_eq!(said(&facts, "endpoint").0, Pass);
    let unusable = Facts {
        credentials: Some(Err(
            Diagnostic::error("No usable credentials").detail("The process vault ended with 1.")
        )),
        ..facts
    };
    let (verdict, _, advice) = said(&unusable, "credentials");
    assert_eq!(verdict, Fail);
    assert!(advice.contains("Mend that source"), "{advice}");
}

#[test]
fn a_region_that_is_not_named_or_that_the_cloud_does_not_know_fails() {
    let unnamed = Facts {
        region: Some(Err(
            Diagnostic::error("No region").detail("Nobody names one.")
        )),
        ..well()
    };
    let (verdict, _, advice) = said(&unnamed, "region");
    assert_eq!(verdict, Fail);
    assert!(advice.contains("--region"), "{advice}");

    let unknown = Facts {
        no_such_region: Some(refusal(
            "DescribeSslVpnServers",
            "InvalidRegionId.NotFound",
            Class::Input,
        )),
        permissions: Vec::new(),
        gateways: None,
        ..well()
    };
    let (verdict, found, _) = said(&unknown, "region");
    assert_eq!(
        (verdict, found.as_str()),
        (
            Fail,
            "cn-hangzhou, named by ALIBABA_CLOUD_REGION: the cloud has no such region (InvalidRegionId.NotFound, RequestId R-1)."
        )
    );
    for about in ["reads", "changes", "gateways"] {
        assert_eq!(said(&unknown, about).0, Skip, "{about}");
    }
}

#[test]
fn temporary_credentials_and_the_options_are_named_as_such() {
    let facts = Facts {
        credentials: Some(Ok(Signer {
            origin: "the profile \"dev\"".to_owned(),
            access_key_id: "STS.1".to_owned(),
            is_temporary: true,
        })),
        region: Some(Ok(Region {
            name: "cn-beijing".to_owned(),
            named_by: "region".to_owned(),
        })),
        ..well()
    };
    assert_eq!(
        said(&facts, "credentials").1,
        "temporary access key STS.1 from the profile \"dev\""
    );
    assert_eq!(said(&facts, "region").1, "cn-beijing, named by --region");
}

#[test]
fn who_the_cloud_does_not_know_fails_and_an_sts_out_of_reach_only_warns() {
    let caller = |identity_type: &str| {
        Identity::Known(CallerIdentity {
            arn: "acs:ram::1:root".to_owned(),
            account_id: "1".to_owned(),
            identity_type: Some(identity_type.to_owned()),
        })
    };
    let operation = "GetCallerIdentity";
    for (identity, verdict, words) in [
        (caller("Account"), Warn, "the account itself"),
        (caller("AssumedRoleUser"), Pass, "acs:ram::1:root"),
        (Identity::NotAsked, Skip, "--sts-endpoint"),
        (
            Identity::Late("https://sts.x".to_owned()),
            Warn,
            "https://sts.x gave no answer",
        ),
        (
            Identity::NoEndpoint("no region".to_owned()),
            Warn,
            "no region.",
        ),
        (
            Identity::Refused(refusal(
                operation,
                "InvalidAccessKeyId.NotFound",
                Class::Credentials,
            )),
            Fail,
            "InvalidAccessKeyId.NotFound",
        ),
        (
            Identity::Refused(refusal(
                operation,
                "InvalidSecurityToken.Expired",
                Class::CredentialsRefresh,
            )),
            Fail,
            "R-1",
        ),
        (
            Identity::Refused(no_connection(operation)),
            Warn,
            "no connection",
        ),
        (
            Identity::Refused(refusal(operation, "Forbidden", Class::Permission)),
            Warn,
            "Forbidden",
        ),
    ] {
        let facts = Facts {
            identity: Some(identity),
            ..well()
        };
        let (found, text, advice) = said(&facts, "identity");
        assert_eq!(found, verdict, "{text}");
        assert!(text.contains(words), "{text}");
        assert!(
            !advice.contains("vpc:") && !advice.contains("endpoints.vpc"),
            "STS is not the VPC API: {advice}"
        );
        assert_eq!(
            advice.contains("--sts-endpoint"),
            text.contains("no answer") || text.contains("no connection"),
            "{text}: {advice}"
        );
    }
}

#[test]
fn an_endpoint_out_of_reach_fails_and_says_where_to_look() {
    let facts = Facts {
        endpoint: Some(Endpoint {
            origin: "https://vpc.example".to_owned(),
            reply: Err("the name cannot be resolved".to_owned()),
        }),
        ..well()
    };
    let (verdict, found, advice) = said(&facts, "endpoint");
    assert_eq!(
        (verdict, found.as_str()),
        (Fail, "https://vpc.example: the name cannot be resolved.")
    );
    assert!(advice.contains("HTTPS_PROXY") && advice.contains("ALIBABA_CLOUD_VPC_ENDPOINT"));
    assert_eq!(said(&facts, "clock").0, Skip);
}

#[test]
fn a_clock_may_be_a_minute_off_and_is_named_with_its_direction_beyond() {
    for (ahead, verdict, words) in [
        (Some(0), Pass, "in step with the cloud's"),
        (Some(-1), Pass, "in step with the cloud's"),
        (Some(60), Pass, "60 s ahead of the cloud's"),
        (Some(61), Warn, "61 s ahead of the cloud's"),
        (Some(-840), Warn, "14 min behind the cloud's"),
        (Some(900), Warn, "15 min ahead of the cloud's"),
        (Some(901), Warn, "more than 15 minutes off"),
        (Some(-7200), Warn, "2 h behind the cloud's"),
        (None, Skip, "does not say"),
    ] {
        let mut facts = well();
        facts.endpoint = Some(Endpoint {
            origin: "https://vpc.aliyuncs.com".to_owned(),
            reply: Ok(Reply {
                elapsed: Duration::ZERO,
                ahead,
            }),
        });
        let (found, text, advice) = said(&facts, "clock");
        assert_eq!(found, verdict, "{ahead:?}: {text}");
        assert!(text.contains(words), "{ahead:?}: {text}");
        assert_eq!(advice.contains("NTP"), verdict == Warn, "{ahead:?}");
        assert_eq!(
            advice.contains("corrects itself"),
            text.contains("refuses"),
            "{ahead:?}"
        );
    }
}

#[test]
fn what_is_denied_fails_or_warns_by_how_much_needs_it() {
    for (operation, about, verdict) in [
        ("DescribeVpnGateways", "reads", Warn),
        ("DescribeSslVpnServers", "reads", Fail),
        ("DescribeSslVpnClientCerts", "reads", Warn),
        ("DescribeSslVpnClients", "reads", Warn),
        ("DescribeVpnGateway", "changes", Warn),
        ("DescribeSslVpnClientCert", "changes", Warn),
        ("CreateSslVpnServer", "changes", Warn),
        ("ModifySslVpnServer", "changes", Warn),
    ] {
        let mut facts = well();
        for (action, permission) in &mut facts.permissions {
            if action.operation == operation {
                *permission =
                    Permission::Denied(refusal(operation, "Forbidden.RAM", Class::Permission));
            }
        }
        let (found, text, advice) = said(&facts, about);
        assert_eq!(found, verdict, "{operation}: {text}");
        assert!(
            text.starts_with(&format!(
                "{operation} is not allowed (Forbidden.RAM, RequestId R-1)"
            )),
            "{text}"
        );
        assert!(advice.contains(&format!("vpc:{operation}")), "{advice}");
        assert_eq!(advice.contains("only plan"), about == "changes", "{advice}");
        assert_eq!(
            advice.contains("If that is needed"),
            about == "reads" && verdict == Warn
        );
        let other = if about == "reads" { "changes" } else { "reads" };
        assert_eq!(said(&facts, other).0, Pass);
    }
}

#[test]
fn everything_denied_is_one_line_with_every_action_to_ask_for() {
    let mut facts = well();
    for (action, permission) in &mut facts.permissions {
        *permission = Permission::Denied(refusal(
            action.operation,
            "Forbidden.RAM",
            Class::Permission,
        ));
    }
    facts.gateways = None;
    let (verdict, found, advice) = said(&facts, "reads");
    assert_eq!((verdict, found.lines().count()), (Fail, 4));
    for action in ACTIONS.iter().filter(|action| action.need != Need::Apply) {
        assert!(advice.contains(action.operation), "{advice}");
    }
    assert_eq!(said(&facts, "gateways").0, Warn);
}

#[test]
fn gateways_that_were_not_listed_are_never_as_the_provider_needs_them() {
    let facts = Facts {
        gateways: None,
        ..well()
    };
    assert_eq!(said(&facts, "gateways").0, Warn);
    assert_eq!(worst(&judge(&facts)), Warn);
}

#[test]
fn a_call_that_came_to_nothing_fails_where_everything_needs_it_and_says_what_its_error_says() {
    let of = |code, class| {
        let refusal = refusal("DescribeSslVpnServers", code, class);
        Permission::Unknown(refusal)
    };
    let page = Permission::Unknown(Error::Answer {
        operation: "DescribeSslVpnServers",
        http_status: 403,
        request_id: None,
        reason: "it is a page of HTML or XML, not JSON".to_owned(),
        class: Class::Permission,
    });
    for (permission, words, to_do) in [
        (
            Permission::Unknown(no_connection("DescribeSslVpnServers")),
            "no connection",
            "Check the network",
        ),
        (Permission::Late, "within 15 s", "--vpc-endpoint"),
        (
            of("SignatureDoesNotMatch", Class::Credentials),
            "SignatureDoesNotMatch",
            "secret_key",
        ),
        (
            of("InvalidAction.NotFound", Class::Unknown),
            "InvalidAction.NotFound",
            "error center",
        ),
        (page, "a page of HTML", "Check the endpoint"),
    ] {
        let mut facts = well();
        facts.permissions.truncate(1);
        facts.permissions[0].1 = permission;
        facts.gateways = None;
        let (verdict, found, advice) = said(&facts, "reads");
        assert_eq!(verdict, Fail, "{found}");
        assert!(found.contains(words), "{found}");
        assert!(
            found.ends_with(
                "\nNot tried after that: DescribeVpnGateways, DescribeSslVpnClientCerts, DescribeSslVpnClients."
            ),
            "{found}"
        );
        assert!(advice.contains(to_do), "{advice}");
        assert!(!advice.contains("vpc:"), "{advice}");
        assert_eq!(said(&facts, "changes").0, Skip);
    }
}

#[test]
fn a_call_that_came_to_nothing_warns_where_a_part_needs_it_but_for_who_signs() {
    for (class, verdict) in [(Class::Retry, Warn), (Class::Credentials, Fail)] {
        let mut facts = well();
        facts.permissions[1].1 = Permission::Unknown(refusal("DescribeVpnGateways", "Code", class));
        assert_eq!(said(&facts, "reads").0, verdict, "{class:?}");
    }
}

#[test]
fn gateways_are_told_apart_by_what_they_can_take() {
    let with = |change: fn(&mut Gateway)| {
        let mut gateway = gateway("vpn-2");
        change(&mut gateway);
        gateway
    };
    let served: fn(&mut Gateway) = |gateway| gateway.server = Some("vss-1".to_owned());
    for (gateways, verdict, words) in [
        (vec![], Fail, "There is no VPN gateway in this region."),
        (
            vec![gateway("vpn-1")],
            Pass,
            "can take an SSL server: vpn-1",
        ),
        (
            vec![gateway("vpn-1"), with(served)],
            Pass,
            "vpn-1\nvpn-2 has one, vss-1",
        ),
        (vec![with(served)], Pass, "None can take another SSL server"),
        (
            vec![with(|g| g.status = "updating".to_owned())],
            Pass,
            "can take an SSL server: vpn-2",
        ),
        (
            vec![with(|g| g.ssl_vpn = Some(false))],
            Fail,
            "vpn-2 has SSL-VPN switched off",
        ),
        (
            vec![with(|g| g.ssl_vpn = None)],
            Pass,
            "can take an SSL server: vpn-2",
        ),
        (
            vec![with(|g| g.is_locked = true)],
            Fail,
            "vpn-2 is locked for an overdue payment",
        ),
        (
            vec![with(|g| {
                g.gateway_type = Some("Enhanced.SiteToSite".to_owned())
            })],
            Fail,
            "vpn-2 is of the type Enhanced.SiteToSite, not Traditional",
        ),
        (
            vec![with(|g| g.status = "deleting".to_owned())],
            Fail,
            "vpn-2 is deleting",
        ),
        (
            vec![with(|g| {
                g.server = Some("vss-1".to_owned());
                g.is_locked = true;
            })],
            Fail,
            "vpn-2 is locked for an overdue payment, and has one, vss-1",
        ),
    ] {
        let facts = Facts {
            gateways: Some(gateways),
            ..well()
        };
        let (found, text, _) = said(&facts, "gateways");
        assert_eq!(found, verdict, "{text}");
        assert!(text.contains(words), "{text}");
    }
}
