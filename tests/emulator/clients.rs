//! Who is connected.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{AT_ONCE, Emulator, GATEWAY, OTHER_GATEWAY, REGION};

async fn connect(emulator: &Emulator, id: &str) -> Value {
    let body = json!({"SslVpnClientCertId": id, "Ip": "198.51.100.20"}).to_string();
    let reply = emulator
        .control(Method::POST, "ssl-vpn-clients", &body)
        .await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json
}

/// The common names that DescribeSslVpnClients lists.
async fn connected(emulator: &Emulator, gateway: &str) -> Vec<String> {
    let answer = emulator
        .call("DescribeSslVpnClients", &[("VpnGatewayId", gateway)])
        .await
        .done();
    let clients = answer["ClientInfoList"].as_array().unwrap();
    clients
        .iter()
        .map(|client| client["CommonName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_connected_client_is_listed_with_its_gateway_and_counted_by_its_server() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    assert!(connected(&emulator, GATEWAY).await.is_empty());
    connect(&emulator, &id).await;

    let answer = emulator
        .call("DescribeSslVpnClients", &[("VpnGatewayId", GATEWAY)])
        .await
        .done();
    assert_eq!(
        (
            &answer["TotalCount"],
            &answer["RegionId"],
            &answer["VpnGatewayId"]
        ),
        (&1.into(), &REGION.into(), &GATEWAY.into())
    );
    let client = &answer["ClientInfoList"][0];
    for (name, value) in [
        ("CommonName", json!(format!("CN={id}"))),
        ("Ip", json!("198.51.100.20")),
        ("Port", json!("40000")),
        ("PrivateIp", json!("10.30.30.6")),
        ("Status", json!("online")),
        ("SendBytes", json!(0)),
        ("ReceiveBytes", json!(0)),
    ] {
        assert_eq!(client[name], value, "{name}");
    }
    assert!(client["ConnectedTime"].is_u64());
    assert_eq!(emulator.servers().await[0]["Connections"], 1);
    assert!(connected(&emulator, OTHER_GATEWAY).await.is_empty());

    let path = format!("ssl-vpn-clients/{id}");
    assert_eq!(
        emulator.control(Method::DELETE, &path, "").await.status,
        204
    );
    assert_eq!(
        emulator.control(Method::DELETE, &path, "").await.status,
        404
    );
    assert!(connected(&emulator, GATEWAY).await.is_empty());
    assert_eq!(emulator.servers().await[0]["Connections"], 0);
}

#[tokio::test]
async fn a_deleted_certificate_and_a_changed_server_disconnect_everybody() {
    let emulator = Emulator::start(&[
        "--converge",
        "0s",
        "--converge-certs",
        "0s",
        "--describe-lag",
        "0s",
    ]);
    let server = emulator.created(&[]).await;
    let ann = emulator.certified(&server, &[]).await;
    let bob = emulator.certified(&server, &[]).await;
    connect(&emulator, &ann).await;
    emulator
        .call("DeleteSslVpnClientCert", &[("SslVpnClientCertId", &bob)])
        .await
        .done();
    assert!(connected(&emulator, GATEWAY).await.is_empty());

    connect(&emulator, &ann).await;
    let rename = [("SslVpnServerId", server.as_str()), ("Name", "office")];
    emulator.call("ModifySslVpnServer", &rename).await.done();
    assert_eq!(connected(&emulator, GATEWAY).await.len(), 1);
    let change = [("SslVpnServerId", server.as_str()), ("Port", "1195")];
    emulator.call("ModifySslVpnServer", &change).await.done();
    assert!(connected(&emulator, GATEWAY).await.is_empty());
    assert_eq!(emulator.servers().await[0]["Connections"], 0);
}

#[tokio::test]
async fn who_would_not_be_let_in_is_not_connected() {
    let emulator = Emulator::start(AT_ONCE);
    emulator
        .control(
            Method::PATCH,
            &format!("vpn-gateways/{GATEWAY}"),
            r#"{"SslMaxConnections":1}"#,
        )
        .await
        .done();
    let server = emulator.created(&[]).await;
    let ann = emulator.certified(&server, &[]).await;
    let bob = emulator.certified(&server, &[]).await;
    let refused = async |id: &str, word: &str| {
        let body = json!({"SslVpnClientCertId": id}).to_string();
        let reply = emulator
            .control(Method::POST, "ssl-vpn-clients", &body)
            .await;
        assert_eq!(reply.status, 409, "{}", reply.text);
        assert!(reply.text("error").contains(word), "{}", reply.text);
    };
    connect(&emulator, &ann).await;
    refused(&bob, "as many connections").await;
    connect(&emulator, &ann).await;
    assert_eq!(emulator.servers().await[0]["Connections"], 1);
    emulator
        .control(
            Method::PATCH,
            &format!("ssl-vpn-client-certs/{bob}"),
            r#"{"EndTime":1}"#,
        )
        .await
        .done();
    refused(&bob, "expired").await;
    refused("vsc-none", "no such certificate").await;
}

#[tokio::test]
async fn lists_of_clients_page_and_need_a_gateway() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    for _ in 0..3 {
        let id = emulator.certified(&server, &[]).await;
        connect(&emulator, &id).await;
    }
    let page = emulator
        .call(
            "DescribeSslVpnClients",
            &[
                ("VpnGatewayId", GATEWAY),
                ("PageSize", "2"),
                ("PageNumber", "2"),
            ],
        )
        .await
        .done();
    assert_eq!(page["ClientInfoList"].as_array().unwrap().len(), 1);
    assert_eq!(page["TotalCount"], 3);
    let nameless = emulator.call("DescribeSslVpnClients", &[]).await;
    assert_eq!(nameless.code(), "MissingParameter");
    let unknown = emulator
        .call("DescribeSslVpnClients", &[("VpnGatewayId", "vpn-none")])
        .await;
    assert_eq!(unknown.code(), "InvalidVpnGatewayInstanceId.NotFound");
}
