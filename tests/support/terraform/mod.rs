//! Real Terraform, or OpenTofu, for a test: a folder of its own, the built provider by `dev_overrides`, nothing from outside.
//!
//! Every run has its own process group, so that a test can press Ctrl-C as a terminal does, and a time limit.

mod run;
mod version;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::emulator::{Emulator, GATEWAY};

pub use run::{Outcome, Running};
pub use version::{
    Core, EPHEMERAL_RESOURCES, FUNCTIONS, IDENTITIES, IMPORT_BLOCKS, MOVES_BETWEEN_TYPES,
    PLANS_OF_DESTROYS, REPLACE_TRIGGERED_BY, Since, TERRAFORM_DATA, is_left_out, terraform,
};

/// No run of these tests needs longer; one that does is stopped and shown.
const LIMIT: Duration = Duration::from_secs(120);

/// Where Terraform takes the provider from.
pub const REQUIRED_PROVIDERS: &str = r#"
terraform {
  required_providers {
    alivpn = {
      source = "alivpn/alivpn"
    }
  }
}
"#;

/// A folder with a configuration, a state, and a way to run Terraform in it.
pub struct Workspace {
    folder: TempDir,
    /// Where Terraform runs, in its folder `work`.
    inner: PathBuf,
    environment: BTreeMap<String, String>,
    runs: AtomicU32,
}

impl Workspace {
    /// A workspace whose provider block points at the emulator, in cn-hangzhou, with its key pair.
    pub fn new(emulator: &Emulator) -> Self {
        let workspace = Self::empty();
        workspace.provider(&in_region(emulator, "cn-hangzhou"));
        workspace
    }

