//! What a plan says beforehand: who is disconnected, and whether the pool will do for the gateway.

use std::time::Duration;

use serde_json::{Value, json};

use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY, of};
use crate::terraform::{Outcome, Workspace, in_region, server};

const DISCONNECTED: &str = "will be disconnected";
const SMALL_POOL: &str = "Fewer addresses than connections";

/// The warnings of a run with `-json` whose summary has these words.
fn warnings(outcome: &Outcome, words: &str) -> Vec<Value> {
    let mut found = outcome.diagnostics("warning");
    found.retain(|warning| {
        warning["summary"]
            .as_str()
            .unwrap_or_default()
            .contains(words)
    });
    found
}

/// The only warning of a plan whose summary has these words: the line that it points to, and its detail.
#[track_caller]
fn only_warning(outcome: &Outcome, words: &str) -> (String, String) {
    outcome.exits(2);
    let found = warnings(outcome, words);
    assert_eq!(found.len(), 1, "{outcome:?}");
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    (
        text(&found[0]["snippet"]["code"]),
        text(&found[0]["detail"]),
    )
}

#[track_caller]
fn silent(outcome: &Outcome, words: &str) {
    outcome.exits(2);
    assert!(warnings(outcome, words).is_empty(), "{outcome:?}");
}

#[test]
fn a_change_that_disconnects_clients_says_so_and_who_needs_a_new_profile() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let arguments = [
        ("name", "\"office\""),
        ("client_ip_pool", "\"10.30.0.0/24\""),
        ("local_subnets", "[\"192.168.0.0/16\"]"),
        ("protocol", "\"TCP\""),
        ("cipher", "\"AES-128-CBC\""),
        ("port", "1194"),
        ("compress", "false"),
    ];
    let configuration = |changes: &[(&str, &str)]| {
        let lines = arguments.iter().map(|(name, value)| {
            let change = changes.iter().find(|(changed, _)| changed == name);
            format!(
                "  {name} = {}\n",
                change.map_or(*value, |(_, value)| *value)
            )
        });
        server("this", &lines.collect::<String>())
    };
    workspace.write(&configuration(&[]));
    silent(&workspace.plan_events(), DISCONNECTED);
    workspace.apply().exits(0);
    let id = emulator.server_id();

    for (name, value, who) in [
        ("protocol", "\"UDP\"", "every client needs a new profile"),
        ("port", "1195", "every client needs a new profile"),
        ("compress", "true", "every client needs a new profile"),
        (
            "cipher",
            "\"AES-256-CBC\"",
            "clients older than OpenVPN 2.4 need a new profile",
        ),
        (
            "client_ip_pool",
            "\"10.40.0.0/24\"",
            "clients reconnect with their profiles",
        ),
    ] {
        workspace.write(&configuration(&[(name, value)]));
        let plan = workspace.plan_events();
        let (line, detail) = only_warning(&plan, DISCONNECTED);
        assert_eq!(line, format!("{name} = {value}"));
        assert!(detail.contains(&format!("  - {name}: {who}")), "{detail}");
        assert_eq!(detail.matches("  - ").count(), 1, "{detail}");
        let summary = warnings(&plan, DISCONNECTED)[0]["summary"].clone();
        assert_eq!(
            summary,
            format!("Clients of SSL server {id} will be disconnected")
        );
    }

    workspace.write(&configuration(&[
        ("port", "1195"),
        ("cipher", "\"none\""),
        ("protocol", "\"UDP\""),
    ]));
    let (_, detail) = only_warning(&workspace.plan_events(), DISCONNECTED);
    assert!(
        detail.contains("  - protocol, port: every client"),
        "{detail}"
    );
    assert!(detail.contains("  - cipher: clients older"), "{detail}");
    workspace.apply().exits(0).says("1 changed");
    workspace.plan().exits(0).does_not_say(DISCONNECTED);

    for (name, value) in [
        ("name", "\"annex\""),
        ("local_subnets", "[\"172.16.0.0/12\"]"),
    ] {
        workspace.write(&configuration(&[
            ("port", "1195"),
            ("cipher", "\"none\""),
            ("protocol", "\"UDP\""),
            (name, value),
        ]));
        silent(&workspace.plan_events(), DISCONNECTED);
    }
}

#[test]
fn a_pool_too_small_for_the_gateway_warns_when_the_plan_creates_the_server() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let pool = |pool: &str| server("this", &format!("  client_ip_pool = \"{pool}\""));
    workspace.write(&pool("10.30.0.0/28"));
    emulator.clear_calls();
    let (line, detail) = only_warning(&workspace.plan_events(), SMALL_POOL);
    assert_eq!(line, "client_ip_pool = \"10.30.0.0/28\"");
    assert!(
        detail.contains("serves 4 concurrent connections"),
        "{detail}"
    );
    assert!(detail.contains("takes up to 5"), "{detail}");
    assert!(detail.contains("A /27 would do"), "{detail}");
    let calls = emulator.calls();
    assert_eq!(calls.len(), 1, "{calls:#?}");
    assert_eq!(calls[0].operation, "DescribeVpnGateway");
    assert_eq!(calls[0].parameter("VpnGatewayId"), GATEWAY);
    assert_eq!(calls[0].parameter("RegionId"), "cn-hangzhou");

    workspace.write(&pool("10.30.0.0/27"));
    silent(&workspace.plan_events(), SMALL_POOL);
    emulator.edit_gateway(GATEWAY, json!({ "SslMaxConnections": 1000 }));
    let (_, detail) = only_warning(&workspace.plan_events(), SMALL_POOL);
    assert!(detail.contains("A /20 would do"), "{detail}");
    // A hint stops nobody.
    workspace.apply().exits(0).says("1 added").says(SMALL_POOL);
}

