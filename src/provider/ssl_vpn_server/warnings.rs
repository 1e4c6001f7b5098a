//! What a person should know before a change of a server: who is disconnected, and whether the pool will do. Pure.

use super::model::SslVpnServer;
use crate::provider::network::{client_pool_prefix, network, pool_connections};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;

/// Who needs a new profile when an argument changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NewProfile {
    /// It stands in the profile, and both ends must agree.
    Everybody,
    /// It stands in the profile, and newer clients negotiate it.
    BeforeOpenVpn24,
    /// It does not stand in the profile.
    Nobody,
}

impl NewProfile {
    fn sentence(self) -> &'static str {
        match self {
            NewProfile::Everybody => "every client needs a new profile before it can connect again",
            NewProfile::BeforeOpenVpn24 => {
                "clients older than OpenVPN 2.4 need a new profile; newer ones negotiate the cipher and reconnect with theirs"
            }
            NewProfile::Nobody => {
                "clients reconnect with their profiles and get addresses of the new pool"
            }
        }
    }
}

/// The warning of a change that disconnects clients; `None` for one that does not.
pub fn disconnected_clients(prior: &SslVpnServer, planned: &SslVpnServer) -> Option<Diagnostic> {
    let arguments = [
        (
            "protocol",
            prior.protocol != planned.protocol,
            NewProfile::Everybody,
        ),
        ("port", prior.port != planned.port, NewProfile::Everybody),
        (
            "compress",
            prior.compress != planned.compress,
            NewProfile::Everybody,
        ),
        (
            "cipher",
            prior.cipher != planned.cipher,
            NewProfile::BeforeOpenVpn24,
        ),
        (
            "client_ip_pool",
            prior.client_ip_pool != planned.client_ip_pool,
            NewProfile::Nobody,
        ),
    ];
    let changed: Vec<_> = arguments
        .into_iter()
        .filter_map(|(name, changed, who)| changed.then_some((name, who)))
        .collect();
    let (first, _) = changed.first()?;
    let lines: Vec<String> = [
        NewProfile::Everybody,
        NewProfile::BeforeOpenVpn24,
        NewProfile::Nobody,
    ]
    .into_iter()
    .filter_map(|who| {
        let names: Vec<&str> = changed
            .iter()
            .filter_map(|(name, of)| (*of == who).then_some(*name))
            .collect();
        (!names.is_empty()).then(|| format!("  - {}: {}.", names.join(", "), who.sentence()))
    })
    .collect();
    let id = prior.id.known().map(|id| format!(" {id}"));
    let warning = Diagnostic::warning(format!(
        "Clients of SSL server{} will be disconnected",
        id.unwrap_or_default()
    ))
    .detail(format!(
        "Applying this plan disconnects every client that is connected then. What changes:\n{}",
        lines.join("\n")
    ));
    Some(if changed.len() == 1 {
        warning.at(*first)
    } else {
        warning
    })
}

