//! The emulator as this project's own client sees it: what one writes the other reads.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;
use terraform_provider_alivpn::cloud::client_token::ClientToken;
use terraform_provider_alivpn::cloud::credentials::StaticPair;
use terraform_provider_alivpn::cloud::endpoint::Endpoint;
use terraform_provider_alivpn::cloud::error::Class;
use terraform_provider_alivpn::cloud::rpc::Channel;
use terraform_provider_alivpn::cloud::secret::Secret;
use terraform_provider_alivpn::cloud::transport::{Limits, Transport};
use terraform_provider_alivpn::cloud::trust::Trust;
use terraform_provider_alivpn::cloud::vpc::{
    CertStatus, Client, GatewayStatus, Settings, SslVpnClientCertFilter, SslVpnServerFilter,
    SslVpnServerSettings, VpnGatewayFilter,
};
use tokio_util::sync::CancellationToken;

use crate::support::{AT_ONCE, Emulator, GATEWAY, REGION};

fn client(emulator: &Emulator) -> Client {
    let pair = StaticPair::new(
        "the test",
        ("access_key", "secret_key"),
        Some("testid".to_owned()),
        Some(Secret::new("testsecret")),
        None,
    );
    let mut settings = Settings::new(
        Arc::new(pair),
        Channel::new(Transport::new(
            "test/1.0",
            Limits::default(),
            Trust::default(),
        )),
    );
    settings.endpoint = Some(Endpoint::parse(&emulator.base).unwrap());
    Client::new(settings)
}

