use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::macros::datetime;

use super::*;
use crate::cloud::test_server::{Reply, TestServer};

const REGION: &str = "cn-hangzhou";

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn whole() -> Value {
    json!({
        "RequestId": "R-1", "RegionId": REGION, "SslVpnClientCertId": "vsc-1", "Name": "ann", "SslVpnServerId": "vss-1",
        "CaCert": "the CA", "ClientCert": "the certificate", "ClientKey": "the-private-key", "ClientConfig": "client\ndev tun\n",
        "CreateTime": 1552550980000_i64, "EndTime": "1647158980000", "Status": "normal", "ResourceGroupId": "rg-1"
    })
}

async fn described(reply: Reply) -> (Result<Option<WholeSslVpnClientCert>, Error>, TestServer) {
    let server = TestServer::start(vec![reply; 4]).await;
    let result = server
        .client()
        .describe_ssl_vpn_client_cert(REGION, "vsc-1", &CancellationToken::new())
        .await;
    (result, server)
}

async fn listed(
    reply: Reply,
    filter: &SslVpnClientCertFilter,
) -> (Result<Vec<SslVpnClientCert>, Error>, TestServer) {
    let server = TestServer::start(vec![reply]).await;
    let result = server
        .client()
        .describe_ssl_vpn_client_certs(REGION, filter, &CancellationToken::new())
        .await;
    (result, server)
}

#[tokio::test]
async fn a_description_reads_whole_and_prints_no_key() {
    let (result, server) = described(Reply::json(200, &whole().to_string())).await;
    let read = result.unwrap().unwrap();
    let printed = format!("{read:?}");
    assert!(
        !printed.contains("the-private-key") && !printed.contains("dev tun"),
        "{printed}"
    );
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        read,
        WholeSslVpnClientCert {
            cert: SslVpnClientCert {
                id: "vsc-1".into(),
                ssl_vpn_server_id: text("vss-1"),
                region_id: text(REGION),
                name: text("ann"),
                status: Some(CertStatus::Normal),
                create_time: Some(datetime!(2019-03-14 08:09:40 UTC)),
                end_time: Some(datetime!(2022-03-13 08:09:40 UTC)),
                resource_group_id: text("rg-1"),
                request_id: text("R-1"),
            },
            ca_cert: text("the CA"),
            client_cert: text("the certificate"),
            client_key: Some(Secret::new("the-private-key")),
            client_config: Some(Secret::new("client\ndev tun\n")),
        }
    );
    assert_eq!(
        server.seen()[0].query,
        map(&[("RegionId", REGION), ("SslVpnClientCertId", "vsc-1")])
    );
}

#[tokio::test]
async fn what_the_api_leaves_out_is_none() {
    let bare = r#"{"SslVpnClientCertId":"vsc-1","Name":"","ClientKey":"","Status":"revoked"}"#;
    let read = described(Reply::json(200, bare)).await.0.unwrap().unwrap();
    assert_eq!((read.cert.name, read.client_key), (None, None));
    let status = read.cert.status.unwrap();
    assert_eq!(status, CertStatus::Other("revoked".into()));
    assert_eq!(status.as_str(), "revoked");
}

