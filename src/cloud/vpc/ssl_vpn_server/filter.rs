//! Which SSL servers to list.

use tokio_util::sync::CancellationToken;

use super::SslVpnServer;
use crate::cloud::error::Error;
use crate::cloud::request::Parameters;
use crate::cloud::vpc::Client;
use crate::cloud::vpc::listing::{Page, agrees, is_asked_for};

/// What the servers have in common; the default leaves all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SslVpnServerFilter {
    /// `vss-...`
    pub id: Option<String>,
    /// `vpn-...`
    pub vpn_gateway_id: Option<String>,
    /// The whole name.
    pub name: Option<String>,
    /// `rg-...`
    pub resource_group_id: Option<String>,
}

impl SslVpnServerFilter {
    fn parameters(&self) -> Parameters {
        Parameters::default()
            .with_some("SslVpnServerId", self.id.as_ref())
            .with_some("VpnGatewayId", self.vpn_gateway_id.as_ref())
            .with_some("Name", self.name.as_ref())
            .with_some("ResourceGroupId", self.resource_group_id.as_ref())
    }

    /// Whether the API kept to the filter.
    fn leaves(&self, server: &SslVpnServer) -> bool {
        is_asked_for(self.id.as_deref(), Some(&server.id))
            && is_asked_for(
                self.vpn_gateway_id.as_deref(),
                server.vpn_gateway_id.as_deref(),
            )
            && is_asked_for(self.name.as_deref(), server.name.as_deref())
            && agrees(
                self.resource_group_id.as_ref(),
                server.resource_group_id.as_ref(),
            )
    }
}

impl Client {
    /// One page of a region's SSL servers, counted from 1.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_ssl_vpn_servers_page(
        &self,
        region: &str,
        number: usize,
        cancel: &CancellationToken,
    ) -> Result<Page<SslVpnServer>, Error> {
        self.page(region, &Parameters::default(), number, cancel)
            .await
    }

    /// The SSL servers that a filter leaves, on all pages.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_ssl_vpn_servers(
        &self,
        region: &str,
        filter: &SslVpnServerFilter,
        cancel: &CancellationToken,
    ) -> Result<Vec<SslVpnServer>, Error> {
        let mut servers: Vec<SslVpnServer> =
            self.list(region, &filter.parameters(), cancel).await?;
        servers.retain(|server| filter.leaves(server));
        Ok(servers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::test_server::{Reply, TestServer};

    #[tokio::test]
    async fn servers_are_asked_for_by_what_they_have_in_common() {
        let page = r#"{"TotalCount":4,"SslVpnServers":{"SslVpnServer":[
            {"SslVpnServerId":"vss-1","VpnGatewayId":"vpn-1","Name":"office","ResourceGroupId":"rg-1"},
            {"SslVpnServerId":"vss-2","VpnGatewayId":"vpn-2","Name":"office","ResourceGroupId":"rg-2"},
            {"SslVpnServerId":"vss-3","VpnGatewayId":"vpn-3","Name":"office"},
            {"SslVpnServerId":"vss-4","VpnGatewayId":"vpn-4","Name":"","ResourceGroupId":"rg-1"}]}}"#;
        let server = TestServer::start(vec![Reply::json(200, page)]).await;
        let filter = SslVpnServerFilter {
            name: Some("office".into()),
            resource_group_id: Some("rg-1".into()),
            ..SslVpnServerFilter::default()
        };
        let servers = server
            .client()
            .describe_ssl_vpn_servers("cn-hangzhou", &filter, &CancellationToken::new())
            .await
            .unwrap();
        let ids: Vec<&str> = servers.iter().map(|server| server.id.as_str()).collect();
        assert_eq!(ids, ["vss-1", "vss-3"]);
        let seen = &server.seen()[0];
        assert_eq!(seen.operation(), "DescribeSslVpnServers");
        assert_eq!(seen.query["Name"], "office");
        assert_eq!(seen.query["ResourceGroupId"], "rg-1");
        assert!(!seen.query.contains_key("VpnGatewayId"));
    }

    #[tokio::test]
    async fn without_a_filter_every_page_is_read() {
        let page = |from: usize| {
            let servers: Vec<String> = (from..60.min(from + 50))
                .map(|number| format!(r#"{{"SslVpnServerId":"vss-{number}"}}"#))
                .collect();
            let list = servers.join(",");
            let number = from / 50 + 1;
            let body = format!(
                r#"{{"PageNumber":{number},"TotalCount":60,"SslVpnServers":{{"SslVpnServer":[{list}]}}}}"#
            );
            Reply::json(200, &body)
        };
        let server = TestServer::start(vec![page(0), page(50)]).await;
        let servers = server
            .client()
            .describe_ssl_vpn_servers(
                "cn-hangzhou",
                &SslVpnServerFilter::default(),
                &CancellationToken::new(),
            )
            .await
            .unwrap();
        assert_eq!((servers.len(), server.seen().len()), (60, 2));
    }
}
