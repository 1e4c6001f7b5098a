//! The story that the demo tells: seven steps of a server's life, each run, shown and checked.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::calls::{self, Call, Checked};
use super::emulator::{ACCESS_KEY, CONVERGENCE, Emulator, GATEWAY};
use super::terraform::{Run, Terraform};

const ADDRESS: &str = "alivpn_ssl_vpn_server.office";
const STEPS: usize = 7;
const MARGIN: &str = "     ";

const APPLY: [&str; 4] = ["apply", "-no-color", "-input=false", "-auto-approve"];
const PLAN: [&str; 4] = ["plan", "-no-color", "-input=false", "-detailed-exitcode"];
const REFRESH_ONLY: [&str; 5] = [
    "plan",
    "-no-color",
    "-input=false",
    "-detailed-exitcode",
    "-refresh-only",
];
const DESTROY: [&str; 4] = ["destroy", "-no-color", "-input=false", "-auto-approve"];

/// Exit statuses of `plan -detailed-exitcode`; every other command that did its work ends with `NOTHING_TO_DO` too.
const NOTHING_TO_DO: i32 = 0;
const SOMETHING_TO_DO: i32 = 2;

/// What a plan finds that has nothing to do.
const NO_DIFFERENCE: &str = "nothing to change";

/// The steps, with what they need.
pub struct Story<'a> {
    emulator: &'a Emulator,
    terraform: &'a Terraform,
    folder: &'a Path,
    step: usize,
    last: Option<Run>,
}

impl<'a> Story<'a> {
    /// A story about to begin.
    pub fn new(emulator: &'a Emulator, terraform: &'a Terraform, folder: &'a Path) -> Self {
        Self {
            emulator,
            terraform,
            folder,
            step: 0,
            last: None,
        }
    }

    /// Tells it to its end, or to the first step that does not do what it should.
    ///
    /// # Errors
    /// What went wrong; Terraform's output has been printed.
    pub async fn tell(mut self) -> anyhow::Result<()> {
        let result = self.steps().await;
        if let (Err(_), Some(run)) = (&result, &self.last) {
            say(&format!(
                "\n--- `{}` printed\n{}---",
                run.command, run.printed
            ));
        }
        result
    }

    async fn steps(&mut self) -> anyhow::Result<()> {
        let version = self
            .run(&["version"], NOTHING_TO_DO)
            .await?
            .printed
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        say(&format!(
            "{version}, against the emulator at {}\nA change takes the emulated cloud {} s. Times of calls count from the step's first call.",
            self.emulator.endpoint(),
            CONVERGENCE.as_secs()
        ));
        self.create().await?;
        self.plan_again().await?;
        self.rename().await?;
        self.change_port().await?;
        self.find_drift().await?;
        self.import().await?;
        self.destroy().await?;
        say(&format!("\nAll {STEPS} steps did what they should."));
        Ok(())
    }

    async fn create(&mut self) -> anyhow::Result<()> {
        self.begin(
            "Create an SSL server",
            "The gateway works on it; apply returns when it is done.",
        )
        .await?;
        self.write("first office", 1194)?;
        self.command(&APPLY, NOTHING_TO_DO).await?;
        self.show(|calls| calls::converged(calls, "CreateSslVpnServer", CONVERGENCE))
            .await?;
        self.is_true("Port", &json!(1194)).await
    }

    async fn plan_again(&mut self) -> anyhow::Result<()> {
        self.begin("Plan again", "What was just created is what is there.")
            .await?;
        self.command(&PLAN, NOTHING_TO_DO).await?;
        self.show(|calls| calls::reads_only(calls, NO_DIFFERENCE))
            .await
    }

    async fn rename(&mut self) -> anyhow::Result<()> {
        self.begin(
            "Rename it",
            "Only the name differs: the API does that at once.",
        )
        .await?;
        self.write("main office", 1194)?;
        self.command(&APPLY, NOTHING_TO_DO).await?;
        self.show(calls::renamed).await?;
        self.is_true("Name", &json!("main office")).await
    }

    async fn change_port(&mut self) -> anyhow::Result<()> {
        self.begin(
            "Change its port",
            "Anything beside the name: every argument is sent, and the gateway works on it.",
        )
        .await?;
        self.write("main office", 1195)?;
        self.command(&APPLY, NOTHING_TO_DO).await?;
        self.show(|calls| calls::modified(calls, CONVERGENCE))
            .await?;
        self.is_true("Port", &json!(1195)).await
    }

    async fn find_drift(&mut self) -> anyhow::Result<()> {
        self.begin(
            "Find and repair drift",
            "Somebody sets the port to 2000 in the console.",
        )
        .await?;
        let id = self.server_id().await?;
        self.emulator
            .edit_server(&id, &json!({ "Port": 2000 }))
            .await?;
        let found = self.command(&REFRESH_ONLY, SOMETHING_TO_DO).await?;
        ensure!(
            found.printed.contains("1195 -> 2000"),
            "the plan does not show the drift"
        );
        self.show(|calls| {
            let finding = "drift found: the port is 2000 in the cloud, 1195 in the state";
            calls::reads_only(calls, finding)
        })
        .await?;
        self.emulator.forget_calls().await?;
        self.command(&APPLY, NOTHING_TO_DO).await?;
        self.show(|calls| calls::modified(calls, CONVERGENCE))
            .await?;
        self.is_true("Port", &json!(1195)).await
    }