#[test]
fn a_server_that_exists_warns_about_its_pool_only_when_that_changes() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let body = |pool: &str, port: u16| {
        server(
            "this",
            &format!("  client_ip_pool = \"{pool}\"\n  port = {port}"),
        )
    };
    workspace.write(&body("10.30.0.0/28", 1194));
    workspace.apply().exits(0);
    let not_asked = |plan: &dyn Fn()| {
        let calls = emulator.calls_of(plan);
        assert!(of(&calls, "DescribeVpnGateway").is_empty(), "{calls:#?}");
    };
    not_asked(&|| {
        workspace.plan().exits(0).does_not_say(SMALL_POOL);
    });
    workspace.write(&body("10.30.0.0/28", 1195));
    not_asked(&|| silent(&workspace.plan_events(), SMALL_POOL));
    // The state knows how many connections the gateway takes.
    workspace.write(&body("10.30.0.0/29", 1194));
    not_asked(&|| {
        let (line, detail) = only_warning(&workspace.plan_events(), SMALL_POOL);
        assert_eq!(line, "client_ip_pool = \"10.30.0.0/29\"");
        assert!(detail.contains("A /27 would do"), "{detail}");
    });
    workspace.write(&body("10.31.0.0/24", 1194));
    not_asked(&|| silent(&workspace.plan_events(), SMALL_POOL));
    // A new server in the place of the first is a create.
    emulator.edit_gateway(OTHER_GATEWAY, json!({ "SslMaxConnections": 10 }));
    let moved =
        format!("  client_ip_pool = \"10.30.0.0/28\"\n  vpn_gateway_id = \"{OTHER_GATEWAY}\"");
    workspace.write(&server("this", &moved));
    let plan = workspace.plan_events();
    let (_, detail) = only_warning(&plan, SMALL_POOL);
    assert!(detail.contains("A /26 would do"), "{detail}");
    silent(&plan, DISCONNECTED);
}

#[test]
fn where_the_gateway_gives_no_answer_there_is_no_hint_and_no_error() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    let pool = "  client_ip_pool = \"10.30.0.0/29\"";
    let unknown = format!("{pool}\n  vpn_gateway_id = \"vpn-doesnotexist\"");
    workspace.write(&server("this", &unknown));
    silent(&workspace.plan_events(), SMALL_POOL);

    workspace.write(&server("this", pool));
    let fault = |fault: Value| {
        emulator.clear_faults();
        emulator.fault(fault);
        emulator.clear_calls();
        let plan = workspace.plan_events();
        silent(&plan, SMALL_POOL);
        assert!(!of(&emulator.calls(), "DescribeVpnGateway").is_empty());
        plan
    };
    fault(json!({ "operation": "DescribeVpnGateway", "code": "Forbidden.RAM", "count": 0 }));
    fault(
        json!({ "operation": "DescribeVpnGateway", "body": "<html>", "http_status": 404, "count": 0 }),
    );
    // Nobody waits long for a hint.
    fault(json!({ "operation": "DescribeVpnGateway", "delay": "60s", "count": 0 }))
        .within(Duration::from_secs(40));
    emulator.clear_faults();

    // What is known only after apply is not asked about.
    workspace.write(&format!(
        "{}{}",
        server("first", ""),
        server(
            "this",
            &format!("  vpn_gateway_id = replace(alivpn_ssl_vpn_server.first.id, \"/.*/\", \"{OTHER_GATEWAY}\")\n{pool}")
        ),
    ));
    let calls = emulator.calls_of(|| silent(&workspace.plan_events(), SMALL_POOL));
    let asked = of(&calls, "DescribeVpnGateway");
    assert!(
        asked
            .iter()
            .all(|call| call.parameter("VpnGatewayId") == GATEWAY),
        "{calls:#?}"
    );
    // The plan during apply knows it, and says so then.
    workspace.apply().exits(0).says("2 added").says(SMALL_POOL);
}

#[test]
fn a_replacement_that_nobody_asked_to_leave_its_region_says_that_it_will() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    workspace.apply().exits(0);
    let moved = "The new SSL server will be in cn-shanghai";
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    let other = format!("  vpn_gateway_id = \"{OTHER_GATEWAY}\"");
    workspace.write(&server("this", &other));
    let (_, detail) = only_warning(&workspace.plan_events(), moved);
    assert!(detail.contains("set region = \"cn-hangzhou\""), "{detail}");

    let here = server("this", &format!("{other}\n  region = \"cn-hangzhou\""));
    workspace.write(&here);
    silent(&workspace.plan_events(), "The new SSL server");
    workspace
        .apply()
        .exits(0)
        .says("1 added, 0 changed, 1 destroyed");
    assert_eq!(workspace.attributes()["region"], "cn-hangzhou");
}
