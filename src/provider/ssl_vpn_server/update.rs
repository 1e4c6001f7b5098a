//! The update plan: which call, if any, makes the prior object the planned one. Pure.
//!
//! ModifySslVpnServer answers at once when it carries only a name, and works in the background otherwise. So the path follows
//! from the comparison alone: nothing differs, only the name differs, anything else differs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::model::SslVpnServer;
use crate::provider::network::networks;
use crate::tf::model::Attr;

/// How an update reaches the cloud. Travels from plan to apply as planned private data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdatePath {
    /// No call: nothing that the cloud knows of differs.
    Nothing,
    /// One synchronous ModifySslVpnServer with the name; its answer is the result.
    NameOnly,
    /// One asynchronous ModifySslVpnServer with every argument that has a value, then convergence.
    Full,
}

/// The path from one object to the other.
pub fn update_path(prior: &SslVpnServer, planned: &SslVpnServer) -> UpdatePath {
    if settings(prior) != settings(planned) {
        UpdatePath::Full
    } else if planned.name != prior.name && !planned.name.is_null() {
        UpdatePath::NameOnly
    } else {
        UpdatePath::Nothing
    }
}

/// Whether two values of `local_subnets` are the same networks; false while either is not wholly known.
pub fn same_networks(one: &Attr<Vec<Attr<String>>>, other: &Attr<Vec<Attr<String>>>) -> bool {
    match (subnets(one), subnets(other)) {
        (Subnets::Networks(one), Subnets::Networks(other)) => one == other,
        (one, other) => one == other && one != Subnets::Unknown,
    }
}

/// Whether EnableMultiFactorAuth belongs into a call: only when it is or was true, since old gateways refuse it.
pub fn carries_multi_factor_auth(prior: Option<&SslVpnServer>, planned: &SslVpnServer) -> bool {
    planned.enable_multi_factor_auth == Attr::Known(true)
        || prior.is_some_and(|prior| prior.enable_multi_factor_auth == Attr::Known(true))
}

/// Everything but the name that a modification can carry, in a form in which equal means "no change".
#[derive(PartialEq)]
struct Settings<'a> {
    client_ip_pool: &'a Attr<String>,
    local_subnets: Subnets,
    protocol: &'a Attr<String>,
    cipher: &'a Attr<String>,
    port: &'a Attr<u16>,
    compress: &'a Attr<bool>,
    enable_multi_factor_auth: MultiFactorAuth,
    idaas_instance_id: &'a Attr<String>,
    idaas_region_id: &'a Attr<String>,
    idaas_application_id: &'a Attr<String>,
}

#[derive(PartialEq)]
enum Subnets {
    None,
    Unknown,
    Networks(BTreeSet<String>),
}

/// False is the default: an answer that leaves it out says the same.
#[derive(PartialEq)]
enum MultiFactorAuth {
    On,
    Off,
    Unknown,
}

fn settings(server: &SslVpnServer) -> Settings<'_> {
    Settings {
        client_ip_pool: &server.client_ip_pool,
        local_subnets: subnets(&server.local_subnets),
        protocol: &server.protocol,
        cipher: &server.cipher,
        port: &server.port,
        compress: &server.compress,
        enable_multi_factor_auth: match server.enable_multi_factor_auth {
            Attr::Known(true) => MultiFactorAuth::On,
            Attr::Known(false) | Attr::Null => MultiFactorAuth::Off,
            Attr::Unknown => MultiFactorAuth::Unknown,
        },
        idaas_instance_id: &server.idaas_instance_id,
        idaas_region_id: &server.idaas_region_id,
        idaas_application_id: &server.idaas_application_id,
    }
}

