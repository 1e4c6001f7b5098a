//! docs/guides/permissions.md: its policies are enough for what they are for, and none of their actions is one too many. They are read from
//! the guide itself.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::emulator::{Emulator, GATEWAY};
use crate::terraform::{Outcome, Workspace, in_region, server};

fn guide() -> String {
    let path = format!("{}/docs/guides/permissions.md", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("the guide is there")
}

/// The guide's text from a heading to the next.
fn section(heading: &str) -> String {
    let guide = guide();
    let (_, rest) = guide
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("the guide has no section {heading:?}"));
    let (section, _) = rest.split_once("\n## ").unwrap_or((rest, ""));
    section.to_owned()
}

/// The policy that a section shows.
fn policy(heading: &str) -> Value {
    let section = section(heading);
    let (_, rest) = section.split_once("```json\n").expect("a policy is shown");
    let (policy, _) = rest.split_once("```").expect("the policy ends");
    serde_json::from_str(policy).expect("the policy is JSON")
}

/// The actions that a policy allows; the guide's policies have one statement.
fn actions(policy: &Value) -> Vec<String> {
    let actions = policy["Statement"][0]["Action"].as_array();
    let actions = actions.expect("a list of actions").iter();
    actions
        .map(|action| action.as_str().expect("a text").to_owned())
        .collect()
}

/// A policy that allows these actions everywhere.
fn allow(actions: &[String]) -> Value {
    json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
}

/// The policies that lack one action of this one, with the action.
fn each_without_one(policy: &Value) -> Vec<(String, Value)> {
    let actions = actions(policy);
    let lacking = actions.iter().map(|lacking| {
        let rest: Vec<String> = actions
            .iter()
            .filter(|it| *it != lacking)
            .cloned()
            .collect();
        (lacking.clone(), allow(&rest))
    });
    lacking.collect()
}

/// An account that outlives its emulators, so that one may set it up and another, with fewer rights, be tried on it.
struct Account(TempDir);

