//! Which client certificates to list.

use tokio_util::sync::CancellationToken;

use super::{NOT_FOUND, SslVpnClientCert};
use crate::cloud::error::Error;
use crate::cloud::request::Parameters;
use crate::cloud::vpc::Client;
use crate::cloud::vpc::listing::{Page, agrees, is_asked_for};

/// What the certificates have in common; the default leaves all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SslVpnClientCertFilter {
    /// `vsc-...`
    pub id: Option<String>,
    /// `vss-...`
    pub ssl_vpn_server_id: Option<String>,
    /// The whole name.
    pub name: Option<String>,
    /// `rg-...`
    pub resource_group_id: Option<String>,
}

impl SslVpnClientCertFilter {
    fn parameters(&self) -> Parameters {
        Parameters::default()
            .with_some("SslVpnClientCertId", self.id.as_ref())
            .with_some("SslVpnServerId", self.ssl_vpn_server_id.as_ref())
            .with_some("Name", self.name.as_ref())
            .with_some("ResourceGroupId", self.resource_group_id.as_ref())
    }

    /// Whether the API kept to the filter.
    fn leaves(&self, cert: &SslVpnClientCert) -> bool {
        is_asked_for(self.id.as_deref(), Some(&cert.id))
            && is_asked_for(
                self.ssl_vpn_server_id.as_deref(),
                cert.ssl_vpn_server_id.as_deref(),
            )
            && is_asked_for(self.name.as_deref(), cert.name.as_deref())
            && agrees(
                self.resource_group_id.as_ref(),
                cert.resource_group_id.as_ref(),
            )
    }
}

impl Client {
    /// One page of a region's certificates, counted from 1, without their keys.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_ssl_vpn_client_certs_page(
        &self,
        region: &str,
        number: usize,
        cancel: &CancellationToken,
    ) -> Result<Page<SslVpnClientCert>, Error> {
        self.page(region, &Parameters::default(), number, cancel)
            .await
    }

    /// The certificates that a filter leaves, on all pages, without their keys. One that is asked for by an ID that the API says does not
    /// exist is an empty list.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_ssl_vpn_client_certs(
        &self,
        region: &str,
        filter: &SslVpnClientCertFilter,
        cancel: &CancellationToken,
    ) -> Result<Vec<SslVpnClientCert>, Error> {
        let listed = self
            .list::<SslVpnClientCert>(region, &filter.parameters(), cancel)
            .await;
        match listed {
            Ok(mut certs) => {
                certs.retain(|cert| filter.leaves(cert));
                Ok(certs)
            }
            Err(error) if filter.id.is_some() && error.code() == Some(NOT_FOUND) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}
