//! Who may connect.

use std::time::Duration;

use tokio::net::UnixStream;

use crate::plugin_caller::{ClientIdentity, Launch};
use crate::{SERVING, health};

#[tokio::test]
async fn a_caller_with_a_p521_certificate_is_served() {
    let caller = Launch::default().start().await;
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
}

#[tokio::test]
async fn another_certificate_and_none_at_all_are_refused_and_the_caller_is_still_served() {
    let caller = Launch::default().start().await;
    for stranger in [Some(ClientIdentity::new()), None] {
        let channel = caller.handshake.connect(stranger.as_ref());
        health(&channel, "plugin")
            .await
            .expect_err("a stranger is served");
    }
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
}

#[tokio::test]
async fn the_right_certificate_without_its_key_is_refused() {
    let launch = Launch::default();
    let owner = launch.identity.clone().unwrap();
    let caller = launch.start().await;
    let thief = ClientIdentity {
        certificate: owner.certificate,
        ..ClientIdentity::new()
    };
    let channel = caller.handshake.connect(Some(&thief));
    health(&channel, "plugin")
        .await
        .expect_err("a thief is served");
}

#[tokio::test]
async fn plain_text_is_refused_where_tls_was_asked_for() {
    let caller = Launch::default().start().await;
    let mut plain = caller.handshake.clone();
    plain.fields[5].clear();
    health(&plain.connect(None), "plugin")
        .await
        .expect_err("plain text is served");
}

#[tokio::test]
async fn silent_peers_delay_nobody() {
    let caller = Launch::default().start().await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(
            UnixStream::connect(caller.handshake.socket())
                .await
                .unwrap(),
        );
    }
    let answer =
        tokio::time::timeout(Duration::from_secs(5), health(&caller.channel, "plugin")).await;
    assert_eq!(
        answer.expect("a silent peer blocks the others").unwrap(),
        SERVING
    );
}
