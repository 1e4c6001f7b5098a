//! Taking over a server from the Go provider `aliyun/alicloud`: a `moved` block from its `alicloud_ssl_vpn_server`.
//!
//! Nobody is asked: Terraform moves a state without configuring the provider. What the old state does not say, the region
//! above all, is null until the read that follows.

use serde::Deserialize;

use super::model::SslVpnServer;
use crate::provider::alicloud;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::model::Attr;
use crate::tf::move_state::{MoveSource, Moved};
use crate::tf::types::Type;

/// The old resource type.
const OLD_TYPE: &str = "alicloud_ssl_vpn_server";

/// What is taken over of the old state. Left out is what changes by itself (`connections`).
#[derive(Debug, Deserialize)]
struct OldServer {
    id: Attr<String>,
    name: Attr<String>,
    vpn_gateway_id: Attr<String>,
    client_ip_pool: Attr<String>,
    local_subnet: Attr<String>,
    protocol: Attr<String>,
    cipher: Attr<String>,
    port: Attr<u16>,
    compress: Attr<bool>,
    max_connections: Attr<i64>,
    internet_ip: Attr<String>,
}

impl OldServer {
    fn ty() -> Type {
        let texts = [
            "id",
            "name",
            "vpn_gateway_id",
            "client_ip_pool",
            "local_subnet",
            "protocol",
            "cipher",
            "internet_ip",
        ];
        let attributes = texts.map(|name| (name, Type::String)).into_iter().chain([
            ("port", Type::Number),
            ("compress", Type::Bool),
            ("max_connections", Type::Number),
        ]);
        Type::object(attributes)
    }
}

/// The server of an old state; `None` for a state of another type.
pub fn move_from(source: &MoveSource) -> Option<Result<Moved<SslVpnServer>, Diagnostics>> {
    let old = alicloud::state::<OldServer>(source, OLD_TYPE, &OldServer::ty())?;
    Some(
        old.map(|old| Moved::from(taken_over(old)))
            .map_err(Diagnostics::from),
    )
}

fn taken_over(old: OldServer) -> SslVpnServer {
    SslVpnServer {
        vpn_gateway_id: alicloud::text(old.vpn_gateway_id),
        client_ip_pool: alicloud::text(old.client_ip_pool),
        local_subnets: subnets(&old.local_subnet),
        name: alicloud::text(old.name),
        protocol: alicloud::text(old.protocol),
        cipher: alicloud::text(old.cipher),
        port: old.port,
        compress: old.compress,
        id: old.id,
        internet_ip: alicloud::text(old.internet_ip),
        max_connections: old.max_connections,
        ..SslVpnServer::default()
    }
}

/// The networks of a text that joins them with commas.
fn subnets(joined: &Attr<String>) -> Attr<Vec<Attr<String>>> {
    let texts = joined.known().map_or("", String::as_str).split(',');
    let subnets: Vec<_> = texts
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| Attr::Known(text.to_owned()))
        .collect();
    if subnets.is_empty() {
        Attr::Null
    } else {
        Attr::Known(subnets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::private::Private;

    const STATE: &str = r#"{"id":"vss-1","name":"office","vpn_gateway_id":"vpn-1","client_ip_pool":"10.30.0.0/24",
        "local_subnet":"192.168.0.0/16, 172.16.0.0/12","protocol":"UDP","cipher":"AES-128-CBC","port":1194,"compress":false,
        "connections":3,"max_connections":5,"internet_ip":"203.0.113.1"}"#;

    fn source(state: &str) -> MoveSource {
        MoveSource {
            provider_address: "registry.terraform.io/aliyun/alicloud".to_owned(),
            type_name: OLD_TYPE.to_owned(),
            schema_version: 0,
            state: state.as_bytes().to_vec(),
            private: Private::from_bytes(b"null".to_vec()),
            identity: None,
            identity_schema_version: 0,
        }
    }

    fn moved(state: &str) -> Result<Moved<SslVpnServer>, Diagnostics> {
        move_from(&source(state)).expect("it is the old type's")
    }

    fn text(text: &str) -> Attr<String> {
        Attr::Known(text.to_owned())
    }

    #[test]
    fn what_both_types_have_is_taken_over_and_the_rest_is_left_to_the_first_read() {
        let moved = moved(STATE).unwrap();
        let expected = SslVpnServer {
            vpn_gateway_id: text("vpn-1"),
            client_ip_pool: text("10.30.0.0/24"),
            local_subnets: Attr::Known(vec![text("192.168.0.0/16"), text("172.16.0.0/12")]),
            name: text("office"),
            protocol: text("UDP"),
            cipher: text("AES-128-CBC"),
            port: Attr::Known(1194),
            compress: Attr::Known(false),
            id: text("vss-1"),
            internet_ip: text("203.0.113.1"),
            max_connections: Attr::Known(5),
            ..SslVpnServer::default()
        };
        assert_eq!(moved.state, expected);
        assert_eq!(moved.private, Private::default());
    }

    #[test]
    fn what_is_empty_or_missing_is_null() {
        let moved =
            moved(r#"{"id":"vss-1","name":"","local_subnet":" ,","port":null,"later":{"x":[1]}}"#);
        let expected = SslVpnServer {
            id: text("vss-1"),
            ..SslVpnServer::default()
        };
        assert_eq!(moved.unwrap().state, expected);
    }

    #[test]
    fn a_state_that_names_no_server_or_is_none_is_an_error() {
        for (state, summary) in [
            ("{}", "No ID in the state"),
            (r#"{"id":""}"#, "No ID in the state"),
            (r#"{"id":"vss-1","port":[]}"#, "Unreadable state"),
            ("[]", "Unreadable state"),
        ] {
            let error = moved(state).unwrap_err();
            assert_eq!(
                error.iter().next().map(|found| found.summary.as_str()),
                Some(summary),
                "{state}"
            );
        }
    }

    #[test]
    fn another_type_is_none_of_ours() {
        for (address, type_name) in [
            (
                "registry.terraform.io/aliyun/alicloud",
                "alicloud_vpn_gateway",
            ),
            ("registry.terraform.io/example/alicloud", OLD_TYPE),
            ("registry.terraform.io/aliyun/alicloud-next", OLD_TYPE),
        ] {
            let source = MoveSource {
                provider_address: address.to_owned(),
                type_name: type_name.to_owned(),
                ..source(STATE)
            };
            assert!(move_from(&source).is_none(), "{address} {type_name}");
        }
    }
}
