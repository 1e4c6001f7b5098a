//! What the page shows: the truth, without lag, as tables that a script can replace row by row. Every row has an `id` of its own.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::http::uri::Authority;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::html::Html;
use crate::emulator::calls::Call;
use crate::emulator::service::Service;
use crate::emulator::ssl_vpn_client_cert::{CertStatus, SslVpnClientCert};
use crate::emulator::ssl_vpn_server::SslVpnServer;
use crate::emulator::vpn_gateway::{BusinessStatus, GatewayStatus, Switch, VpnGateway};

/// How many of the last calls are shown.
const CALLS: usize = 50;

/// The parts of the page that change, each by the `id` of the element that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    summary: Html,
    gateways: Html,
    servers: Html,
    certificates: Html,
    calls: Html,
}

impl Parts {
    /// As it is now.
    pub fn of(service: &Service) -> Self {
        let now = service.now();
        let started = service.started().unix_ms;
        let mut state = service.lock();
        state.world.advance(now.instant);
        let world = &state.world;
        let gateways = world.true_gateways();
        let servers: Vec<&SslVpnServer> = world.true_servers().collect();
        let certificates: Vec<&SslVpnClientCert> = world
            .true_certificates()
            .map(|certificate| &certificate.attributes)
            .collect();
        let calls: Vec<(usize, &Call)> = state.calls.newest().take(CALLS).collect();
        Self {
            summary: summary(gateways.len(), servers.len(), certificates.len()),
            gateways: rows(gateways.iter().map(gateway), 7, "No VPN gateway."),
            servers: rows(servers.into_iter().map(server), 8, "No SSL server yet."),
            certificates: rows(
                certificates
                    .into_iter()
                    .map(|it| certificate(it, now.unix_ms)),
                5,
                "No client certificate yet.",
            ),
            calls: rows(
                calls
                    .into_iter()
                    .map(|(number, it)| call(number, it, started)),
                5,
                "Nobody has called yet.",
            ),
        }
    }

    /// The parts as texts.
    pub fn by_id(&self) -> BTreeMap<&'static str, String> {
        [
            ("summary", &self.summary),
            ("gateways", &self.gateways),
            ("servers", &self.servers),
            ("certificates", &self.certificates),
            ("calls", &self.calls),
        ]
        .map(|(id, html)| (id, html.to_string()))
        .into()
    }
}

/// The whole page, for a browser that called this `host`; `region_id` is where the gateways are.
pub fn whole(parts: &Parts, host: &str, region_id: &str) -> String {
    let provider = provider(host, region_id);
    let sections = [
        section(
            "gateways",
            "VPN gateways",
            "As they are now. A change shows in Describe a little later, as in the cloud.",
            &[
                "ID", "Name", "Region", "Status", "SSL-VPN", "VPC", "Address",
            ],
            &parts.gateways,
        ),
        section(
            "servers",
            "SSL servers",
            "One on each gateway at most.",
            &[
                "ID",
                "Name",
                "Gateway",
                "Client pool",
                "Local subnets",
                "Port",
                "Cipher",
                "Connections",
            ],
            &parts.servers,
        ),
        section(
            "certificates",
            "Client certificates",
            "Their keys are not shown here.",
            &["ID", "Name", "SSL server", "Status", "Ends"],
            &parts.certificates,
        ),
        section(
            "calls",
            "Last calls",
            &format!("The last {CALLS}, the newest first."),
            &["Time (UTC)", "Operation", "Answer", "Parameters", "Client"],
            &parts.calls,
        ),
    ];
    let sections: Html = sections.into_iter().collect();
    let summary = &parts.summary;
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>alivpn emulator</title>
<link rel="icon" href="/_emulator/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/_emulator/page.css">
<script src="/_emulator/page.js" defer></script>
</head>
<body>
<a class="skip" href="#calls-title">Skip to the last calls</a>
<header>
<div class="title">
<h1>alivpn emulator</h1>
<p id="connection" role="status" data-state="still">As it was when this page was loaded.</p>
</div>
<p class="lead">Alibaba Cloud's VPC API, without the cloud: <span id="summary" aria-live="polite">{summary}</span></p>
<noscript><p class="lead">Without scripts the page does not change by itself: <a href="/">load it again</a>.</p></noscript>
<nav aria-label="On this page">
<a href="#gateways-title">VPN gateways</a>
<a href="#servers-title">SSL servers</a>
<a href="#certificates-title">Client certificates</a>
<a href="#calls-title">Last calls</a>
</nav>
</header>
<main>
{sections}
<section aria-labelledby="use-title">
<h2 id="use-title">Point Terraform here</h2>
{provider}
<p>The same as data: <a href="/_emulator/state">state</a>, <a href="/_emulator/calls">calls</a>, <a href="/_emulator/faults">faults</a>, <a href="/_emulator/timing">times</a>.</p>
</section>
</main>
</body>
</html>
"##
    )
}

