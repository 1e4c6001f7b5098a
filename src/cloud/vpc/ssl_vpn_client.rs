//! Who is connected to a gateway now.

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::Client;
use super::listing::Listed;
use crate::cloud::answer::{Object, Read, Unreadable};
use crate::cloud::error::Error;
use crate::cloud::request::Parameters;

/// A connected client as the API shows it. `None` is what the API leaves out or shows as an empty text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SslVpnClient {
    /// The subject of its certificate, `CN=vsc-...`.
    pub common_name: String,
    /// Where it is on the internet.
    pub ip: Option<String>,
    /// From which port it came.
    pub port: Option<u16>,
    /// Its address in the client pool.
    pub private_ip: Option<String>,
    /// Since when it is connected.
    pub connected_time: Option<OffsetDateTime>,
    /// Bytes sent to it.
    pub send_bytes: Option<i64>,
    /// Bytes received from it.
    pub receive_bytes: Option<i64>,
    /// `online`
    pub status: Option<String>,
    /// Tells one connection from another: several clients may have the same certificate.
    connection: String,
}

impl SslVpnClient {
    /// The ID of its certificate, `vsc-...`, if the subject is one.
    pub fn ssl_vpn_client_cert_id(&self) -> Option<&str> {
        let name = self.common_name.trim();
        let id = name.strip_prefix("CN=").unwrap_or(name).trim();
        id.starts_with("vsc-").then_some(id)
    }
}

impl Read for SslVpnClient {
    fn read(answer: &Object) -> Result<SslVpnClient, Unreadable> {
        let common_name = answer.required_text("CommonName")?;
        let (ip, private_ip) = (answer.text("Ip")?, answer.text("PrivateIp")?);
        let port = answer.integer("Port")?;
        Ok(SslVpnClient {
            connection: format!("{common_name} {ip:?} {port:?} {private_ip:?}"),
            common_name,
            ip,
            port,
            private_ip,
            connected_time: answer.time("ConnectedTime")?,
            send_bytes: answer.integer("SendBytes")?,
            receive_bytes: answer.integer("ReceiveBytes")?,
            status: answer.text("Status")?,
        })
    }
}

impl Listed for SslVpnClient {
    const OPERATION: &'static str = "DescribeSslVpnClients";
    const LIST: (&'static str, &'static str) = ("ClientInfoList", "ClientInfo");

    fn id(&self) -> &str {
        &self.connection
    }
}

impl Client {
    /// Everybody who is connected to a gateway, on all pages.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::NotFound`](crate::cloud::error::Class::NotFound) when there is no such gateway.
    pub async fn describe_ssl_vpn_clients(
        &self,
        region: &str,
        vpn_gateway_id: &str,
        cancel: &CancellationToken,
    ) -> Result<Vec<SslVpnClient>, Error> {
        let filter = Parameters::default().with("VpnGatewayId", vpn_gateway_id);
        self.list(region, &filter, cancel).await
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::cloud::error::Class;
    use crate::cloud::test_server::{Reply, TestServer};

    async fn clients(reply: Reply) -> (Result<Vec<SslVpnClient>, Error>, TestServer) {
        let server = TestServer::start(vec![reply]).await;
        let result = server
            .client()
            .describe_ssl_vpn_clients("cn-hangzhou", "vpn-1", &CancellationToken::new())
            .await;
        (result, server)
    }

    #[tokio::test]
    async fn the_documented_sample_reads_whole() {
        let sample = r#"{"RequestId":"R","VpnGatewayId":"vpn-1","PageNumber":1,"PageSize":10,"TotalCount":1,"RegionId":"cn-hangzhou",
            "ClientInfoList":[{"Status":"online","PrivateIp":"10.10.10.10","SendBytes":57144,"ConnectedTime":1670985008000,
            "CommonName":"CN=vsc-gw8gkh6gtilf1whgc","Ip":"8.1.2.15","ReceiveBytes":60782,"Port":"40123"}]}"#;
        let (result, server) = clients(Reply::json(200, sample)).await;
        let clients = result.unwrap();
        let [client] = clients.as_slice() else {
            panic!("{clients:?}");
        };
        assert_eq!(client.common_name, "CN=vsc-gw8gkh6gtilf1whgc");
        assert_eq!(
            client.ssl_vpn_client_cert_id(),
            Some("vsc-gw8gkh6gtilf1whgc")
        );
        assert_eq!(
            (client.ip.as_deref(), client.port),
            (Some("8.1.2.15"), Some(40123))
        );
        assert_eq!(client.private_ip.as_deref(), Some("10.10.10.10"));
        assert_eq!(
            client.connected_time,
            Some(datetime!(2022-12-14 02:30:08 UTC))
        );
        assert_eq!(
            (client.send_bytes, client.receive_bytes),
            (Some(57144), Some(60782))
        );
        assert_eq!(client.status.as_deref(), Some("online"));
        assert_eq!(server.seen()[0].query["VpnGatewayId"], "vpn-1");
    }

    #[tokio::test]
    async fn two_clients_with_one_certificate_are_two() {
        let two = r#"{"TotalCount":2,"ClientInfoList":{"ClientInfo":[
            {"CommonName":"vsc-1","PrivateIp":"10.0.0.6"},{"CommonName":"vsc-1","PrivateIp":"10.0.0.10"}]}}"#;
        let (result, _server) = clients(Reply::json(200, two)).await;
        let clients = result.unwrap();
        assert_eq!(clients.len(), 2);
        assert_eq!(clients[0].ssl_vpn_client_cert_id(), Some("vsc-1"));
    }

    #[tokio::test]
    async fn nobody_is_an_empty_list_and_an_unknown_gateway_an_error() {
        let nobody = Reply::json(200, r#"{"TotalCount":0,"ClientInfoList":[]}"#);
        assert_eq!(clients(nobody).await.0, Ok(vec![]));
        let unknown = Reply::refusal(404, "InvalidVpnGatewayInstanceId.NotFound");
        let error = clients(unknown).await.0.unwrap_err();
        assert_eq!(error.class(), Class::NotFound);
    }

    #[test]
    fn a_subject_that_is_no_certificates_has_no_id() {
        let client = SslVpnClient {
            common_name: "CN=somebody".into(),
            ..SslVpnClient::default()
        };
        assert_eq!(client.ssl_vpn_client_cert_id(), None);
    }
}
