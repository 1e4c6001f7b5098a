//! A real OpenVPN client takes the profile, and OpenSSL the certificate.
//!
//! OpenVPN reads the whole profile, certificates and key before it connects, and needs neither a network nor privileges for that: the
//! profile's server is on loopback, and the device is none.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::both;
use crate::emulator::{Emulator, GATEWAY};
use crate::terraform::{Workspace, server};

/// What OpenVPN says of a profile until it begins to connect; whether it came so far.
fn read_by_openvpn(profile: &Path) -> (bool, Vec<String>) {
    let mut client = Command::new(openvpn())
        .args(["--dev", "null", "--connect-retry-max", "1", "--config"])
        .arg(profile)
        // The profile's own would print every setting.
        .args(["--verb", "3"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("these tests run the real OpenVPN client: install openvpn ({error})")
        });
    let output = BufReader::new(client.stdout.take().expect("a pipe"));
    let mut said = Vec::new();
    let mut connects = false;
    for line in output.lines().map_while(Result::ok) {
        connects = line.contains("Attempting to establish TCP connection")
            || line.contains("UDPv4 link remote");
        said.push(line);
        if connects {
            break;
        }
    }
    let _ = client.kill();
    let _ = client.wait();
    (connects, said)
}

/// Debian keeps it where only administrators look.
fn openvpn() -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|folder| folder.join("openvpn"))
        .find(|path| path.is_file())
        .unwrap_or_else(|| "openvpn".into())
}

/// The certificate of an emulator whose servers are on loopback, as the data source gives it, and its folder.
fn with_profile(arguments: &str) -> (tempfile::TempDir, Value) {
    let emulator = Emulator::quick();
    emulator.edit_gateway(GATEWAY, json!({"InternetIp": "127.0.0.1"}));
    let workspace = Workspace::new(&emulator);
    let data = r#"
data "alivpn_ssl_vpn_client_cert" "this" {
  id                  = alivpn_ssl_vpn_client_cert.this.id
  include_private_key = true
}
"#;
    let server_and_cert =
        both("  name = \"ann\"").replace(&server("this", ""), &server("this", arguments));
    workspace.write(&format!("{server_and_cert}\n{data}"));
    workspace.apply().exits(0);
    let shown = workspace.instance_of("alivpn_ssl_vpn_client_cert", "this");
    let folder = tempfile::tempdir().expect("a folder");
    let cert = data_source(&workspace);
    assert_eq!(cert["client_cert"], shown["attributes"]["client_cert"]);
    for (file, attribute) in [
        ("profile.ovpn", "profile"),
        ("ca.crt", "ca_cert"),
        ("client.crt", "client_cert"),
        ("client.key", "client_key"),
    ] {
        let text = cert[attribute].as_str().expect("a text");
        fs::write(folder.path().join(file), text).expect("it is written");
    }
    (folder, cert)
}

fn data_source(workspace: &Workspace) -> Value {
    let state: Value = serde_json::from_str(&workspace.state()).expect("a state is JSON");
    let resources = state["resources"].as_array().expect("resources").clone();
    let data = resources
        .into_iter()
        .find(|resource| resource["mode"] == "data");
    data.expect("the data source")["instances"][0]["attributes"].clone()
}

/// The lines in which OpenVPN complains of the profile of such a server, which it takes all the same.
#[track_caller]
fn complaints(arguments: &str) -> Vec<String> {
    let (folder, _) = with_profile(arguments);
    let (connects, mut said) = read_by_openvpn(&folder.path().join("profile.ovpn"));
    assert!(connects, "{arguments}: {said:#?}");
    said.retain(|line| {
        let line = line.to_ascii_lowercase();
        [
            "warning",
            "error",
            "deprecated",
            "cannot",
            "unrecognized",
            "reconsider",
        ]
        .iter()
        .any(|word| line.contains(word))
    });
    said
}

#[test]
fn openvpn_takes_the_profile_without_complaint() {
    for arguments in [
        "  port = 1194",
        "  port = 11194\n  protocol = \"UDP\"\n  cipher = \"AES-256-CBC\"",
        "  port = 11194\n  protocol = \"UDP\"\n  cipher = \"AES-192-CBC\"",
    ] {
        let complaints = complaints(arguments);
        assert!(complaints.is_empty(), "{arguments}: {complaints:#?}");
    }
}

/// The page says so. Both are the server's own settings, which its profile has to follow.
#[test]
fn openvpn_complains_of_compression_and_of_no_cipher_and_of_nothing_else() {
    let compressed = complaints("  compress = true");
    let [complaint] = compressed.as_slice() else {
        panic!("{compressed:#?}")
    };
    assert!(
        complaint.contains("WARNING: Compression for receiving enabled"),
        "{complaint}"
    );
    let open = complaints("  cipher = \"none\"");
    assert_eq!(open.len(), 2, "{open:#?}");
    for complaint in &open {
        assert!(complaint.contains("PLEASE DO RECONSIDER"), "{complaint}");
    }
}

#[test]
fn openvpn_refuses_a_profile_that_is_broken() {
    let (folder, cert) = with_profile("");
    let profile = cert["profile"].as_str().expect("a text");
    let key = cert["client_key"].as_str().expect("a text").trim();
    let damaged: String = key
        .lines()
        .enumerate()
        .filter(|(number, _)| *number != 2)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    let ca_cert = cert["ca_cert"].as_str().expect("a text").trim();
    let client_cert = cert["client_cert"].as_str().expect("a text").trim();
    for (what, broken, complaint) in [
        (
            "a damaged key",
            profile.replace(key, damaged.trim()),
            "Cannot load private key",
        ),
        (
            "the certificate of somebody else",
            profile.replace(client_cert, ca_cert),
            "Cannot load private key",
        ),
        (
            "no certificate at all",
            profile.replace(client_cert, "nothing"),
            "Cannot load inline certificate",
        ),
        (
            "an option that there is none of",
            profile.replace("nobind", "nobindd"),
            "Unrecognized option",
        ),
    ] {
        assert_ne!(broken, profile, "{what}");
        let path = folder.path().join("broken.ovpn");
        fs::write(&path, broken).expect("it is written");
        let (connects, said) = read_by_openvpn(&path);
        assert!(!connects, "{what}: {said:#?}");
        assert!(
            said.iter().any(|line| line.contains(complaint)),
            "{what}: {said:#?}"
        );
    }
}

#[test]
fn openssl_finds_that_the_certificate_is_the_authoritys_and_the_key_the_certificates() {
    let (folder, _) = with_profile("");
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("openssl starts");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (verified, said) = openssl(&["verify", "-CAfile", "ca.crt", "client.crt"]);
    assert!(verified && said.contains("client.crt: OK"), "{said}");
    let (_, of_cert) = openssl(&["x509", "-in", "client.crt", "-noout", "-pubkey"]);
    let (_, of_key) = openssl(&["pkey", "-in", "client.key", "-pubout"]);
    assert!(of_key.contains("PUBLIC KEY"), "{of_key}");
    assert_eq!(of_cert, of_key);
    let (other, _) = with_profile("");
    let other = other.path().join("ca.crt").display().to_string();
    let (verified, _) = openssl(&["verify", "-CAfile", &other, "client.crt"]);
    assert!(!verified, "the authority of another server");
}
