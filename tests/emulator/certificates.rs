//! The life of a client certificate, real X.509 included.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{AT_ONCE, Call, Emulator, GATEWAY, OTHER_GATEWAY, REGION};

const DAY_MS: u64 = 24 * 3_600_000;
const TOKEN: (&str, &str) = ("ClientToken", "02fb3da4-130e-11e9-8e44-0016e04115b");

fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

async fn described(emulator: &Emulator, id: &str) -> Value {
    emulator
        .call("DescribeSslVpnClientCert", &[("SslVpnClientCertId", id)])
        .await
        .done()
}

/// What `openssl` prints, and whether it is content.
fn openssl(folder: &tempfile::TempDir, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap_or_else(|error| panic!("openssl is not on PATH: {error}"));
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

/// The files that people download.
fn save(certificate: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, attribute) in [
        ("ca.crt", "CaCert"),
        ("client.crt", "ClientCert"),
        ("client.key", "ClientKey"),
    ] {
        let text = certificate[attribute].as_str().unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_new_certificate_is_normal_at_once_and_holds_for_three_years() {
    let emulator = Emulator::start(&["--converge", "0s", "--describe-lag", "30s"]);
    emulator.create(&[]).await.done();
    let state = emulator.state().await;
    let server = state["ssl_vpn_servers"][0]["SslVpnServerId"]
        .as_str()
        .unwrap();
    let created = emulator
        .call(
            "CreateSslVpnClientCert",
            &[("SslVpnServerId", server), ("Name", "ann")],
        )
        .await
        .done();
    let id = created["SslVpnClientCertId"].as_str().unwrap();
    assert!(id.starts_with("vsc-bp1") && id.len() == 25, "{id}");
    assert_eq!(created["Name"], "ann");
    assert_eq!(emulator.status(GATEWAY).await, "active");

    let certificate = described(&emulator, id).await;
    for (name, value) in [
        ("SslVpnClientCertId", id),
        ("SslVpnServerId", server),
        ("RegionId", REGION),
        ("Name", "ann"),
        ("Status", "normal"),
        ("ResourceGroupId", "rg-acfmemulator0001"),
    ] {
        assert_eq!(certificate[name], value, "{name}");
    }
    let time = |name: &str| certificate[name].as_u64().unwrap();
    assert_eq!(time("EndTime") - time("CreateTime"), 3 * 365 * DAY_MS);
    assert!(unix_ms() - time("CreateTime") < 60_000);
    let config = certificate["ClientConfig"].as_str().unwrap();
    assert!(config.starts_with("client\ndev tun\nproto tcp\nremote 203.0.113."));
    assert!(config.contains(&format!("\nca ca.crt\ncert {id}.crt\nkey {id}.key\n")));
}

#[tokio::test]
async fn openssl_accepts_a_certificate_under_its_own_servers_authority_only() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let other_server = emulator.created(&[("VpnGatewayId", OTHER_GATEWAY)]).await;
    let id = emulator.certified(&server, &[]).await;
    let other = emulator.certified(&other_server, &[]).await;
    let second = emulator.certified(&server, &[]).await;
    let certificate = described(&emulator, &id).await;
    assert_eq!(
        certificate["CaCert"],
        described(&emulator, &second).await["CaCert"]
    );

    let folder = save(&certificate);
    let verify = [
        "verify",
        "-purpose",
        "sslclient",
        "-CAfile",
        "ca.crt",
        "client.crt",
    ];
    let (accepted, said) = openssl(&folder, &verify);
    assert!(accepted, "{said}");
    let (_, subject) = openssl(
        &folder,
        &[
            "x509",
            "-in",
            "client.crt",
            "-noout",
            "-subject",
            "-enddate",
        ],
    );
    assert!(subject.contains(&id), "{subject}");
    let (_, of_key) = openssl(&folder, &["pkey", "-in", "client.key", "-pubout"]);
    let (_, of_certificate) = openssl(&folder, &["x509", "-in", "client.crt", "-pubkey", "-noout"]);
    assert_eq!(of_key, of_certificate, "the key is the certificate's");

    let foreign = described(&emulator, &other).await["CaCert"].clone();
    std::fs::write(folder.path().join("ca.crt"), foreign.as_str().unwrap()).unwrap();
    assert!(!openssl(&folder, &verify).0);
}

#[tokio::test]
async fn the_configuration_is_the_servers_as_it_is_now() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let before = described(&emulator, &id).await;
    emulator
        .call(
            "ModifySslVpnServer",
            &[
                ("SslVpnServerId", &server),
                ("Proto", "UDP"),
                ("Port", "1195"),
                ("Compress", "true"),
            ],
        )
        .await
        .done();
    let after = described(&emulator, &id).await;
    let config = after["ClientConfig"].as_str().unwrap();
    for line in ["proto udp", "comp-lzo"] {
        assert!(config.lines().any(|other| other == line), "{config}");
    }
    assert!(config.contains(" 1195\n"), "{config}");
    for same in ["CaCert", "ClientCert", "ClientKey"] {
        assert_eq!(before[same], after[same], "{same}");
    }
}

