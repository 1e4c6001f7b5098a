//! `tests/cores` says what is wrong and fails, and what the suite declares is no failure: run with programs that play cargo and the cores.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::{executable, root};

/// Notes that it runs, lists two tests, and ends a run of them as it is told.
const CARGO: &str = r#"#!/bin/sh
echo "$*" >>"$RUNS"
case "$*" in
*--list*) printf 'one: test\ntwo: test\n' ;;
*--show-output*)
  case "$OUTCOME" in
  passed) echo 'test result: ok. 2 passed; 0 failed; 0 ignored;' ;;
  left-out)
    echo 'left out: two needs Terraform 1.8, OpenTofu 1.7: functions'
    echo 'test result: ok. 2 passed; 0 failed; 0 ignored;' ;;
  failed)
    echo 'test two ... FAILED'
    echo 'test result: FAILED. 1 passed; 1 failed; 0 ignored;'
    exit 101 ;;
  esac ;;
esac
"#;

const CORE: &str = "#!/bin/sh\necho 'Terraform v1.11.4'\n";

/// A folder with these programs, and what was run in it.
struct Stage(TempDir);

impl Stage {
    fn new() -> Stage {
        let stage = Stage(tempfile::tempdir().expect("a folder"));
        stage.program("cargo", CARGO);
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.path(name);
        executable::write(script.as_bytes(), &path);
        path
    }

    fn run(&self, cores: &[&Path], outcome: &str) -> Output {
        let path = std::env::var("PATH").expect("a search path");
        Command::new(root().join("tests/cores"))
            .args(cores)
            .env("PATH", format!("{}:{path}", self.0.path().display()))
            .env("TMPDIR", self.0.path())
            .env("RUNS", self.path("runs"))
            .env("OUTCOME", outcome)
            .output()
            .expect("a script of ours")
    }
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[test]
fn what_is_no_core_is_named_before_anything_runs() {
    let stage = Stage::new();
    let core = stage.program("terraform", CORE);
    for script in ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho 'Pulumi v3'\n"] {
        let other = stage.program("other", script);
        let output = stage.run(&[&core, &other], "passed");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = text(&output.stderr);
        assert!(
            said.contains("other: neither Terraform nor OpenTofu"),
            "{said}"
        );
    }
    let output = stage.run(&[&core, &stage.path("missing")], "passed");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("missing: no such program"));
    assert!(!stage.path("runs").exists());
}

#[test]
fn a_test_that_fails_is_a_failure_with_its_table() {
    let stage = Stage::new();
    let core = stage.program("terraform", CORE);
    let output = stage.run(&[&core], "failed");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let table = text(&output.stdout);
    let row = "| Terraform | 1.11.4     |      1 |      1 |        0 |";
    assert!(table.contains(row), "{table}");
    assert!(
        table.contains("Terraform 1.11.4 differs") && table.contains("failed: two"),
        "{table}"
    );
}

#[test]
fn a_test_that_is_left_out_as_declared_is_listed_and_no_failure() {
    let stage = Stage::new();
    let core = stage.program("terraform", CORE);
    let output = stage.run(&[&core], "left-out");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let table = text(&output.stdout);
    let row = "| Terraform | 1.11.4     |      1 |      0 |        1 |";
    assert!(table.contains(row), "{table}");
    assert!(
        table.contains("left out: two needs Terraform 1.8"),
        "{table}"
    );
}
