//! A VPN gateway with the attributes that the API answers, under the API's names.

use serde::{Deserialize, Serialize};

/// `Status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GatewayStatus {
    /// Being made.
    Init,
    /// Being prepared.
    Provisioning,
    /// At rest: takes changes.
    Active,
    /// A change is under way.
    Updating,
    /// Being released.
    Deleting,
}

/// `BusinessStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BusinessStatus {
    /// Paid for.
    Normal,
    /// Locked for payment.
    FinancialLocked,
}

/// `SslVpn`, `IpsecVpn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    Enable,
    /// Off.
    Disable,
}

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// The API wraps lists: `"Tags": {"Tag": [..]}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tags {
    /// The tags.
    pub tag: Vec<Tag>,
}

/// A gateway; times in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VpnGateway {
    pub vpn_gateway_id: String,
    /// Not in the API's answers: they are of one region.
    pub region_id: String,
    pub vpc_id: String,
    #[serde(rename = "VSwitchId")]
    pub v_switch_id: String,
    pub name: String,
    pub description: String,
    pub status: GatewayStatus,
    pub business_status: BusinessStatus,
    pub charge_type: String,
    pub create_time: u64,
    pub end_time: u64,
    /// The bandwidth, `5M`.
    pub spec: String,
    pub internet_ip: String,
    pub ipsec_vpn: Switch,
    pub ssl_vpn: Switch,
    pub ssl_max_connections: u32,
    pub gateway_type: String,
    pub network_type: String,
    pub vpn_type: String,
    pub auto_propagate: bool,
    pub enable_bgp: bool,
    pub resource_group_id: String,
    /// The system's own labels, a JSON object in a text.
    pub tag: String,
    pub tags: Tags,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disaster_recovery_internet_ip: Option<String>,
    #[serde(
        rename = "DisasterRecoveryVSwitchId",
        skip_serializing_if = "Option::is_none"
    )]
    pub disaster_recovery_v_switch_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssl_vpn_internet_ip: Option<String>,
}

/// Thirty days.
const MONTH_MS: u64 = 30 * 24 * 3_600_000;

impl VpnGateway {
    /// A traditional gateway with SSL-VPN, active and paid for.
    pub fn new(id: &str, vpc_id: &str, region_id: &str, create_time: u64) -> Self {
        Self {
            vpn_gateway_id: id.to_owned(),
            region_id: region_id.to_owned(),
            vpc_id: vpc_id.to_owned(),
            v_switch_id: format!("vsw-{}", vpc_id.trim_start_matches("vpc-")),
            name: String::new(),
            description: String::new(),
            status: GatewayStatus::Active,
            business_status: BusinessStatus::Normal,
            charge_type: "Prepay".to_owned(),
            create_time,
            end_time: create_time + 12 * MONTH_MS,
            spec: "5M".to_owned(),
            internet_ip: documentation_address(id),
            ipsec_vpn: Switch::Enable,
            ssl_vpn: Switch::Enable,
            ssl_max_connections: 5,
            gateway_type: "Traditional".to_owned(),
            network_type: "public".to_owned(),
            vpn_type: "Normal".to_owned(),
            auto_propagate: true,
            enable_bgp: false,
            resource_group_id: "rg-acfmemulator0001".to_owned(),
            tag: r#"{"VpnEnableBgp":"true","VisuallySsl":"true","PbrPriority":"true","VpnNewImage":"true","VpnVersion":"v1.2.6","IDaaSNewVersion":"true"}"#.to_owned(),
            tags: Tags::default(),
            disaster_recovery_internet_ip: None,
            disaster_recovery_v_switch_id: None,
            ssl_vpn_internet_ip: None,
        }
    }

    /// Where clients of its SSL server connect: of its own where the gateway has two tunnels.
    pub fn ssl_vpn_address(&self) -> &str {
        self.ssl_vpn_internet_ip
            .as_deref()
            .unwrap_or(&self.internet_ip)
    }
}

/// An address of the range for documentation (203.0.113.0/24) that depends on the ID only.
fn documentation_address(id: &str) -> String {
    let sum = id.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    format!("203.0.113.{}", 1 + sum % 254)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_carry_the_names_of_the_api() {
        let gateway = VpnGateway::new("vpn-1", "vpc-1", "cn-hangzhou", 1);
        let json = serde_json::to_value(&gateway).unwrap();
        assert_eq!(json["VSwitchId"], "vsw-1");
        assert_eq!(json["Status"], "active");
        assert_eq!(json["SslVpn"], "enable");
        assert_eq!(json["BusinessStatus"], "Normal");
        assert_eq!(json["Tags"]["Tag"], serde_json::json!([]));
        assert_eq!(serde_json::from_value::<VpnGateway>(json).unwrap(), gateway);
    }
}