/// The warning of a pool that has too few addresses for as many clients as the gateway takes; `None` where it has enough, where
/// either is not known, and where no pool would have enough.
pub fn small_pool(pool: &Attr<String>, max_connections: Option<i64>) -> Option<Diagnostic> {
    let pool = pool.known().and_then(|text| network(text))?;
    let max_connections = u64::try_from(max_connections?).ok()?;
    let enough = client_pool_prefix(max_connections)?;
    if pool.prefix_len() <= enough {
        return None;
    }
    let warning = Diagnostic::warning("Fewer addresses than connections").detail(format!(
        "{pool} serves {} concurrent connections, with four addresses for each, and the gateway takes up to {max_connections}: who \
         connects when the pool is used up gets no address. A /{enough} would do.",
        pool_connections(pool.prefix_len())
    ));
    Some(warning.at("client_ip_pool"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Attr<String> {
        Attr::Known(text.to_owned())
    }

    fn prior() -> SslVpnServer {
        SslVpnServer {
            id: text("vss-1"),
            name: text("office"),
            client_ip_pool: text("10.30.0.0/24"),
            local_subnets: Attr::Known(vec![text("192.168.0.0/16")]),
            protocol: text("TCP"),
            cipher: text("AES-128-CBC"),
            port: Attr::Known(1194),
            compress: Attr::Known(false),
            ..SslVpnServer::default()
        }
    }

    /// Where the warning about a change points to, and its lines about the arguments.
    fn lines(change: impl FnOnce(&mut SslVpnServer)) -> Option<(String, Vec<String>)> {
        let mut planned = prior();
        change(&mut planned);
        let warning = disconnected_clients(&prior(), &planned)?;
        assert_eq!(
            warning.summary,
            "Clients of SSL server vss-1 will be disconnected"
        );
        let at = warning.attribute.map(|path| path.to_string());
        let lines = warning
            .detail
            .lines()
            .filter(|line| line.starts_with("  - "));
        Some((
            at.unwrap_or_default(),
            lines.map(|line| line.replace("  - ", "")).collect(),
        ))
    }

    #[test]
    fn what_both_ends_must_agree_on_needs_a_new_profile_for_everybody() {
        let everybody = "every client needs a new profile";
        let found = [
            ("protocol", lines(|planned| planned.protocol = text("UDP"))),
            ("port", lines(|planned| planned.port = Attr::Known(1195))),
            ("port", lines(|planned| planned.port = Attr::Unknown)),
            (
                "compress",
                lines(|planned| planned.compress = Attr::Known(true)),
            ),
        ];
        for (argument, found) in found {
            let (at, lines) = found.unwrap();
            assert_eq!((at.as_str(), lines.len()), (argument, 1));
            assert!(
                lines[0].starts_with(&format!("{argument}: {everybody}")),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_cipher_is_negotiated_by_newer_clients_and_a_pool_stands_in_no_profile() {
        let (at, found) = lines(|planned| planned.cipher = text("AES-256-CBC")).unwrap();
        assert_eq!(at, "cipher");
        assert!(
            found[0].starts_with("cipher: clients older than OpenVPN 2.4 need"),
            "{found:?}"
        );
        let (at, found) = lines(|planned| planned.client_ip_pool = text("10.31.0.0/24")).unwrap();
        assert_eq!(at, "client_ip_pool");
        assert!(
            found[0].starts_with("client_ip_pool: clients reconnect"),
            "{found:?}"
        );
    }

    #[test]
    fn several_changes_are_one_warning_sorted_by_who_needs_what() {
        let (at, lines) = lines(|planned| {
            planned.client_ip_pool = text("10.31.0.0/24");
            planned.cipher = text("none");
            planned.port = Attr::Known(1195);
            planned.protocol = text("UDP");
        })
        .unwrap();
        assert_eq!(at, "");
        let starts: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.split(':').next())
            .collect();
        assert_eq!(starts, ["protocol, port", "cipher", "client_ip_pool"]);
    }

    #[test]
    fn another_change_disconnects_nobody() {
        let found = lines(|planned| {
            planned.name = text("annex");
            planned.local_subnets = Attr::Known(vec![text("172.16.0.0/12")]);
            planned.idaas_instance_id = text("idaas-1");
        });
        assert_eq!(found, None);
    }

    #[test]
    fn a_pool_is_too_small_where_the_rule_asks_for_a_shorter_prefix() {
        for (pool, max_connections, enough) in [
            ("10.0.0.0/27", 5, None),
            ("10.0.0.0/28", 5, Some("A /27 would do")),
            ("10.0.0.0/29", 1000, Some("A /20 would do")),
            ("10.0.0.0/24", 64, None),
            ("10.0.0.0/24", 65, Some("A /23 would do")),
            ("10.0.0.0/16", 16_384, None),
            ("10.0.0.0/16", 16_385, None),
            ("10.0.0.0/29", 0, None),
            ("10.0.0.0/29", -1, None),
        ] {
            let found = small_pool(&text(pool), Some(max_connections));
            match (&found, enough) {
                (Some(found), Some(enough)) => {
                    assert!(found.detail.contains(enough), "{}", found.detail);
                    assert_eq!(found.attribute, Some("client_ip_pool".into()));
                }
                (None, None) => {}
                _ => panic!("{pool} for {max_connections}: {found:?}"),
            }
        }
        let found = small_pool(&text("10.0.0.0/28"), Some(5)).unwrap();
        assert!(
            found
                .detail
                .starts_with("10.0.0.0/28 serves 4 concurrent connections"),
            "{}",
            found.detail
        );
        assert_eq!(small_pool(&text("10.0.0.0/29"), None), None);
        assert_eq!(small_pool(&Attr::Unknown, Some(5)), None);
    }
}
