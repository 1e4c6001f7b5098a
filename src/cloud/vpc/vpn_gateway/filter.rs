//! Which gateways to list.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::{BusinessStatus, GatewayStatus, VpnGateway};
use crate::cloud::error::Error;
use crate::cloud::request::Parameters;
use crate::cloud::vpc::Client;
use crate::cloud::vpc::listing::{agrees, is_asked_for};

/// What the gateways have in common; the default leaves all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VpnGatewayFilter {
    /// `vpn-...`
    pub id: Option<String>,
    /// `vpc-...`
    pub vpc_id: Option<String>,
    /// What they are doing.
    pub status: Option<GatewayStatus>,
    /// Whether they are paid for.
    pub business_status: Option<BusinessStatus>,
    /// `rg-...`
    pub resource_group_id: Option<String>,
    /// `Traditional` for one.
    pub gateway_type: Option<String>,
    /// Tags that all of them have, with this value.
    pub tags: BTreeMap<String, String>,
}

impl VpnGatewayFilter {
    fn parameters(&self) -> Parameters {
        let status = self.status.as_ref().map(GatewayStatus::as_str);
        let business_status = self.business_status.as_ref().map(BusinessStatus::as_str);
        let attributes = Parameters::default()
            .with_some("VpnGatewayId", self.id.as_ref())
            .with_some("VpcId", self.vpc_id.as_ref())
            .with_some("Status", status)
            .with_some("BusinessStatus", business_status)
            .with_some("ResourceGroupId", self.resource_group_id.as_ref())
            .with_some("GatewayType", self.gateway_type.as_ref());
        (1..)
            .zip(&self.tags)
            .fold(attributes, |parameters, (number, (key, value))| {
                parameters
                    .with(&format!("Tag.{number}.Key"), key)
                    .with(&format!("Tag.{number}.Value"), value)
            })
    }

    /// Whether the API kept to the filter.
    fn leaves(&self, gateway: &VpnGateway) -> bool {
        is_asked_for(self.id.as_deref(), Some(&gateway.id))
            && agrees(self.vpc_id.as_ref(), gateway.vpc_id.as_ref())
            && agrees(self.status.as_ref(), Some(&gateway.status))
            && agrees(
                self.business_status.as_ref(),
                gateway.business_status.as_ref(),
            )
            && agrees(
                self.resource_group_id.as_ref(),
                gateway.resource_group_id.as_ref(),
            )
            && agrees(self.gateway_type.as_ref(), gateway.gateway_type.as_ref())
            && self
                .tags
                .iter()
                .all(|(key, value)| gateway.tags.get(key) == Some(value))
    }
}

impl Client {
    /// The gateways that a filter leaves, on all pages.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_vpn_gateways(
        &self,
        region: &str,
        filter: &VpnGatewayFilter,
        cancel: &CancellationToken,
    ) -> Result<Vec<VpnGateway>, Error> {
        let mut gateways: Vec<VpnGateway> = self.list(region, &filter.parameters(), cancel).await?;
        gateways.retain(|gateway| filter.leaves(gateway));
        Ok(gateways)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::test_server::{Reply, TestServer};

    #[test]
    fn a_filter_travels_as_parameters_and_an_empty_one_as_none() {
        let filter = VpnGatewayFilter {
            id: Some("vpn-1".into()),
            vpc_id: Some("vpc-1".into()),
            status: Some(GatewayStatus::Active),
            business_status: Some(BusinessStatus::Normal),
            resource_group_id: Some("rg-1".into()),
            gateway_type: Some("Traditional".into()),
            tags: [("env", "prod"), ("team", "")]
                .map(|(key, value)| (key.into(), value.into()))
                .into(),
        };
        let sent: Vec<String> = filter
            .parameters()
            .as_map()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            sent,
            [
                "BusinessStatus=Normal",
                "GatewayType=Traditional",
                "ResourceGroupId=rg-1",
                "Status=active",
                "Tag.1.Key=env",
                "Tag.1.Value=prod",
                "Tag.2.Key=team",
                "Tag.2.Value=",
                "VpcId=vpc-1",
                "VpnGatewayId=vpn-1",
            ]
        );
        assert!(VpnGatewayFilter::default().parameters().as_map().is_empty());
    }

    #[tokio::test]
    async fn a_filter_that_the_server_ignores_does_not_fool_us() {
        let page = r#"{"TotalCount":4,"VpnGateways":{"VpnGateway":[
            {"VpnGatewayId":"vpn-1","Status":"active","VpcId":"vpc-1","Tags":{"Tag":[{"Key":"team","Value":"net"}]}},
            {"VpnGatewayId":"vpn-2","Status":"active","VpcId":"vpc-2","Tags":{"Tag":[{"Key":"team","Value":"net"}]}},
            {"VpnGatewayId":"vpn-3","Status":"updating","VpcId":"vpc-1","Tags":{"Tag":[{"Key":"team","Value":"net"}]}},
            {"VpnGatewayId":"vpn-4","Status":"active","VpcId":"vpc-1"}]}}"#;
        let server = TestServer::start(vec![Reply::json(200, page)]).await;
        let filter = VpnGatewayFilter {
            vpc_id: Some("vpc-1".into()),
            status: Some(GatewayStatus::Active),
            resource_group_id: Some("rg-1".into()),
            tags: BTreeMap::from([("team".into(), "net".into())]),
            ..VpnGatewayFilter::default()
        };
        let gateways = server
            .client()
            .describe_vpn_gateways("cn-hangzhou", &filter, &CancellationToken::new())
            .await
            .unwrap();
        let ids: Vec<&str> = gateways.iter().map(|gateway| gateway.id.as_str()).collect();
        assert_eq!(ids, ["vpn-1"]);
        assert_eq!(server.seen()[0].operation(), "DescribeVpnGateways");
    }
}
