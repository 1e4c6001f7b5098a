//! `alivpn doctor` against the emulator, well and with what goes wrong in practice.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY, of};
use crate::terraform::{Workspace, server};

/// The doctor with nothing of the developer's own, a region and the emulator's keys.
pub fn doctor(endpoint: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alivpn"));
    command
        .arg("doctor")
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        .env("ALIBABA_CLOUD_REGION", "cn-hangzhou")
        .env("ALIBABA_CLOUD_VPC_ENDPOINT", endpoint)
        .env("ALIBABA_CLOUD_STS_ENDPOINT", endpoint);
    command
}

/// What the doctor says, and how it ends.
pub struct Said {
    pub whole: Value,
    pub status: Option<i32>,
}

impl Said {
    /// Whatever warns or fails has its advice.
    pub fn by(command: &mut Command) -> Self {
        let output = command.arg("--json").output().expect("the doctor runs");
        let text = printed(&output);
        assert!(!text.contains("testsecret"), "{text}");
        let whole: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {text}"));
        for line in whole["lines"].as_array().expect("a list") {
            let is_well = line["result"] == "pass" || line["result"] == "skip";
            assert_eq!(line["advice"] == "", is_well, "{line:#}");
        }
        Self {
            whole,
            status: output.status.code(),
        }
    }

    /// Result, finding and advice of a line.
    #[track_caller]
    pub fn of(&self, about: &str) -> (&str, &str, &str) {
        let lines = self.whole["lines"].as_array().expect("a list");
        let line = lines.iter().find(|line| line["about"] == about);
        let line = line.unwrap_or_else(|| panic!("nothing about {about}: {:#}", self.whole));
        let text = |key: &str| line[key].as_str().expect("a text");
        (text("result"), text("found"), text("advice"))
    }

    /// The results of all lines, in order.
    fn results(&self) -> Vec<&str> {
        let lines = self.whole["lines"].as_array().expect("a list");
        lines
            .iter()
            .filter_map(|line| line["result"].as_str())
            .collect()
    }
}

fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn where_all_is_well_it_says_so_changes_nothing_and_shows_no_secret() {
    let emulator = Emulator::quick();
    let output = doctor(&emulator.endpoint())
        .output()
        .expect("the doctor runs");
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for words in [
        "  pass  credentials  access key testid from the environment\n",
        "  pass  region       cn-hangzhou, named by ALIBABA_CLOUD_REGION\n",
        "  pass  identity     acs:ram::1234567890123456:user/testid\n",
        "  pass  clock        in step with the cloud's\n",
        GATEWAY,
        OTHER_GATEWAY,
        "\nAll is as the provider needs it.\n",
    ] {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
    assert!(!text.contains("testsecret"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );

    let calls = emulator.calls();
    for call in calls.iter().filter(|call| call.is_change()) {
        let is_harmless = ["", "GetCallerIdentity"].contains(&call.operation.as_str())
            || call.parameter("DryRun") == "true";
        assert!(is_harmless, "{call:?}");
    }
    assert_eq!(emulator.servers().len(), 0);
}

#[test]
fn a_wrong_key_fails_as_unknown_and_nothing_more_is_signed_with_it() {
    let emulator = Emulator::quick();
    let said = Said::by(doctor(&emulator.endpoint()).env("ALIBABA_CLOUD_ACCESS_KEY_ID", "nobody"));
    assert_eq!(said.status, Some(1));
    let (result, found, advice) = said.of("identity");
    assert_eq!(result, "fail", "{found}");
    assert!(
        found.contains("InvalidAccessKeyId.NotFound") && found.contains("RequestId"),
        "{found}"
    );
    assert!(advice.contains("ALIBABA_CLOUD_ACCESS_KEY_ID"), "{advice}");
    assert_eq!(
        said.results(),
        [
            "pass", "pass", "fail", "pass", "pass", "skip", "skip", "skip"
        ]
    );
    let described = emulator
        .calls()
        .iter()
        .filter(|call| call.operation.starts_with("Describe"))
        .count();
    assert_eq!(described, 0);
}

#[test]
fn a_wrong_secret_fails_without_being_shown() {
    let emulator = Emulator::quick();
    let said =
        Said::by(doctor(&emulator.endpoint()).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hunter2"));
    let (result, found, _) = said.of("identity");
    assert_eq!(result, "fail", "{found}");
    assert!(found.contains("SignatureDoesNotMatch"), "{found}");
    assert!(!said.whole.to_string().contains("hunter2"));
}

/// The operations of the VPC API that were called.
fn described(emulator: &Emulator) -> Vec<String> {
    let calls = emulator.calls().into_iter();
    let operations = calls.map(|call| call.operation);
    operations
        .filter(|operation| !["", "GetCallerIdentity"].contains(&operation.as_str()))
        .collect()
}

#[test]
fn where_no_call_works_it_fails_with_the_reason_and_asks_no_further() {
    // Nobody is asked who signs, so that the first call is the first to be refused.
    let without_sts = |emulator: &Emulator| {
        let mut doctor = doctor(&emulator.endpoint());
        doctor.env_remove("ALIBABA_CLOUD_STS_ENDPOINT");
        doctor
    };
    let emulator = Emulator::quick();
    let wrong = Said::by(without_sts(&emulator).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hunter2"));
    assert!(!wrong.whole.to_string().contains("hunter2"));
    assert_eq!(wrong.of("identity").0, "skip");
    let (_, _, advice) = wrong.of("reads");
    assert!(
        advice.contains("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        "{advice}"
    );
    assert_eq!(described(&emulator), ["DescribeSslVpnServers"]);

    let inactive = Emulator::quick();
    inactive.fault(json!({
        "operation": "DescribeSslVpnServers", "count": 0, "http_status": 403, "code": "InvalidAccessKeyId.Inactive",
    }));
    let refused = Said::by(&mut doctor(&inactive.endpoint()));
    assert_eq!(described(&inactive), ["DescribeSslVpnServers"]);
    for (said, code) in [
        (wrong, "SignatureDoesNotMatch"),
        (refused, "InvalidAccessKeyId.Inactive"),
    ] {
        assert_eq!(said.status, Some(1), "{:#}", said.whole);
        let (result, found, _) = said.of("reads");
        assert_eq!(result, "fail", "{found}");
        assert!(
            found.contains(code)
                && found.contains("RequestId")
                && found.contains("Not tried after that"),
            "{found}"
        );
        assert_eq!(said.of("changes").0, "skip");
        assert_eq!(said.of("gateways").0, "warn");
    }
}

#[test]
fn what_answers_without_being_the_api_fails_soon() {
    let page = "<html><body>Sign in</body></html>";
    let no_action =
        r#"{"RequestId":"R-1","Code":"InvalidAction.NotFound","Message":"No such action."}"#;
    for (status, body, words, to_do) in [
        (
            "200 OK",
            page,
            "a page of HTML",
            "ALIBABA_CLOUD_VPC_ENDPOINT",
        ),
        (
            "502 Bad Gateway",
            page,
            "HTTP 502",
            "ALIBABA_CLOUD_VPC_ENDPOINT",
        ),
        (
            "403 Forbidden",
            page,
            "HTTP 403",
            "ALIBABA_CLOUD_VPC_ENDPOINT",
        ),
        (
            "404 Not Found",
            no_action,
            "InvalidAction.NotFound",
            "RequestId",
        ),
    ] {
        let (address, requests) = cloud(move || format!("HTTP/1.1 {status}\r\n"), body);
        let said = Said::by(&mut doctor(&format!("http://{address}")));
        assert_eq!(said.status, Some(1), "{:#}", said.whole);
        let (result, found, advice) = said.of("reads");
        assert_eq!(result, "fail", "{found}");
        assert!(found.contains(words), "{found}");
        assert!(
            advice.contains(to_do) && !advice.contains("vpc:"),
            "{advice}"
        );
        assert_eq!(said.of("changes").0, "skip");
        // Who it is, three times; whether anybody is there; one call, three times.
        assert!(requests.load(Ordering::Relaxed) <= 7, "{status}");
    }
}

#[test]
fn a_region_that_the_cloud_does_not_know_fails() {
    let emulator = Emulator::quick();
    let said = Said::by(doctor(&emulator.endpoint()).env("ALIBABA_CLOUD_REGION", "cn-atlantis"));
    assert_eq!(said.status, Some(1), "{:#}", said.whole);
    let (result, found, _) = said.of("region");
    assert_eq!(result, "fail");
    assert!(
        found.starts_with(
            "cn-atlantis, named by ALIBABA_CLOUD_REGION: the cloud has no such region (InvalidRegionId.NotFound, RequestId "
        ),
        "{found}"
    );
    assert_eq!(described(&emulator), ["DescribeSslVpnServers"]);
}

#[test]
fn what_is_tried_on_a_server_is_what_it_is_and_on_a_gateway_what_it_could_not_take() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let body = format!("  vpn_gateway_id = {OTHER_GATEWAY:?}\n  name = \"office\"\n  port = 1195");
    workspace.write(&server("this", &body));
    workspace.apply().exits(0);
    let before = emulator.server();
    let mut said = None;
    let calls = emulator.calls_of(|| said = Some(Said::by(&mut doctor(&emulator.endpoint()))));
    assert_eq!(said.expect("it ran").of("changes").0, "pass");
    let [change] = of(&calls, "ModifySslVpnServer")[..] else {
        panic!("{calls:#?}");
    };
    assert_eq!(change.parameter("DryRun"), "true");
    for name in [
        "SslVpnServerId",
        "Name",
        "ClientIpPool",
        "LocalSubnet",
        "Proto",
        "Cipher",
        "Port",
        "Compress",
    ] {
        let is = crate::emulator::text(&before[name]);
        assert_eq!(change.parameter(name), is, "{name}");
    }
    let [create] = of(&calls, "CreateSslVpnServer")[..] else {
        panic!("{calls:#?}");
    };
    assert_eq!(create.parameter("DryRun"), "true");
    assert_eq!(create.parameter("VpnGatewayId"), OTHER_GATEWAY);
    assert_eq!(emulator.server(), before);
}

#[test]
fn without_credentials_every_source_is_named_with_why_it_did_not_serve() {
    let emulator = Emulator::quick();
    let mut command = doctor(&emulator.endpoint());
    command
        .env_remove("ALIBABA_CLOUD_ACCESS_KEY_ID")
        .env_remove("ALIBABA_CLOUD_ACCESS_KEY_SECRET");
    let said = Said::by(&mut command);
    assert_eq!(said.status, Some(1));
    let (result, found, advice) = said.of("credentials");
    assert_eq!(result, "fail", "{found}");
    for source in [
        "the environment",
        "OIDC",
        "/nonexistent/.aliyun/config.json",
        "ECS",
        "credentials URI",
    ] {
        assert!(found.contains(source), "{source}: {found}");
    }
    assert!(advice.contains("profile"), "{advice}");
    assert_eq!(said.of("endpoint").0, "pass");
    assert_eq!(said.of("reads").0, "skip");
}

#[test]
fn a_profile_is_used_as_the_provider_uses_it_with_its_region() {
    let emulator = Emulator::quick();
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(home.path().join(".aliyun")).expect("a folder");
    std::fs::write(
        home.path().join(".aliyun/config.json"),
        r#"{"current":"x","profiles":[{"name":"office","mode":"AK","region_id":"cn-hangzhou","access_key_id":"testid","access_key_secret":"testsecret"}]}"#,
    )
    .expect("a profile");
    let mut command = doctor(&emulator.endpoint());
    command
        .env("HOME", home.path())
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "ignored")
        .env_remove("ALIBABA_CLOUD_REGION")
        .args(["--profile", "office"]);
    let said = Said::by(&mut command);
    assert_eq!(said.status, Some(0), "{:#}", said.whole);
    let (_, found, _) = said.of("credentials");
    assert!(
        found.starts_with("access key testid from the profile \"office\""),
        "{found}"
    );
    assert!(
        said.of("region")
            .1
            .starts_with("cn-hangzhou, named by region of the profile")
    );
}

#[test]
fn an_endpoint_that_nobody_answers_at_fails_with_where_to_look() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let said = Said::by(&mut doctor(&format!("http://{address}")));
    assert_eq!(said.status, Some(1));
    let (result, found, advice) = said.of("endpoint");
    assert_eq!(result, "fail");
    assert!(
        found.contains(&address.to_string()) && found.contains("no connection"),
        "{found}"
    );
    assert!(advice.contains("--vpc-endpoint"), "{advice}");
    let (result, _, advice) = said.of("identity");
    assert_eq!(result, "warn", "STS is there as well");
    assert!(
        advice.contains("--sts-endpoint") && !advice.contains("endpoints.vpc"),
        "{advice}"
    );
    assert_eq!(said.of("reads").0, "skip");
}

#[test]
fn settings_that_cannot_be_meant_fail_before_anything_is_asked() {
    let said = Said::by(doctor("http://vpc.example.com").args(["--region", "CN Hangzhou"]));
    assert_eq!(said.status, Some(1));
    assert_eq!(
        said.results(),
        ["fail", "fail", "fail"],
        "a region, two endpoints"
    );
    let text = said.whole.to_string();
    assert!(
        text.contains("plain HTTP") && text.contains("is not the name of a region"),
        "{text}"
    );
}

#[test]
fn what_may_not_be_done_is_named_with_the_action_to_ask_for() {
    let emulator = Emulator::quick();
    for operation in ["DescribeSslVpnClients", "ModifySslVpnServer"] {
        emulator.fault(json!({"operation": operation, "count": 0, "code": "Forbidden.RAM"}));
    }
    let said = Said::by(&mut doctor(&emulator.endpoint()));
    assert_eq!(
        said.status,
        Some(0),
        "a part that does not work is a warning"
    );
    let (result, found, advice) = said.of("reads");
    assert_eq!(result, "warn", "{found}");
    assert!(
        found.starts_with("DescribeSslVpnClients is not allowed (Forbidden.RAM, RequestId "),
        "{found}"
    );
    assert!(advice.contains("vpc:DescribeSslVpnClients"), "{advice}");
    let (result, found, advice) = said.of("changes");
    assert_eq!(result, "warn", "{found}");
    assert!(!found.contains("CreateSslVpnServer"), "{found}");
    assert!(
        advice.contains("vpc:ModifySslVpnServer") && advice.contains("only plan"),
        "{advice}"
    );

    emulator
        .fault(json!({"operation": "DescribeSslVpnServers", "count": 0, "code": "Forbidden.RAM"}));
    let said = Said::by(&mut doctor(&emulator.endpoint()));
    assert_eq!(said.status, Some(1), "no plan works without it");
    assert_eq!(said.of("reads").0, "fail");
    assert_eq!(said.of("gateways").0, "warn");
}

#[test]
fn gateways_that_fit_and_those_that_do_not_are_named_with_the_reason() {
    let emulator = Emulator::quick();
    emulator.edit_gateway(GATEWAY, json!({"SslVpn": "disable"}));
    let said = Said::by(&mut doctor(&emulator.endpoint()));
    let (result, found, _) = said.of("gateways");
    assert_eq!(result, "pass", "{found}");
    assert!(
        found.starts_with(&format!("can take an SSL server: {OTHER_GATEWAY}")),
        "{found}"
    );
    assert!(
        found.contains(&format!("{GATEWAY} has SSL-VPN switched off")),
        "{found}"
    );

    for gateway in [OTHER_GATEWAY, "vpn-bp1emulator0003"] {
        emulator.edit_gateway(gateway, json!({"BusinessStatus": "FinancialLocked"}));
    }
    let said = Said::by(&mut doctor(&emulator.endpoint()));
    assert_eq!(said.status, Some(1));
    let (result, found, _) = said.of("gateways");
    assert_eq!(result, "fail");
    assert!(found.contains("locked for an overdue payment"), "{found}");
}

#[test]
fn a_region_without_a_gateway_fails() {
    let emulator = Emulator::quick();
    let said = Said::by(doctor(&emulator.endpoint()).args(["--region", "cn-beijing"]));
    assert_eq!(said.status, Some(1));
    assert_eq!(said.of("region").1, "cn-beijing, named by --region");
    assert_eq!(
        said.of("gateways").1,
        "There is no VPN gateway in this region."
    );
}

#[test]
fn a_clock_that_is_an_hour_off_is_named_with_its_direction() {
    let an_hour_ago = || {
        let then = time::OffsetDateTime::now_utc() - time::Duration::seconds(3600);
        let form = time::macros::format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        let date = then.format(form).expect("a date can be written");
        format!("HTTP/1.1 403 Forbidden\r\ndate: {date}\r\n")
    };
    let body = r#"{"RequestId":"R-1","Code":"Forbidden.RAM","Message":"No."}"#;
    let (address, _) = cloud(an_hour_ago, body);
    let said = Said::by(&mut doctor(&format!("http://{address}")));
    let (result, found, advice) = said.of("clock");
    assert_eq!(result, "warn", "{found}");
    assert!(
        found.starts_with("60 min ahead of the cloud's, which refuses"),
        "{found}"
    );
    assert!(advice.contains("NTP"), "{advice}");
}

/// What answers every request alike, at an address, and how many it has answered. It ends with the process of the tests.
fn cloud(
    head: impl Fn() -> String + Send + 'static,
    body: &'static str,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let cloud = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = cloud.local_addr().expect("an address");
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in cloud.incoming().flatten() {
            counted.fetch_add(1, Ordering::Relaxed);
            let _ = answer(stream, &head(), body);
        }
    });
    (address, requests)
}

fn answer(mut stream: TcpStream, head: &str, body: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        request.extend(byte);
    }
    write!(
        stream,
        "{head}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn what_takes_long_is_named_while_it_is_waited_for() {
    let emulator = Emulator::quick();
    emulator.fault(json!({"operation": "DescribeVpnGateways", "delay": "2.5s"}));
    let output = doctor(&emulator.endpoint())
        .output()
        .expect("the doctor runs");
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    let told = String::from_utf8_lossy(&output.stderr);
    // On a busy machine other answers may take as long.
    let mut lines = told.lines();
    assert!(
        lines.any(|line| line == "alivpn: still waiting for DescribeVpnGateways"),
        "{told}"
    );
}
