//! Between Terraform's object and the API's: what a call carries, and what an answer means. Pure.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;
use time::format_description::well_known::Rfc3339;

use super::model::SslVpnServer;
use super::update::carries_multi_factor_auth;
use crate::cloud::vpc;
use crate::provider::network::{network, networks, without_host_bits};
use crate::tf::model::Attr;

/// The arguments of `planned` that have a value, as a create or a full modification carries them.
///
/// Networks are sent without host bits. `prior` is the object as it was, `None` for a create.
pub fn settings(prior: Option<&SslVpnServer>, planned: &SslVpnServer) -> vpc::SslVpnServerSettings {
    let subnets = planned.local_subnets.known();
    let text = |value: &Attr<String>| value.known().cloned();
    vpc::SslVpnServerSettings {
        name: text(&planned.name),
        client_ip_pool: text(&planned.client_ip_pool),
        local_subnets: subnets.map(|subnets| {
            subnets
                .iter()
                .filter_map(Attr::known)
                .map(|text| without_host_bits(text))
                .collect()
        }),
        protocol: text(&planned.protocol),
        cipher: text(&planned.cipher),
        port: planned.port.known().copied(),
        compress: planned.compress.known().copied(),
        enable_multi_factor_auth: planned
            .enable_multi_factor_auth
            .known()
            .copied()
            .filter(|_| carries_multi_factor_auth(prior, planned)),
        idaas_instance_id: text(&planned.idaas_instance_id),
        idaas_region_id: text(&planned.idaas_region_id),
        idaas_application_id: text(&planned.idaas_application_id),
    }
}

/// The object that an answer describes.
///
/// `known` is the object as Terraform has it: it keeps the form in which the user wrote what is still there, the `timeouts`,
/// and the region, which `region` fills in where it has none. What every server has (gateway, pool, subnets) and what
/// is false is left as known by an answer that does not speak of it.
pub fn object(described: &vpc::SslVpnServer, known: &SslVpnServer, region: &str) -> SslVpnServer {
    let text = |value: &Option<String>| Attr::from(value.clone());
    SslVpnServer {
        vpn_gateway_id: shown_or_known(&described.vpn_gateway_id, &known.vpn_gateway_id),
        client_ip_pool: shown_or_known(&described.client_ip_pool, &known.client_ip_pool),
        local_subnets: if described.local_subnets.is_empty() {
            known.local_subnets.clone()
        } else {
            Attr::Known(written_form(&described.local_subnets, known))
        },
        name: text(&described.name),
        protocol: text(&described.protocol),
        cipher: text(&described.cipher),
        port: described.port.into(),
        compress: match (described.compress, &known.compress) {
            (None, Attr::Known(false)) => Attr::Known(false),
            (shown, _) => shown.into(),
        },
        // Answers about gateways that do not know it leave it out, which says the same as false.
        enable_multi_factor_auth: Attr::Known(described.enable_multi_factor_auth.unwrap_or(false)),
        idaas_instance_id: text(&described.idaas_instance_id),
        idaas_region_id: text(&described.idaas_region_id),
        idaas_application_id: text(&described.idaas_application_id),
        id: Attr::Known(described.id.clone()),
        region: known
            .region
            .known()
            .cloned()
            .map_or_else(|| Attr::Known(region.to_owned()), Attr::Known),
        internet_ip: text(&described.internet_ip),
        max_connections: described.max_connections.into(),
        create_time: described
            .create_time
            .and_then(|time| time.format(&Rfc3339).ok())
            .into(),
        resource_group_id: text(&described.resource_group_id),
        idaas_instance_version: text(&described.idaas_instance_version),
        timeouts: known.timeouts.clone(),
    }
}

fn shown_or_known(shown: &Option<String>, known: &Attr<String>) -> Attr<String> {
    shown.clone().map_or_else(|| known.clone(), Attr::Known)
}