#[tokio::test]
async fn a_certificate_is_made_read_renamed_listed_and_deleted() {
    let emulator = Emulator::start(&[
        "--converge",
        "0s",
        "--describe-lag",
        "0s",
        "--converge-certs",
        "0s",
    ]);
    let server = emulator.created(&[]).await;
    let client = client(&emulator);
    let cancel = CancellationToken::new();
    // The first attempt's answer is lost, after its effect.
    emulator
        .fault(r#"{"operation":"CreateSslVpnClientCert","effect":true,"http_status":502,"body":"<html></html>"}"#)
        .await;
    let created = client
        .create_ssl_vpn_client_cert(
            REGION,
            &server,
            Some("ann"),
            &ClientToken::random(),
            &cancel,
        )
        .await
        .unwrap();

    let whole = client
        .describe_ssl_vpn_client_cert(REGION, &created.id, &cancel)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(whole.cert.status, Some(CertStatus::Normal));
    assert_eq!(
        whole.cert.ssl_vpn_server_id.as_deref(),
        Some(server.as_str())
    );
    let lives = whole.cert.end_time.unwrap() - whole.cert.create_time.unwrap();
    assert_eq!(lives, time::Duration::days(3 * 365));
    let key = whole.client_key.unwrap();
    assert!(key.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
    assert!(
        whole
            .client_config
            .unwrap()
            .expose()
            .starts_with("client\n")
    );

    client
        .modify_ssl_vpn_client_cert_name(
            REGION,
            &created.id,
            "bob",
            &ClientToken::random(),
            &cancel,
        )
        .await
        .unwrap();
    let filter = SslVpnClientCertFilter {
        ssl_vpn_server_id: Some(server),
        name: Some("bob".to_owned()),
        ..SslVpnClientCertFilter::default()
    };
    let certs = client
        .describe_ssl_vpn_client_certs(REGION, &filter, &cancel)
        .await
        .unwrap();
    assert_eq!(certs.len(), 1, "{certs:?}");
    assert_eq!(certs[0].id, created.id);

    client
        .delete_ssl_vpn_client_cert(REGION, &created.id, &ClientToken::random(), &cancel)
        .await
        .unwrap();
    let gone = client
        .describe_ssl_vpn_client_cert(REGION, &created.id, &cancel)
        .await;
    assert_eq!(gone, Ok(None));
    let by_id = SslVpnClientCertFilter {
        id: Some(created.id),
        ..SslVpnClientCertFilter::default()
    };
    let gone = client
        .describe_ssl_vpn_client_certs(REGION, &by_id, &cancel)
        .await;
    assert_eq!(gone, Ok(vec![]));
}

#[tokio::test]
async fn lists_are_read_through_all_their_pages() {
    let emulator = Emulator::start(&[
        "--converge",
        "0s",
        "--describe-lag",
        "0s",
        "--quota",
        "certificates=120",
    ]);
    let server = emulator.created(&[]).await;
    for number in 0..120 {
        let body = json!({"SslVpnServerId": server, "Name": format!("n{number}")}).to_string();
        let made = emulator
            .control(Method::POST, "ssl-vpn-client-certs", &body)
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let certs = client(&emulator)
        .describe_ssl_vpn_client_certs(
            REGION,
            &SslVpnClientCertFilter::default(),
            &CancellationToken::new(),
        )
        .await
        .unwrap();
    assert_eq!(certs.len(), 120);
    let calls = emulator.calls().await;
    let pages = calls
        .iter()
        .filter(|call| call["operation"] == "DescribeSslVpnClientCerts");
    assert_eq!(pages.count(), 3);
}

#[tokio::test]
async fn gateways_servers_and_clients_are_found_by_filter() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[("Name", "office")]).await;
    let cert = emulator.certified(&server, &[]).await;
    let edit = r#"{"Tags":{"Tag":[{"Key":"team","Value":"net"}]}}"#;
    emulator
        .control(Method::PATCH, &format!("vpn-gateways/{GATEWAY}"), edit)
        .await
        .done();
    let connecting = json!({"SslVpnClientCertId": cert}).to_string();
    emulator
        .control(Method::POST, "ssl-vpn-clients", &connecting)
        .await;
    let client = client(&emulator);
    let cancel = CancellationToken::new();

    let all = VpnGatewayFilter::default();
    let gateways = client.describe_vpn_gateways(REGION, &all, &cancel).await;
    assert_eq!(gateways.unwrap().len(), 3);
    let tagged = VpnGatewayFilter {
        status: Some(GatewayStatus::Active),
        tags: [("team".to_owned(), "net".to_owned())].into(),
        ..all
    };
    let gateways = client
        .describe_vpn_gateways(REGION, &tagged, &cancel)
        .await
        .unwrap();
    assert_eq!(gateways.len(), 1, "{gateways:?}");
    assert_eq!(gateways[0].id, GATEWAY);

    for (name, count) in [("office", 1), ("offic", 0)] {
        let filter = SslVpnServerFilter {
            name: Some(name.to_owned()),
            ..SslVpnServerFilter::default()
        };
        let servers = client
            .describe_ssl_vpn_servers(REGION, &filter, &cancel)
            .await
            .unwrap();
        assert_eq!(servers.len(), count, "{name}");
    }

    let clients = client
        .describe_ssl_vpn_clients(REGION, GATEWAY, &cancel)
        .await
        .unwrap();
    assert_eq!(clients.len(), 1, "{clients:?}");
    assert_eq!(clients[0].ssl_vpn_client_cert_id(), Some(cert.as_str()));
    assert_eq!(clients[0].port, Some(40000));
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let emulator = Emulator::start(AT_ONCE);
    let client = client(&emulator);
    let cancel = CancellationToken::new();
    let mut settings = SslVpnServerSettings {
        client_ip_pool: Some("10.30.30.0/24".to_owned()),
        local_subnets: Some(vec!["10.20.20.0/24".to_owned()]),
        ..SslVpnServerSettings::default()
    };
    let passed = client
        .dry_run_create_ssl_vpn_server(REGION, GATEWAY, &settings, &cancel)
        .await;
    assert_eq!(passed, Ok(()));
    assert!(emulator.servers().await.is_empty());

    let server = emulator.created(&[]).await;
    settings.port = Some(1195);
    let passed = client
        .dry_run_modify_ssl_vpn_server(REGION, &server, &settings, &cancel)
        .await;
    assert_eq!(passed, Ok(()));
    assert_eq!(emulator.servers().await[0]["Port"], 1194);

    settings.client_ip_pool = Some("100.64.1.0/24".to_owned());
    let refused = client
        .dry_run_modify_ssl_vpn_server(REGION, &server, &settings, &cancel)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.class(), refused.argument()),
        (Class::Input, Some("client_ip_pool"))
    );
}
