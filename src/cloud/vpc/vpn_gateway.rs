//! VPN gateways, which the SSL servers are on.

mod filter;

use std::collections::BTreeMap;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

pub use filter::VpnGatewayFilter;

use super::Client;
use super::listing::Listed;
use crate::cloud::answer::{Object, Read, Unreadable};
use crate::cloud::error::{Class, Error};
use crate::cloud::request::Parameters;

const DESCRIBE: &str = "DescribeVpnGateway";

/// What a gateway is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum GatewayStatus {
    /// Being created.
    #[default]
    Init,
    /// Being prepared.
    Provisioning,
    /// At rest.
    Active,
    /// Carrying out a change.
    Updating,
    /// Being deleted.
    Deleting,
    /// Something that this client does not know.
    Other(String),
}

impl GatewayStatus {
    /// As the API writes it.
    pub fn as_str(&self) -> &str {
        match self {
            GatewayStatus::Init => "init",
            GatewayStatus::Provisioning => "provisioning",
            GatewayStatus::Active => "active",
            GatewayStatus::Updating => "updating",
            GatewayStatus::Deleting => "deleting",
            GatewayStatus::Other(text) => text,
        }
    }
}

impl From<String> for GatewayStatus {
    fn from(text: String) -> GatewayStatus {
        match text.to_ascii_lowercase().as_str() {
            "init" => GatewayStatus::Init,
            "provisioning" => GatewayStatus::Provisioning,
            "active" => GatewayStatus::Active,
            "updating" => GatewayStatus::Updating,
            "deleting" => GatewayStatus::Deleting,
            _ => GatewayStatus::Other(text),
        }
    }
}

/// Whether a gateway is paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusinessStatus {
    /// Paid for.
    Normal,
    /// Locked for an overdue payment.
    FinancialLocked,
    /// Something that this client does not know.
    Other(String),
}

impl BusinessStatus {
    /// As the API writes it.
    pub fn as_str(&self) -> &str {
        match self {
            BusinessStatus::Normal => "Normal",
            BusinessStatus::FinancialLocked => "FinancialLocked",
            BusinessStatus::Other(text) => text,
        }
    }
}

impl From<String> for BusinessStatus {
    fn from(text: String) -> BusinessStatus {
        if text.eq_ignore_ascii_case("Normal") {
            BusinessStatus::Normal
        } else if text.eq_ignore_ascii_case("FinancialLocked") {
            BusinessStatus::FinancialLocked
        } else {
            BusinessStatus::Other(text)
        }
    }
}

/// A VPN gateway as the API shows it. `None` is what the API leaves out or shows as an empty text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VpnGateway {
    /// `vpn-...`
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// What it is doing.
    pub status: GatewayStatus,
    /// Whether it is paid for.
    pub business_status: Option<BusinessStatus>,
    /// Whether it takes an SSL server.
    pub ssl_vpn: Option<bool>,
    /// Whether it takes IPsec connections.
    pub ipsec_vpn: Option<bool>,
    /// Clients that may be connected.
    pub ssl_max_connections: Option<i64>,
    /// `vpc-...`
    pub vpc_id: Option<String>,
    /// `vsw-...`
    pub v_switch_id: Option<String>,
    /// The public address.
    pub internet_ip: Option<String>,
    /// Where clients of its SSL server connect, if not at `internet_ip`.
    pub ssl_vpn_internet_ip: Option<String>,
    /// `Traditional` takes an SSL server.
    pub gateway_type: Option<String>,
    /// `public` or `private`.
    pub network_type: Option<String>,
    /// The bandwidth, `5M` for one.
    pub spec: Option<String>,
    /// `Prepay` or `PostpayByFlow`.
    pub charge_type: Option<String>,
    /// When it was created.
    pub create_time: Option<OffsetDateTime>,
    /// Until when it is paid for.
    pub end_time: Option<OffsetDateTime>,
    /// `rg-...`
    pub resource_group_id: Option<String>,
    /// What its owner marked it with.
    pub tags: BTreeMap<String, String>,
    /// The RequestId of the call; `None` in lists.
    pub request_id: Option<String>,
}

