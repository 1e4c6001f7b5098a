//! A wrong value is an error at `terraform validate`, at its argument, that says what is allowed.

use serde_json::Value;

use crate::emulator::{Emulator, text};
use crate::terraform::{Workspace, server};

/// An argument's line in the configuration, and words that its error must contain.
type Wrong = (&'static str, &'static [&'static str]);

const MULTI_FACTOR: &str = "idaas_instance_id";
const CIPHERS: &[&str] = &["AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "none"];
const PROTOCOLS: &[&str] = &["TCP", "UDP"];
const PORTS: &[&str] = &["65535"];
const RESERVED_PORTS: &[&str] = &["65535", "22222", "4510", "9001"];
const PREFIXES: &[&str] = &["/16", "/29"];
const DURATION: &[&str] = &["90s", "20m"];

const WRONG: &[Wrong] = &[
    (r#"client_ip_pool = """#, PREFIXES),
    (r#"client_ip_pool = "office""#, PREFIXES),
    (r#"client_ip_pool = "10.0.0.0""#, PREFIXES),
    (r#"client_ip_pool = "fd00::/64""#, &["IPv4"]),
    (r#"client_ip_pool = "10.0.0.0/15""#, PREFIXES),
    (r#"client_ip_pool = "10.0.0.0/30""#, PREFIXES),
    (r#"client_ip_pool = "10.0.0.7/24""#, &["10.0.0.0/24"]),
    (r#"client_ip_pool = "100.64.0.0/16""#, &["100.64.0.0/10"]),
    (r#"client_ip_pool = "100.127.255.0/24""#, &["100.64.0.0/10"]),
    (r#"client_ip_pool = "127.0.0.0/24""#, &["127.0.0.0/8"]),
    (r#"client_ip_pool = "169.254.7.0/24""#, &["169.254.0.0/16"]),
    (r#"client_ip_pool = "239.1.0.0/16""#, &["224.0.0.0/4"]),
    (r#"client_ip_pool = "255.0.0.0/16""#, &["255.0.0.0/8"]),
    (r#"local_subnets = []"#, &["1 to 5"]),
    (
        r#"local_subnets = ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16", "10.5.0.0/16", "10.6.0.0/16"]"#,
        &["1 to 5"],
    ),
    (r#"local_subnets = ["office"]"#, &["office", "/8", "/32"]),
    (
        r#"local_subnets = ["10.0.0.0/7"]"#,
        &["10.0.0.0/7", "/8", "/32"],
    ),
    (
        r#"local_subnets = ["10.0.0.0/33"]"#,
        &["10.0.0.0/33", "/8", "/32"],
    ),
    (r#"local_subnets = ["fd00::/64"]"#, &["IPv4"]),
    (r#"local_subnets = ["127.0.0.1/32"]"#, &["127.0.0.0/8"]),
    (
        r#"local_subnets = ["10.1.0.0/16", "169.254.1.0/24"]"#,
        &["169.254.0.0/16"],
    ),
    (r#"local_subnets = ["224.0.0.0/8"]"#, &["224.0.0.0/4"]),
    (
        r#"local_subnets = ["255.255.255.255/32"]"#,
        &["255.0.0.0/8"],
    ),
    (r#"local_subnets = [null]"#, &["null"]),
    (
        r#"local_subnets = ["10.1.2.3/16", "10.1.0.0/16"]"#,
        &["10.1.2.3/16", "10.1.0.0/16", "same network"],
    ),
    (
        r#"local_subnets = ["10.30.0.0/25"]"#,
        &["10.30.0.0/25", "10.30.0.0/24", "overlap"],
    ),
    (
        r#"local_subnets = ["10.0.0.0/8"]"#,
        &["10.0.0.0/8", "10.30.0.0/24", "overlap"],
    ),
    (r#"name = """#, &["1 to 100"]),
    // One character more than allowed, in characters of several bytes.
    (
        r#"name = "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!""#,
        &["1 to 100"],
    ),
    (r#"name = "http://office""#, &["http://", "https://"]),
    (r#"name = "https://office""#, &["http://", "https://"]),
    (r#"protocol = "tcp""#, PROTOCOLS),
    (r#"protocol = "SCTP""#, PROTOCOLS),
    (r#"cipher = "AES-512-CBC""#, CIPHERS),
    (r#"cipher = "aes-128-cbc""#, CIPHERS),
    (r#"port = 0"#, PORTS),
    (r#"port = -1"#, PORTS),
    (r#"port = 65536"#, PORTS),
    (r#"port = 1e30"#, PORTS),
    (r#"port = 1194.5"#, &["whole number"]),
    (r#"port = 22"#, RESERVED_PORTS),
    (r#"port = 53"#, RESERVED_PORTS),
    (r#"port = 68"#, RESERVED_PORTS),
    (r#"port = 80"#, RESERVED_PORTS),
    (r#"port = 123"#, RESERVED_PORTS),
    (r#"port = 443"#, RESERVED_PORTS),
    (r#"port = 500"#, RESERVED_PORTS),
    (r#"port = 2222"#, RESERVED_PORTS),
    (r#"port = 4500"#, RESERVED_PORTS),
    (r#"port = 4510"#, RESERVED_PORTS),
    (r#"port = 4560"#, RESERVED_PORTS),
    (r#"port = 7505"#, RESERVED_PORTS),
    (r#"port = 9000"#, RESERVED_PORTS),
    (r#"port = 9001"#, RESERVED_PORTS),
    (r#"port = 9002"#, RESERVED_PORTS),
    (r#"port = 22222"#, RESERVED_PORTS),
    (r#"enable_multi_factor_auth = true"#, &[MULTI_FACTOR]),
    (r#"timeouts { create = "soon" }"#, DURATION),
    (r#"timeouts { update = "-5m" }"#, DURATION),
    (r#"timeouts { delete = "20" }"#, DURATION),
];

const RIGHT: &[&str] = &[
    r#"client_ip_pool = "10.0.0.0/16""#,
    r#"client_ip_pool = "172.16.0.8/29""#,
    r#"client_ip_pool = "100.128.0.0/16""#,
    r#"local_subnets = ["11.0.0.0/8"]"#,
    r#"local_subnets = ["100.64.0.0/10", "192.168.1.1/32"]"#,
    r#"local_subnets = ["192.168.7.9/16"]"#,
    r#"local_subnets = ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16", "10.5.0.0/16"]"#,
    // One network inside another is not the same network.
    r#"local_subnets = ["192.168.0.0/16", "192.168.1.0/24"]"#,
    r#"name = "x""#,
    r#"name = "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé""#,
    r#"protocol = "UDP""#,
    r#"cipher = "none""#,
    r#"port = 1"#,
    r#"port = 65535"#,
    r#"compress = true"#,
    r#"enable_multi_factor_auth = false"#,
    r#"timeouts { create = "90s" }"#,
    r#"timeouts { update = "1h30m" }"#,
    r#"name = null"#,
];

fn located(diagnostics: &[Value], label: &str) -> Vec<Value> {
    let address = format!("alivpn_ssl_vpn_server.{label}");
    let found = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic["address"] == address.as_str());
    found.cloned().collect()
}

#[test]
fn a_wrong_value_is_an_error_at_its_argument_that_says_what_is_allowed() {
    let workspace = Workspace::empty();
    workspace.provider("");
    let resources: Vec<String> = WRONG
        .iter()
        .enumerate()
        .map(|(at, (line, _))| server(&format!("case{at}"), line))
        .collect();
    workspace.write(&resources.concat());

    let diagnostics = workspace.validate();

    let mut failures = Vec::new();
    for (at, (line, words)) in WRONG.iter().enumerate() {
        let found = located(&diagnostics, &format!("case{at}"));
        let [diagnostic] = found.as_slice() else {
            failures.push(format!(
                "{line}: {} diagnostics instead of one: {found:#?}",
                found.len()
            ));
            continue;
        };
        let said = format!(
            "{} {}",
            text(&diagnostic["summary"]),
            text(&diagnostic["detail"])
        );
        let code = text(&diagnostic["snippet"]["code"]);
        let argument = line.split([' ', '=']).next().unwrap_or_default();
        if diagnostic["severity"] != "error" {
            failures.push(format!("{line}: not an error: {said}"));
        }
        if !code.trim_start().starts_with(argument) {
            failures.push(format!("{line}: points at {code:?}"));
        }
        for word in words.iter().filter(|word| !said.contains(**word)) {
            failures.push(format!("{line}: does not say {word:?}: {said}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn all_mistakes_are_told_at_once_and_none_for_its_consequences() {
    let workspace = Workspace::empty();
    workspace.provider("");
    workspace.write(&server(
        "this",
        r#"
  client_ip_pool           = "10.0.0.0/8"
  local_subnets            = ["10.1.2.3/16", "10.1.0.0/16"]
  port                     = 443
  enable_multi_factor_auth = true
"#,
    ));
    let found = located(&workspace.validate(), "this");
    let summaries: Vec<String> = found
        .iter()
        .map(|diagnostic| text(&diagnostic["summary"]))
        .collect();
    assert_eq!(
        summaries,
        [
            "Invalid value for `client_ip_pool`",
            "Invalid value for `port`",
            "Duplicate subnet",
            "Missing IDaaS instance",
        ]
    );
}

#[test]
fn what_the_api_allows_is_valid() {
    let workspace = Workspace::empty();
    workspace.provider("");
    let resources: Vec<String> = RIGHT
        .iter()
        .enumerate()
        .map(|(at, line)| server(&format!("case{at}"), line))
        .collect();
    workspace.write(&resources.concat());

    assert_eq!(workspace.validate(), Vec::<Value>::new());
}

#[test]
fn rules_across_arguments_wait_while_a_value_is_unknown() {
    let emulator = Emulator::quick();
    let mut workspace = Workspace::new(&emulator);
    workspace.write(&format!(
        r#"
variable "subnet" {{ type = string }}
variable "instance" {{ type = string }}
{}"#,
        server(
            "this",
            r#"
  local_subnets            = ["192.168.0.0/16", var.subnet]
  enable_multi_factor_auth = true
  idaas_instance_id        = var.instance
"#
        )
    ));

    // A variable is unknown at validate, whatever it will be.
    assert_eq!(workspace.validate(), Vec::<Value>::new());

    workspace.environment("TF_VAR_instance", "idaas-cn-hangzhou-p8mzouxtest");
    workspace.environment("TF_VAR_subnet", "10.30.0.128/25");
    workspace
        .plan()
        .exits(1)
        .says("10.30.0.128/25")
        .says("10.30.0.0/24")
        .says("overlap");
    workspace.environment("TF_VAR_subnet", "192.168.7.7/16");
    workspace.plan().exits(1).says("same network");
    workspace.environment("TF_VAR_subnet", "172.16.0.0/12");
    workspace.plan().exits(2).says("1 to add");

    let calls = emulator.calls();
    assert!(
        calls
            .iter()
            .all(|call| call.operation == "DescribeVpnGateway"),
        "planning a create asks only how many clients the gateway takes: {calls:#?}"
    );
}
