//! What the facts mean: a line for each thing that has to be right, with what to do where it is not.

use terraform_provider_alivpn::cloud::error::{Class, Error, TransportFault};
use terraform_provider_alivpn::provider::explain;
use terraform_provider_alivpn::tf::diagnostics::Diagnostic;

use super::facts::{
    ACTIONS, Action, Endpoint, Facts, Gateway, Identity, NOT_TRIED, Need, Permission, Region,
    Reply, Signer,
};
use super::waiting::LIMIT;

/// A clock may be off by so many seconds before anybody minds.
const CLOCK_IS_RIGHT: i64 = 60;

/// The cloud refuses what is signed with a clock that is off by more.
const CLOCK_IS_REFUSED: i64 = 15 * 60;

/// What to do where the VPC API gives no answer.
const NO_ANSWER: &str = "Check the network, the proxy (HTTPS_PROXY, NO_PROXY) and the endpoint (--vpc-endpoint, endpoints.vpc or \
                         ALIBABA_CLOUD_VPC_ENDPOINT).";

/// What to do where STS gives none.
const NO_ANSWER_OF_STS: &str = "Check the network and the proxy (HTTPS_PROXY, NO_PROXY), or name another endpoint of STS \
                                (--sts-endpoint, endpoints.sts or ALIBABA_CLOUD_STS_ENDPOINT).";

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Not looked at, because of a line that fails or warns.
    Skip,
    /// As it must be.
    Pass,
    /// Something will not work.
    Warn,
    /// Nothing will work.
    Fail,
}

/// One thing that has to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about, in one word.
    pub about: &'static str,
    /// How it ends.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it; empty for a line that passes or is skipped, and for no other.
    pub advice: String,
}

impl Line {
    fn new(about: &'static str, verdict: Verdict, found: impl Into<String>) -> Self {
        Self {
            about,
            verdict,
            found: found.into(),
            advice: String::new(),
        }
    }

    fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }
}

/// The gravest verdict.
pub fn worst(lines: &[Line]) -> Verdict {
    let verdicts = lines.iter().map(|line| line.verdict);
    verdicts.max().unwrap_or(Verdict::Skip)
}

/// The lines, in the order in which one thing needs the other.
pub fn judge(facts: &Facts) -> Vec<Line> {
    if !facts.settings.is_empty() {
        return facts
            .settings
            .iter()
            .map(|diagnostic| {
                said_by(
                    "settings",
                    diagnostic,
                    "Correct it, in the options or in the environment.",
                )
            })
            .collect();
    }
    let endpoint = facts.endpoint.as_ref();
    let reply = endpoint.and_then(|endpoint| endpoint.reply.as_ref().ok());
    vec![
        credentials(facts.credentials.as_ref()),
        region(facts.region.as_ref(), facts.no_such_region.as_ref()),
        identity(facts.identity.as_ref()),
        reached(endpoint),
        clock(reply),
        reads(&facts.permissions),
        changes(&facts.permissions),
        match &facts.gateways {
            Some(listed) => gateways(listed),
            None if facts.permissions.is_empty() => skipped("gateways"),
            None => gateways_not_listed(),
        },
    ]
}

fn skipped(about: &'static str) -> Line {
    Line::new(about, Verdict::Skip, "not looked at")
}

/// A failure in the provider's own words; its last paragraph says what to do, if it has more than one.
fn said_by(about: &'static str, diagnostic: &Diagnostic, otherwise: &str) -> Line {
    let (found, advice) = match diagnostic.detail.rsplit_once("\n\n") {
        Some((found, advice)) => (found, advice),
        None => (diagnostic.detail.as_str(), otherwise),
    };
    Line::new(
        about,
        Verdict::Fail,
        format!("{}. {found}", diagnostic.summary),
    )
    .advice(advice)
}