/// How to point Terraform at the emulator that a browser reached at `host`. The provider sends plain HTTP to its own machine only.
fn provider(host: &str, region_id: &str) -> Html {
    let authority = host.parse::<Authority>().ok();
    let is_here = authority.as_ref().is_none_or(|it| {
        let name = it.host();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    });
    let port = authority.and_then(|it| it.port_u16()).unwrap_or(80);
    let (host, otherwise) = if is_here {
        (host.to_owned(), Html::default())
    } else {
        let tunnel = format!("ssh -N -L {port}:{host} HOST");
        let sentence = Html::text("The provider sends plain HTTP to its own machine only. Put TLS in front of the emulator, or bring its port to where Terraform runs: ")
            .and(Html::element("code", &[], Html::text(tunnel)));
        (
            format!("127.0.0.1:{port}"),
            Html::element("p", &[], sentence),
        )
    };
    let block = format!(
        "provider \"alivpn\" {{\n  region = \"{region_id}\"\n\n  endpoints {{\n    vpc = \"http://{host}\"\n  }}\n}}"
    );
    let block = Html::element("code", &[], Html::text(block));
    let keys = "With the key pair that the emulator printed when it started:";
    Html::element("p", &[], Html::text(keys))
        .and(Html::element(
            "pre",
            &[("tabindex", "0"), ("aria-labelledby", "use-title")],
            block,
        ))
        .and(otherwise)
}

/// A heading and a table; on a narrow screen the table scrolls, by keyboard too.
fn section(
    id: &'static str,
    heading: &str,
    caption: &str,
    columns: &[&'static str],
    body: &Html,
) -> Html {
    let title = format!("{id}-title");
    let head: Html = columns
        .iter()
        .map(|column| Html::element("th", &[("scope", "col")], Html::text(column)))
        .collect();
    let table = Html::element(
        "caption",
        &[],
        Html::element("span", &[], Html::text(caption)),
    )
    .and(Html::element("thead", &[], Html::element("tr", &[], head)))
    .and(Html::element("tbody", &[("id", id)], body.clone()));
    let scrolling = Html::element(
        "div",
        &[
            ("class", "table"),
            ("role", "region"),
            ("aria-labelledby", &title),
            ("tabindex", "0"),
        ],
        Html::element("table", &[], table),
    );
    Html::element(
        "section",
        &[("aria-labelledby", &title)],
        Html::element("h2", &[("id", &title)], Html::text(heading)).and(scrolling),
    )
}

fn rows(rows: impl Iterator<Item = Html>, columns: usize, otherwise: &str) -> Html {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        return rows.collect();
    }
    let columns = columns.to_string();
    let cell = Html::element(
        "td",
        &[("colspan", &columns), ("class", "none")],
        Html::text(otherwise),
    );
    Html::element("tr", &[], cell)
}

fn summary(gateways: usize, servers: usize, certificates: usize) -> Html {
    Html::text(format!(
        "{}, {}, {}.",
        count(gateways, "VPN gateway"),
        count(servers, "SSL server"),
        count(certificates, "client certificate")
    ))
}

