//! Taking over a certificate from the Go provider `aliyun/alicloud`: a `moved` block from its `alicloud_ssl_vpn_client_cert`.
//!
//! Its state holds the private key, alone and in the client's configuration. Neither is read here, so neither can get into ours.

use serde::Deserialize;

use super::model::SslVpnClientCert;
use crate::provider::alicloud;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::model::Attr;
use crate::tf::move_state::{MoveSource, Moved};
use crate::tf::types::Type;

/// The old resource type.
const OLD_TYPE: &str = "alicloud_ssl_vpn_client_cert";

/// What is taken over of the old state.
#[derive(Debug, Deserialize)]
struct OldCert {
    id: Attr<String>,
    name: Attr<String>,
    ssl_vpn_server_id: Attr<String>,
    status: Attr<String>,
    ca_cert: Attr<String>,
    client_cert: Attr<String>,
}

impl OldCert {
    fn ty() -> Type {
        let texts = [
            "id",
            "name",
            "ssl_vpn_server_id",
            "status",
            "ca_cert",
            "client_cert",
        ];
        Type::object(texts.map(|name| (name, Type::String)))
    }
}

/// The certificate of an old state; `None` for a state of another type.
pub fn move_from(source: &MoveSource) -> Option<Result<Moved<SslVpnClientCert>, Diagnostics>> {
    let old = alicloud::state::<OldCert>(source, OLD_TYPE, &OldCert::ty())?;
    Some(
        old.map(|old| Moved::from(taken_over(old)))
            .map_err(Diagnostics::from),
    )
}

fn taken_over(old: OldCert) -> SslVpnClientCert {
    SslVpnClientCert {
        ssl_vpn_server_id: alicloud::text(old.ssl_vpn_server_id),
        name: alicloud::text(old.name),
        id: old.id,
        status: alicloud::text(old.status),
        ca_cert: alicloud::text(old.ca_cert),
        client_cert: alicloud::text(old.client_cert),
        ..SslVpnClientCert::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::private::Private;

    #[test]
    fn what_both_types_have_is_taken_over_and_the_key_is_not() {
        let source = MoveSource {
            provider_address: "registry.terraform.io/aliyun/alicloud".to_owned(),
            type_name: OLD_TYPE.to_owned(),
            schema_version: 0,
            state: br#"{"id":"vsc-1","name":"","ssl_vpn_server_id":"vss-1","status":"normal","ca_cert":"CA","client_cert":"CERT",
                "client_key":"THE KEY","client_config":"CONFIG WITH THE KEY"}"#
                .to_vec(),
            private: Private::from_bytes(b"THE KEY".to_vec()),
            identity: None,
            identity_schema_version: 0,
        };
        let moved = move_from(&source).unwrap().unwrap();
        let text = |text: &str| Attr::Known(text.to_owned());
        let expected = SslVpnClientCert {
            ssl_vpn_server_id: text("vss-1"),
            id: text("vsc-1"),
            status: text("normal"),
            ca_cert: text("CA"),
            client_cert: text("CERT"),
            ..SslVpnClientCert::default()
        };
        assert_eq!(moved.state, expected);
        assert_eq!(moved.private, Private::default());
        let other = MoveSource {
            type_name: "alicloud_ssl_vpn_server".to_owned(),
            ..source
        };
        assert!(move_from(&other).is_none());
    }
}
