//! What is read, and what each mistake is told.

use std::time::Duration;

use super::*;
use crate::emulator::ssl_vpn_client_cert::CertStatus;
use crate::emulator::ssl_vpn_server::Proto;
use crate::emulator::vpn_gateway::BusinessStatus;

const NOW: u64 = 1_764_000_000_000;

fn read(text: &str) -> Result<Scenario, ScenarioError> {
    Scenario::read(text, "cn-hangzhou", NOW)
}

const OFFICE: &str = r#"
[timings]
converge = "3s"

[[gateways]]
id = "vpn-office"
name = "office"
business_status = "FinancialLocked"
ssl_max_connections = 50
create_time = 2019-06-01T08:00:00Z
tags = { team = "net" }

[[servers]]
id = "vss-office"
vpn_gateway_id = "vpn-office"
client_ip_pool = "10.30.30.0/24"
local_subnets = ["192.168.0.0/16", "10.20.0.0/16"]
protocol = "UDP"
port = 1195

[[certificates]]
id = "vsc-ann"
ssl_vpn_server_id = "vss-office"
name = "ann"

[[certificates]]
id = "vsc-bob"
ssl_vpn_server_id = "vss-office"
ends_in = "48h"

[[certificates]]
id = "vsc-eve"
ssl_vpn_server_id = "vss-office"
ends_in = "0s"

[[faults]]
operation = "CreateSslVpnClientCert"
code = "SystemBusy"
count = 2
"#;

#[test]
fn a_scenario_has_what_is_written_and_the_usual_otherwise() {
    let scenario = read(OFFICE).unwrap();
    let timing = scenario.timing(Timing::default());
    assert_eq!(timing.converge, Duration::from_secs(3));
    assert_eq!(timing.status_lag, Timing::default().status_lag);
    let gateway = &scenario.gateways[0];
    assert_eq!(gateway.business_status, BusinessStatus::FinancialLocked);
    assert_eq!(
        (gateway.vpc_id.as_str(), gateway.ssl_max_connections),
        ("vpc-office", 50)
    );
    assert_eq!(gateway.create_time, 1_559_376_000_000);
    assert_eq!(gateway.tags.tag[0].value, "net");
    let server = &scenario.servers[0];
    assert_eq!(server.local_subnet, "192.168.0.0/16,10.20.0.0/16");
    assert_eq!(
        (server.proto, server.port, server.max_connections),
        (Proto::Udp, 1195, 50)
    );
    let status: Vec<CertStatus> = scenario
        .certificates
        .iter()
        .map(|certificate| certificate.status(NOW))
        .collect();
    assert_eq!(
        status,
        [
            CertStatus::Normal,
            CertStatus::ExpiringSoon,
            CertStatus::Expired
        ]
    );
    assert_eq!(scenario.faults[0].count, 2);
}

#[test]
fn an_empty_scenario_has_the_three_gateways() {
    let scenario = read("").unwrap();
    assert_eq!(scenario.gateways.len(), 3);
    assert_eq!(scenario.timing(Timing::default()), Timing::default());
}

