//! Preflight: the API is asked while planning, by a dry run, whether it would accept the change.
//!
//! The question is the call that apply would make, so nothing is asked while a value of it is still unknown, and nothing for a
//! rename, which has no other value to be wrong. The answer is about the moment: what is wrong with the arguments stays
//! wrong, while what is in the way now may be gone when the plan is applied. Only the former is an error.

use super::mapping::settings;
use super::model::SslVpnServer;
use crate::cloud::error::{ApiError, Class, Error};
use crate::provider::network::{network, overlap};
use crate::provider::{Configured, explain};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;
use crate::tf::resource::PlanCall;

/// What is known of a server that stands now and will be gone when the new one is created.
#[derive(Debug, Clone, Copy)]
pub enum Standing<'a> {
    /// Nothing. There may be one all the same: of a tainted server a plan is not told.
    Unknown,
    /// This one, whose place the new one takes.
    Known(&'a SslVpnServer),
    /// One with the gateway of the new one, since an update could have made the change.
    SameGateway,
}

/// What the API says about a create on a gateway; `None` where it is not asked, or says yes.
pub async fn create(
    call: &PlanCall<'_, Configured>,
    region: &str,
    config: &SslVpnServer,
    standing: Standing<'_>,
) -> Option<Diagnostic> {
    let configured = call.client.filter(|client| client.preflight)?;
    let gateway_id = config.vpn_gateway_id.known()?;
    if has_unknown(config) {
        return None;
    }
    let settings = settings(None, config);
    let answer = configured
        .vpc
        .dry_run_create_ssl_vpn_server(region, gateway_id, &settings, call.cancel)
        .await;
    let what = format!("an SSL server on {gateway_id} in {region}");
    let error = answer.err()?;
    if is_in_the_way(standing, config, &error) {
        let outlook = "The server that this plan replaces has addresses of the same pool, and will be gone by then.";
        return Some(no_verdict(&what, &error, outlook));
    }
    let mut said = verdict(&what, &error);
    if matches!(standing, Standing::Unknown) && is_conflict(&error) {
        said.detail.push_str(
            "\n\nIf the server that has these addresses is one that this plan destroys, a tainted one for example, it will be gone by then: \
             set preflight = false for this run.",
        );
    }
    Some(said)
}

/// What the API says about a full modification; `None` where it is not asked, or says yes.
pub async fn update(
    call: &PlanCall<'_, Configured>,
    region: &str,
    config: &SslVpnServer,
    prior: &SslVpnServer,
    planned: &SslVpnServer,
) -> Option<Diagnostic> {
    let configured = call.client.filter(|client| client.preflight)?;
    let id = prior.id.known()?;
    if has_unknown(config) {
        return None;
    }
    let settings = settings(Some(prior), planned);
    let answer = configured
        .vpc
        .dry_run_modify_ssl_vpn_server(region, id, &settings, call.cancel)
        .await;
    let what = || format!("the change of SSL server {id} in {region}");
    answer.err().map(|error| verdict(&what(), &error))
}

/// Whether the configuration has an argument whose value is not known yet.
fn has_unknown(config: &SslVpnServer) -> bool {
    let texts = [
        &config.vpn_gateway_id,
        &config.client_ip_pool,
        &config.name,
        &config.protocol,
        &config.cipher,
        &config.idaas_instance_id,
        &config.idaas_region_id,
        &config.idaas_application_id,
        &config.region,
    ];
    let subnets = config.local_subnets.known().into_iter().flatten();
    texts.into_iter().chain(subnets).any(Attr::is_unknown)
        || config.local_subnets.is_unknown()
        || config.port.is_unknown()
        || config.compress.is_unknown()
        || config.enable_multi_factor_auth.is_unknown()
}

/// What a refusal of a dry run means for the plan. `what` was asked for, as in `the change of SSL server vss-1`.
fn verdict(what: &str, error: &Error) -> Diagnostic {
    let no_such_gateway = error.argument() == Some("vpn_gateway_id");
    match error.class() {
        Class::Input | Class::Payment => refused(what, error),
        Class::NotFound if no_such_gateway => refused(what, error),
        Class::Permission if explain::is_for_the_service(error) => refused(what, error),
        Class::Defect => Diagnostic::error("Preflight was not heeded").detail(format!(
            "{error}\n\nIt was only asked, by a dry run, whether {what} would be accepted, and that may have been carried out. Look in the \
             console what is there before you go on, set preflight = false, and please report it."
        )),
        Class::Permission => Diagnostic::warning("Preflight skipped").detail(format!(
            "{error}\n\nSo it was not checked whether {what} would be accepted. A dry run needs the same permissions as the change itself, \
             the RAM action vpc:{} first of all: allow it to who plans, or set preflight = false.",
            error.operation()
        )),
        _ => no_verdict(what, error, &outlook(error)),
    }
}

