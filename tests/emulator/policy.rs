//! What callers may do when a RAM policy says so.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{AT_ONCE, Call, Emulator, GATEWAY, OTHER_GATEWAY, REGION};

/// An emulator whose callers may do what these statements say.
fn allowed(statements: &Value) -> (Emulator, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.json");
    let policy = json!({"Version": "1", "Statement": statements});
    fs::write(&path, policy.to_string()).unwrap();
    let mut arguments = AT_ONCE.to_vec();
    arguments.extend(["--policy", path.to_str().unwrap()]);
    (Emulator::start(&arguments), folder)
}

const REFUSAL: &str =
    "User not authorized to operate on the specified resource, or this API doesn't support RAM.";

#[tokio::test]
async fn a_forbidden_call_is_refused_as_the_cloud_does_and_changes_nothing() {
    let reads = json!([{"Effect": "Allow", "Action": "vpc:Describe*", "Resource": "*"}]);
    let (emulator, _folder) = allowed(&reads);
    emulator.call("DescribeSslVpnServers", &[]).await.done();
    let refused = emulator.create(&[("ClientToken", "t")]).await;
    refused.refused(403, "Forbidden.RAM", REFUSAL);
    assert_eq!(
        refused.json["AccessDeniedDetail"],
        json!({
            "AuthAction": "vpc:CreateSslVpnServer",
            "AuthPrincipalType": "SubUser",
            "NoPermissionType": "ImplicitDeny",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
        })
    );
    assert_eq!(emulator.state().await["ssl_vpn_servers"], json!([]));

    let v1 = Call::new(
        "DeleteSslVpnServer",
        &[("RegionId", REGION), ("SslVpnServerId", "vss-1")],
    );
    let refused = v1.v1(&emulator).await;
    refused.refused(403, "Forbidden.RAM", REFUSAL);
    assert_eq!(
        refused.json["AccessDeniedDetail"]["AuthAction"],
        "vpc:DeleteSslVpnServer"
    );
}

#[tokio::test]
async fn who_calls_is_asked_first_and_a_forbidden_call_meets_no_fault() {
    let nothing = json!([{"Effect": "Deny", "Action": "*", "Resource": "*"}]);
    let (emulator, _folder) = allowed(&nothing);
    emulator
        .fault(r#"{"operation":"*","code":"SystemBusy"}"#)
        .await;
    let stranger = Call {
        secret: "wrong",
        ..Call::new("DescribeRegions", &[])
    };
    let reply = stranger.v3(&emulator).await.unwrap();
    assert_eq!(reply.code(), "SignatureDoesNotMatch");
    let denied = emulator.call("DescribeRegions", &[]).await;
    assert_eq!(denied.code(), "Forbidden.RAM");
    assert_eq!(
        denied.json["AccessDeniedDetail"]["NoPermissionType"],
        "ExplicitDeny"
    );
}

#[tokio::test]
async fn a_statement_may_be_about_single_objects() {
    let one_gateway = json!([
        {"Effect": "Allow", "Action": ["vpc:DescribeSslVpnServers", "vpc:CreateSslVpnServer"], "Resource": "acs:vpc:*:*:sslvpnserver/*"},
        {"Effect": "Allow", "Action": "vpc:CreateSslVpnServer", "Resource": format!("acs:vpc:{REGION}:*:vpngateway/{GATEWAY}")},
        {"Effect": "Deny", "Action": "vpc:DescribeSslVpnServers", "Resource": "acs:vpc:cn-shanghai:*:*"},
    ]);
    let (emulator, _folder) = allowed(&one_gateway);
    let elsewhere = emulator.create(&[("VpnGatewayId", OTHER_GATEWAY)]).await;
    assert_eq!(elsewhere.code(), "Forbidden.RAM");
    let created = emulator.create(&[]).await.done();
    let listed = emulator.servers().await;
    assert_eq!(listed[0]["SslVpnServerId"], created["SslVpnServerId"]);
    let shanghai = emulator
        .call("DescribeSslVpnServers", &[("RegionId", "cn-shanghai")])
        .await;
    assert_eq!(shanghai.code(), "Forbidden.RAM");
}

#[test]
fn what_is_no_policy_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.json");
    for (text, words) in [
        (None, "cannot be read"),
        (Some("Allow everything"), "line 1 column 1"),
        (
            Some(
                r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"acs:SecureTransport":"true"}}}]}"#,
            ),
            "statement 1: the emulator does not evaluate Condition",
        ),
    ] {
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_alivpn"))
            .args(["emulator", "--listen", "127.0.0.1:0", "--policy"])
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(
            errors.contains("policy.json") && errors.contains(words),
            "{errors}"
        );
    }
}
