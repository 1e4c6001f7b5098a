//! The whole sequence with Terraform's trace log on: no secret anywhere, no socket left behind.

use std::fs;
use std::os::unix::fs::FileTypeExt;

use serde_json::json;

use crate::emulator::Emulator;
use crate::terraform::{Workspace, in_region, server};

const ID: &str = "STS.LTAIunmistakable";
const SECRET: &str = "k3yUnmistakableSecretOfTheTest";
const TOKEN: &str = "CAISunmistakableTokenOfTheTest";

#[test]
fn neither_secret_nor_token_is_in_log_state_or_output() {
    let emulator = Emulator::start(&[
        "--converge",
        "0.5s",
        "--status-lag",
        "0.1s",
        "--describe-lag",
        "0.1s",
        "--access-key",
        &format!("{ID}:{SECRET}:{TOKEN}"),
    ]);
    let mut workspace = Workspace::new(&emulator);
    let provider = in_region(&emulator, "cn-hangzhou")
        .replace("testid", ID)
        .replace("testsecret", SECRET);
    workspace.provider(&format!("{provider}\n  security_token = \"{TOKEN}\""));
    let log = workspace.path().join("trace.log");
    workspace.environment("TF_LOG", "trace");
    workspace.environment("TF_LOG_PATH", &log.display().to_string());

    let mut outcomes = Vec::new();
    let mut run = |outcome: crate::terraform::Outcome, status: i32| {
        outcome.exits(status);
        outcomes.push(format!("{outcome:?}"));
    };
    workspace.write(&server("this", "  name = \"before\"\n  port = 1194"));
    run(workspace.apply(), 0);
    run(workspace.plan(), 0);
    workspace.write(&server("this", "  name = \"after\"\n  port = 1194"));
    run(workspace.apply(), 0);
    workspace.write(&server("this", "  name = \"after\"\n  port = 1195"));
    emulator.fault(json!({ "operation": "ModifySslVpnServer", "reset": "after" }));
    run(workspace.apply(), 0);
    emulator.edit_server(&emulator.server_id(), json!({ "Port": 2000 }));
    run(workspace.plan_refresh_only(), 2);
    let state = workspace.state();
    run(
        workspace.terraform(&["state", "rm", "alivpn_ssl_vpn_server.this"]),
        0,
    );
    run(workspace.import(&emulator.server_id()), 0);
    // A refused call as well: an error's words must not say it either.
    emulator.fault(json!({ "operation": "DeleteSslVpnServer", "code": "Forbidden", "message": "No.", "http_status": 403 }));
    run(workspace.destroy(), 1);
    run(workspace.destroy(), 0);

    let log = fs::read_to_string(log).expect("Terraform wrote its log");
    assert!(
        log.contains("ModifySslVpnServer"),
        "the provider's own lines are in the log"
    );
    for secret in [SECRET, TOKEN] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "a secret in the log");
        assert!(
            !state.contains(secret) && !workspace.state().contains(secret),
            "a secret in the state"
        );
        assert!(
            outcomes.iter().all(|outcome| !outcome.contains(secret)),
            "a secret in the output"
        );
    }

    let mut folders = vec![workspace.temporary_files()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)
            .expect("a folder can be listed")
            .flatten()
        {
            let kind = entry.file_type().expect("an entry has a type");
            assert!(
                !kind.is_socket(),
                "a socket left behind: {}",
                entry.path().display()
            );
            if kind.is_dir() {
                folders.push(entry.path());
            }
        }
    }
}