impl Account {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("alivpn-account-").tempdir();
        Self(folder.expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The emulator of this account, whose callers may do what the policy says, or everything.
    fn emulator(&self, policy: Option<&Value>) -> Emulator {
        let (state, written) = (self.path("state.json"), self.path("policy.json"));
        let text = |path: &PathBuf| path.display().to_string();
        let mut flags = vec!["--state".to_owned(), text(&state)];
        if let Some(policy) = policy {
            fs::write(&written, policy.to_string()).expect("the policy is written");
            flags.extend(["--policy".to_owned(), text(&written)]);
        }
        for flag in ["--converge", "--status-lag", "--describe-lag"] {
            flags.extend([flag.to_owned(), "0.1s".to_owned()]);
        }
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        Emulator::start(&flags)
    }
}

/// Points a workspace at another emulator of its account.
fn move_to(workspace: &Workspace, emulator: &Emulator) {
    workspace.provider(&in_region(emulator, "cn-hangzhou"));
}

/// A run that was refused by RAM says so, and which action it takes.
#[track_caller]
fn is_refused(outcome: &Outcome, action: &str) {
    outcome.exits(1).says("Forbidden.RAM").says(action);
}

/// A server with a certificate.
fn office(server_body: &str, cert_name: &str) -> String {
    let server = server("this", server_body);
    format!(
        r#"{server}
resource "alivpn_ssl_vpn_client_cert" "ann" {{
  ssl_vpn_server_id = alivpn_ssl_vpn_server.this.id
  name              = "{cert_name}"
}}
"#
    )
}

#[test]
fn with_the_plan_policy_a_plan_works_and_an_apply_is_refused_by_the_name_of_its_action() {
    let account = Account::new();
    let all_rights = account.emulator(None);
    let workspace = Workspace::new(&all_rights);
    let unchanged = office("name = \"office\"", "ann");
    workspace.write(&unchanged);
    workspace.apply().exits(0);
    drop(all_rights);

    let policy = policy("Plan only");
    let emulator = account.emulator(Some(&policy));
    move_to(&workspace, &emulator);
    workspace.plan().exits(0);
    workspace.plan_refresh_only().exits(0);
    let (before, id) = (emulator.server(), emulator.server_id());
    for (configuration, action) in [
        (office("name = \"other\"", "ann"), "vpc:ModifySslVpnServer"),
        (
            office("name = \"office\"\nport = 1195", "ann"),
            "vpc:ModifySslVpnServer",
        ),
        (
            office("name = \"office\"", "bob"),
            "vpc:ModifySslVpnClientCert",
        ),
    ] {
        workspace.write(&configuration);
        workspace.plan().exits(2);
        is_refused(&workspace.apply(), action);
        workspace.write(&unchanged);
        workspace.plan().exits(0);
    }
    is_refused(&workspace.destroy(), "vpc:DeleteSslVpnClientCert");
    assert_eq!(workspace.attributes()["id"], *id);

    let preflight = format!(
        "{}\n  preflight = true",
        in_region(&emulator, "cn-hangzhou")
    );
    workspace.provider(&preflight);
    workspace.write(&office("name = \"office\"\nport = 1195", "ann"));
    let skipped = workspace.plan();
    skipped
        .exits(2)
        .says("Preflight skipped")
        .says("vpc:ModifySslVpnServer");
    move_to(&workspace, &emulator);

    let whole_state = workspace.state();
    let server_alone = server("this", "name = \"office\"");
    workspace.write(&server_alone);
    for address in [
        "alivpn_ssl_vpn_client_cert.ann",
        "alivpn_ssl_vpn_server.this",
    ] {
        workspace.terraform(&["state", "rm", address]).exits(0);
    }
    is_refused(&workspace.apply(), "vpc:CreateSslVpnServer");
    workspace.import(&id).exits(0);
    workspace.plan().exits(0);
    assert_eq!(emulator.server(), before);
    drop(emulator);

    for (action, lacking) in each_without_one(&policy) {
        let emulator = account.emulator(Some(&lacking));
        let workspace = Workspace::new(&emulator);
        workspace.write_file("terraform.tfstate", &whole_state);
        workspace.write(&unchanged);
        is_refused(&workspace.plan(), &action);
    }
}

/// The life of a server and of a certificate, up to the first step that fails.
fn life(emulator: &Emulator) -> Vec<Outcome> {
    let workspace = Workspace::empty();
    let provider = in_region(emulator, "cn-hangzhou");
    workspace.provider(&format!("{provider}\n  preflight = true"));
    let steps = [
        office("name = \"office\"", "ann"),
        office("name = \"other\"\nport = 1195", "bob"),
    ];
    let mut outcomes = Vec::new();
    for configuration in steps {
        workspace.write(&configuration);
        outcomes.push(workspace.apply());
        if outcomes.iter().any(|outcome| outcome.status != Some(0)) {
            return outcomes;
        }
    }
    outcomes.extend([workspace.plan(), workspace.destroy()]);
    outcomes
}

/// Nothing failed, and nothing was refused.
#[track_caller]
fn works(life: &[Outcome]) {
    for outcome in life {
        outcome.exits(0).does_not_say("Forbidden.RAM");
    }
}

#[test]
fn with_the_apply_policy_everything_works_and_without_any_of_its_actions_something_does_not() {
    let policy = policy("Plan and apply");
    works(&life(&Account::new().emulator(Some(&policy))));
    for (action, lacking) in each_without_one(&policy) {
        let outcomes = life(&Account::new().emulator(Some(&lacking)));
        let last = outcomes.last().expect("a life has a step");
        last.says("Forbidden.RAM").says(&action);
    }
}

#[test]
fn the_narrowed_policy_is_enough_in_its_region_and_nothing_elsewhere() {
    let policy = policy("Some objects only");
    let account = Account::new();
    let emulator = account.emulator(Some(&policy));
    works(&life(&emulator));
    let workspace = Workspace::empty();
    workspace.provider(&in_region(&emulator, "cn-shanghai"));
    workspace.write(&server("this", ""));
    is_refused(&workspace.apply(), "vpc:CreateSslVpnServer");
}

/// The rows of the guide's table of data sources: the type and its actions.
fn data_sources() -> Vec<(String, Vec<String>)> {
    let section = section("Data sources");
    let rows = section
        .lines()
        .filter(|line| line.starts_with("| `alivpn_"));
    rows.map(|row| {
        let mut names = row.split('`').skip(1).step_by(2).map(str::to_owned);
        (names.next().expect("a type"), names.collect())
    })
    .collect()
}

#[test]
fn a_data_source_needs_what_the_guide_says_and_nothing_else() {
    let account = Account::new();
    let all_rights = account.emulator(None);
    let workspace = Workspace::new(&all_rights);
    workspace.write(&office("", "ann"));
    workspace.apply().exits(0);
    drop((workspace, all_rights));

    let rows = data_sources();
    let types: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        types,
        [
            "alivpn_ssl_vpn_client_cert",
            "alivpn_ssl_vpn_client_certs",
            "alivpn_ssl_vpn_clients",
            "alivpn_ssl_vpn_server",
            "alivpn_ssl_vpn_servers",
            "alivpn_vpn_gateway",
            "alivpn_vpn_gateways",
        ]
    );
    let plan = |names: &[&str], actions: &[String]| {
        let emulator = account.emulator(Some(&allow(actions)));
        let workspace = Workspace::new(&emulator);
        let blocks: String = names.iter().map(|name| look_up(name)).collect();
        workspace.write(&blocks);
        workspace.plan()
    };
    for (name, actions) in &rows {
        plan(&[name.as_str()], actions).exits(0);
        // Those with one action are tried without it all together.
        if actions.len() > 1 {
            for lacking in actions {
                let rest = actions.iter().filter(|it| *it != lacking).cloned();
                is_refused(&plan(&[name.as_str()], &rest.collect::<Vec<_>>()), lacking);
            }
        }
    }
    let refused = plan(types.as_slice(), &["vpc:DescribeRegions".to_owned()]);
    for (_, actions) in &rows {
        is_refused(&refused, &actions[0]);
    }
}

/// A data source that finds what is there.
fn look_up(name: &str) -> String {
    let argument = match name {
        "alivpn_vpn_gateway" => format!("id = {GATEWAY:?}"),
        "alivpn_ssl_vpn_server" | "alivpn_ssl_vpn_clients" => {
            format!("vpn_gateway_id = {GATEWAY:?}")
        }
        "alivpn_ssl_vpn_client_cert" => "name = \"ann\"".to_owned(),
        _ => String::new(),
    };
    format!("data {name:?} \"this\" {{\n  {argument}\n}}\n")
}