#[tokio::test]
async fn gone_is_the_documented_code_and_nothing_else() {
    let gone = Reply::refusal(404, "InvalidSslVpnClientCertId.NotFound");
    assert_eq!(described(gone).await.0, Ok(None));
    for reply in [
        Reply::refusal(403, "Forbidden"),
        Reply::refusal(404, "InvalidSslVpnServerId.NotFound"),
        Reply::refusal(404, "Whatever.NotFound"),
        Reply::json(200, r#"{"RequestId":"R"}"#),
        Reply::json(200, r#"{"SslVpnClientCertId":"vsc-2","ClientKey":"k"}"#),
        Reply::json(404, "<html>not found</html>"),
    ] {
        let (result, _server) = described(reply.clone()).await;
        assert!(result.is_err(), "{reply:?}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_repeated() {
    let mut odd = whole();
    odd["EndTime"] = json!({"ClientKey": "the-private-key"});
    let error = described(Reply::json(200, &odd.to_string()))
        .await
        .0
        .unwrap_err();
    assert!(!error.to_string().contains("the-private-key"), "{error}");
    assert!(!format!("{error:?}").contains("the-private-key"));
}

#[tokio::test]
async fn changes_carry_what_they_need_and_their_token() {
    let token = ClientToken::random();
    let cancel = CancellationToken::new();
    let created = r#"{"RequestId":"R-1","SslVpnClientCertId":"vsc-1","Name":"ann"}"#;
    let server = TestServer::start(vec![
        Reply::json(200, created),
        Reply::json(200, created),
        Reply::json(200, r#"{"RequestId":"R-3","Name":"bob"}"#),
        Reply::json(200, r#"{"RequestId":"R-4"}"#),
    ])
    .await;
    let client = server.client();
    let made = client
        .create_ssl_vpn_client_cert(REGION, "vss-1", Some("ann"), &token, &cancel)
        .await
        .unwrap();
    assert_eq!(
        (made.id.as_str(), made.name.as_deref()),
        ("vsc-1", Some("ann"))
    );
    client
        .create_ssl_vpn_client_cert(REGION, "vss-1", None, &token, &cancel)
        .await
        .unwrap();
    let renamed = client
        .modify_ssl_vpn_client_cert_name(REGION, "vsc-1", "bob", &token, &cancel)
        .await
        .unwrap();
    assert_eq!(renamed.name.as_deref(), Some("bob"));
    let deleted = client
        .delete_ssl_vpn_client_cert(REGION, "vsc-1", &token, &cancel)
        .await
        .unwrap();
    assert_eq!(deleted.request_id.as_deref(), Some("R-4"));

    let (region, token) = (("RegionId", REGION), ("ClientToken", token.as_str()));
    let (of_server, of_cert) = (("SslVpnServerId", "vss-1"), ("SslVpnClientCertId", "vsc-1"));
    let expected = [
        (
            "CreateSslVpnClientCert",
            map(&[region, token, of_server, ("Name", "ann")]),
        ),
        ("CreateSslVpnClientCert", map(&[region, token, of_server])),
        (
            "ModifySslVpnClientCert",
            map(&[region, token, of_cert, ("Name", "bob")]),
        ),
        ("DeleteSslVpnClientCert", map(&[region, token, of_cert])),
    ];
    let seen = server.seen();
    assert_eq!(seen.len(), expected.len());
    for (seen, (operation, query)) in seen.iter().zip(expected) {
        assert_eq!((seen.operation(), &seen.query), (operation, &query));
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_token() {
    let created = Reply::json(200, r#"{"SslVpnClientCertId":"vsc-1"}"#);
    let server = TestServer::start(vec![Reply::Close, created]).await;
    let made = server
        .client()
        .create_ssl_vpn_client_cert(
            REGION,
            "vss-1",
            None,
            &ClientToken::random(),
            &CancellationToken::new(),
        )
        .await
        .unwrap();
    assert_eq!(made.id, "vsc-1");
    let seen = server.seen();
    assert_eq!(seen[0].query["ClientToken"], seen[1].query["ClientToken"]);
}

#[tokio::test]
async fn a_full_quota_is_told_from_other_refusals() {
    for code in [
        "CreateSslCertsQuotaFull.QuotaFull",
        "SslVpnClientCreateTimes.ReachLimits",
        "Resource.QuotaFull",
    ] {
        let server = TestServer::start(vec![Reply::refusal(400, code)]).await;
        let error = server
            .client()
            .create_ssl_vpn_client_cert(
                REGION,
                "vss-1",
                None,
                &ClientToken::random(),
                &CancellationToken::new(),
            )
            .await
            .unwrap_err();
        assert_eq!(error.class(), Class::Quota, "{code}");
    }
}

#[tokio::test]
async fn a_list_is_asked_for_by_the_filter_and_checked_against_it() {
    let page = json!({"TotalCount": 4, "SslVpnClientCertKeys": {"SslVpnClientCertKey": [
        {"SslVpnClientCertId": "vsc-1", "SslVpnServerId": "vss-1", "Name": "ann", "Status": "expiring-soon"},
        {"SslVpnClientCertId": "vsc-2", "SslVpnServerId": "vss-2", "Name": "ann"},
        {"SslVpnClientCertId": "vsc-3", "SslVpnServerId": "vss-1"},
        {"SslVpnClientCertId": "vsc-4", "SslVpnServerId": "vss-1", "Name": "ann", "ResourceGroupId": "rg-2"},
    ]}})
    .to_string();
    let filter = SslVpnClientCertFilter {
        ssl_vpn_server_id: Some("vss-1".into()),
        name: Some("ann".into()),
        resource_group_id: Some("rg-1".into()),
        ..SslVpnClientCertFilter::default()
    };
    let (result, server) = listed(Reply::json(200, &page), &filter).await;
    let certs = result.unwrap();
    let ids: Vec<&str> = certs.iter().map(|cert| cert.id.as_str()).collect();
    assert_eq!(ids, ["vsc-1"]);
    assert_eq!(certs[0].status, Some(CertStatus::ExpiringSoon));
    let seen = server.seen();
    assert_eq!(seen[0].operation(), "DescribeSslVpnClientCerts");
    assert_eq!(
        seen[0].query,
        map(&[
            ("RegionId", REGION),
            ("SslVpnServerId", "vss-1"),
            ("Name", "ann"),
            ("ResourceGroupId", "rg-1"),
            ("PageNumber", "1"),
            ("PageSize", "50"),
        ])
    );
    let everything = SslVpnClientCertFilter::default();
    let (result, _server) = listed(Reply::json(200, &page), &everything).await;
    assert_eq!(result.unwrap().len(), 4);
}

#[tokio::test]
async fn an_unknown_id_leaves_an_empty_list_and_a_forbidden_one_is_an_error() {
    let by_id = SslVpnClientCertFilter {
        id: Some("vsc-1".into()),
        ..SslVpnClientCertFilter::default()
    };
    let empty = r#"{"TotalCount":0,"SslVpnClientCertKeys":{"SslVpnClientCertKey":[]}}"#;
    for reply in [
        Reply::json(200, empty),
        Reply::refusal(404, "InvalidSslVpnClientCertId.NotFound"),
    ] {
        assert_eq!(listed(reply, &by_id).await.0, Ok(vec![]));
    }
    let forbidden = Reply::refusal(403, "Forbidden.RAM");
    let error = listed(forbidden, &by_id).await.0.unwrap_err();
    assert_eq!(error.class(), Class::Permission);
}
