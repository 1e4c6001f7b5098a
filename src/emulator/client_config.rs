//! `ClientConfig`: the OpenVPN configuration that the cloud ships with a certificate, in the form of its documentation's sample. It names
//! the files beside it in the archive that people download: `ca.crt`, `vsc-....crt` and `vsc-....key`.

use super::ssl_vpn_server::{Cipher, Proto, SslVpnServer};

/// The configuration for the clients of a server that have a certificate.
pub fn client_config(server: &SslVpnServer, ssl_vpn_client_cert_id: &str) -> String {
    let proto = match server.proto {
        Proto::Tcp => "tcp",
        Proto::Udp => "udp",
    };
    let cipher = match server.cipher {
        Cipher::Aes128Cbc => "AES-128-CBC",
        Cipher::Aes192Cbc => "AES-192-CBC",
        Cipher::Aes256Cbc => "AES-256-CBC",
        Cipher::None => "none",
    };
    // Without compression the cloud leaves the line there as a comment.
    let compress = if server.compress { "" } else { ";" };
    let mut lines = vec![
        "client".to_owned(),
        "dev tun".to_owned(),
        format!("proto {proto}"),
        format!("remote {} {}", server.internet_ip, server.port),
        "resolv-retry infinite".to_owned(),
        "nobind".to_owned(),
        "persist-key".to_owned(),
        "persist-tun".to_owned(),
        "ca ca.crt".to_owned(),
        format!("cert {ssl_vpn_client_cert_id}.crt"),
        format!("key {ssl_vpn_client_cert_id}.key"),
        format!("cipher {cipher}"),
        format!("{compress}comp-lzo"),
        "verb 4".to_owned(),
    ];
    if server.enable_multi_factor_auth {
        lines.push("auth-user-pass".to_owned());
    }
    let dns_servers = server.dns_servers.as_deref().unwrap_or_default().split(',');
    lines.extend(
        dns_servers
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(|address| format!("dhcp-option DNS {address}")),
    );
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> SslVpnServer {
        serde_json::from_value(serde_json::json!({
            "SslVpnServerId": "vss-1", "VpnGatewayId": "vpn-1", "RegionId": "cn-hangzhou", "Name": "", "ClientIpPool": "10.30.30.0/24",
            "LocalSubnet": "10.20.20.0/24", "Proto": "TCP", "Cipher": "AES-128-CBC", "Port": 1194, "Compress": false,
            "EnableMultiFactorAuth": false, "InternetIp": "203.0.113.1", "Connections": 0, "MaxConnections": 5, "CreateTime": 0,
            "ResourceGroupId": ""
        }))
        .unwrap()
    }

    #[test]
    fn it_is_the_documented_sample() {
        let expected = "client\ndev tun\nproto tcp\nremote 203.0.113.1 1194\nresolv-retry infinite\nnobind\npersist-key\npersist-tun\n\
                        ca ca.crt\ncert vsc-1.crt\nkey vsc-1.key\ncipher AES-128-CBC\n;comp-lzo\nverb 4\n";
        assert_eq!(client_config(&server(), "vsc-1"), expected);
    }

    #[test]
    fn it_follows_the_server() {
        let server = SslVpnServer {
            proto: Proto::Udp,
            cipher: Cipher::None,
            port: 1195,
            compress: true,
            enable_multi_factor_auth: true,
            dns_servers: Some("10.0.0.53, 10.0.1.53".to_owned()),
            ..server()
        };
        let config = client_config(&server, "vsc-1");
        for line in [
            "proto udp",
            "remote 203.0.113.1 1195",
            "cipher none",
            "comp-lzo",
            "auth-user-pass",
            "dhcp-option DNS 10.0.0.53",
            "dhcp-option DNS 10.0.1.53",
        ] {
            assert!(config.lines().any(|other| other == line), "{line}");
        }
    }
}
