//! What stands on standard error.

use serde_json::Value;

use crate::ending::shut_down;
use crate::plugin_caller::{ClientIdentity, Launch};
use crate::{SERVING, SOON, end, health};

#[tokio::test]
async fn without_a_log_level_standard_error_stays_empty() {
    let mut caller = Launch::default().start().await;
    let stranger = caller.handshake.connect(Some(&ClientIdentity::new()));
    health(&stranger, "plugin").await.unwrap_err();
    shut_down(&caller).await;
    end(&mut caller, SOON).await;
    (&mut caller.stderr_ended).await.unwrap();
    assert_eq!(*caller.stderr.lock().unwrap(), [] as [String; 0]);
}

#[tokio::test]
async fn every_line_of_a_log_is_json_with_go_plugins_names() {
    let environment = [("TF_LOG", Some("TRACE".into()))].into();
    let mut caller = Launch {
        environment,
        ..Launch::default()
    }
    .start()
    .await;
    let stranger = caller.handshake.connect(Some(&ClientIdentity::new()));
    health(&stranger, "plugin").await.unwrap_err();
    shut_down(&caller).await;
    end(&mut caller, SOON).await;
    (&mut caller.stderr_ended).await.unwrap();
    let lines: Vec<Value> = caller
        .stderr
        .lock()
        .unwrap()
        .iter()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let refusal = lines
        .iter()
        .find(|line| line["@level"] == "warn")
        .expect("a refused stranger is worth a line");
    assert!(
        refusal["@message"].as_str().unwrap().contains("refused"),
        "{refusal}"
    );
    assert!(
        lines
            .iter()
            .all(|line| line["@module"].is_string() && line["@timestamp"].is_string()),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_closed_standard_error_changes_nothing() {
    let environment = [("TF_LOG", Some("TRACE".into()))].into();
    let mut caller = Launch {
        environment,
        ..Launch::default()
    }
    .start()
    .await;
    caller.stderr_ended.abort();
    assert!((&mut caller.stderr_ended).await.unwrap_err().is_cancelled());
    let stranger = caller.handshake.connect(Some(&ClientIdentity::new()));
    health(&stranger, "plugin").await.unwrap_err();
    assert_eq!(health(&caller.channel, "plugin").await.unwrap(), SERVING);
    shut_down(&caller).await;
    assert!(end(&mut caller, SOON).await.success());
}
