//! Where reads come from: a kind of object, of which one can be asked for, or a page of all.

use tokio_util::sync::CancellationToken;

use crate::cloud::error::Error;
use crate::cloud::vpc::{self, Client, Page};

/// Where objects of one kind are read from.
pub trait Source: Sync {
    /// What a read gives.
    type Object: Send;

    /// The operation that lists, for errors.
    const OPERATION: &'static str;

    /// The object's ID.
    fn id(object: &Self::Object) -> &str;

    /// One page of all objects of a region, counted from 1.
    fn page(
        &self,
        region: &str,
        number: usize,
        cancel: &CancellationToken,
    ) -> impl Future<Output = Result<Page<Self::Object>, Error>> + Send;

    /// The object of an ID; `None` when the cloud says that there is none.
    fn by_id(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> impl Future<Output = Result<Option<Self::Object>, Error>> + Send;
}

/// SSL servers of a cloud.
#[derive(Debug, Clone, Copy)]
pub struct SslVpnServers<'a>(pub &'a Client);

impl Source for SslVpnServers<'_> {
    type Object = vpc::SslVpnServer;

    const OPERATION: &'static str = "DescribeSslVpnServers";

    fn id(server: &vpc::SslVpnServer) -> &str {
        &server.id
    }

    async fn page(
        &self,
        region: &str,
        number: usize,
        cancel: &CancellationToken,
    ) -> Result<Page<vpc::SslVpnServer>, Error> {
        self.0
            .describe_ssl_vpn_servers_page(region, number, cancel)
            .await
    }

    async fn by_id(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<vpc::SslVpnServer>, Error> {
        self.0.describe_ssl_vpn_server(region, id, cancel).await
    }
}

/// Client certificates of a cloud, without their keys.
#[derive(Debug, Clone, Copy)]
pub struct SslVpnClientCerts<'a>(pub &'a Client);

impl Source for SslVpnClientCerts<'_> {
    type Object = vpc::SslVpnClientCert;

    const OPERATION: &'static str = "DescribeSslVpnClientCerts";

    fn id(cert: &vpc::SslVpnClientCert) -> &str {
        &cert.id
    }

    async fn page(
        &self,
        region: &str,
        number: usize,
        cancel: &CancellationToken,
    ) -> Result<Page<vpc::SslVpnClientCert>, Error> {
        self.0
            .describe_ssl_vpn_client_certs_page(region, number, cancel)
            .await
    }

    async fn by_id(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<vpc::SslVpnClientCert>, Error> {
        let filter = vpc::SslVpnClientCertFilter {
            id: Some(id.to_owned()),
            ..vpc::SslVpnClientCertFilter::default()
        };
        let certs = self
            .0
            .describe_ssl_vpn_client_certs(region, &filter, cancel)
            .await?;
        Ok(certs.into_iter().next())
    }
}
