//! What cannot be is said so, with what to do about it, and nothing is lost.

use serde_json::{Value, json};

use super::{TYPE, applied, attributes, both, cert, labelled};
use crate::emulator::{Emulator, GATEWAY};
use crate::terraform::{Workspace, server};

#[test]
fn a_name_or_a_duration_that_cannot_be_is_an_error_at_validate() {
    let workspace = Workspace::new(&Emulator::quick());
    for (body, place, words) in [
        (
            format!("  name = \"{}\"", "n".repeat(101)),
            "name",
            "1 to 100 characters",
        ),
        ("  name = \"\"".to_owned(), "name", "1 to 100 characters"),
        (
            "  name = \"https://ann\"".to_owned(),
            "name",
            "not start with http:// or https://",
        ),
        (
            "  renew_before = \"0h\"".to_owned(),
            "renew_before",
            "a duration above zero",
        ),
        (
            "  renew_before = \"30d\"".to_owned(),
            "renew_before",
            "in hours, minutes and seconds",
        ),
        (
            "  renew_before = \"9000h\"".to_owned(),
            "renew_before",
            "at most a year",
        ),
        (
            "  ssl_vpn_server_id = \"\"".to_owned(),
            "ssl_vpn_server_id",
            "",
        ),
    ] {
        workspace.write(&both(&body));
        let faults = workspace.validate();
        assert_eq!(faults.len(), 1, "{body}: {faults:#?}");
        assert_eq!(
            faults[0]["summary"],
            format!("Invalid value for `{place}`"),
            "{faults:#?}"
        );
        let detail = faults[0]["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(words), "{detail}");
    }
}

#[test]
fn an_unknown_server_is_an_error_at_its_argument() {
    let emulator = Emulator::quick();
    let workspace = Workspace::new(&emulator);
    workspace.write(&cert("  ssl_vpn_server_id = \"vss-unknown\""));
    workspace.plan().exits(2);
    let apply = workspace.apply_events();
    apply.exits(1);
    let errors = apply.diagnostics("error");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let detail = errors[0]["detail"].as_str().unwrap_or_default();
    for words in [
        "InvalidSslVpnServerId.NotFound",
        "RequestId",
        "Region cn-hangzhou has no SSL server vss-unknown",
        "Check ssl_vpn_server_id",
    ] {
        assert!(detail.contains(words), "{words}: {detail}");
    }
    let code = errors[0]["snippet"]["code"].as_str().unwrap_or_default();
    assert!(code.contains("ssl_vpn_server_id"), "{errors:#?}");
    assert_eq!(workspace.instance_of(TYPE, "this"), Value::Null);
}

#[test]
fn a_quota_that_is_used_up_is_named_with_where_it_is_raised_and_what_is_made_is_kept() {
    let emulator = Emulator::start(&["--converge", "0.2s", "--quota", "certificates=2"]);
    let workspace = Workspace::new(&emulator);
    let certs: String = (0..3)
        .map(|number| labelled(&format!("c{number}"), ""))
        .collect();
    workspace.write(&format!("{}\n{certs}", server("this", "")));
    workspace
        .apply()
        .exits(1)
        .says("CreateSslCertsQuotaFull.QuotaFull")
        .says("all the SSL client certificates that its quota allows")
        .says("Quota Center")
        .says("product VPN Gateway")
        .says("RequestId");
    assert_eq!(emulator.certificates().len(), 2);
    let kept = ["c0", "c1", "c2"]
        .iter()
        .filter(|name| workspace.instance_of(TYPE, name) != Value::Null)
        .count();
    assert_eq!(kept, 2);
    workspace.destroy().exits(0);
    assert!(emulator.certificates().is_empty());

    emulator.fault(json!({"operation": "CreateSslVpnClientCert", "code": "SslVpnClientCreateTimes.ReachLimits", "http_status": 400}));
    workspace.write(&both(""));
    workspace
        .apply()
        .exits(1)
        .says("as its quota of creations allows")
        .says("Quota Center");
}

#[test]
fn a_gateway_that_is_locked_for_payment_is_said_at_the_server() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    emulator.edit_gateway(GATEWAY, json!({"BusinessStatus": "FinancialLocked"}));
    workspace.write(&both("  name = \"bob\""));
    workspace
        .apply()
        .exits(1)
        .says("VpnGateway.FinancialLocked")
        .says("Settle the overdue payment");
    assert_eq!(attributes(&workspace)["name"], "ann");
}

#[test]
fn a_forbidden_read_leaves_the_certificate_in_the_state() {
    let emulator = Emulator::quick();
    let workspace = applied(&emulator, "  name = \"ann\"");
    let state = workspace.state();
    emulator.fault(json!({
        "operation": "DescribeSslVpnClientCerts", "count": 0, "http_status": 403, "code": "Forbidden.RAM", "message": "No."
    }));
    workspace
        .plan()
        .exits(1)
        .says("Cannot read client certificate")
        .says("vpc:DescribeSslVpnClientCerts")
        .says("RequestId");
    assert_eq!(workspace.state(), state);
}
