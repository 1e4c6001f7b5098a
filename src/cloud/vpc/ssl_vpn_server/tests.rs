use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::macros::datetime;

use super::*;
use crate::cloud::error::Class;
use crate::cloud::test_server::{Reply, TestServer};

const REGION: &str = "cn-hangzhou";

fn read(answer: &Value) -> Result<SslVpnServer, Unreadable> {
    SslVpnServer::read(&Object::parse(answer.to_string().as_bytes()).unwrap())
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn page(ids: &[&str], total: usize) -> Reply {
    let servers: Vec<Value> = ids
        .iter()
        .map(|id| json!({"SslVpnServerId": id, "VpnGatewayId": format!("vpn-of-{id}")}))
        .collect();
    let answer = json!({
        "RequestId": "R", "PageNumber": 1, "PageSize": 50, "TotalCount": total,
        "SslVpnServers": {"SslVpnServer": servers},
    });
    Reply::json(200, &answer.to_string())
}

async fn described(
    replies: Vec<Reply>,
    id: &str,
) -> (Result<Option<SslVpnServer>, Error>, TestServer) {
    let server = TestServer::start(replies).await;
    let result = server
        .client()
        .describe_ssl_vpn_server(REGION, id, &CancellationToken::new())
        .await;
    (result, server)
}

#[test]
fn the_documented_sample_reads_whole() {
    let server = read(&json!({
        "InternetIp": "47.98.XX.XX", "IDaaSInstanceId": "idaas-cn-hangzhou-****", "CreateTime": 1492753580000_i64,
        "VpnGatewayId": "vpn-bp1q8bgx4xnkm2ogj****", "Compress": false, "Port": 1194, "LocalSubnet": "10.20.20.0/24",
        "RegionId": "cn-hangzhou", "Cipher": "AES-128-CBC", "RequestId": "DF11D6F6", "Connections": 0,
        "SslVpnServerId": "vss-bp18q7hzj6largv4v****", "MaxConnections": 5, "Name": "test",
        "EnableMultiFactorAuth": false, "ClientIpPool": "10.30.30.0/24", "Proto": "UDP",
        "ResourceGroupId": "rg-acfmzs372yg****"
    }))
    .unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        server,
        SslVpnServer {
            id: "vss-bp18q7hzj6largv4v****".into(),
            vpn_gateway_id: text("vpn-bp1q8bgx4xnkm2ogj****"),
            region_id: text("cn-hangzhou"),
            name: text("test"),
            client_ip_pool: text("10.30.30.0/24"),
            local_subnets: vec!["10.20.20.0/24".into()],
            protocol: text("UDP"),
            cipher: text("AES-128-CBC"),
            port: Some(1194),
            compress: Some(false),
            enable_multi_factor_auth: Some(false),
            idaas_instance_id: text("idaas-cn-hangzhou-****"),
            idaas_region_id: None,
            idaas_application_id: None,
            idaas_instance_version: None,
            internet_ip: text("47.98.XX.XX"),
            connections: Some(0),
            max_connections: Some(5),
            create_time: Some(datetime!(2017-04-21 05:46:20 UTC)),
            resource_group_id: text("rg-acfmzs372yg****"),
            request_id: text("DF11D6F6"),
        }
    );
}

#[test]
fn texts_for_numbers_empty_texts_and_the_misspelt_pool_are_understood() {
    let server = read(&json!({
        "SslVpnServerId": "vss-1", "Port": "1194", "Compress": "true", "EnableMultiFactorAuth": "false",
        "MaxConnections": "5", "CreateTime": "1492753580000", "CLientIpPool": "10.30.30.0/24", "Name": "",
        "LocalSubnet": "10.0.0.0/8, 172.16.0.0/12,", "IDaaSInstanceId": "", "Unheard": {"of": []}
    }))
    .unwrap();
    assert_eq!((server.port, server.compress), (Some(1194), Some(true)));
    assert_eq!(server.enable_multi_factor_auth, Some(false));
    assert_eq!(server.client_ip_pool.as_deref(), Some("10.30.30.0/24"));
    assert_eq!((server.name, server.idaas_instance_id), (None, None));
    assert_eq!(server.local_subnets, ["10.0.0.0/8", "172.16.0.0/12"]);
    assert!(server.create_time.is_some());
}

#[test]
fn a_server_without_an_id_is_unreadable() {
    let error = read(&json!({"Name": "n"})).unwrap_err();
    assert_eq!(error.to_string(), "SslVpnServerId is missing");
}

