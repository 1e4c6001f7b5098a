//! docs/guides/testing-with-the-emulator.md: each command and each request in it, in its order, does what the words around it say.

use std::fs;

use super::{document, fenced, shell};
use crate::emulator::{Emulator, GATEWAY, OTHER_GATEWAY, of, only};
use crate::terraform::{REQUIRED_PROVIDERS, Since, Workspace, is_left_out};

/// `terraform test`.
const TESTS: Since = Since {
    terraform: (1, 6),
    opentofu: Some((1, 6)),
};

/// The module that the guide speaks of.
const MODULE: &str = r#"
variable "vpn_gateway_id" {
  type = string
}

variable "name" {
  type    = string
  default = "office"
}

resource "alivpn_ssl_vpn_server" "office" {
  vpn_gateway_id = var.vpn_gateway_id
  client_ip_pool = "10.30.30.0/24"
  local_subnets  = ["192.168.0.0/16"]
  name           = var.name
}
"#;

/// The guide's reader: somebody with a module, a shell, and an emulator that listens elsewhere than the guide's.
struct Reader {
    emulator: Emulator,
    workspace: Workspace,
    /// What was exported in the shell.
    exports: String,
}

impl Reader {
    /// Who has exported what the guide says.
    fn new(apply: &str) -> Self {
        let exports = apply.lines().filter(|line| line.starts_with("export "));
        let exports: Vec<&str> = exports.collect();
        assert_eq!(exports.len(), 4, "{exports:#?}");
        let emulator = Emulator::quick();
        let mut workspace = Workspace::empty();
        workspace.write(&format!("{REQUIRED_PROVIDERS}{MODULE}"));
        // An answer that is a mistake fails the command; nobody is there to approve.
        workspace.write_file(".curlrc", "fail\n");
        let curl = workspace.path().display().to_string();
        for (name, value) in [
            ("CURL_HOME", curl.as_str()),
            ("TF_CLI_ARGS_apply", "-auto-approve -no-color"),
            ("TF_VAR_vpn_gateway_id", OTHER_GATEWAY),
        ] {
            workspace.environment(name, value);
        }
        Self {
            emulator,
            workspace,
            exports: exports.join("\n"),
        }
    }

    fn run(&self, script: &str) -> (Option<i32>, String) {
        let script = format!("{}\n{script}", self.exports);
        let script = script.replace("http://127.0.0.1:8500", &self.emulator.endpoint());
        shell(&self.workspace, &["-euc", &script])
    }

    /// Runs something that succeeds.
    #[track_caller]
    fn follow(&self, script: &str) -> String {
        let (status, said) = self.run(script);
        assert_eq!(status, Some(0), "{script}\n{said}");
        said
    }
}

/// The commands of each section.
fn commands(guide: &str) -> [String; 6] {
    fenced(guide, "shell")
        .try_into()
        .expect("the commands that these tests know")
}

#[test]
fn who_follows_testing_with_the_emulator_sees_what_it_says() {
    let guide = document("docs/guides/testing-with-the-emulator.md");
    let [start, apply, _, looks, edits, faults] = commands(&guide);
    assert_eq!(start, "alivpn emulator\n");
    let reader = Reader::new(&apply);
    let emulator = &reader.emulator;

    reader.follow(&apply);
    let id = emulator.server_id();
    let seen = reader.follow(&looks);
    for there in ["\"CreateSslVpnServer\"", id.as_str()] {
        assert!(seen.contains(there), "no {there} in {seen}");
    }

    let [find, port, delete, lock] = edits.lines().collect::<Vec<_>>()[..] else {
        panic!("other edits than this test knows: {edits}");
    };
    reader.follow(&format!("{find}\n{port}"));
    assert_eq!(emulator.server()["Port"], 1195);
    let (status, said) = reader.run("terraform plan -refresh-only -detailed-exitcode -no-color");
    assert_eq!(status, Some(2), "{said}");
    reader.follow(&format!("{find}\n{delete}"));
    assert!(emulator.servers().is_empty());
    reader.follow(lock);
    let status = &emulator.gateway(GATEWAY)["BusinessStatus"];
    assert_eq!(status, "FinancialLocked");

    let [refused, throttled, lost, busy, clear] = requests(&faults)[..] else {
        panic!("other faults than this test knows: {faults}");
    };
    reader.follow(refused);
    let (status, said) = reader.run("terraform apply");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("Resource.QuotaFull"), "{said}");
    reader.follow(throttled);
    let calls = emulator.calls_of(|| reader.follow("terraform apply"));
    let told = calls
        .iter()
        .filter(|it| it.code.as_deref() == Some("Throttling"));
    assert_eq!(told.count(), 2, "{calls:#?}");
    reader.follow(lost);
    let calls = emulator.calls_of(|| reader.follow("TF_VAR_name=other terraform apply"));
    let sent = of(&calls, "ModifySslVpnServer");
    assert_eq!(sent[0].http_status, 0, "{sent:#?}");
    assert_eq!(emulator.server()["Name"], "other");
    reader.follow(busy);
    assert_eq!(emulator.gateway(GATEWAY)["Status"], "updating");
    reader.follow(refused);
    reader.follow(clear);
    let left = reader.follow("curl -s http://127.0.0.1:8500/_emulator/faults");
    assert_eq!(left, "[]");
}

/// The lines that are requests.
fn requests(script: &str) -> Vec<&str> {
    let lines = script.lines();
    lines.filter(|line| line.starts_with("curl ")).collect()
}

#[test]
fn the_test_in_testing_with_the_emulator_passes_and_leaves_nothing() {
    if is_left_out("terraform test", TESTS) {
        return;
    }
    let guide = document("docs/guides/testing-with-the-emulator.md");
    let [_, apply, test, ..] = commands(&guide);
    let reader = Reader::new(&apply);
    fs::create_dir(reader.workspace.path().join("tests")).expect("a folder for tests");
    let written = fenced(&guide, "hcl").concat();
    reader
        .workspace
        .write_file("tests/server.tftest.hcl", &written);
    let said = reader.follow(&test);
    assert!(said.contains("1 passed"), "{said}");
    let created = reader.emulator.calls();
    let created = only(&created, "CreateSslVpnServer");
    assert_eq!(created.parameter("VpnGatewayId"), GATEWAY);
    assert!(reader.emulator.servers().is_empty());
}