fn subnets(value: &Attr<Vec<Attr<String>>>) -> Subnets {
    match value {
        Attr::Null => Subnets::None,
        Attr::Unknown => Subnets::Unknown,
        Attr::Known(elements) if elements.iter().any(Attr::is_unknown) => Subnets::Unknown,
        Attr::Known(elements) => Subnets::Networks(networks(
            elements.iter().filter_map(Attr::known).map(String::as_str),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::ssl_vpn_server::mapping::settings;
    use crate::provider::ssl_vpn_server::model::schema;
    use crate::tf::model::from_value;
    use crate::tf::schema::Effect;
    use crate::tf::types::Type;
    use crate::tf::value::Value;
    use ipnet::Ipv4Net;
    use proptest::prelude::*;

    #[test]
    fn a_change_of_one_argument_has_the_effect_that_the_schema_tells() {
        let attributes = schema().block.attributes;
        let changeable = attributes
            .iter()
            .filter(|attribute| attribute.mode.is_configurable() && !attribute.replaces);
        for attribute in changeable {
            let value = match attribute.ty {
                Type::Number => Value::from(1195),
                Type::Bool => Value::from(true),
                Type::Set(_) => Value::List(vec![Value::from("10.9.0.0/24")]),
                _ => Value::from("other"),
            };
            let planned = from_value(&Value::map([(attribute.name.clone(), value)])).unwrap();
            let path = update_path(&SslVpnServer::default(), &planned);
            let expected = match attribute.effect {
                Effect::Synchronous => UpdatePath::NameOnly,
                Effect::Asynchronous => UpdatePath::Full,
                Effect::NoCall => UpdatePath::Nothing,
            };
            assert_eq!(path, expected, "{}", attribute.name);
        }
    }

    fn attr<T: std::fmt::Debug + Clone + 'static>(
        known: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<Attr<T>> {
        prop_oneof![1 => Just(Attr::Null), 1 => Just(Attr::Unknown), 6 => known.prop_map(Attr::Known)].boxed()
    }

    fn one_of(values: &'static [&'static str]) -> BoxedStrategy<Attr<String>> {
        attr(prop::sample::select(values).prop_map(str::to_owned))
    }

    /// Few values a field, so that equal ones are common.
    fn server() -> impl Strategy<Value = SslVpnServer> {
        let subnet = one_of(&[
            "10.0.0.0/24",
            "10.0.0.7/24",
            "10.0.1.0/24",
            "192.168.0.0/16",
        ]);
        let connection = (
            one_of(&["10.30.0.0/24", "10.31.0.0/24"]),
            attr(prop::collection::vec(subnet, 0..3)),
            one_of(&["office", "lab"]),
            one_of(&["TCP", "UDP"]),
            one_of(&["AES-128-CBC", "none"]),
            attr(1194..1196u16),
            attr(any::<bool>()),
        );
        let second_factor = (
            attr(any::<bool>()),
            one_of(&["idaas-1", "idaas-2"]),
            one_of(&["cn-hangzhou"]),
            one_of(&["app-1", "app-2"]),
        );
        (connection, second_factor).prop_map(|(connection, second_factor)| {
            let (client_ip_pool, local_subnets, name, protocol, cipher, port, compress) =
                connection;
            let (
                enable_multi_factor_auth,
                idaas_instance_id,
                idaas_region_id,
                idaas_application_id,
            ) = second_factor;
            SslVpnServer {
                client_ip_pool,
                local_subnets,
                name,
                protocol,
                cipher,
                port,
                compress,
                enable_multi_factor_auth,
                idaas_instance_id,
                idaas_region_id,
                idaas_application_id,
                ..SslVpnServer::default()
            }
        })
    }

    /// The rule in other words: each argument compared on its own.
    fn other_than_name(prior: &SslVpnServer, planned: &SslVpnServer) -> bool {
        let network_set = |server: &SslVpnServer| match &server.local_subnets {
            Attr::Null => Ok(None),
            Attr::Unknown => Err(()),
            Attr::Known(elements) => elements
                .iter()
                .map(|element| match element {
                    Attr::Known(text) => Ok(Some(text.parse::<Ipv4Net>().unwrap().trunc())),
                    Attr::Null => Ok(None),
                    Attr::Unknown => Err(()),
                })
                .collect::<Result<BTreeSet<_>, ()>>()
                .map(|set| Some(set.into_iter().flatten().collect::<BTreeSet<_>>())),
        };
        let second_factor = |server: &SslVpnServer| match server.enable_multi_factor_auth {
            Attr::Null => Attr::Known(false),
            value => value,
        };
        prior.client_ip_pool != planned.client_ip_pool
            || network_set(prior) != network_set(planned)
            || prior.protocol != planned.protocol
            || prior.cipher != planned.cipher
            || prior.port != planned.port
            || prior.compress != planned.compress
            || second_factor(prior) != second_factor(planned)
            || prior.idaas_instance_id != planned.idaas_instance_id
            || prior.idaas_region_id != planned.idaas_region_id
            || prior.idaas_application_id != planned.idaas_application_id
    }

    proptest! {
        #[test]
        fn any_two_servers_give_the_path_that_the_rule_says(prior in server(), planned in server()) {
            let expected = if other_than_name(&prior, &planned) {
                UpdatePath::Full
            } else if prior.name != planned.name && !planned.name.is_null() {
                UpdatePath::NameOnly
            } else {
                UpdatePath::Nothing
            };
            prop_assert_eq!(update_path(&prior, &planned), expected);
        }

        #[test]
        fn a_server_differs_from_itself_in_nothing_and_from_its_renamed_self_in_the_name(server in server()) {
            prop_assert_eq!(update_path(&server, &server), UpdatePath::Nothing);
            let renamed = SslVpnServer { name: Attr::Known("renamed".to_owned()), ..server.clone() };
            prop_assert_eq!(update_path(&server, &renamed), UpdatePath::NameOnly);
        }

        #[test]
        fn a_full_call_leaves_no_value_out_and_adds_none(prior in server(), planned in server()) {
            let call = settings(Some(&prior), &planned);
            prop_assert_eq!(call.name.as_ref(), planned.name.known());
            prop_assert_eq!(call.client_ip_pool.as_ref(), planned.client_ip_pool.known());
            prop_assert_eq!(call.protocol.as_ref(), planned.protocol.known());
            prop_assert_eq!(call.cipher.as_ref(), planned.cipher.known());
            prop_assert_eq!(call.port.as_ref(), planned.port.known());
            prop_assert_eq!(call.compress.as_ref(), planned.compress.known());
            prop_assert_eq!(call.idaas_instance_id.as_ref(), planned.idaas_instance_id.known());
            prop_assert_eq!(call.idaas_region_id.as_ref(), planned.idaas_region_id.known());
            prop_assert_eq!(call.idaas_application_id.as_ref(), planned.idaas_application_id.known());
            let planned_networks = planned.local_subnets.known().into_iter().flatten().filter_map(Attr::known);
            let planned_networks = networks(planned_networks.map(String::as_str));
            prop_assert_eq!(networks(call.local_subnets.iter().flatten().map(String::as_str)), planned_networks);
            prop_assert!(call.local_subnets.iter().flatten().all(|text| text.parse::<Ipv4Net>().unwrap().trunc().to_string() == *text));
        }

        #[test]
        fn multi_factor_auth_is_sent_only_when_it_is_or_was_on(prior in server(), planned in server()) {
            let on = |server: &SslVpnServer| server.enable_multi_factor_auth == Attr::Known(true);
            let sent = settings(Some(&prior), &planned).enable_multi_factor_auth;
            let expected = if on(&prior) || on(&planned) { planned.enable_multi_factor_auth.known().copied() } else { None };
            prop_assert_eq!(sent, expected);
            let created = settings(None, &planned).enable_multi_factor_auth;
            prop_assert_eq!(created, on(&planned).then_some(true));
        }
    }

    #[test]
    fn a_network_that_only_the_cloud_can_have_is_a_difference() {
        let subnets = |texts: &[&str]| {
            let known = |text: &&str| Attr::Known((*text).to_owned());
            Attr::Known(texts.iter().map(known).collect::<Vec<_>>())
        };
        let of = |texts| SslVpnServer {
            local_subnets: subnets(texts),
            ..SslVpnServer::default()
        };
        let (prior, planned) = (of(&["10.0.0.0/24", "fd00::/64"]), of(&["10.0.0.0/24"]));
        assert!(!same_networks(&prior.local_subnets, &planned.local_subnets));
        assert_eq!(update_path(&prior, &planned), UpdatePath::Full);
    }

    #[test]
    fn a_name_that_is_not_known_yet_is_a_rename_until_it_is_known() {
        let prior = SslVpnServer {
            name: Attr::Known("office".to_owned()),
            ..SslVpnServer::default()
        };
        let planned = SslVpnServer {
            name: Attr::Unknown,
            ..SslVpnServer::default()
        };
        assert_eq!(update_path(&prior, &planned), UpdatePath::NameOnly);
    }
}