fn count(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

fn gateway(gateway: &VpnGateway) -> Html {
    let status = match (gateway.business_status, gateway.status) {
        (BusinessStatus::FinancialLocked, _) => badge(Tone::Bad, "locked for payment"),
        (_, GatewayStatus::Active) => badge(Tone::Good, "active"),
        (_, GatewayStatus::Updating) => badge(Tone::Busy, "updating"),
        (_, GatewayStatus::Init) => badge(Tone::Busy, "init"),
        (_, GatewayStatus::Provisioning) => badge(Tone::Busy, "provisioning"),
        (_, GatewayStatus::Deleting) => badge(Tone::Bad, "deleting"),
    };
    let ssl_vpn = match gateway.ssl_vpn {
        Switch::Enable => format!("up to {} clients", gateway.ssl_max_connections),
        Switch::Disable => "not enabled".to_owned(),
    };
    row(
        &gateway.vpn_gateway_id,
        &gateway.vpn_gateway_id,
        [
            text(&gateway.name),
            code(&gateway.region_id),
            status,
            text(&ssl_vpn),
            code(&gateway.vpc_id),
            code(gateway.ssl_vpn_address()),
        ],
    )
}

fn server(server: &SslVpnServer) -> Html {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let port = format!("{} {}", word(serde_json::json!(server.proto)), server.port);
    let mut cipher = word(serde_json::json!(server.cipher));
    if server.compress {
        cipher.push_str(", compressed");
    }
    if server.enable_multi_factor_auth {
        cipher.push_str(", two factors");
    }
    let subnets: Html = server
        .local_subnet
        .split(',')
        .map(|subnet| code(subnet).and(Html::literal(" ")))
        .collect();
    row(
        &server.ssl_vpn_server_id,
        &server.ssl_vpn_server_id,
        [
            text(&server.name),
            code(&server.vpn_gateway_id),
            code(&server.client_ip_pool),
            subnets,
            text(&port),
            text(&cipher),
            text(&format!(
                "{} of {}",
                server.connections, server.max_connections
            )),
        ],
    )
}

fn certificate(certificate: &SslVpnClientCert, unix_ms: u64) -> Html {
    let status = match certificate.status(unix_ms) {
        CertStatus::Normal => badge(Tone::Good, "normal"),
        CertStatus::ExpiringSoon => badge(Tone::Busy, "expiring soon"),
        CertStatus::Expired => badge(Tone::Bad, "expired"),
    };
    row(
        &certificate.ssl_vpn_client_cert_id,
        &certificate.ssl_vpn_client_cert_id,
        [
            text(&certificate.name),
            code(&certificate.ssl_vpn_server_id),
            status,
            time(
                certificate.end_time,
                format_description!("[year]-[month]-[day]"),
            ),
        ],
    )
}

fn call(number: usize, call: &Call, started: u64) -> Html {
    let at = time(
        started.saturating_add(call.at_ms),
        format_description!("[hour]:[minute]:[second].[subsecond digits:3]"),
    );
    let operation = match call.operation.as_str() {
        "" => "(none)",
        operation => operation,
    };
    let answer = match (&call.code, call.http_status) {
        (_, 0) => badge(Tone::Off, "none"),
        (Some(code), status) => badge(Tone::Bad, &format!("{status} {code}")),
        (None, status @ 200..=299) => badge(Tone::Good, &status.to_string()),
        (None, status) => badge(Tone::Bad, &status.to_string()),
    };
    let client = match (call.signature_version, &call.user_agent) {
        (None, None) => text(""),
        (Some(version), None) => text(version),
        (None, Some(agent)) => text(product(agent)),
        (Some(version), Some(agent)) => text(&format!("{version}, {}", product(agent))),
    };
    let cells = [text(operation), answer, parameters(call), client];
    let id = format!("call-{number}");
    let cells = cells.into_iter().map(|cell| Html::element("td", &[], cell));
    let first = Html::element("td", &[], at);
    Html::element("tr", &[("id", &id)], first.and(cells.collect::<Html>()))
}

/// The first word of a user agent, which says what it is; the rest would fill the page.
fn product(user_agent: &str) -> &str {
    user_agent.split_whitespace().next().unwrap_or_default()
}

/// All of them, behind the one that says most.
fn parameters(call: &Call) -> Html {
    const TELLING: [&str; 4] = [
        "SslVpnClientCertId",
        "SslVpnServerId",
        "VpnGatewayId",
        "Name",
    ];
    let telling = TELLING
        .iter()
        .find_map(|name| call.parameters.get(*name))
        .map_or_else(|| count(call.parameters.len(), "parameter"), Clone::clone);
    let pairs: Html = call
        .parameters
        .iter()
        .map(|(name, value)| {
            Html::element("dt", &[], Html::text(name)).and(Html::element(
                "dd",
                &[],
                Html::text(value),
            ))
        })
        .collect();
    if call.parameters.is_empty() {
        return text("");
    }
    Html::element(
        "details",
        &[],
        Html::element("summary", &[], code(&telling)).and(Html::element("dl", &[], pairs)),
    )
}

/// A row whose first cell names it.
fn row<const CELLS: usize>(id: &str, name: &str, cells: [Html; CELLS]) -> Html {
    let head = Html::element("th", &[("scope", "row")], code(name));
    let cells = cells.into_iter().map(|cell| Html::element("td", &[], cell));
    Html::element("tr", &[("id", id)], head.and(cells.collect::<Html>()))
}

/// What a status means for a person; it says the same in words.
#[derive(Clone, Copy)]
enum Tone {
    Good,
    Busy,
    Bad,
    Off,
}

fn badge(tone: Tone, words: &str) -> Html {
    let class = match tone {
        Tone::Good => "badge good",
        Tone::Busy => "badge busy",
        Tone::Bad => "badge bad",
        Tone::Off => "badge off",
    };
    Html::element("span", &[("class", class)], Html::text(words))
}

fn code(text: &str) -> Html {
    Html::element("code", &[], Html::text(text))
}

/// A cell's text; where there is none a screen reader says so, for which a dash is nothing.
fn text(text: &str) -> Html {
    if text.is_empty() {
        return Html::literal(
            "<span class=\"empty\" aria-hidden=\"true\">–</span><span class=\"unseen\">none</span>",
        )
        .into();
    }
    Html::text(text)
}

fn time(unix_ms: u64, shown: &[BorrowedFormatItem<'_>]) -> Html {
    let nanoseconds = i128::from(unix_ms) * 1_000_000;
    let Ok(moment) = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds) else {
        return Html::text(unix_ms);
    };
    let moment = moment.to_offset(UtcOffset::UTC);
    let whole =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let written = moment.format(whole).unwrap_or_default();
    let shown = moment.format(shown).unwrap_or_default();
    Html::element("time", &[("datetime", &written)], Html::text(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(operation: &str, parameters: &[(&str, &str)], user_agent: &str) -> Call {
        Call {
            at_ms: 1500,
            operation: operation.to_owned(),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            signature_version: Some("V3"),
            http_status: 403,
            code: Some("Forbidden.RAM".to_owned()),
            request_id: String::new(),
            user_agent: Some(user_agent.to_owned()),
        }
    }

    #[test]
    fn what_a_caller_sent_is_never_html() {
        let evil = "<img src=x onerror=alert(1)>\"'";
        let call = recorded(evil, &[(evil, evil), ("Name", evil)], evil);
        let shown = super::call(7, &call, 0).to_string();
        assert!(!shown.contains("<img") && !shown.contains("\"'"), "{shown}");
        assert!(shown.contains("&lt;img"), "{shown}");
        let gateway = VpnGateway {
            name: evil.to_owned(),
            ..VpnGateway::new(evil, evil, "cn-hangzhou", 0)
        };
        let shown = super::gateway(&gateway).to_string();
        assert!(!shown.contains("<img") && !shown.contains("\"'"), "{shown}");
    }

    #[test]
    fn a_call_shows_when_what_and_how_it_ended() {
        let call = recorded(
            "DeleteSslVpnServer",
            &[("RegionId", "cn-hangzhou"), ("SslVpnServerId", "vss-1")],
            "alivpn/0.1.0 terraform/1.11.4",
        );
        let shown = super::call(7, &call, 1_764_000_000_000).to_string();
        for part in [
            "<tr id=\"call-7\">",
            ">16:00:01.500</time>",
            "DeleteSslVpnServer",
            "403 Forbidden.RAM",
            "<code>vss-1</code>",
            "V3, alivpn/0.1.0<",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn an_empty_table_says_so() {
        let shown = rows(std::iter::empty(), 3, "No SSL server yet.").to_string();
        assert_eq!(
            shown,
            "<tr><td colspan=\"3\" class=\"none\">No SSL server yet.</td></tr>"
        );
    }

    #[test]
    fn the_summary_counts_in_words() {
        assert_eq!(
            summary(1, 0, 2).to_string(),
            "1 VPN gateway, 0 SSL servers, 2 client certificates."
        );
    }
}