#[tokio::test]
async fn lists_filter_and_page_and_hold_no_key_material() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let other_server = emulator.created(&[("VpnGatewayId", OTHER_GATEWAY)]).await;
    let mut ids = Vec::new();
    for name in ["ann", "bob", "cid"] {
        ids.push(emulator.certified(&server, &[("Name", name)]).await);
    }
    ids.push(emulator.certified(&other_server, &[("Name", "ann")]).await);

    let all = emulator.certificates(&[]).await;
    assert_eq!(all.len(), 4);
    let text = serde_json::to_string(&all).unwrap();
    assert!(!text.contains("BEGIN") && !text.contains("ClientConfig"));
    for (parameters, count) in [
        (&[("SslVpnServerId", server.as_str())][..], 3),
        (&[("Name", "ann")], 2),
        (&[("Name", "ann"), ("SslVpnServerId", &other_server)], 1),
        (&[("SslVpnClientCertId", ids[1].as_str())], 1),
        (&[("SslVpnClientCertId", "vsc-none")], 0),
        (&[("ResourceGroupId", "rg-acfmemulator0001")], 4),
        (&[("ResourceGroupId", "rg-none")], 0),
        (&[("PageSize", "3"), ("PageNumber", "2")], 1),
        (&[("RegionId", "cn-beijing")], 0),
    ] {
        let found = emulator.certificates(parameters).await;
        assert_eq!(found.len(), count, "{parameters:?}");
    }
    let page = emulator
        .call("DescribeSslVpnClientCerts", &[("PageSize", "3")])
        .await
        .done();
    assert_eq!(
        (&page["TotalCount"], &page["PageNumber"], &page["PageSize"]),
        (&4.into(), &1.into(), &3.into())
    );
}

#[tokio::test]
async fn a_rename_is_seen_at_once() {
    let emulator = Emulator::start(&["--converge", "0s", "--converge-certs", "30s"]);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let modified = emulator
        .call(
            "ModifySslVpnClientCert",
            &[("SslVpnClientCertId", &id), ("Name", "ann")],
        )
        .await
        .done();
    assert_eq!(modified["Name"], "ann");
    assert_eq!(described(&emulator, &id).await["Name"], "ann");
    assert_eq!(emulator.status(GATEWAY).await, "active");
}

#[tokio::test]
async fn a_delete_keeps_the_gateway_busy_and_refuses_every_other_change() {
    let emulator = Emulator::start(&[
        "--converge",
        "0s",
        "--status-lag",
        "0s",
        "--converge-certs",
        "30s",
    ]);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let other = emulator.certified(&server, &[]).await;
    emulator
        .call("DeleteSslVpnClientCert", &[("SslVpnClientCertId", &id)])
        .await
        .done();
    assert_eq!(emulator.status(GATEWAY).await, "updating");
    for (operation, parameters) in [
        (
            "DeleteSslVpnClientCert",
            &[("SslVpnClientCertId", other.as_str())][..],
        ),
        (
            "ModifySslVpnClientCert",
            &[("SslVpnClientCertId", other.as_str()), ("Name", "n")],
        ),
        (
            "CreateSslVpnClientCert",
            &[("SslVpnServerId", server.as_str())],
        ),
        ("DeleteSslVpnServer", &[("SslVpnServerId", server.as_str())]),
    ] {
        emulator.call(operation, parameters).await.refused(
            400,
            "VpnGateway.Configuring",
            "The specified service is configuring.",
        );
    }
}

#[tokio::test]
async fn a_deleted_certificate_is_gone_when_its_gateway_is_active_again() {
    let emulator = Emulator::start(&["--converge", "0s", "--converge-certs", "0.4s"]);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let certificate = [("SslVpnClientCertId", id.as_str())];
    emulator
        .call("DeleteSslVpnClientCert", &certificate)
        .await
        .done();
    assert_eq!(emulator.state().await["ssl_vpn_client_certs"], json!([]));
    emulator.until_idle(GATEWAY).await;
    assert!(emulator.certificates(&[]).await.is_empty());
    for operation in ["DescribeSslVpnClientCert", "DeleteSslVpnClientCert"] {
        emulator.call(operation, &certificate).await.refused(
            404,
            "InvalidSslVpnClientCertId.NotFound",
            "The specified SSL VPN client certificate id does not exist.",
        );
    }
}