#[tokio::test]
async fn a_rename_carries_four_parameters_and_nothing_else() {
    let server = TestServer::start(vec![Reply::json(200, r#"{"SslVpnServerId":"vss-1"}"#)]).await;
    let token = ClientToken::random();
    server
        .client()
        .modify_ssl_vpn_server_name(REGION, "vss-1", "a name", &token, &CancellationToken::new())
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].operation(), "ModifySslVpnServer");
    assert_eq!(
        seen[0].query,
        map(&[
            ("RegionId", REGION),
            ("SslVpnServerId", "vss-1"),
            ("Name", "a name"),
            ("ClientToken", token.as_str()),
        ])
    );
    assert_eq!(seen[0].headers["x-acs-version"], "2016-04-28");
    assert_eq!(seen[0].headers["user-agent"], "test-agent/1.0");
}

#[test]
fn a_full_modification_carries_every_value_and_no_absent_one() {
    let whole = SslVpnServerSettings {
        name: Some("n".into()),
        client_ip_pool: Some("10.30.30.0/24".into()),
        local_subnets: Some(vec!["10.0.0.0/8".into(), "172.16.0.0/12".into()]),
        protocol: Some("UDP".into()),
        cipher: Some("none".into()),
        port: Some(1195),
        compress: Some(false),
        enable_multi_factor_auth: Some(true),
        idaas_instance_id: Some("idaas-1".into()),
        idaas_region_id: Some("cn-beijing".into()),
        idaas_application_id: Some("app-1".into()),
    };
    assert_eq!(
        *whole.parameters("SslVpnServerId", "vss-1").as_map(),
        map(&[
            ("SslVpnServerId", "vss-1"),
            ("Name", "n"),
            ("ClientIpPool", "10.30.30.0/24"),
            ("LocalSubnet", "10.0.0.0/8,172.16.0.0/12"),
            ("Proto", "UDP"),
            ("Cipher", "none"),
            ("Port", "1195"),
            ("Compress", "false"),
            ("EnableMultiFactorAuth", "true"),
            ("IDaaSInstanceId", "idaas-1"),
            ("IDaaSRegionId", "cn-beijing"),
            ("IDaaSApplicationId", "app-1"),
        ])
    );
    let nothing = SslVpnServerSettings::default();
    assert_eq!(
        *nothing.parameters("SslVpnServerId", "vss-1").as_map(),
        map(&[("SslVpnServerId", "vss-1")])
    );
}

#[test]
fn a_creation_carries_what_is_required_and_what_is_set() {
    let server = SslVpnServerSettings {
        client_ip_pool: Some("10.30.30.0/24".into()),
        local_subnets: Some(vec!["10.0.0.0/8".into()]),
        compress: Some(true),
        ..SslVpnServerSettings::default()
    };
    assert_eq!(
        *server.parameters("VpnGatewayId", "vpn-1").as_map(),
        map(&[
            ("VpnGatewayId", "vpn-1"),
            ("ClientIpPool", "10.30.30.0/24"),
            ("LocalSubnet", "10.0.0.0/8"),
            ("Compress", "true"),
        ])
    );
}

#[test]
fn an_accepted_modification_may_show_the_server_or_only_a_request_id() {
    let modified =
        |body: &str| ModifiedSslVpnServer::read(&Object::parse(body.as_bytes()).unwrap()).unwrap();
    let bare = modified(r#"{"RequestId":"R-1"}"#);
    assert_eq!(
        (bare.server, bare.request_id.as_deref()),
        (None, Some("R-1"))
    );
    let whole = modified(r#"{"RequestId":"R-1","SslVpnServerId":"vss-1","Name":"n"}"#);
    assert_eq!(whole.server.unwrap().name.as_deref(), Some("n"));
    let odd = modified(r#"{"RequestId":"R-1","SslVpnServerId":"vss-1","Port":"none"}"#);
    assert_eq!((odd.server, odd.request_id.as_deref()), (None, Some("R-1")));
}

#[tokio::test]
async fn a_server_is_found_with_one_call() {
    let (result, server) = described(vec![page(&["vss-1"], 1)], "vss-1").await;
    assert_eq!(result.unwrap().unwrap().id, "vss-1");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        seen[0].query,
        map(&[
            ("RegionId", REGION),
            ("SslVpnServerId", "vss-1"),
            ("PageNumber", "1"),
            ("PageSize", "50"),
        ])
    );
}

#[tokio::test]
async fn a_single_object_in_place_of_the_list_is_understood() {
    let single =
        r#"{"TotalCount":"1","SslVpnServers":{"SslVpnServer":{"SslVpnServerId":"vss-1"}}}"#;
    let (result, _server) = described(vec![Reply::json(200, single)], "vss-1").await;
    assert!(result.unwrap().is_some());
}

#[tokio::test]
async fn gone_is_an_empty_list_or_the_documented_code() {
    for reply in [
        page(&[], 0),
        Reply::json(200, r#"{"TotalCount":0}"#),
        Reply::refusal(404, "InvalidSslVpnServerId.NotFound"),
    ] {
        let (result, _server) = described(vec![reply], "vss-1").await;
        assert_eq!(result.unwrap(), None);
    }
}

#[tokio::test]
async fn what_only_looks_like_gone_is_an_error() {
    for reply in [
        Reply::refusal(403, "Forbidden"),
        Reply::refusal(404, "InvalidRegionId.NotFound"),
        Reply::refusal(404, "Whatever.NotFound"),
        Reply::json(404, "<html>not found</html>"),
        Reply::json(200, r#"{"RequestId":"R"}"#),
        Reply::json(200, "{}"),
        Reply::json(200, r#"{"SslVpnServers":{"Other":[]}}"#),
        page(&[], 1),
    ] {
        let (result, _server) = described(vec![reply.clone(); 4], "vss-1").await;
        assert!(result.is_err(), "{reply:?}");
    }
}

#[tokio::test]
async fn a_filter_that_the_server_ignores_does_not_fool_us() {
    let others = page(&["vss-2", "vss-3"], 2);
    let (result, _server) = described(vec![others], "vss-1").await;
    assert_eq!(result.unwrap(), None);
    let pages = vec![page(&["vss-2", "vss-3"], 3), page(&["vss-1"], 3)];
    let (result, server) = described(pages, "vss-1").await;
    assert_eq!(result.unwrap().unwrap().id, "vss-1");
    assert_eq!(server.seen()[1].query["PageNumber"], "2");
}

#[tokio::test]
async fn a_server_that_counts_nothing_and_gives_shorter_pages_is_read_to_its_end() {
    let page = |ids: [&str; 2]| {
        let servers = ids.map(|id| json!({ "SslVpnServerId": id }));
        let answer = json!({"PageSize": "2", "SslVpnServers": {"SslVpnServer": servers}});
        Reply::json(200, &answer.to_string())
    };
    let pages = vec![page(["vss-2", "vss-3"]), page(["vss-4", "vss-1"])];
    let none = Reply::json(200, r#"{"SslVpnServers":{"SslVpnServer":[]}}"#);
    let (result, _server) = described(pages.into_iter().chain([none]).collect(), "vss-1").await;
    assert!(result.unwrap().is_some());
}

#[tokio::test]
async fn a_server_that_repeats_its_pages_ends_the_reading() {
    let (result, server) = described(vec![page(&["vss-2"], 1000); 5], "vss-1").await;
    assert_eq!(result.unwrap(), None);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn the_servers_of_a_gateway_are_those_on_it() {
    let server = TestServer::start(vec![page(&["vss-1", "vss-2"], 2)]).await;
    let servers = server
        .client()
        .describe_ssl_vpn_servers_of_gateway(REGION, "vpn-of-vss-2", &CancellationToken::new())
        .await
        .unwrap();
    let ids: Vec<&str> = servers.iter().map(|server| server.id.as_str()).collect();
    assert_eq!(ids, ["vss-2"]);
    assert_eq!(server.seen()[0].query["VpnGatewayId"], "vpn-of-vss-2");
}

#[tokio::test]
async fn a_server_that_names_no_gateway_is_on_the_one_that_was_asked_for() {
    let bare = r#"{"SslVpnServers":{"SslVpnServer":{"SslVpnServerId":"vss-1"}}}"#;
    let server = TestServer::start(vec![Reply::json(200, bare)]).await;
    let servers = server
        .client()
        .describe_ssl_vpn_servers_of_gateway(REGION, "vpn-1", &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(servers.len(), 1);
}

#[tokio::test]
async fn deleting_what_is_not_there_says_so() {
    let gone = Reply::refusal(404, "InvalidSslVpnServerId.NotFound");
    let server = TestServer::start(vec![Reply::Close, gone]).await;
    let error = server
        .client()
        .delete_ssl_vpn_server(
            REGION,
            "vss-1",
            &ClientToken::random(),
            &CancellationToken::new(),
        )
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::NotFound);
    assert!(
        error.may_have_acted(),
        "the attempt without an answer may have deleted it"
    );
}

#[tokio::test]
async fn a_gateway_of_another_id_is_not_taken_for_the_one_asked_for() {
    let other = Reply::json(200, r#"{"VpnGatewayId":"vpn-2","Status":"active"}"#);
    let server = TestServer::start(vec![other]).await;
    let error = server
        .client()
        .describe_vpn_gateway(REGION, "vpn-1", &CancellationToken::new())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("it is about vpn-2, not vpn-1"),
        "{error}"
    );
}
