//! docs/guides/permissions.md: its policies are enough for what they are for, and none of their actions is one too many. They are read from
//! the guide itself.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::doctor::{Said, doctor};
use crate::emulator::{Emulator, GATEWAY};
use crate::query::QUERIES;
use crate::terraform::{Outcome, Workspace, in_region, is_left_out, server};

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

#[test]
fn without_the_gateway_a_plan_of_a_server_goes_without_the_warning_of_its_pool() {
    let only_plan = actions(&policy("Plan only"));
    let with_gateway = [only_plan.as_slice(), &["vpc:DescribeVpnGateway".to_owned()]].concat();
    let plan = |actions: &[String]| {
        let account = Account::new();
        let emulator = account.emulator(Some(&allow(actions)));
        let workspace = Workspace::new(&emulator);
        workspace.write(&server("this", "client_ip_pool = \"10.30.0.0/29\""));
        workspace.plan()
    };
    plan(&only_plan).exits(2).does_not_say("Warning: Fewer");
    plan(&with_gateway)
        .exits(2)
        .says("Warning: Fewer addresses");
}

#[test]
fn with_the_plan_policy_queries_find_servers_and_certificates() {
    if is_left_out("terraform query", QUERIES) {
        return;
    }
    let account = Account::new();
    let all_rights = account.emulator(None);
    let workspace = Workspace::new(&all_rights);
    workspace.write(&office("name = \"office\"", "ann"));
    workspace.apply().exits(0);
    drop((workspace, all_rights));

    let policy = policy("Plan only");
    let query = |policy: &Value| {
        let emulator = account.emulator(Some(policy));
        let workspace = Workspace::new(&emulator);
        let lists = ["alivpn_ssl_vpn_server", "alivpn_ssl_vpn_client_cert"].map(|name| {
            format!("list {name:?} \"found\" {{\n  provider = alivpn\n  include_resource = true\n  config {{}}\n}}\n")
        });
        workspace.write_file("find.tfquery.hcl", &lists.concat());
        workspace.terraform(&["query", "-no-color"])
    };
    query(&policy)
        .exits(0)
        .says("office (vss-")
        .says("ann (vsc-");
    for (action, lacking) in each_without_one(&policy) {
        is_refused(&query(&lacking), &action);
    }
}

#[test]
fn the_doctor_lets_the_guides_policies_pass_and_says_what_they_leave_out() {
    for (heading, changes) in [("Plan only", "warn"), ("Plan and apply", "pass")] {
        let account = Account::new();
        let emulator = account.emulator(Some(&policy(heading)));
        let said = Said::by(&mut doctor(&emulator.endpoint()));
        assert_eq!(said.status, Some(0), "{heading}: {:#}", said.whole);
        let (result, found, advice) = said.of("changes");
        assert_eq!(result, changes, "{heading}: {found}");
        if result == "warn" {
            assert!(advice.contains("only plan"), "{advice}");
        }
        let (result, found, advice) = said.of("reads");
        assert_eq!(result, "warn", "{heading}: {found}");
        // The action that shows keys is nothing that a plan lacks.
        for text in [found, advice] {
            assert!(!text.contains("ClientCert"), "{heading}: {text}");
        }
    }
}

/// The life of a server and of a certificate, up to the first step that fails.
fn life(emulator: &Emulator) -> Vec<Outcome> {
    life_of(
        emulator,
        &[
            office("name = \"office\"", "ann"),
            office("name = \"other\"\nport = 1195", "bob"),
        ],
    )
}