fn no_verdict(what: &str, error: &Error, outlook: &str) -> Diagnostic {
    Diagnostic::warning("Preflight could not tell").detail(format!(
        "Whether {what} would be accepted is not known: {error}\n\n{outlook}"
    ))
}

/// Whether the refusal may be about addresses that the server which stands now still has.
fn is_in_the_way(standing: Standing<'_>, config: &SslVpnServer, error: &Error) -> bool {
    let pool = |server: &SslVpnServer| network(server.client_ip_pool.known()?);
    let shares_addresses = match standing {
        Standing::Unknown => false,
        Standing::Known(old) => match (pool(old), pool(config)) {
            (Some(old), Some(new)) => overlap(old, new),
            _ => false,
        },
        // It has this pool, or the plan before this one has asked about the change to it.
        Standing::SameGateway => true,
    };
    shares_addresses && error.argument() == Some("client_ip_pool")
}

/// Whether another SSL server is said to have addresses of the pool.
fn is_conflict(error: &Error) -> bool {
    let of_another = |api: &ApiError| api.message.contains("other SSL VPN server");
    error.code() == Some("IpConflict") && error.api().is_some_and(of_another)
}

fn refused(what: &str, error: &Error) -> Diagnostic {
    let advice = match error.class() {
        Class::NotFound => {
            "Check vpn_gateway_id; a gateway in another region needs region.".to_owned()
        }
        _ => explain::advice(error),
    };
    let diagnostic = Diagnostic::error(format!("The API would refuse {what}")).detail(format!(
        "{error}\n\n{advice}\n\nIt was asked by a dry run, since the provider block has preflight = true: nothing was changed."
    ));
    match error.argument() {
        Some(argument) => diagnostic.at(argument),
        None => diagnostic,
    }
}