impl Read for VpnGateway {
    fn read(answer: &Object) -> Result<VpnGateway, Unreadable> {
        Ok(VpnGateway {
            id: answer.required_text("VpnGatewayId")?,
            name: answer.text("Name")?,
            description: answer.text("Description")?,
            status: answer.required_text("Status")?.into(),
            business_status: answer.text("BusinessStatus")?.map(BusinessStatus::from),
            ssl_vpn: answer.boolean("SslVpn")?,
            ipsec_vpn: answer.boolean("IpsecVpn")?,
            ssl_max_connections: answer.integer("SslMaxConnections")?,
            vpc_id: answer.text("VpcId")?,
            v_switch_id: answer.text("VSwitchId")?,
            internet_ip: answer.text("InternetIp")?,
            ssl_vpn_internet_ip: answer.text("SslVpnInternetIp")?,
            gateway_type: answer.text("GatewayType")?,
            network_type: answer.text("NetworkType")?,
            spec: answer.text("Spec")?,
            charge_type: answer.text("ChargeType")?,
            create_time: answer.time("CreateTime")?,
            end_time: answer.time("EndTime")?,
            resource_group_id: answer.text("ResourceGroupId")?,
            tags: tags(answer)?,
            request_id: answer.text("RequestId")?,
        })
    }
}

fn tags(answer: &Object) -> Result<BTreeMap<String, String>, Unreadable> {
    answer
        .list("Tags", "Tag")?
        .unwrap_or_default()
        .iter()
        .map(|tag| {
            let value = tag.text("Value")?.unwrap_or_default();
            Ok((tag.required_text("Key")?, value))
        })
        .collect()
}

impl Listed for VpnGateway {
    const OPERATION: &'static str = "DescribeVpnGateways";
    const LIST: (&'static str, &'static str) = ("VpnGateways", "VpnGateway");

    fn id(&self) -> &str {
        &self.id
    }
}

impl Client {
    /// The gateway of this ID.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::NotFound`] when there is none.
    pub async fn describe_vpn_gateway(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<VpnGateway, Error> {
        let parameters = Parameters::default().with("VpnGatewayId", id);
        let gateway: VpnGateway = self.read(DESCRIBE, region, parameters, cancel).await?;
        if gateway.id == id {
            return Ok(gateway);
        }
        Err(Error::Answer {
            operation: DESCRIBE,
            http_status: 200,
            request_id: gateway.request_id,
            reason: format!("it is about {}, not {id}", gateway.id),
            class: Class::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(body: &str) -> Result<VpnGateway, Unreadable> {
        VpnGateway::read(&Object::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_gateway_reads_from_numbers_and_booleans_written_as_texts() {
        let gateway = gateway(
            r#"{"VpnGatewayId":"vpn-1","Status":"active","BusinessStatus":"Normal","SslVpn":"enable","IpsecVpn":"disable",
                "SslMaxConnections":"5","CreateTime":"1492753580000","Name":"","Tags":{"Tag":[{"Key":"team","Value":"net"},{"Key":"vpn"}]},
                "Spec":"5M","RequestId":"R"}"#,
        )
        .unwrap();
        assert_eq!(gateway.status, GatewayStatus::Active);
        assert_eq!(gateway.business_status, Some(BusinessStatus::Normal));
        assert_eq!(
            (gateway.ssl_vpn, gateway.ipsec_vpn),
            (Some(true), Some(false))
        );
        assert_eq!(gateway.ssl_max_connections, Some(5));
        assert_eq!((gateway.name, gateway.spec), (None, Some("5M".to_owned())));
        let tags = [("team", "net"), ("vpn", "")].map(|(key, value)| (key.into(), value.into()));
        assert_eq!(gateway.tags, BTreeMap::from(tags));
    }

    #[test]
    fn a_status_that_is_not_known_is_kept_and_a_missing_one_is_unreadable() {
        let known = gateway(r#"{"VpnGatewayId":"vpn-1","Status":"upgrading"}"#).unwrap();
        assert_eq!(known.status, GatewayStatus::Other("upgrading".into()));
        assert_eq!(known.status.as_str(), "upgrading");
        assert!(gateway(r#"{"VpnGatewayId":"vpn-1"}"#).is_err());
    }
}