#[test]
fn a_mistake_names_its_line_its_key_and_what_is_allowed() {
    for (old, new, line, words) in [
        (
            "converge = ",
            "convergence = ",
            3,
            &["timings: unknown key `convergence`", "`converge`"][..],
        ),
        (
            "\"3s\"",
            "\"soon\"",
            3,
            &["timings.converge: `soon` is no duration", "500ms"],
        ),
        (
            "[timings]",
            "[timing]",
            2,
            &["unknown key `timing`", "`timings`", "`faults`"],
        ),
        (
            "= \"FinancialLocked\"",
            "= \"Locked\"",
            8,
            &[
                "gateways.business_status: `Locked` is no such word",
                "`Normal`",
            ],
        ),
        (
            "= 50",
            "= \"many\"",
            9,
            &[
                "gateways.ssl_max_connections: \"many\" does not fit",
                "whole number from 0",
            ],
        ),
        (
            "= 50",
            "= -1",
            9,
            &[
                "gateways.ssl_max_connections: -1 does not fit",
                "whole number from 0",
            ],
        ),
        (
            "= 1195",
            "= \"1195\"",
            19,
            &["servers.port: \"1195\" does not fit", "a whole number"],
        ),
        (
            "[\"192.168.0.0/16\", \"10.20.0.0/16\"]",
            "\"192.168.0.0/16\"",
            17,
            &[
                "servers.local_subnets: \"192.168.0.0/16\" does not fit",
                "a list in brackets",
            ],
        ),
        (
            "[\"192.168.0.0/16\", \"10.20.0.0/16\"]",
            "[7]",
            17,
            &["servers.local_subnets: 7 does not fit", "a text in quotes"],
        ),
        (
            "[\"192.168.0.0/16\", \"10.20.0.0/16\"]",
            "[]",
            17,
            &["servers.local_subnets: the API refuses [] (Spec"],
        ),
        (
            "name = \"ann\"",
            "name = \"\"",
            24,
            &["certificates.name: the API refuses \"\" ("],
        ),
        (
            "{ team = \"net\" }",
            "\"net\"",
            11,
            &["gateways.tags: \"net\" does not fit", "a table"],
        ),
        (
            "{ team = \"net\" }",
            "{ team = true }",
            11,
            &["gateways.tags.team: true does not fit", "a text in quotes"],
        ),
        (
            "count = 2",
            "count = 2.5",
            39,
            &["faults.count: 2.5 does not fit", "a whole number from 0"],
        ),
        (
            "id = \"vpn-office\"\nname",
            "id = \"office\"\nname",
            6,
            &["gateways.id", "office", "vpn-"],
        ),
        (
            "2019-06-01T08:00:00Z",
            "2019-06-01",
            10,
            &["gateways.create_time", "2019-06-01T08:00:00Z"],
        ),
        (
            "= \"10.30.30.0/24\"",
            "= \"10.30.30.0/8\"",
            16,
            &["servers.client_ip_pool", "10.30.30.0/8", "/16 to /29"],
        ),
        (
            "= \"10.30.30.0/24\"",
            "= \"10.20.30.0/24\"",
            16,
            &["servers.client_ip_pool", "conflict with local"],
        ),
        (
            "\"10.20.0.0/16\"",
            "\"127.0.0.0/8\"",
            17,
            &["servers.local_subnets", "127.0.0.0/8", "one to five"],
        ),
        (
            "\"UDP\"",
            "\"udp\"",
            18,
            &["servers.protocol: `udp` is no such word", "`TCP`"],
        ),
        ("1195", "22", 19, &["servers.port", "22", "1 to 65535"]),
        (
            "1195",
            "70000",
            19,
            &["servers.port", "70000", "1 to 65535"],
        ),
        (
            "vpn_gateway_id = \"vpn-office\"",
            "vpn_gateway_id = \"vpn-other\"",
            15,
            &["servers.vpn_gateway_id", "vpn-other", "vpn-office"],
        ),
        (
            "name = \"ann\"",
            "name = \"http://ann\"",
            24,
            &["certificates.name", "http://ann", "1 to 100"],
        ),
        (
            "name = \"ann\"",
            "nam = \"ann\"",
            24,
            &["certificates: unknown key `nam`", "`ends_in`"],
        ),
        (
            "id = \"vsc-bob\"",
            "id = \"vsc-ann\"",
            27,
            &["certificates.id", "vsc-ann", "already"],
        ),
        (
            "ssl_vpn_server_id = \"vss-office\"\nname",
            "ssl_vpn_server_id = \"vss-x\"\nname",
            23,
            &["certificates.ssl_vpn_server_id", "vss-x", "vss-office"],
        ),
        (
            "\"CreateSslVpnClientCert\"",
            "\"Create\"",
            36,
            &["faults", "ModifySslVpnServer"],
        ),
        (
            "code = \"SystemBusy\"",
            "cod = \"SystemBusy\"",
            38,
            &["faults: unknown key `cod`", "`code`"],
        ),
        ("count = 2", "count = ", 39, &["count"]),
    ] {
        assert!(OFFICE.contains(old), "{old}");
        let error = read(&OFFICE.replacen(old, new, 1)).unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.line, line, "{shown}");
        for word in words {
            assert!(shown.contains(word), "{word}: {shown}");
        }
    }
}

#[test]
fn a_gateway_takes_one_server_and_a_vpc_no_pool_twice() {
    let second = r#"
[[servers]]
id = "vss-2"
vpn_gateway_id = "vpn-office"
client_ip_pool = "10.30.30.0/24"
local_subnets = ["192.168.0.0/16"]
"#;
    let error = read(&format!("{OFFICE}{second}")).unwrap_err().to_string();
    assert!(error.contains("has an SSL server already"), "{error}");
    let neighbour = "[[gateways]]\nid = \"vpn-2\"\nvpc_id = \"vpc-office\"\n";
    let second = second.replace("\"vpn-office\"", "\"vpn-2\"");
    let error = read(&format!("{OFFICE}{neighbour}{second}"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("other SSL VPN server in the same VPC"),
        "{error}"
    );
}

#[test]
fn what_is_missing_is_named() {
    let error = read("[[servers]]\nid = \"vss-1\"\n").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("servers: the key `vpn_gateway_id` is missing"),
        "{error}"
    );
    let alone = "[[certificates]]\nid = \"vsc-1\"\nssl_vpn_server_id = \"vss-1\"\n";
    let error = read(alone).unwrap_err();
    assert!(error.to_string().contains("which has none"), "{error}");
}
