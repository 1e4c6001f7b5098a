//! The scenarios of `examples/emulator` do to an apply what they say; `tests/emulator/scenario.rs` sees that each one starts.

use crate::emulator::{Call, Emulator, of};
use crate::terraform::{Workspace, server};

fn scenario(name: &str) -> Emulator {
    let path = format!("{}/examples/emulator/{name}", env!("CARGO_MANIFEST_DIR"));
    Emulator::start(&["--scenario", &path])
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

#[test]
fn every_gateway_of_the_refusals_refuses_a_server_for_the_reason_that_stands_beside_it() {
    let emulator = scenario("refusals.toml");
    let workspace = Workspace::new(&emulator);
    let two_factors = "  enable_multi_factor_auth = true\n  idaas_instance_id = \"idaas-cn-hangzhou-p8mzouxtest\"";
    for (gateway, code, more) in [
        ("vpn-bp1unpaid0001", "VpnGateway.FinancialLocked", ""),
        ("vpn-bp1nossl0001", "VpnGateway.SslVpnDisabled", ""),
        ("vpn-bp1enhanced0001", "VpnGateway.SslVpnDisabled", ""),
        (
            "vpn-bp1old0001",
            "OperationUnsupported.NotSupportMultiFactorAuth",
            two_factors,
        ),
        ("vpn-bp1taken0001", "Resource.QuotaFull", ""),
    ] {
        let body = format!("  vpn_gateway_id = {gateway:?}\n{more}");
        workspace.write(&server("this", &body));
        workspace.apply().exits(1).says(code).says(gateway);
    }
    assert_eq!(emulator.servers().len(), 1, "the one that was there");

    // The old one has nothing against a server without a second factor.
    workspace.write(&server("this", "  vpn_gateway_id = \"vpn-bp1old0001\""));
    workspace.apply().exits(0);
}