/// One configuration after the other, a plan and a destroy, up to the first step that fails.
fn life_of(emulator: &Emulator, steps: &[String]) -> Vec<Outcome> {
    let workspace = Workspace::empty();
    let provider = in_region(emulator, "cn-hangzhou");
    workspace.provider(&format!("{provider}\n  preflight = true"));
    let mut outcomes = Vec::new();
    for configuration in steps {
        workspace.write(configuration);
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
fn who_manages_servers_only_needs_no_action_on_certificates() {
    let mut actions = actions(&policy("Plan and apply"));
    actions.retain(|action| !action.contains("ClientCert"));
    assert_eq!(actions.len(), 5, "{actions:?}");
    let account = Account::new();
    let emulator = account.emulator(Some(&allow(&actions)));
    works(&life_of(
        &emulator,
        &[
            server("this", "name = \"office\""),
            server("this", "name = \"other\"\nport = 1195"),
        ],
    ));
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

/// A row of the guide's table of data sources.
struct Row {
    data_source: String,
    /// The arguments that it may be looked up by; none where any will do.
    keys: Vec<String>,
    actions: Vec<String>,
}

fn rows() -> Vec<Row> {
    let section = section("Data sources");
    let rows = section
        .lines()
        .filter(|line| line.starts_with("| `alivpn_"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [data_source, keys, actions] = cells[..] else {
            panic!("three cells: {row}");
        };
        let names = |cell: &str| -> Vec<String> {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect()
        };
        Row {
            data_source: names(data_source).concat(),
            keys: names(keys),
            actions: names(actions),
        }
    })
    .collect()
}

/// An account with a server and a certificate of it, and their IDs.
fn furnished() -> (Account, [String; 2]) {
    let account = Account::new();
    let all_rights = account.emulator(None);
    all_rights.edit_gateway(GATEWAY, json!({"Name": "gate"}));
    let workspace = Workspace::new(&all_rights);
    workspace.write(&office("name = \"office\"", "ann"));
    workspace.apply().exits(0);
    let ids = [all_rights.server_id(), all_rights.certificate_id()];
    drop((workspace, all_rights));
    (account, ids)
}

/// Look-ups that find what is in a [`furnished`] account, one by every key of a row.
fn look_ups(row: &Row, [server, cert]: &[String; 2]) -> String {
    let block = |label: &str, argument: &str| {
        format!(
            "data {:?} {label:?} {{\n  {argument}\n}}\n",
            row.data_source
        )
    };
    if row.keys.is_empty() {
        return block("all", "");
    }
    let by_key = row.keys.iter().map(|key| {
        let value = match (row.data_source.as_str(), key.as_str()) {
            ("alivpn_ssl_vpn_client_cert", "id") => cert,
            ("alivpn_ssl_vpn_client_cert", "name") => "ann",
            ("alivpn_ssl_vpn_client_cert", "ssl_vpn_server_id")
            | ("alivpn_ssl_vpn_server", "id") => server,
            ("alivpn_ssl_vpn_server", "name") => "office",
            ("alivpn_vpn_gateway", "id") | (_, "vpn_gateway_id") => GATEWAY,
            ("alivpn_vpn_gateway", "name") => "gate",
            ("alivpn_vpn_gateway", "vpc_id") => "vpc-bp1emulator0001",
            other => panic!("no look-up for {other:?}"),
        };
        block(&format!("by_{key}"), &format!("{key} = {value:?}"))
    });
    by_key.collect()
}

#[test]
fn a_data_source_needs_what_the_guide_says_and_nothing_else() {
    let (account, ids) = furnished();
    let rows = rows();
    let looked_up: Vec<(&str, Vec<&str>)> = rows
        .iter()
        .map(|row| {
            let keys = row.keys.iter().map(String::as_str);
            (row.data_source.as_str(), keys.collect())
        })
        .collect();
    assert_eq!(
        looked_up,
        [
            ("alivpn_ssl_vpn_client_cert", vec!["id"]),
            (
                "alivpn_ssl_vpn_client_cert",
                vec!["name", "ssl_vpn_server_id"]
            ),
            ("alivpn_ssl_vpn_client_certs", vec![]),
            ("alivpn_ssl_vpn_clients", vec!["vpn_gateway_id"]),
            (
                "alivpn_ssl_vpn_server",
                vec!["id", "name", "vpn_gateway_id"]
            ),
            ("alivpn_ssl_vpn_servers", vec![]),
            ("alivpn_vpn_gateway", vec!["id"]),
            ("alivpn_vpn_gateway", vec!["name", "vpc_id"]),
            ("alivpn_vpn_gateways", vec![]),
        ]
    );
    let plan = |blocks: &str, policy: &Value| {
        let emulator = account.emulator(Some(policy));
        let workspace = Workspace::new(&emulator);
        workspace.write(blocks);
        workspace.plan()
    };
    let look_ups = |row: &Row| look_ups(row, &ids);
    for row in &rows {
        plan(&look_ups(row), &allow(&row.actions)).exits(0);
        // Those with one action are tried without it all together.
        if row.actions.len() > 1 {
            for lacking in &row.actions {
                let rest = row.actions.iter().filter(|it| *it != lacking).cloned();
                let policy = allow(&rest.collect::<Vec<_>>());
                is_refused(&plan(&look_ups(row), &policy), lacking);
            }
        }
    }
    let all: String = rows.iter().map(look_ups).collect();
    let refused = plan(&all, &allow(&["vpc:DescribeRegions".to_owned()]));
    for row in &rows {
        is_refused(&refused, &row.actions[0]);
    }
    plan(&all, &policy("Some objects only")).exits(0);
}
