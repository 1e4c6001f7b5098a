//! The handshake line, and callers with whom there is no common ground.

use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::plugin_caller::Launch;
use crate::{SERVING, health, outcome};

#[tokio::test]
async fn with_tls_the_line_ends_in_the_servers_certificate() {
    let caller = Launch::default().start().await;
    let [core, version, network, _, protocol, certificate] = caller.handshake.fields.as_slice()
    else {
        panic!("{:?}", caller.handshake)
    };
    assert_eq!(
        [core, version, network, protocol],
        ["1", "5", "unix", "grpc"]
    );
    assert!(
        !certificate.contains('='),
        "go-plugin's base64 has no padding"
    );
    assert_eq!(
        STANDARD_NO_PAD.decode(certificate).unwrap().first(),
        Some(&0x30),
        "DER begins with a sequence"
    );
}

#[tokio::test]
async fn without_a_client_certificate_there_is_no_tls() {
    let caller = Launch {
        identity: None,
        ..Launch::default()
    }
    .start()
    .await;
    assert_eq!(caller.handshake.fields.len(), 6);
    assert_eq!(caller.handshake.fields[5], "");
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
}

#[tokio::test]
async fn a_caller_that_asks_about_multiplexing_is_told_no() {
    let environment = [("PLUGIN_MULTIPLEX_GRPC", Some("true".into()))].into();
    let caller = Launch {
        environment,
        ..Launch::default()
    }
    .start()
    .await;
    assert_eq!(
        caller.handshake.fields.get(6).map(String::as_str),
        Some("false")
    );
}

#[tokio::test]
async fn a_caller_that_names_no_versions_is_served() {
    let environment = [("PLUGIN_PROTOCOL_VERSIONS", None)].into();
    let caller = Launch {
        environment,
        ..Launch::default()
    }
    .start()
    .await;
    assert_eq!(caller.handshake.fields[1], "5");
}

#[tokio::test]
async fn a_caller_of_other_versions_gets_a_sentence() {
    let environment = [("PLUGIN_PROTOCOL_VERSIONS", Some("4,6".into()))].into();
    let (output, leftovers) = outcome(Launch {
        environment,
        ..Launch::default()
    })
    .await;
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), leftovers), (Some(1), 0));
    assert!(
        text.contains("speaks plugin protocol 4,6") && text.contains("this provider speaks 5"),
        "{text}"
    );
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn a_broken_client_certificate_gets_a_sentence() {
    let environment = [(
        "PLUGIN_CLIENT_CERT",
        Some("-----BEGIN CERTIFICATE-----\n?\n".into()),
    )]
    .into();
    let (output, leftovers) = outcome(Launch {
        environment,
        ..Launch::default()
    })
    .await;
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), leftovers), (Some(1), 0));
    assert!(text.contains("PLUGIN_CLIENT_CERT"), "{text}");
}

#[tokio::test]
async fn the_socket_is_for_its_owner_alone_in_a_folder_of_its_own() {
    let caller = Launch::default().start().await;
    let socket = caller.handshake.socket();
    let folder = socket.parent().unwrap();
    assert_eq!(folder.parent(), Some(caller.directory.path()));
    assert_eq!(
        folder.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(
        socket.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn the_callers_folder_is_used_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [("PLUGIN_UNIX_SOCKET_DIR", Some(folder.path().into()))].into();
    let mut caller = Launch {
        environment,
        ..Launch::default()
    }
    .start()
    .await;
    assert_eq!(caller.handshake.socket().parent(), Some(folder.path()));
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);

    crate::ending::terminate(&caller);
    crate::end(&mut caller, crate::SOON).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_group_may_use_the_socket_when_the_caller_says_so() {
    let group = nix::unistd::getgid().to_string();
    let environment = [("PLUGIN_UNIX_SOCKET_GROUP", Some(group.into()))].into();
    let caller = Launch {
        environment,
        ..Launch::default()
    }
    .start()
    .await;
    let socket = caller.handshake.socket();
    assert_eq!(
        socket.metadata().unwrap().permissions().mode() & 0o777,
        0o660
    );
    assert_eq!(
        socket
            .parent()
            .unwrap()
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o710
    );
}

#[tokio::test]
async fn a_folder_or_a_group_that_does_not_exist_gets_a_sentence() {
    for (variable, value) in [
        ("PLUGIN_UNIX_SOCKET_DIR", "/nowhere/at/all"),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no such group"),
    ] {
        let environment = [(variable, Some(value.into()))].into();
        let (output, leftovers) = outcome(Launch {
            environment,
            ..Launch::default()
        })
        .await;
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), leftovers),
            (Some(1), 0),
            "{variable}"
        );
        assert!(text.contains(value), "{text}");
    }
}

/// Where no socket fits: its path would be longer than the system takes.
fn too_deep(directory: &tempfile::TempDir) -> std::path::PathBuf {
    let deep = directory.path().join("d".repeat(120));
    std::fs::create_dir(&deep).unwrap();
    deep
}

#[tokio::test]
async fn where_no_socket_fits_a_port_of_the_callers_range_is_used_behind_tls() {
    let directory = tempfile::tempdir().unwrap();
    let deep = too_deep(&directory);
    let environment = [
        ("TMPDIR", Some(deep.clone().into())),
        ("PLUGIN_MIN_PORT", Some("24000".into())),
        ("PLUGIN_MAX_PORT", Some("24999".into())),
    ];
    let caller = Launch {
        environment: environment.into(),
        ..Launch::default()
    }
    .start()
    .await;
    assert_eq!(caller.handshake.fields[2], "tcp");
    let port: u16 = caller.handshake.fields[3]
        .strip_prefix("127.0.0.1:")
        .unwrap()
        .parse()
        .unwrap();
    assert!((24000..=24999).contains(&port), "{port}");
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    assert_eq!(std::fs::read_dir(deep).unwrap().count(), 0);
}

#[tokio::test]
async fn no_port_is_opened_that_anybody_could_use() {
    let directory = tempfile::tempdir().unwrap();
    let deep = too_deep(&directory);
    let environment = [("TMPDIR", Some(deep.clone().into()))].into();
    let (output, _) = outcome(Launch {
        environment,
        identity: None,
        ..Launch::default()
    })
    .await;
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("cannot create a socket in"), "{text}");
    assert_eq!(std::fs::read_dir(deep).unwrap().count(), 0);
}
