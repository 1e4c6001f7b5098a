use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use super::*;
use crate::tf::model::from_value;
use crate::tf::value::Value;

fn config(arguments: Vec<(&str, Value)>) -> Configuration {
    from_value(&Value::map(arguments)).unwrap()
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// The arguments at fault and what is wrong, of a configuration in this environment.
async fn faults(
    config: Configuration,
    environment: BTreeMap<String, String>,
) -> Result<Configured, Vec<(String, String)>> {
    let configure_with = Configure {
        config,
        terraform_version: "1.11.4".to_owned(),
    };
    configure(configure_with, move |name| environment.get(name).cloned())
        .await
        .map_err(|diagnostics| {
            diagnostics
                .iter()
                .map(|diagnostic| {
                    let at = diagnostic.attribute.as_ref();
                    (
                        at.map(ToString::to_string).unwrap_or_default(),
                        format!("{}: {}", diagnostic.summary, diagnostic.detail),
                    )
                })
                .collect()
        })
}

/// A home with a CLI's profile, and nothing from outside of it.
fn home() -> (TempDir, BTreeMap<String, String>) {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join(".aliyun")).unwrap();
    fs::write(
        home.path().join(".aliyun/config.json"),
        r#"{"current":"dev","profiles":[{"name":"dev","mode":"AK","region_id":"cn-beijing","access_key_id":"LTAI","access_key_secret":"hush"},
            {"name":"odd","mode":"AK","region_id":"no/region","access_key_id":"LTAI","access_key_secret":"hush"},
            {"name":"half","mode":"AK","access_key_id":"LTAI"}]}"#,
    )
    .unwrap();
    let environment = BTreeMap::from([
        ("HOME".to_owned(), home.path().display().to_string()),
        (
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED".to_owned(),
            "true".to_owned(),
        ),
    ]);
    (home, environment)
}

#[tokio::test]
async fn the_region_falls_back_to_that_of_the_profile_which_gives_the_credentials() {
    let (_home, mut environment) = home();
    let configured = faults(config(vec![]), environment.clone()).await.unwrap();
    assert_eq!(configured.region, "cn-beijing");
    environment.insert("ALICLOUD_REGION".to_owned(), "cn-hangzhou".to_owned());
    let configured = faults(config(vec![]), environment.clone()).await.unwrap();
    assert_eq!(configured.region, "cn-hangzhou");
    environment.insert("ALIBABA_CLOUD_REGION".to_owned(), "cn-qingdao".to_owned());
    let configured = faults(config(vec![]), environment.clone()).await.unwrap();
    assert_eq!(configured.region, "cn-qingdao");
    let configured = faults(config(vec![("region", text("cn-shanghai"))]), environment).await;
    assert_eq!(configured.unwrap().region, "cn-shanghai");
}

#[tokio::test]
async fn a_profile_that_is_not_used_gives_no_region() {
    let (_home, environment) = home();
    let pair = vec![("access_key", text("id")), ("secret_key", text("hush"))];
    let faults = faults(config(pair), environment).await.unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].0, "region");
    assert!(faults[0].1.contains("ALIBABA_CLOUD_REGION"));
}

