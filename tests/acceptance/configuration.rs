//! The provider block: where its values come from, which endpoints it takes, and how it fails.

use std::net::TcpListener;
use std::time::Duration;

use crate::emulator::{Emulator, of, only};
use crate::terraform::{Workspace, in_region, server};

/// What a user calls "within seconds".
const SECONDS: Duration = Duration::from_secs(30);

/// A port on which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

fn with_credentials(rest: &str) -> String {
    format!(
        "region = \"cn-hangzhou\"\naccess_key = \"testid\"\nsecret_key = \"testsecret\"\n{rest}"
    )
}

#[test]
fn validate_needs_neither_credentials_nor_region() {
    let workspace = Workspace::empty();
    workspace.provider("");
    workspace.write(&server("this", ""));
    workspace
        .terraform(&["validate", "-no-color"])
        .exits(0)
        .says("configuration is valid");
}

#[test]
fn everything_may_come_from_the_environment_and_the_provider_block_wins() {
    let emulator = Emulator::quick();
    let mut workspace = Workspace::empty();
    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    workspace.environment("ALIBABA_CLOUD_REGION", "cn-hangzhou");
    workspace.environment("ALIBABA_CLOUD_VPC_ENDPOINT", &emulator.endpoint());
    workspace.provider("");
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let calls = emulator.calls();
    assert_eq!(
        only(&calls, "CreateSslVpnServer").parameter("RegionId"),
        "cn-hangzhou"
    );

    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_ID", "somebody-else");
    workspace.environment("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong");
    workspace.environment("ALIBABA_CLOUD_REGION", "cn-beijing");
    workspace.environment(
        "ALIBABA_CLOUD_VPC_ENDPOINT",
        &format!("http://127.0.0.1:{}", closed_port()),
    );
    workspace.provider(&in_region(&emulator, "cn-hangzhou"));
    workspace.plan().exits(0);
}

#[test]
fn plain_http_is_refused_but_for_loopback_and_the_error_says_why() {
    let workspace = Workspace::empty();
    workspace.provider(&with_credentials(
        "endpoints { vpc = \"http://vpc.example.com\" }",
    ));
    workspace.write(&server("this", ""));
    let outcome = workspace.plan();
    outcome
        .exits(1)
        .says("http://vpc.example.com")
        .says("https")
        .says("loopback")
        .says("vpc = \"http://vpc.example.com\"");
}

/// A server a provider block, each with an endpoint of its own.
fn with_endpoints(endpoints: &[String]) -> String {
    let blocks = endpoints.iter().enumerate().map(|(at, endpoint)| {
        let provider = with_credentials(&format!(
            "alias = \"e{at}\"\nendpoints {{ vpc = {endpoint:?} }}"
        ));
        format!(
            "provider \"alivpn\" {{\n{provider}\n}}\n{}",
            server(&format!("e{at}"), &format!("  provider = alivpn.e{at}"))
        )
    });
    blocks.collect()
}

#[test]
fn an_endpoint_may_be_a_host_a_host_with_port_or_a_url() {
    // Nothing listens there: that an error names the whole address shows that it was understood.
    let ports: Vec<u16> = (0..4).map(|_| closed_port()).collect();
    let right = [
        format!("127.0.0.1:{}", ports[0]),
        format!("https://127.0.0.1:{}", ports[1]),
        format!("http://localhost:{}/", ports[2]),
        format!("http://[::1]:{}", ports[3]),
        // Plain HTTP would be refused: a host without a scheme means HTTPS.
        "vpc.invalid".to_owned(),
    ];
    let workspace = Workspace::empty();
    workspace.provider("");
    workspace.write(&with_endpoints(&right));
    let outcome = workspace.apply();
    outcome.exits(1).says("CreateSslVpnServer").within(SECONDS);
    for address in [
        format!("https://127.0.0.1:{}", ports[0]),
        format!("https://127.0.0.1:{}", ports[1]),
        format!("http://localhost:{}", ports[2]),
        format!("http://[::1]:{}", ports[3]),
        "https://vpc.invalid".to_owned(),
    ] {
        outcome.says(&address);
    }

    let wrong = [
        "ftp://vpc.example.com",
        "two words",
        "vpc.example.com/path?query",
    ]
    .map(str::to_owned);
    workspace.write(&with_endpoints(&wrong));
    let outcome = workspace.plan();
    outcome.exits(1);
    for endpoint in wrong {
        outcome.says(&format!("endpoints {{ vpc = {endpoint:?} }}"));
    }
}

#[test]
fn a_wrong_secret_is_an_error_that_a_user_understands() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-hangzhou").replace("testsecret", "wrongsecret"));
    workspace.write(&server("this", ""));
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .says("CreateSslVpnServer")
        .says("SignatureDoesNotMatch")
        .says("secret")
        .within(SECONDS);
    outcome.does_not_say("wrongsecret");

    let calls = emulator.calls();
    let creates = of(&calls, "CreateSslVpnServer");
    assert_eq!(creates.len(), 1, "trying again cannot help: {calls:#?}");
    outcome.says(&creates[0].request_id);
    assert!(emulator.servers().is_empty());
}