fn credentials(asked: Option<&Result<Signer, Diagnostic>>) -> Line {
    match asked {
        None => skipped("credentials"),
        Some(Err(diagnostic)) => said_by(
            "credentials",
            diagnostic,
            "Mend that source; or name another one with --profile, or by variables of the environment. `aliyun configure` writes a profile.",
        ),
        Some(Ok(signer)) => {
            let kind = if signer.is_temporary {
                "temporary access key"
            } else {
                "access key"
            };
            let found = format!("{kind} {} from {}", signer.access_key_id, signer.origin);
            Line::new("credentials", Verdict::Pass, found)
        }
    }
}

fn region(asked: Option<&Result<Region, Diagnostic>>, no_such_region: Option<&Error>) -> Line {
    let (name, named_by) = match asked {
        None => return skipped("region"),
        Some(Err(diagnostic)) => {
            let otherwise = "Name one, such as cn-hangzhou, with --region or ALIBABA_CLOUD_REGION.";
            return said_by("region", diagnostic, otherwise);
        }
        Some(Ok(Region { name, named_by })) => (name, named_by.as_str()),
    };
    let named_by = if named_by == "region" {
        "--region"
    } else {
        named_by
    };
    let found = format!("{name}, named by {named_by}");
    match no_such_region {
        None => Line::new("region", Verdict::Pass, found),
        Some(error) => Line::new(
            "region",
            Verdict::Fail,
            format!("{found}: the cloud has no such region{}.", request_words(error)),
        )
        .advice("Correct its name; or check the endpoint, if another cloud than Alibaba Cloud's is meant."),
    }
}

fn identity(identity: Option<&Identity>) -> Line {
    let line = |verdict, found: String| Line::new("identity", verdict, found);
    match identity {
        None => skipped("identity"),
        Some(Identity::Known(caller)) if caller.identity_type.as_deref() == Some("Account") => {
            line(
                Verdict::Warn,
                format!(
                    "{}, the account itself, which may do everything",
                    caller.arn
                ),
            )
            .advice("Use a RAM user or role that may do what the provider needs, and no more.")
        }
        Some(Identity::Known(caller)) => line(Verdict::Pass, caller.arn.clone()),
        Some(Identity::NotAsked) => line(
            Verdict::Skip,
            "not asked for: calls go to this machine, and no STS is named (--sts-endpoint)"
                .to_owned(),
        ),
        Some(Identity::NoEndpoint(reason)) => {
            line(Verdict::Warn, format!("{reason}.")).advice("Correct ALIBABA_CLOUD_STS_REGION.")
        }
        Some(Identity::Late(origin)) => line(
            Verdict::Warn,
            format!("{origin} gave no answer within {} s.", LIMIT.as_secs()),
        )
        .advice(NO_ANSWER_OF_STS),
        Some(Identity::Refused(error)) if is_of_the_signer(error) => {
            line(Verdict::Fail, error.to_string()).advice(explain::advice(error))
        }
        // Networks without a way to STS are not unusual; the provider itself may not need it.
        Some(Identity::Refused(error)) => line(Verdict::Warn, error.to_string()).advice(
            match error {
                error if error.class() == Class::Permission && error.api().is_some() => {
                    "The provider itself does not ask who it is; a policy that denies sts:GetCallerIdentity may stay."
                        .to_owned()
                }
                Error::Transport { fault: TransportFault::Untrusted, .. } => explain::advice(error),
                error if error.api().is_none() => NO_ANSWER_OF_STS.to_owned(),
                error => explain::advice(error),
            },
        ),
    }
}

/// Whether the cloud does not take who signs: it would go on refusing.
pub fn is_of_the_signer(error: &Error) -> bool {
    matches!(
        error.class(),
        Class::Credentials | Class::CredentialsRefresh
    )
}