#[tokio::test]
async fn a_deleted_server_takes_its_certificates_with_it() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    emulator.certified(&server, &[]).await;
    emulator
        .call("DeleteSslVpnServer", &[("SslVpnServerId", &server)])
        .await
        .done();
    assert!(emulator.certificates(&[]).await.is_empty());
    assert_eq!(emulator.state().await["ssl_vpn_client_certs"], json!([]));
}

#[tokio::test]
async fn one_client_token_makes_one_certificate_and_one_end() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[TOKEN]).await;
    assert_eq!(emulator.certified(&server, &[TOKEN]).await, id);
    assert_eq!(emulator.certificates(&[]).await.len(), 1);
    let mismatch = emulator
        .call(
            "CreateSslVpnClientCert",
            &[("SslVpnServerId", &server), ("Name", "n"), TOKEN],
        )
        .await;
    assert_eq!(mismatch.code(), "IdempotentParameterMismatch");
    for _ in 0..2 {
        emulator
            .call(
                "DeleteSslVpnClientCert",
                &[("SslVpnClientCertId", &id), TOKEN],
            )
            .await
            .done();
    }
}

#[tokio::test]
async fn a_reset_after_the_effect_and_the_same_token_again_make_one_certificate() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    emulator
        .fault(r#"{"operation":"CreateSslVpnClientCert","reset":"after"}"#)
        .await;
    let parameters = [("SslVpnServerId", server.as_str()), TOKEN];
    let broken = emulator
        .try_call("CreateSslVpnClientCert", &parameters)
        .await;
    assert!(broken.is_err());
    let id = emulator.certified(&server, &[TOKEN]).await;
    let all = emulator.certificates(&[]).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["SslVpnClientCertId"], id);
}

#[tokio::test]
async fn wrong_parameters_are_refused_by_name() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let long = "a".repeat(101);
    let (server, id) = (server.as_str(), id.as_str());
    for (operation, parameters, status, code) in [
        ("CreateSslVpnClientCert", &[][..], 400, "MissingParameter"),
        (
            "CreateSslVpnClientCert",
            &[("SslVpnServerId", "vss-none")],
            404,
            "InvalidSslVpnServerId.NotFound",
        ),
        (
            "CreateSslVpnClientCert",
            &[("SslVpnServerId", server), ("Name", &long)],
            400,
            "InvalidName",
        ),
        (
            "CreateSslVpnClientCert",
            &[("SslVpnServerId", server), ("RegionId", "cn-beijing")],
            404,
            "InvalidSslVpnServerId.NotFound",
        ),
        (
            "ModifySslVpnClientCert",
            &[("SslVpnClientCertId", id)],
            400,
            "MissingParameter",
        ),
        (
            "ModifySslVpnClientCert",
            &[("SslVpnClientCertId", id), ("Name", "http://x")],
            400,
            "InvalidName",
        ),
        (
            "ModifySslVpnClientCert",
            &[("SslVpnClientCertId", "vsc-none"), ("Name", "n")],
            404,
            "InvalidSslVpnClientCertId.NotFound",
        ),
        ("DeleteSslVpnClientCert", &[], 400, "MissingParameter"),
        ("DescribeSslVpnClientCert", &[], 400, "MissingParameter"),
        (
            "DescribeSslVpnClientCert",
            &[("SslVpnClientCertId", id), ("RegionId", "cn-beijing")],
            404,
            "InvalidSslVpnClientCertId.NotFound",
        ),
        (
            "DescribeSslVpnClientCerts",
            &[("PageSize", "51")],
            400,
            "InvalidParameter",
        ),
    ] {
        let refused = emulator.call(operation, parameters).await;
        assert_eq!(
            (refused.status, refused.code()),
            (status, code),
            "{operation} {parameters:?}"
        );
    }
}

#[tokio::test]
async fn a_locked_gateway_wants_to_be_paid() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    emulator
        .control(
            Method::PATCH,
            &format!("vpn-gateways/{GATEWAY}"),
            r#"{"BusinessStatus":"FinancialLocked"}"#,
        )
        .await
        .done();
    for (operation, parameter) in [
        (
            "CreateSslVpnClientCert",
            ("SslVpnServerId", server.as_str()),
        ),
        (
            "DeleteSslVpnClientCert",
            ("SslVpnClientCertId", id.as_str()),
        ),
    ] {
        let refused = emulator.call(operation, &[parameter]).await;
        assert_eq!(refused.code(), "VpnGateway.FinancialLocked", "{operation}");
    }
}

