//! GenerateResourceConfig: what the user would have to write for an object that is there already.

use terraform_provider_alivpn::tf::proto::{
    generate_resource_config, validate_resource_type_config,
};
use terraform_provider_alivpn::tf::value::Value;

use crate::plugin_caller::Launch;
use crate::session::{Session, decode, json, patient, summaries};

async fn generate(session: &mut Session, type_name: &str, state: &str) -> Value {
    let request = generate_resource_config::Request {
        type_name: type_name.to_owned(),
        state: json(state),
    };
    let answer = session
        .client
        .generate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(summaries(&answer.diagnostics), [""; 0]);
    let ty = session.resource_type(type_name).await;
    let request = validate_resource_type_config::Request {
        type_name: type_name.to_owned(),
        config: answer.config.clone(),
        client_capabilities: patient(),
    };
    let config = decode(answer.config, &ty);
    if !config.is_null() {
        let answer = session
            .client
            .validate_resource_type_config(request)
            .await
            .unwrap();
        assert_eq!(summaries(&answer.into_inner().diagnostics), [""; 0]);
    }
    config
}

fn keeper(mode: &str, rules: &str) -> String {
    format!(
        r#"{{"name":"a","secret":null,"secret_version":3,"secret_length":7,"module_name":"m","mode":"{mode}","pace":"fast","rule":{rules}}}"#
    )
}

#[tokio::test]
async fn what_only_the_provider_sets_is_left_out_at_every_level_without_configure() {
    let mut session = Session::exercise().await;
    let rules = r#"[{"what":"x","token":null,"token_length":3}]"#;
    let config = generate(&mut session, "exercise_keeper", &keeper("slow", rules)).await;
    let rule = Value::map([
        ("what", Value::from("x")),
        ("token", Value::Null),
        ("token_length", Value::Null),
    ]);
    let expected = Value::map([
        ("name", Value::from("a")),
        ("secret", Value::Null),
        ("secret_version", Value::from(3)),
        ("secret_length", Value::Null),
        ("module_name", Value::Null),
        ("mode", Value::from("slow")),
        ("pace", Value::Null),
        ("rule", Value::List(vec![rule])),
    ]);
    assert_eq!(config, expected);
}

#[tokio::test]
async fn what_a_rule_would_refuse_is_left_out() {
    let mut session = Session::exercise().await;
    let config = generate(&mut session, "exercise_keeper", &keeper("medium", "[]")).await;
    assert_eq!(config.attribute("mode"), &Value::Null);
    let rules = r#"[{"what":"x","token":null,"token_length":3}]"#;
    let config = generate(&mut session, "exercise_keeper", &keeper("fast", rules)).await;
    assert_eq!(config.attribute("mode"), &Value::Null);
    let config = generate(&mut session, "exercise_keeper", &keeper("fast", "[]")).await;
    assert_eq!(config.attribute("mode"), &Value::from("fast"));
}

#[tokio::test]
async fn an_object_without_a_state_has_no_configuration() {
    let mut session = Session::exercise().await;
    let config = generate(&mut session, "exercise_keeper", "null").await;
    assert_eq!(config, Value::Null);
}

#[tokio::test]
async fn the_configuration_of_an_ssl_server_says_what_it_is_and_not_what_the_cloud_adds() {
    let mut session = Session::of(Launch::default()).await;
    let state = r#"{"vpn_gateway_id":"vpn-1","client_ip_pool":"10.8.0.0/24","local_subnets":["192.168.0.0/16"],"name":"office",
        "protocol":"UDP","cipher":"AES-128-CBC","port":1194,"compress":false,"enable_multi_factor_auth":false,"idaas_instance_id":null,
        "idaas_region_id":null,"idaas_application_id":null,"id":"vss-1","region":"cn-hangzhou","internet_ip":"1.2.3.4",
        "max_connections":5,"create_time":"2024-01-01T00:00:00Z","resource_group_id":"rg-1","idaas_instance_version":null,
        "timeouts":{"create":null,"update":null,"delete":null}}"#;
    let config = generate(&mut session, "alivpn_ssl_vpn_server", state).await;
    for (name, value) in [
        ("vpn_gateway_id", Value::from("vpn-1")),
        ("port", Value::from(1194)),
        ("name", Value::from("office")),
        ("id", Value::Null),
        ("region", Value::from("cn-hangzhou")),
        ("internet_ip", Value::Null),
        ("timeouts", Value::Null),
    ] {
        assert_eq!(config.attribute(name), &value, "{name}");
    }
}