fn reached(endpoint: Option<&Endpoint>) -> Line {
    match endpoint {
        None => skipped("endpoint"),
        Some(Endpoint {
            origin,
            reply: Ok(reply),
        }) => {
            let found = format!("{origin} answered in {} ms", reply.elapsed.as_millis());
            Line::new("endpoint", Verdict::Pass, found)
        }
        Some(Endpoint {
            origin,
            reply: Err(reason),
        }) => {
            Line::new("endpoint", Verdict::Fail, format!("{origin}: {reason}.")).advice(NO_ANSWER)
        }
    }
}

fn clock(reply: Option<&Reply>) -> Line {
    let Some(reply) = reply else {
        return skipped("clock");
    };
    let Some(ahead) = reply.ahead else {
        return Line::new(
            "clock",
            Verdict::Skip,
            "the answer does not say what time it is",
        );
    };
    let found = format!("{} the cloud's", off(ahead));
    let set_it = "Have this machine's clock set by NTP.";
    if ahead.abs() <= CLOCK_IS_RIGHT {
        Line::new("clock", Verdict::Pass, found)
    } else if ahead.abs() <= CLOCK_IS_REFUSED {
        Line::new("clock", Verdict::Warn, found).advice(set_it)
    } else {
        let found = format!("{found}, which refuses signatures that are more than 15 minutes off");
        Line::new("clock", Verdict::Warn, found).advice(format!(
            "{set_it} The provider corrects itself by the cloud's time; other tools fail."
        ))
    }
}

/// As `3 min ahead of`.
fn off(ahead: i64) -> String {
    let direction = if ahead < 0 { "behind" } else { "ahead of" };
    let seconds = ahead.abs();
    if seconds < 2 {
        "in step with".to_owned()
    } else if seconds < 120 {
        format!("{seconds} s {direction}")
    } else if seconds < 7200 {
        format!("{} min {direction}", seconds / 60)
    } else {
        format!("{} h {direction}", seconds / 3600)
    }
}

fn reads(permissions: &[(Action, Permission)]) -> Line {
    actions("reads", permissions, |need| need != Need::Apply)
}

fn changes(permissions: &[(Action, Permission)]) -> Line {
    let mut line = actions("changes", permissions, |need| need == Need::Apply);
    if line.verdict == Verdict::Pass {
        line.found = format!(
            "{}. Not tried, for want of a dry run: {}",
            line.found,
            NOT_TRIED.join(", ")
        );
    }
    line
}

/// The line of the actions that `are_meant`.
fn actions(
    about: &'static str,
    permissions: &[(Action, Permission)],
    are_meant: impl Fn(Need) -> bool,
) -> Line {
    let meant: Vec<_> = permissions
        .iter()
        .filter(|(action, _)| are_meant(action.need))
        .collect();
    if meant.is_empty() {
        return skipped(about);
    }
    let mut found = Vec::new();
    let mut wanted = Vec::new();
    let mut advice: Vec<String> = Vec::new();
    let mut verdict = Verdict::Pass;
    for (action, permission) in &meant {
        let operation = action.operation;
        let is_needed = action.need == Need::Always;
        let (grave, words) = match permission {
            Permission::Allowed => continue,
            Permission::Denied(error) => {
                wanted.push(format!("vpc:{operation}"));
                let request = request_words(error);
                let words = format!("{operation} is not allowed{request}. {}", action.without);
                (is_needed, words)
            }
            Permission::Unknown(error) => {
                advice.push(explain::advice(error));
                (is_needed || is_of_the_signer(error), error.to_string())
            }
            Permission::Late => {
                advice.push(NO_ANSWER.to_owned());
                let limit = LIMIT.as_secs();
                (
                    is_needed,
                    format!("{operation} gave no answer within {limit} s."),
                )
            }
        };
        verdict = verdict.max(if grave { Verdict::Fail } else { Verdict::Warn });
        found.push(words);
    }
    let names = |operations: &mut dyn Iterator<Item = &'static str>| {
        let names: Vec<&str> = operations.collect();
        names.join(", ")
    };
    if verdict == Verdict::Pass {
        let allowed = names(&mut meant.iter().map(|(action, _)| action.operation));
        return Line::new(about, verdict, format!("allowed: {allowed}"));
    }
    let is_asked = |action: &Action| meant.iter().any(|(asked, _)| asked == action);
    let not_asked = names(
        &mut ACTIONS
            .iter()
            .filter(|action| are_meant(action.need) && !is_asked(action))
            .map(|action| action.operation),
    );
    if !not_asked.is_empty() {
        found.push(format!("Not tried after that: {not_asked}."));
    }
    if !wanted.is_empty() {
        let if_meant = match (about, verdict) {
            ("changes", _) => "Leave it so for credentials that only plan; else who",
            (_, Verdict::Fail) => "Who",
            _ => "If that is needed, who",
        };
        let wanted = wanted.join(", ");
        advice.insert(
            0,
            format!("{if_meant} administers the account can add {wanted} to the policy of this user or role."),
        );
    }
    advice.dedup();
    Line::new(about, verdict, found.join("\n")).advice(advice.join("\n"))
}