#[tokio::test]
async fn the_end_can_be_set_and_the_status_follows_the_clock() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let path = format!("ssl-vpn-client-certs/{id}");
    for (end, status) in [
        (unix_ms() + 6 * DAY_MS, "expiring-soon"),
        (unix_ms() - 1, "expired"),
        (unix_ms() + 8 * DAY_MS, "normal"),
    ] {
        let edit = json!({"EndTime": end, "Name": "edited"}).to_string();
        let edited = emulator.control(Method::PATCH, &path, &edit).await.done();
        assert_eq!(edited["Status"], status);
        let listed = &emulator.certificates(&[]).await[0];
        assert_eq!(
            (&listed["Status"], &listed["EndTime"]),
            (&status.into(), &end.into())
        );
        assert_eq!(described(&emulator, &id).await["Status"], status);
    }
}

#[tokio::test]
async fn certificates_can_be_made_and_removed_behind_the_apis_back() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let (create_time, end_time) = (
        unix_ms() / 1000 * 1000 - 2 * DAY_MS,
        unix_ms() / 1000 * 1000 - DAY_MS,
    );
    let wanted = json!({
        "SslVpnServerId": server, "SslVpnClientCertId": "vsc-old", "Name": "old", "CreateTime": create_time, "EndTime": end_time
    })
    .to_string();
    let made = emulator
        .control(Method::POST, "ssl-vpn-client-certs", &wanted)
        .await;
    assert_eq!((made.status, made.text("Status")), (201, "expired"));
    let again = emulator
        .control(Method::POST, "ssl-vpn-client-certs", &wanted)
        .await;
    assert_eq!(again.status, 409, "{}", again.text);

    let whole = emulator
        .control(Method::GET, "ssl-vpn-client-certs/vsc-old", "")
        .await
        .done();
    let answered = described(&emulator, "vsc-old").await;
    assert_eq!(whole["ClientKey"], answered["ClientKey"]);
    let folder = save(&answered);
    let (accepted, said) = openssl(&folder, &["verify", "-CAfile", "ca.crt", "client.crt"]);
    assert!(!accepted && said.contains("expired"), "{said}");

    let state = emulator.state().await;
    assert_eq!(
        state["ssl_vpn_client_certs"][0]["SslVpnClientCertId"],
        "vsc-old"
    );
    assert!(!state.to_string().contains("BEGIN"));
    let removed = emulator
        .control(Method::DELETE, "ssl-vpn-client-certs/vsc-old", "")
        .await;
    assert_eq!(removed.status, 204);
    assert!(emulator.certificates(&[]).await.is_empty());
}

#[tokio::test]
async fn a_mistake_behind_the_apis_back_is_explained_and_changes_nothing() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let path = format!("ssl-vpn-client-certs/{id}");
    let before = emulator.certificates(&[]).await;
    let far = format!(r#"{{"SslVpnServerId":"{server}","EndTime":18446744073709551615}}"#);
    for (method, path, body, status) in [
        (Method::PATCH, path.as_str(), r#"{"Nam":"x"}"#, 400),
        (Method::PATCH, &path, r#"{"ClientKey":"x"}"#, 400),
        (Method::PATCH, &path, r#"{"SslVpnServerId":"vss-2"}"#, 400),
        (
            Method::PATCH,
            &path,
            r#"{"SslVpnClientCertId":"vsc-2"}"#,
            400,
        ),
        (Method::PATCH, "ssl-vpn-client-certs/vsc-none", "{}", 404),
        (Method::GET, "ssl-vpn-client-certs/vsc-none", "", 404),
        (Method::DELETE, "ssl-vpn-client-certs/vsc-none", "", 404),
        (Method::POST, "ssl-vpn-client-certs", "{}", 400),
        (
            Method::POST,
            "ssl-vpn-client-certs",
            r#"{"SslVpnServerId":"vss-none"}"#,
            404,
        ),
        (Method::POST, "ssl-vpn-client-certs", &far, 400),
    ] {
        let refused = emulator.control(method, path, body).await;
        assert_eq!(refused.status, status, "{path} {body}");
        assert!(!refused.text("error").is_empty(), "{path} {body}");
    }
    assert_eq!(emulator.certificates(&[]).await, before);
}

#[tokio::test]
async fn both_signature_versions_get_their_certificate() {
    let emulator = Emulator::start(AT_ONCE);
    let server = emulator.created(&[]).await;
    let id = emulator.certified(&server, &[]).await;
    let parameters = [("RegionId", REGION), ("SslVpnClientCertId", id.as_str())];
    let v1 = Call::new("DescribeSslVpnClientCert", &parameters)
        .v1(&emulator)
        .await
        .done();
    assert_eq!(
        v1["ClientKey"],
        described(&emulator, &id).await["ClientKey"]
    );
}