/// What it means for an apply that there is no verdict.
fn outlook(error: &Error) -> String {
    match (error.class(), error.code()) {
        (_, Some("Resource.QuotaFull")) => {
            "A gateway can have only one SSL server, and this one has one now. If this plan replaces that one, it will be gone by then. \
             Otherwise the apply will be refused: import the one that is there, or use another gateway."
                .to_owned()
        }
        (Class::GatewayBusy, _) => {
            "Another change of the gateway is going on. The apply waits for its end and may then succeed.".to_owned()
        }
        (Class::NotFound, _) => explain::advice(error),
        _ => format!("The apply may succeed all the same. {}", explain::advice(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cloud::answer::Object;
    use crate::cloud::error::TransportFault;
    use crate::tf::diagnostics::Severity;

    fn refusal(operation: &'static str, code: &str) -> Error {
        let body = format!(r#"{{"Code":"{code}","Message":"No.","RequestId":"R-1"}}"#);
        let answer = Object::parse(body.as_bytes()).unwrap();
        ApiError::read(operation, 400, None, &answer, str::to_owned)
            .unwrap()
            .into()
    }

    fn verdict_of(operation: &'static str, code: &str) -> Diagnostic {
        verdict("the change of SSL server vss-1", &refusal(operation, code))
    }

    #[test]
    fn wrong_input_and_an_unpaid_bill_are_errors_at_the_argument() {
        for (code, at) in [
            ("IpConflict", "client_ip_pool"),
            ("SslVpnServerPort.Illegal", "port"),
            ("InvalidIDaaSInstanceId.NotFound", "idaas_instance_id"),
            (
                "OperationUnsupported.NotSupportMultiFactorAuth",
                "enable_multi_factor_auth",
            ),
            ("OperationFailed.NoRamPermission", "idaas_instance_id"),
            ("VpnGateway.FinancialLocked", "vpn_gateway_id"),
            ("InvalidVpnGatewayInstanceId.NotFound", "vpn_gateway_id"),
            ("InvalidRegionId.NotFound", "region"),
        ] {
            let found = verdict_of("CreateSslVpnServer", code);
            assert_eq!(found.severity, Severity::Error, "{code}");
            assert_eq!(found.attribute, Some(at.into()), "{code}");
            assert_eq!(
                found.summary,
                "The API would refuse the change of SSL server vss-1"
            );
            assert!(
                found.detail.contains("RequestId R-1")
                    && found.detail.contains("nothing was changed")
            );
        }
    }

    #[test]
    fn a_pool_of_the_server_to_be_replaced_is_in_the_way_and_nothing_else_is() {
        let of = |pool: &str| SslVpnServer {
            client_ip_pool: Attr::Known(pool.to_owned()),
            ..SslVpnServer::default()
        };
        let (old, same, other) = (of("10.30.0.0/24"), of("10.30.0.0/16"), of("10.31.0.0/24"));
        let conflict = refusal("CreateSslVpnServer", "IpConflict");
        let locked = refusal("CreateSslVpnServer", "VpnGateway.FinancialLocked");
        for (standing, new, error, expected) in [
            (Standing::Known(&old), &same, &conflict, true),
            (Standing::Known(&old), &other, &conflict, false),
            (Standing::Known(&old), &same, &locked, false),
            (Standing::SameGateway, &other, &conflict, true),
            (Standing::SameGateway, &other, &locked, false),
            (Standing::Unknown, &same, &conflict, false),
        ] {
            assert_eq!(
                is_in_the_way(standing, new, error),
                expected,
                "{standing:?} {error}"
            );
        }
    }

    #[test]
    fn what_may_be_gone_by_then_is_no_verdict() {
        for (code, outlook) in [
            ("Resource.QuotaFull", "it will be gone by then"),
            ("QuotaExceeded.VpnRouteEntry", "may succeed all the same"),
            ("VpnGateway.Configuring", "The apply waits for its end"),
            ("Throttling.User", "may succeed all the same"),
            ("SystemBusy", "may succeed all the same"),
            ("InternalError", "may succeed all the same"),
            ("InvalidSslVpnServerId.NotFound", "terraform plan"),
            ("Something.Undocumented", "may succeed all the same"),
        ] {
            let found = verdict_of("CreateSslVpnServer", code);
            assert_eq!(found.severity, Severity::Warning, "{code}");
            assert_eq!(found.summary, "Preflight could not tell", "{code}");
            assert!(found.detail.contains(outlook), "{code}: {}", found.detail);
            assert!(found.detail.contains(code), "{}", found.detail);
        }
    }

    #[test]
    fn faults_that_went_on_are_no_verdict() {
        let reset = Error::Transport {
            operation: "CreateSslVpnServer",
            endpoint: "vpc.aliyuncs.com".to_owned(),
            fault: TransportFault::Broken,
            reason: "connection reset".to_owned(),
        };
        let page = Error::Answer {
            operation: "CreateSslVpnServer",
            http_status: 502,
            request_id: None,
            reason: "it is a page".to_owned(),
            class: Class::Retry,
        };
        let throttled = refusal("CreateSslVpnServer", "Throttling.User");
        for last in [throttled, reset, page] {
            let exhausted = Error::Exhausted {
                attempts: 10,
                elapsed: Duration::from_secs(60),
                last: Box::new(last),
            };
            let found = verdict("an SSL server", &exhausted);
            assert_eq!(found.severity, Severity::Warning, "{exhausted}");
            assert_eq!(found.summary, "Preflight could not tell", "{exhausted}");
            for words in ["It was tried 10 times", "may succeed all the same"] {
                assert!(found.detail.contains(words), "{}", found.detail);
            }
        }
    }

    #[test]
    fn who_may_not_ask_is_told_that_nothing_was_checked() {
        for code in [
            "Forbbiden.SubUser",
            "Forbidden",
            "Forbidden.RAM",
            "NoPermission",
        ] {
            let found = verdict_of("ModifySslVpnServer", code);
            assert_eq!(found.severity, Severity::Warning, "{code}");
            assert_eq!(found.summary, "Preflight skipped", "{code}");
            assert!(
                found.detail.contains("vpc:ModifySslVpnServer"),
                "{}",
                found.detail
            );
        }
    }

    #[test]
    fn a_dry_run_that_was_carried_out_is_an_error_that_says_so() {
        let acted = Error::Answer {
            operation: "CreateSslVpnServer",
            http_status: 200,
            request_id: Some("R-1".to_owned()),
            reason: "it accepts the change that was only to be checked".to_owned(),
            class: Class::Defect,
        };
        let found = verdict("an SSL server", &acted);
        assert_eq!(found.severity, Severity::Error);
        assert!(
            found.detail.contains("may have been carried out"),
            "{}",
            found.detail
        );
    }

    #[test]
    fn one_unknown_argument_is_enough_and_what_the_cloud_chooses_is_none() {
        let known = SslVpnServer {
            vpn_gateway_id: Attr::Known("vpn-1".to_owned()),
            local_subnets: Attr::Known(vec![Attr::Known("10.0.0.0/24".to_owned())]),
            ..SslVpnServer::default()
        };
        assert!(!has_unknown(&known));
        let unknown: [fn(&mut SslVpnServer); 13] = [
            |config| config.vpn_gateway_id = Attr::Unknown,
            |config| config.client_ip_pool = Attr::Unknown,
            |config| config.local_subnets = Attr::Unknown,
            |config| config.local_subnets = Attr::Known(vec![Attr::Unknown]),
            |config| config.name = Attr::Unknown,
            |config| config.protocol = Attr::Unknown,
            |config| config.cipher = Attr::Unknown,
            |config| config.port = Attr::Unknown,
            |config| config.compress = Attr::Unknown,
            |config| config.enable_multi_factor_auth = Attr::Unknown,
            |config| config.idaas_instance_id = Attr::Unknown,
            |config| config.idaas_region_id = Attr::Unknown,
            |config| config.idaas_application_id = Attr::Unknown,
        ];
        for (at, change) in unknown.iter().enumerate() {
            let mut config = known.clone();
            change(&mut config);
            assert!(has_unknown(&config), "argument {at}");
        }
    }
}