    async fn import(&mut self) -> anyhow::Result<()> {
        self.begin(
            "Import it",
            "The state forgets the server and takes it over again by its ID.",
        )
        .await?;
        let id = self.server_id().await?;
        self.command(&["state", "rm", ADDRESS], NOTHING_TO_DO)
            .await?;
        self.command(
            &["import", "-no-color", "-input=false", ADDRESS, &id],
            NOTHING_TO_DO,
        )
        .await?;
        self.command(&PLAN, NOTHING_TO_DO).await?;
        self.show(|calls| calls::reads_only(calls, NO_DIFFERENCE))
            .await
    }

    async fn destroy(&mut self) -> anyhow::Result<()> {
        self.begin("Destroy it", "The gateway works on that as well.")
            .await?;
        self.command(&DESTROY, NOTHING_TO_DO).await?;
        self.show(|calls| calls::converged(calls, "DeleteSslVpnServer", CONVERGENCE))
            .await?;
        let left = self.emulator.servers().await?;
        ensure!(left.is_empty(), "the server is still there: {left:?}");
        Ok(())
    }

    async fn begin(&mut self, title: &str, about: &str) -> anyhow::Result<()> {
        self.step += 1;
        say(&format!(
            "\n{}/{STEPS}  {title}\n{MARGIN}{about}",
            self.step
        ));
        self.emulator.forget_calls().await
    }

    /// Runs a command and shows it with its time.
    async fn command(&mut self, arguments: &[&str], status: i32) -> anyhow::Result<&Run> {
        let run = self.run(arguments, status).await?;
        say(&format!(
            "{MARGIN}$ {}  ({:.1} s)",
            run.command,
            run.elapsed.as_secs_f64()
        ));
        Ok(run)
    }

    async fn run(&mut self, arguments: &[&str], status: i32) -> anyhow::Result<&Run> {
        self.last = None;
        let run = self.last.insert(self.terraform.run(arguments).await?);
        if run.status != Some(status) {
            let ended = run
                .status
                .map_or("a signal".to_owned(), |status| format!("status {status}"));
            bail!(
                "`{}` ended with {ended} instead of status {status}",
                run.command
            );
        }
        Ok(run)
    }

    /// Shows the step's calls and checks them.
    async fn show(&self, check: impl FnOnce(&[Call]) -> Checked) -> anyhow::Result<()> {
        let calls = self.emulator.calls().await?;
        for line in calls::table(&calls).lines() {
            say(&format!("{MARGIN}  {line}"));
        }
        say(&format!("{MARGIN}ok: {}", check(&calls)?));
        Ok(())
    }

    /// Asks the emulator for the truth about the server.
    async fn is_true(&self, attribute: &str, expected: &Value) -> anyhow::Result<()> {
        let server = self.server().await?;
        let actual = server.get(attribute).unwrap_or(&Value::Null);
        ensure!(
            as_text(actual) == as_text(expected),
            "{attribute} is {actual} in the cloud instead of {expected}"
        );
        Ok(())
    }

    async fn server_id(&self) -> anyhow::Result<String> {
        Ok(as_text(
            self.server()
                .await?
                .get("SslVpnServerId")
                .context("a server without an ID")?,
        ))
    }

    async fn server(&self) -> anyhow::Result<Value> {
        let mut servers = self.emulator.servers().await?;
        ensure!(
            servers.len() == 1,
            "there are {} SSL servers instead of one",
            servers.len()
        );
        servers.pop().context("there is no SSL server")
    }

    fn write(&self, name: &str, port: u16) -> anyhow::Result<()> {
        let file = self.folder.join("main.tf");
        fs::write(&file, configuration(self.emulator.endpoint(), name, port))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

/// Prints lines. Nobody may be reading any more: the exit status says all the same whether every step did what it should.
fn say(lines: &str) {
    let _ = writeln!(io::stdout().lock(), "{lines}");
}

/// The API writes some of its numbers as strings.
fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn configuration(endpoint: &str, name: &str, port: u16) -> String {
    let (access_key, secret_key) = ACCESS_KEY;
    format!(
        r#"terraform {{
  required_providers {{
    alivpn = {{
      source = "alivpn/alivpn"
    }}
  }}
}}

provider "alivpn" {{
  region     = "cn-hangzhou"
  access_key = "{access_key}"
  secret_key = "{secret_key}"

  endpoints {{
    vpc = "{endpoint}"
  }}
}}

resource "alivpn_ssl_vpn_server" "office" {{
  vpn_gateway_id = "{GATEWAY}"
  client_ip_pool = "10.30.30.0/24"
  local_subnets  = ["192.168.0.0/16"]
  name           = "{name}"
  port           = {port}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_strings_compare_as_text() {
        assert_eq!(as_text(&json!("1194")), as_text(&json!(1194)));
        assert_eq!(as_text(&json!("office")), "office");
    }

    #[test]
    fn the_configuration_has_the_name_and_the_port() {
        let text = configuration("http://127.0.0.1:1", "office", 1195);
        for words in [
            "name           = \"office\"",
            "port           = 1195",
            "vpc = \"http://127.0.0.1:1\"",
        ] {
            assert!(text.contains(words), "{text}");
        }
    }
}
