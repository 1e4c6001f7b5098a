//! Different gateways do not wait for each other.

use std::time::Duration;

use crate::emulator::{Emulator, OTHER_GATEWAY, of};
use crate::terraform::{Workspace, server};

#[test]
fn two_servers_on_two_gateways_take_the_time_of_one() {
    let emulator = Emulator::start(&[
        "--converge",
        "6s",
        "--status-lag",
        "0.3s",
        "--describe-lag",
        "0.3s",
    ]);
    let workspace = Workspace::new(&emulator);
    let configuration = |port: u16| {
        [
            server("this", &format!("  port = {port}")),
            server("that", &format!("  vpn_gateway_id = {OTHER_GATEWAY:?}\n  client_ip_pool = \"10.40.0.0/24\"\n  port = {port}")),
        ]
        .concat()
    };
    for (operation, port) in [("CreateSslVpnServer", 1194), ("ModifySslVpnServer", 1195)] {
        workspace.write(&configuration(port));
        let mut outcome = None;
        let calls = emulator.calls_of(|| outcome = Some(workspace.apply()));
        // Twice six seconds would be what one after the other takes.
        outcome
            .expect("it ran")
            .exits(0)
            .within(Duration::from_secs(11));
        let accepted = of(&calls, operation);
        assert_eq!(accepted.len(), 2, "{calls:#?}");
        assert!(
            accepted[1].at_ms - accepted[0].at_ms < 3_000,
            "the second change waited for the first: {calls:#?}"
        );
    }
    assert_eq!(emulator.servers().len(), 2);
    workspace.plan().exits(0);
}