/// `planned` with the ID and the region, and what only the cloud could say left null: all that is known of a server whose
/// create was accepted.
pub fn accepted(planned: &SslVpnServer, id: &str, region: &str) -> SslVpnServer {
    SslVpnServer {
        id: Attr::Known(id.to_owned()),
        region: Attr::Known(region.to_owned()),
        ..planned.clone()
    }
}

/// The arguments that the server does not show as planned. What the plan leaves to the cloud does not count, nor what every
/// server has and the answer does not speak of.
pub fn differences(planned: &SslVpnServer, described: &vpc::SslVpnServer) -> Vec<&'static str> {
    fn differs<T: PartialEq>(planned: &Attr<T>, described: Option<&T>) -> bool {
        planned
            .known()
            .is_some_and(|planned| Some(planned) != described)
    }
    let subnets = planned.local_subnets.known().map(|elements| {
        let planned = networks(elements.iter().filter_map(Attr::known).map(String::as_str));
        !described.local_subnets.is_empty()
            && planned != networks(described.local_subnets.iter().map(String::as_str))
    });
    let compress = described.compress.unwrap_or(false);
    let multi_factor_auth = described.enable_multi_factor_auth.unwrap_or(false);
    [
        (
            "client_ip_pool",
            described.client_ip_pool.is_some()
                && differs(&planned.client_ip_pool, described.client_ip_pool.as_ref()),
        ),
        ("local_subnets", subnets.unwrap_or(false)),
        ("name", differs(&planned.name, described.name.as_ref())),
        (
            "protocol",
            differs(&planned.protocol, described.protocol.as_ref()),
        ),
        (
            "cipher",
            differs(&planned.cipher, described.cipher.as_ref()),
        ),
        ("port", differs(&planned.port, described.port.as_ref())),
        ("compress", differs(&planned.compress, Some(&compress))),
        (
            "enable_multi_factor_auth",
            differs(&planned.enable_multi_factor_auth, Some(&multi_factor_auth)),
        ),
        (
            "idaas_instance_id",
            differs(
                &planned.idaas_instance_id,
                described.idaas_instance_id.as_ref(),
            ),
        ),
        (
            "idaas_region_id",
            differs(&planned.idaas_region_id, described.idaas_region_id.as_ref()),
        ),
        (
            "idaas_application_id",
            differs(
                &planned.idaas_application_id,
                described.idaas_application_id.as_ref(),
            ),
        ),
    ]
    .into_iter()
    .filter_map(|(argument, differs)| differs.then_some(argument))
    .collect()
}