fn request_words(error: &Error) -> String {
    match (error.code(), error.request_id()) {
        (Some(code), Some(id)) => format!(" ({code}, RequestId {id})"),
        (Some(code), None) => format!(" ({code})"),
        _ => String::new(),
    }
}

/// Why a gateway takes no SSL server, besides that it has one.
fn obstacle(gateway: &Gateway) -> Option<String> {
    if gateway.is_locked {
        Some("is locked for an overdue payment".to_owned())
    } else if gateway.ssl_vpn == Some(false) {
        Some("has SSL-VPN switched off".to_owned())
    } else if let Some(other) = gateway
        .gateway_type
        .as_deref()
        .filter(|is| *is != "Traditional")
    {
        Some(format!("is of the type {other}, not Traditional"))
    } else if !["active", "updating"].contains(&gateway.status.as_str()) {
        Some(format!("is {}", gateway.status))
    } else {
        None
    }
}

fn gateways_not_listed() -> Line {
    Line::new(
        "gateways",
        Verdict::Warn,
        "Which there are is not known, for want of a list of gateways or of servers.",
    )
    .advice("What the line reads says comes first; a plan does not need the list.")
}

fn gateways(gateways: &[Gateway]) -> Line {
    if gateways.is_empty() {
        return Line::new("gateways", Verdict::Fail, "There is no VPN gateway in this region.")
            .advice("Check the region; or create a gateway of the type Traditional with SSL-VPN switched on, in the console or with another provider.");
    }
    let mut free = Vec::new();
    let mut others = Vec::new();
    let mut served = 0;
    for gateway in gateways {
        match (&gateway.server, obstacle(gateway)) {
            (None, None) => free.push(gateway.id.as_str()),
            (Some(server), None) => {
                served += 1;
                others.push(format!("{} has one, {server}", gateway.id));
            }
            (Some(server), Some(obstacle)) => {
                others.push(format!("{} {obstacle}, and has one, {server}", gateway.id));
            }
            (None, Some(obstacle)) => others.push(format!("{} {obstacle}", gateway.id)),
        }
    }
    let (verdict, first, advice) = match (free.as_slice(), served) {
        ([], 0) => (
            Verdict::Fail,
            "None can take an SSL server:".to_owned(),
            "Settle what is said of one of them, or create another gateway.",
        ),
        ([], _) => (
            Verdict::Pass,
            "None can take another SSL server; a gateway has one at most:".to_owned(),
            "",
        ),
        (free, _) => (
            Verdict::Pass,
            format!("can take an SSL server: {}", free.join(", ")),
            "",
        ),
    };
    let found: Vec<String> = std::iter::once(first).chain(others).collect();
    Line::new("gateways", verdict, found.join("\n")).advice(advice)
}

#[cfg(test)]
mod tests;
