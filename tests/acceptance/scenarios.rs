//! The scenarios of `examples/emulator` do to an apply what they say; `tests/emulator/scenario.rs` sees that each one starts.

use std::fs;

use crate::emulator::{Call, Emulator, of};
use crate::terraform::{Workspace, server};

fn path(name: &str) -> String {
    format!("{}/examples/emulator/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn scenario(name: &str) -> Emulator {
    Emulator::start(&["--scenario", &path(name)])
}

#[test]
fn an_apply_does_not_mind_a_bad_day() {
    let emulator = scenario("bad-day.toml");
    let workspace = Workspace::new(&emulator);
    workspace.write(&server("this", ""));
    let calls = emulator.calls_of(|| {
        workspace.apply().exits(0).says("1 added");
    });
    assert_eq!(emulator.servers().len(), 1);
    workspace.plan().exits(0);

    // All of it went wrong, and under one ClientToken.
    let count = |operation: &str, of_kind: fn(&Call) -> bool| {
        let calls = of(&calls, operation);
        calls.into_iter().filter(|call| of_kind(call)).count()
    };
    let busy = |call: &Call| call.code.as_deref() == Some("SystemBusy");
    let throttled = |call: &Call| call.code.as_deref() == Some("Throttling.User");
    assert_eq!(count("CreateSslVpnServer", busy), 2, "{calls:#?}");
    assert_eq!(
        count("CreateSslVpnServer", |call| call.http_status == 0),
        1,
        "{calls:#?}"
    );
    assert_eq!(count("DescribeVpnGateway", throttled), 2, "{calls:#?}");
    assert_eq!(
        count("DescribeSslVpnServers", |call| call.http_status == 502),
        1,
        "{calls:#?}"
    );
    let creates = of(&calls, "CreateSslVpnServer");
    let token = creates[0].parameter("ClientToken");
    assert!(!token.is_empty(), "{calls:#?}");
    assert!(
        creates
            .iter()
            .all(|call| call.parameter("ClientToken") == token),
        "{calls:#?}"
    );
}

/// The gateways of `refusals.toml`, each with the comment right above it, which begins with the code.
fn refusals() -> Vec<(String, String)> {
    let text = fs::read_to_string(path("refusals.toml")).expect("the scenario is there");
    let parts: Vec<&str> = text.split("[[gateways]]\n").collect();
    let gateways = parts.windows(2).map(|parts| {
        let id = parts[1].lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == "id").then(|| value.trim().trim_matches('"').to_owned())
        });
        let id = id.expect("a gateway has an ID");
        let comment = parts[0].lines().next_back().unwrap_or_default();
        let comment = comment
            .strip_prefix("# ")
            .unwrap_or_else(|| panic!("no code stands above {id}"));
        (id, comment.to_owned())
    });
    gateways.collect()
}

#[test]
fn every_gateway_of_the_refusals_refuses_a_server_for_the_reason_that_stands_beside_it() {
    let emulator = scenario("refusals.toml");
    let workspace = Workspace::new(&emulator);
    let two_factors = "  enable_multi_factor_auth = true\n  idaas_instance_id = \"idaas-cn-hangzhou-p8mzouxtest\"";
    let gateways = refusals();
    assert!(gateways.len() >= 5, "{gateways:?}");
    let write = |gateway: &str, more: &str| {
        let body = format!("  vpn_gateway_id = {gateway:?}\n{more}");
        workspace.write(&server("this", &body));
    };
    let is_of_two_factors = |comment: &str| comment.contains("two-factor authentication alone");
    for (gateway, comment) in &gateways {
        let code = comment.split([' ', ':', ',']).next().unwrap_or_default();
        let more = if is_of_two_factors(comment) {
            two_factors
        } else {
            ""
        };
        write(gateway, more);
        let calls = emulator.calls_of(|| {
            workspace.apply().exits(1).says(code);
        });
        let creates = of(&calls, "CreateSslVpnServer");
        let refused = |call: &&Call| call.code.as_deref() == Some(code);
        assert!(
            !creates.is_empty() && creates.iter().all(refused),
            "{gateway} does not refuse with {code}: {creates:#?}"
        );
    }
    assert_eq!(emulator.servers().len(), 1, "the one that was there");

    // Such a gateway has nothing against a server without a second factor.
    let old = gateways.iter().find(|(_, it)| is_of_two_factors(it));
    let (old, _) = old.expect("one is too old for two factors");
    write(old, "");
    workspace.apply().exits(0);
}