/// The described subnets, each as the user wrote it where the same network is still there.
fn written_form(described: &[String], known: &SslVpnServer) -> Vec<Attr<String>> {
    let mut written: BTreeMap<Ipv4Net, &String> = BTreeMap::new();
    for text in known
        .local_subnets
        .known()
        .into_iter()
        .flatten()
        .filter_map(Attr::known)
    {
        if let Some(network) = network(text) {
            written.entry(network).or_insert(text);
        }
    }
    let form = |text: &String| {
        network(text)
            .and_then(|network| written.get(&network).copied())
            .unwrap_or(text)
            .clone()
    };
    described
        .iter()
        .map(|text| Attr::Known(form(text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    fn texts(texts: &[&str]) -> Attr<Vec<Attr<String>>> {
        Attr::Known(
            texts
                .iter()
                .map(|text| Attr::Known((*text).to_owned()))
                .collect(),
        )
    }

    fn described() -> vpc::SslVpnServer {
        vpc::SslVpnServer {
            id: "vss-1".to_owned(),
            client_ip_pool: Some("10.31.0.0/24".to_owned()),
            local_subnets: vec!["10.0.1.0/24".to_owned(), "10.0.0.0/24".to_owned()],
            create_time: OffsetDateTime::from_unix_timestamp(1_492_753_580).ok(),
            ..vpc::SslVpnServer::default()
        }
    }

    #[test]
    fn a_network_that_is_still_there_keeps_the_form_in_which_it_was_written() {
        let known = SslVpnServer {
            local_subnets: texts(&["10.0.0.9/24", "10.0.9.0/24"]),
            ..SslVpnServer::default()
        };
        let read = object(&described(), &known, "cn-hangzhou");
        assert_eq!(read.local_subnets, texts(&["10.0.1.0/24", "10.0.0.9/24"]));
    }

    #[test]
    fn the_region_is_the_states_own_and_the_callers_only_where_it_has_none() {
        let known = SslVpnServer {
            region: Attr::Known("cn-beijing".to_owned()),
            ..SslVpnServer::default()
        };
        assert_eq!(
            object(&described(), &known, "cn-hangzhou").region,
            Attr::Known("cn-beijing".to_owned())
        );
        let read = object(&described(), &SslVpnServer::default(), "cn-hangzhou");
        assert_eq!(read.region, Attr::Known("cn-hangzhou".to_owned()));
    }

    #[test]
    fn times_are_rfc_3339() {
        let read = object(&described(), &SslVpnServer::default(), "cn-hangzhou");
        assert_eq!(
            read.create_time,
            Attr::Known("2017-04-21T05:46:20Z".to_owned())
        );
    }

    #[test]
    fn an_answer_without_the_second_factor_says_that_it_is_off() {
        for known in [Attr::Null, Attr::Known(false), Attr::Known(true)] {
            let known = SslVpnServer {
                enable_multi_factor_auth: known,
                ..SslVpnServer::default()
            };
            let read = object(&described(), &known, "r");
            assert_eq!(read.enable_multi_factor_auth, Attr::Known(false));
        }
        let planned = SslVpnServer {
            enable_multi_factor_auth: Attr::Known(true),
            ..SslVpnServer::default()
        };
        assert_eq!(
            differences(&planned, &described()),
            ["enable_multi_factor_auth"]
        );
    }

    #[test]
    fn an_answer_that_leaves_out_what_every_server_has_moves_nothing_and_holds_up_nothing() {
        let known = SslVpnServer {
            vpn_gateway_id: Attr::Known("vpn-1".to_owned()),
            client_ip_pool: Attr::Known("10.30.0.0/24".to_owned()),
            local_subnets: texts(&["10.0.0.9/24"]),
            compress: Attr::Known(false),
            enable_multi_factor_auth: Attr::Known(false),
            id: Attr::Known("vss-1".to_owned()),
            region: Attr::Known("r".to_owned()),
            ..SslVpnServer::default()
        };
        let bare = vpc::SslVpnServer {
            id: "vss-1".to_owned(),
            ..vpc::SslVpnServer::default()
        };
        assert_eq!(object(&bare, &known, "r"), known);
        assert_eq!(differences(&known, &bare), [""; 0]);
    }

    #[test]
    fn every_argument_with_a_planned_value_counts_as_a_difference_until_it_is_shown() {
        let known = |text: &str| Attr::Known(text.to_owned());
        let planned = SslVpnServer {
            client_ip_pool: known("10.30.0.0/24"),
            local_subnets: texts(&["10.0.0.1/24", "10.0.2.0/24"]),
            name: known("office"),
            protocol: known("UDP"),
            cipher: known("none"),
            port: Attr::Known(1195),
            compress: Attr::Known(true),
            enable_multi_factor_auth: Attr::Known(true),
            idaas_instance_id: known("idaas-1"),
            idaas_region_id: known("cn-hangzhou"),
            idaas_application_id: known("app-1"),
            ..SslVpnServer::default()
        };
        let all = [
            "client_ip_pool",
            "local_subnets",
            "name",
            "protocol",
            "cipher",
            "port",
            "compress",
            "enable_multi_factor_auth",
            "idaas_instance_id",
            "idaas_region_id",
            "idaas_application_id",
        ];
        assert_eq!(differences(&planned, &described()), all);
        assert_eq!(differences(&SslVpnServer::default(), &described()), [""; 0]);
    }
}