    /// A workspace without any configuration.
    pub fn empty() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("alivpn-test-")
            .tempdir()
            .expect("a temporary folder");
        for name in ["home", "tmp", "work"] {
            fs::create_dir(folder.path().join(name)).expect("a folder in it");
        }
        let workspace = Self {
            folder,
            inner: PathBuf::new(),
            environment: BTreeMap::new(),
            runs: AtomicU32::new(0),
        };
        workspace.install(&[]);
        workspace
    }

    /// Installs the provider, and beside it these and no others: source address and folder.
    pub fn install(&self, others: &[(&str, &Path)]) {
        let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-alivpn"));
        let binaries = provider.parent().expect("a binary lies in a folder");
        let overrides = [("alivpn/alivpn", binaries)]
            .into_iter()
            .chain(others.iter().copied())
            .map(|(source, folder)| {
                format!("    {source:?} = {:?}\n", folder.display().to_string())
            });
        let configuration = format!(
            "provider_installation {{\n  dev_overrides {{\n{}  }}\n  direct {{}}\n}}\n",
            overrides.collect::<String>()
        );
        fs::write(self.folder.path().join("cli.tfrc"), configuration)
            .expect("the CLI configuration is written");
    }

    /// A folder in which `binary` stands as the provider of this name, for [`Workspace::install`].
    pub fn provider_folder(&self, name: &str, binary: &Path) -> PathBuf {
        let folder = self.folder.path().join(format!("provider-{name}"));
        fs::create_dir(&folder).expect("a folder for a provider");
        symlink(binary, folder.join(format!("terraform-provider-{name}")))
            .expect("a link to the provider");
        folder
    }

    /// The folder that Terraform runs in.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("work").join(&self.inner)
    }

    /// Lets Terraform run in a folder below.
    pub fn enter(&mut self, folder: &str) {
        self.inner.push(folder);
    }

    /// The folder that Terraform and the provider have for temporary files.
    pub fn temporary_files(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// Sets an environment variable for the runs that follow.
    pub fn environment(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Writes the provider block's body.
    pub fn provider(&self, body: &str) {
        self.write_file(
            "provider.tf",
            &format!("{REQUIRED_PROVIDERS}\nprovider \"alivpn\" {{\n{body}\n}}\n"),
        );
    }

    /// Writes `main.tf`.
    pub fn write(&self, configuration: &str) {
        self.write_file("main.tf", configuration);
    }

    /// Writes any file of the configuration.
    pub fn write_file(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("a file of the configuration is written");
    }

    /// Runs Terraform to its end.
    pub fn terraform(&self, arguments: &[&str]) -> Outcome {
        self.start(arguments).wait(LIMIT)
    }

    /// Starts Terraform and returns at once.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let stdout = self.folder.path().join(format!("{run}.stdout"));
        let stderr = self.folder.path().join(format!("{run}.stderr"));
        let command = format!("terraform {}", arguments.join(" "));
        Running::start(self.command(arguments), command, stdout, stderr)
    }

    /// Terraform in this folder, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(terraform());
        command
            .args(arguments)
            .current_dir(self.path())
            // Proxies, credentials, TF_ variables: nothing of the developer's own may reach a test.
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path().join("home"))
            .env("TMPDIR", self.temporary_files())
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("cli.tfrc"))
            .env("TF_DATA_DIR", self.folder.path().join("data"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .envs(&self.environment)
            .stdin(Stdio::null());
        command
    }

    /// `terraform plan`: exit status 0 when there is nothing to do, 2 when there is.
    pub fn plan(&self) -> Outcome {
        self.terraform(&["plan", "-no-color", "-input=false", "-detailed-exitcode"])
    }

    /// [`Workspace::plan`] with events instead of text.
    pub fn plan_events(&self) -> Outcome {
        self.terraform(&["plan", "-json", "-input=false", "-detailed-exitcode"])
    }

    /// A plan as data: the whole of `terraform show -json`.
    pub fn planned(&self) -> Value {
        self.terraform(&["plan", "-no-color", "-input=false", "-out=saved.tfplan"])
            .exits(0);
        let shown = self.terraform(&["show", "-json", "saved.tfplan"]);
        shown.exits(0);
        serde_json::from_str(&shown.stdout).expect("a plan is JSON")
    }

    /// `terraform plan -refresh-only`: exit status 0 when nothing drifted, 2 when something did.
    pub fn plan_refresh_only(&self) -> Outcome {
        self.terraform(&[
            "plan",
            "-no-color",
            "-input=false",
            "-refresh-only",
            "-detailed-exitcode",
        ])
    }

    /// `terraform apply`, approved.
    pub fn apply(&self) -> Outcome {
        self.terraform(&["apply", "-no-color", "-input=false", "-auto-approve"])
    }

    /// [`Workspace::apply`] with events instead of text.
    pub fn apply_events(&self) -> Outcome {
        self.terraform(&["apply", "-json", "-input=false", "-auto-approve"])
    }

    /// Starts `terraform apply`, approved, and returns at once.
    pub fn start_apply(&self) -> Running {
        self.start(&["apply", "-no-color", "-input=false", "-auto-approve"])
    }

    /// `terraform destroy`, approved.
    pub fn destroy(&self) -> Outcome {
        self.terraform(&["destroy", "-no-color", "-input=false", "-auto-approve"])
    }

    /// `terraform import` of `alivpn_ssl_vpn_server.this`.
    pub fn import(&self, id: &str) -> Outcome {
        self.import_to("alivpn_ssl_vpn_server.this", id)
    }

    /// `terraform import`.
    pub fn import_to(&self, address: &str, id: &str) -> Outcome {
        self.terraform(&["import", "-no-color", "-input=false", address, id])
    }

    /// `terraform validate`: its diagnostics as data.
    pub fn validate(&self) -> Vec<Value> {
        let outcome = self.terraform(&["validate", "-json"]);
        let answer: Value = serde_json::from_str(&outcome.stdout)
            .unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
        let diagnostics = answer["diagnostics"]
            .as_array()
            .expect("validate lists diagnostics");
        // Terraform reminds of the development override on every run.
        let own = |diagnostic: &&Value| {
            !diagnostic["summary"]
                .as_str()
                .unwrap_or_default()
                .contains("development overrides")
        };
        diagnostics.iter().filter(own).cloned().collect()
    }

    /// The state file's text, empty when there is none.
    pub fn state(&self) -> String {
        fs::read_to_string(self.path().join("terraform.tfstate")).unwrap_or_default()
    }

    /// Changes the state file behind Terraform's back.
    pub fn edit_state(&self, edit: impl FnOnce(&mut Value)) {
        let mut state: Value = serde_json::from_str(&self.state()).expect("a state is JSON");
        edit(&mut state);
        self.write_file("terraform.tfstate", &state.to_string());
    }

    /// Puts copies of the only instance into the state, each with an index and with attributes of its own.
    pub fn multiply(&self, count: usize, of_its_own: impl Fn(usize, &mut Value)) {
        self.edit_state(|state| {
            let instances = &mut state["resources"][0]["instances"];
            let only = instances[0].take();
            let copy = |number: usize| {
                let mut copy = only.clone();
                copy["index_key"] = number.into();
                of_its_own(number, &mut copy["attributes"]);
                if copy["identity"].is_object() {
                    copy["identity"]["id"] = copy["attributes"]["id"].clone();
                }
                copy
            };
            *instances = (0..count).map(copy).collect();
        });
    }

    /// What the state holds of `alivpn_ssl_vpn_server.this`: attributes, private data, status. Null when it holds nothing.
    pub fn instance(&self) -> Value {
        self.instance_of("alivpn_ssl_vpn_server", "this")
    }

    /// What the state holds of a resource.
    pub fn instance_of(&self, type_name: &str, name: &str) -> Value {
        let text = self.state();
        if text.is_empty() {
            return Value::Null;
        }
        let state: Value = serde_json::from_str(&text).expect("a state is JSON");
        let resources = state["resources"]
            .as_array()
            .expect("a state has resources");
        let resource = resources.iter().find(|resource| {
            resource["mode"] == "managed"
                && resource["type"] == type_name
                && resource["name"] == name
        });
        resource.map_or(Value::Null, |resource| resource["instances"][0].clone())
    }

    /// The attributes that the state holds of `alivpn_ssl_vpn_server.this`.
    pub fn attributes(&self) -> Value {
        self.instance()["attributes"].clone()
    }
}

/// The provider block's body for the emulator.
pub fn in_region(emulator: &Emulator, region: &str) -> String {
    format!(
        r#"
  region     = "{region}"
  access_key = "testid"
  secret_key = "testsecret"

  endpoints {{
    vpc = "{}"
  }}"#,
        emulator.endpoint()
    )
}

/// `resource "alivpn_ssl_vpn_server" LABEL` with this body; the required arguments that it leaves out have usual values.
pub fn server(label: &str, body: &str) -> String {
    let required = [
        ("vpn_gateway_id", format!("{GATEWAY:?}")),
        ("client_ip_pool", "\"10.30.0.0/24\"".to_owned()),
        ("local_subnets", "[\"192.168.0.0/16\"]".to_owned()),
    ];
    let mut configuration = format!("resource \"alivpn_ssl_vpn_server\" \"{label}\" {{\n");
    for (name, value) in required {
        if !body.lines().any(|line| line.trim_start().starts_with(name)) {
            configuration.push_str(&format!("  {name} = {value}\n"));
        }
    }
    configuration.push_str(body.trim_matches('\n'));
    configuration.push_str("\n}\n");
    configuration
}