#[tokio::test]
async fn a_region_that_is_none_is_named_with_the_profile_that_has_it() {
    let (_home, environment) = home();
    let faults = faults(config(vec![("profile", text("odd"))]), environment).await;
    let faults = faults.unwrap_err();
    assert_eq!(faults[0].0, "region");
    assert!(faults[0].1.contains("the profile \"odd\""), "{faults:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_source_is_said_at_its_argument() {
    let (_home, environment) = home();
    let role = ("role_arn", text("acs:ram::123:role/x"));
    for (arguments, at, what) in [
        (
            vec![("profile", text("gone"))],
            "profile",
            "has no profile \"gone\"",
        ),
        (
            vec![("profile", text("half"))],
            "profile",
            "access_key_secret is not",
        ),
        (
            vec![("shared_credentials_file", text("/nowhere/x"))],
            "shared_credentials_file",
            "does not exist",
        ),
        (
            vec![("ecs_role_name", text("worker"))],
            "ecs_role_name",
            "disabled by ALIBABA_CLOUD_ECS_METADATA_DISABLED",
        ),
        (
            vec![("process_command", text("/nowhere/vault read"))],
            "process_command",
            "cannot be started",
        ),
        (
            vec![(
                "assume_role_with_oidc",
                Value::map([
                    role.clone(),
                    ("oidc_provider_arn", text("acs:ram::123:oidc-provider/x")),
                    ("oidc_token_file", text("/nowhere/token")),
                ]),
            )],
            "assume_role_with_oidc",
            "/nowhere/token does not exist",
        ),
        (
            vec![("assume_role_with_oidc", Value::map([role.clone()]))],
            "assume_role_with_oidc.oidc_provider_arn",
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        ),
        (
            vec![
                ("profile", text("half")),
                ("assume_role", Value::map([role.clone()])),
            ],
            "profile",
            "access_key_secret is not",
        ),
        (
            vec![
                ("profile", text("dev")),
                ("assume_role", Value::map([role.clone()])),
                (
                    "endpoints",
                    Value::map([("sts", text("http://127.0.0.1:1"))]),
                ),
            ],
            "assume_role",
            "AssumeRole got no answer from http://127.0.0.1:1",
        ),
    ] {
        let shown = format!("{arguments:?}");
        let mut arguments = arguments;
        arguments.push(("region", text("cn-hangzhou")));
        let faults = faults(config(arguments), environment.clone()).await;
        let faults = faults.unwrap_err();
        assert_eq!(faults[0].0, at, "{shown}: {faults:?}");
        assert!(faults[0].1.contains(what), "{shown}: {faults:?}");
        assert!(!format!("{faults:?}").contains("hush"));
    }
}

#[tokio::test]
async fn when_nothing_is_set_up_every_source_is_listed_with_why_it_did_not_serve() {
    let nothing = BTreeMap::from([
        ("HOME".to_owned(), "/nowhere".to_owned()),
        (
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED".to_owned(),
            "true".to_owned(),
        ),
    ]);
    let faults = faults(config(vec![("region", text("cn-hangzhou"))]), nothing).await;
    let faults = faults.unwrap_err();
    assert_eq!(faults.len(), 1);
    for part in [
        "\n  - the environment: ALIBABA_CLOUD_ACCESS_KEY_ID",
        "\n  - the environment: ALICLOUD_ACCESS_KEY",
        "\n  - the role for an OIDC token:",
        "/nowhere/.aliyun/config.json does not exist",
        "\n  - the ECS instance's RAM role:",
        "\n  - the credentials URI:",
        "Set access_key and secret_key",
    ] {
        assert!(faults[0].1.contains(part), "{part}: {}", faults[0].1);
    }
}

#[test]
fn how_often_and_how_long_calls_are_repeated_is_the_blocks_to_say() {
    let default = config(vec![]).channel("test", Trust::default()).policy;
    assert_eq!(default, Policy::default());
    let set = config(vec![
        ("max_retries", Value::Number(3_i64.into())),
        ("retry_max_elapsed", text("1m30s")),
    ]);
    let policy = set.channel("test", Trust::default()).policy;
    assert_eq!(policy.max_retries, 3);
    assert_eq!(policy.max_elapsed, Duration::from_secs(90));
}

#[test]
fn a_longer_read_timeout_has_room_in_an_attempt_and_a_shorter_one_leaves_it_alone() {
    let limits = |read_timeout| config(vec![("read_timeout", text(read_timeout))]).limits();
    let seconds = Duration::from_secs;
    assert_eq!(config(vec![]).limits(), Limits::default());
    let short = limits("1s");
    assert_eq!((short.read, short.attempt), (seconds(1), seconds(20)));
    let long = limits("60s");
    assert_eq!((long.read, long.attempt), (seconds(60), seconds(65)));
}

#[test]
fn the_user_agent_names_provider_and_core() {
    let own = format!(
        "terraform-provider-alivpn/{} (Terraform 1.11.4)",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(user_agent("1.11.4"), own);
    assert!(user_agent("1.1\r\nx: y").ends_with("(Terraform 1.1x:y)"));
}

#[test]
fn two_arguments_that_each_say_who_calls_are_an_error_at_the_second() {
    let role = || Value::map([("role_arn", text("acs:ram::123:role/x"))]);
    for (arguments, at) in [
        (
            vec![
                ("access_key", text("id")),
                ("secret_key", text("s")),
                ("profile", text("dev")),
            ],
            vec!["profile"],
        ),
        (
            vec![
                ("profile", text("dev")),
                ("ecs_role_name", text("worker")),
                ("process_command", text("x")),
            ],
            vec!["ecs_role_name", "process_command"],
        ),
        (
            vec![
                ("credentials_uri", text("http://localhost/")),
                ("assume_role_with_oidc", role()),
            ],
            vec!["assume_role_with_oidc"],
        ),
        (
            vec![
                ("profile", text("dev")),
                ("shared_credentials_file", text("/x")),
                ("assume_role", role()),
            ],
            vec![],
        ),
        (
            vec![("profile", text("dev")), ("ecs_role_name", Value::Unknown)],
            vec![],
        ),
        (
            vec![(
                "assume_role_with_oidc",
                Value::map([("oidc_token", text("t")), ("oidc_token_file", text("f"))]),
            )],
            vec!["assume_role_with_oidc.oidc_token"],
        ),
    ] {
        let shown = format!("{arguments:?}");
        let diagnostics = validate(&config(arguments));
        let found: Vec<String> = diagnostics
            .iter()
            .filter_map(|diagnostic| diagnostic.attribute.as_ref())
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, at, "{shown}");
    }
}

#[test]
fn what_cannot_be_meant_is_an_error_at_the_argument() {
    let role = |name: &'static str, value: Value| {
        Value::map([("role_arn", text("acs:ram::123:role/x")), (name, value)])
    };
    for (argument, value, at) in [
        (
            "assume_role",
            Value::map([("role_arn", text("role/x"))]),
            "assume_role.role_arn",
        ),
        (
            "assume_role",
            role("session_name", text("two words")),
            "assume_role.session_name",
        ),
        (
            "assume_role",
            role("session_expiration", Value::Number(899_i64.into())),
            "assume_role.session_expiration",
        ),
        (
            "assume_role",
            role("policy", text("allow all")),
            "assume_role.policy",
        ),
        (
            "assume_role_with_oidc",
            role("oidc_provider_arn", text("acs:ram::123:role/x")),
            "assume_role_with_oidc.oidc_provider_arn",
        ),
        ("ecs_role_name", text("../x"), "ecs_role_name"),
        (
            "credentials_uri",
            text("http://example.com/"),
            "credentials_uri",
        ),
        ("process_command", text("vault 'read"), "process_command"),
        ("process_command", text("TOKEN=x vault"), "process_command"),
        ("profile", text(""), "profile"),
        ("max_retries", Value::Number(101_i64.into()), "max_retries"),
        ("max_retries", Value::Number((-1_i64).into()), "max_retries"),
        ("retry_max_elapsed", text("soon"), "retry_max_elapsed"),
        ("retry_max_elapsed", text("0s"), "retry_max_elapsed"),
        ("read_timeout", text("10"), "read_timeout"),
    ] {
        let shown = format!("{value:?}");
        let diagnostics = schema().validate(&Value::map([(argument, value)]));
        let found: Vec<String> = diagnostics
            .iter()
            .filter_map(|diagnostic| diagnostic.attribute.as_ref())
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, [at], "{shown}");
    }
}
