//! `alivpn_ssl_vpn_clients`: who is connected to a gateway now. A client has no ID of its own.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::cloud::vpc;
use crate::provider::kind::{Kind, VPN_GATEWAY};
use crate::provider::lookup;
use crate::provider::{Configured, region};
use crate::tf::block_type::BlockType;
use crate::tf::data_source::DataSource;
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};
use crate::tf::schema::{Attribute, Block, Mode, Schema};
use crate::tf::types::Type;
use crate::tf::validators::length_between;

/// What a look-up of clients fails for want of: the gateway.
const KIND: Kind = Kind {
    many: "connected clients",
    ..VPN_GATEWAY
};

/// `alivpn_ssl_vpn_clients`
#[derive(Debug, Clone, Copy)]
pub struct Many;

/// The clients of a gateway.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnClients {
    pub vpn_gateway_id: Attr<String>,
    pub region: Attr<String>,
    pub clients: Attr<Vec<SslVpnClient>>,
}

/// A client.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnClient {
    pub ssl_vpn_client_cert_id: Attr<String>,
    pub common_name: Attr<String>,
    pub ip: Attr<String>,
    pub port: Attr<u16>,
    pub private_ip: Attr<String>,
    pub connected_time: Attr<String>,
    pub send_bytes: Attr<i64>,
    pub receive_bytes: Attr<i64>,
    pub status: Attr<String>,
}

fn shown(client: &vpc::SslVpnClient) -> SslVpnClient {
    SslVpnClient {
        ssl_vpn_client_cert_id: client.ssl_vpn_client_cert_id().map(str::to_owned).into(),
        common_name: client.common_name.clone().into(),
        ip: client.ip.clone().into(),
        port: client.port.into(),
        private_ip: client.private_ip.clone().into(),
        connected_time: lookup::time(client.connected_time),
        send_bytes: client.send_bytes.into(),
        receive_bytes: client.receive_bytes.into(),
        status: client.status.clone().into(),
    }
}

impl BlockType for Many {
    type Model = SslVpnClients;

    fn type_name(&self) -> &'static str {
        "alivpn_ssl_vpn_clients"
    }

    fn schema(&self) -> Schema {
        let text = |name, description: &str| Attribute::computed(name, Type::String, description);
        let number = |name, description: &str| Attribute::computed(name, Type::Number, description);
        let client = Block::new("A client.")
            .attribute(text(
                "ssl_vpn_client_cert_id",
                "The certificate, `vsc-...`; null where `common_name` is no certificate's ID.",
            ))
            .attribute(text("common_name", "The common name of the certificate."))
            .attribute(text("ip", "The public address that it connects from."))
            .attribute(number("port", "The port there."))
            .attribute(text(
                "private_ip",
                "The address that it got from the client address pool.",
            ))
            .attribute(text("connected_time", "Since when (RFC 3339)."))
            .attribute(number("send_bytes", "`SendBytes` of the API: bytes sent."))
            .attribute(number(
                "receive_bytes",
                "`ReceiveBytes` of the API: bytes received.",
            ))
            .attribute(text(
                "status",
                "Whether it is connected, in the API's words.",
            ));
        let block = Block::new(
            "Who is connected to a VPN gateway's SSL server now. Every plan reads it anew.",
        )
        .attribute(
            Attribute::required("vpn_gateway_id", Type::String, "The gateway, `vpn-...`.")
                .validator(length_between(1, 128)),
        )
        .attribute(region::look_up_argument(Mode::OptionalComputed))
        .attribute(Attribute::computed_list(
            "clients",
            client,
            "The clients, sorted by certificate and address; empty when nobody is connected.",
        ));
        Schema::new(0, block)
    }
}

#[async_trait]
impl DataSource for Many {
    type Client = Configured;

    async fn read(
        &self,
        call: Call<'_, Configured>,
        config: SslVpnClients,
    ) -> Outcome<Option<SslVpnClients>> {
        lookup::outcome(list(call, config).await)
    }
}

async fn list(
    call: Call<'_, Configured>,
    config: SslVpnClients,
) -> Result<SslVpnClients, Diagnostic> {
    let region = region::of(&config.region, call.client);
    let gateway = config.vpn_gateway_id.value().unwrap_or_default();
    let clients = call
        .client
        .vpc
        .describe_ssl_vpn_clients(&region, &gateway, call.cancel)
        .await;
    let named = Some(("vpn_gateway_id", gateway.as_str()));
    let clients = clients.map_err(|error| lookup::failed(KIND, named, &region, &error))?;
    Ok(SslVpnClients {
        clients: Attr::Known(sorted(clients).iter().map(shown).collect()),
        region: region.into(),
        ..config
    })
}

/// By certificate and address: the API's own order is not documented.
fn sorted(mut clients: Vec<vpc::SslVpnClient>) -> Vec<vpc::SslVpnClient> {
    clients.sort_by(|one, other| {
        (&one.common_name, &one.ip, one.port).cmp(&(&other.common_name, &other.ip, other.port))
    });
    clients
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_come_sorted_by_certificate_address_and_port_whatever_the_apis_order() {
        let in_order = [
            ("CN=vsc-a", "203.0.113.1", 40000),
            ("CN=vsc-a", "203.0.113.2", 40000),
            ("CN=vsc-a", "203.0.113.2", 40001),
            ("CN=vsc-b", "203.0.113.1", 1),
        ];
        let listed = [3, 1, 2, 0].map(|at: usize| {
            let (name, ip, port) = in_order[at];
            let mut client = vpc::SslVpnClient::default();
            client.common_name = name.to_owned();
            client.ip = Some(ip.to_owned());
            client.port = Some(port);
            client
        });
        let sorted = sorted(listed.to_vec());
        let shown: Vec<_> = sorted
            .iter()
            .map(|client| {
                let ip = client.ip.as_deref().unwrap_or_default();
                (client.common_name.as_str(), ip, client.port.unwrap_or(0))
            })
            .collect();
        assert_eq!(shown, in_order);
    }
}