#[test]
fn an_unknown_access_key_is_an_error_that_names_its_code() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "cn-hangzhou").replace("testid", "nobody"));
    workspace.write(&server("this", ""));
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .says("InvalidAccessKeyId.NotFound")
        .says("access")
        .within(SECONDS);
    outcome.says(&of(&emulator.calls(), "CreateSslVpnServer")[0].request_id);
}

#[test]
fn an_unknown_region_is_an_error_that_names_it() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.provider(&in_region(&emulator, "mars-north-1"));
    workspace.write(&server("this", ""));
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .says("InvalidRegionId.NotFound")
        .says("mars-north-1")
        .says("region")
        .within(SECONDS);
    outcome.says(&of(&emulator.calls(), "CreateSslVpnServer")[0].request_id);
}

#[test]
fn missing_credentials_and_a_missing_region_are_errors_that_say_where_they_may_be_given() {
    let workspace = Workspace::empty();
    workspace.write(&server("this", ""));
    workspace.provider("region = \"cn-hangzhou\"");
    let outcome = workspace.plan();
    outcome
        .exits(1)
        .says("access_key")
        .says("ALIBABA_CLOUD_ACCESS_KEY_ID")
        .says("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
        .within(SECONDS);

    workspace.provider("region = \"cn-hangzhou\"\naccess_key = \"testid\"");
    workspace
        .plan()
        .exits(1)
        .says("secret_key")
        .says("ALIBABA_CLOUD_ACCESS_KEY_SECRET");

    workspace.provider("access_key = \"testid\"\nsecret_key = \"testsecret\"");
    workspace
        .plan()
        .exits(1)
        .says("region")
        .says("ALIBABA_CLOUD_REGION");
}

#[test]
fn a_refused_connection_is_an_error_that_names_the_endpoint() {
    let port = closed_port();
    let workspace = Workspace::empty();
    workspace.provider(&with_credentials(&format!(
        "endpoints {{ vpc = \"http://127.0.0.1:{port}\" }}"
    )));
    workspace.write(&server("this", ""));
    let outcome = workspace.apply();
    outcome
        .exits(1)
        .says("CreateSslVpnServer")
        .says(&format!("127.0.0.1:{port}"))
        .within(SECONDS);
    assert_eq!(
        workspace.instance(),
        serde_json::Value::Null,
        "nothing was created, so nothing is in the state"
    );
}

/// The CLI's file in the home that Terraform has.
fn write_profiles(workspace: &Workspace, text: &str) {
    let folder = workspace.path().join("../home/.aliyun");
    std::fs::create_dir_all(&folder).expect("a folder in the home");
    std::fs::write(folder.join("config.json"), text).expect("the CLI's file is written");
}

#[test]
fn a_profile_gives_credentials_and_region() {
    let emulator = Emulator::quick();
    let mut workspace = Workspace::empty();
    write_profiles(
        &workspace,
        r#"{"current":"other","profiles":[
            {"name":"other","mode":"AK","region_id":"cn-beijing","access_key_id":"nobody","access_key_secret":"none"},
            {"name":"dev","mode":"External","region_id":"cn-hangzhou",
             "process_command":"printf '{\"mode\":\"AK\",\"access_key_id\":\"testid\",\"access_key_secret\":\"testsecret\"}'"}]}"#,
    );
    workspace.environment("ALIBABA_CLOUD_VPC_ENDPOINT", &emulator.endpoint());
    workspace.provider("profile = \"dev\"");
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let calls = emulator.calls();
    assert_eq!(
        only(&calls, "CreateSslVpnServer").parameter("RegionId"),
        "cn-hangzhou"
    );
}

#[test]
fn what_is_wrong_with_a_source_of_credentials_is_shown_at_its_argument() {
    let workspace = Workspace::empty();
    workspace.write(&server("this", ""));
    workspace.provider("region = \"cn-hangzhou\"\nprofile = \"dev\"\necs_role_name = \"worker\"");
    workspace
        .plan()
        .exits(1)
        .says("profile and ecs_role_name")
        .says("ecs_role_name = \"worker\"");

    workspace.provider("region = \"cn-hangzhou\"\nprofile = \"dev\"");
    workspace
        .plan()
        .exits(1)
        .says("profile = \"dev\"")
        .says("config.json does not exist");

    let role = "assume_role {\n  role_arn = \"admin\"\n}";
    workspace.provider(&with_credentials(role));
    workspace
        .plan()
        .exits(1)
        .says("role_arn = \"admin\"")
        .says("acs:ram::");
}
