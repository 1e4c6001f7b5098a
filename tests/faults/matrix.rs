//! Every operation under every fault.
//!
//! A fault comes once, or stays. One that passes must not be noticed: the apply succeeds, with one effect. One that stays, or that waiting
//! cannot help, ends the apply in bounded time with an error that names the operation and what the cloud said. Whatever happened, the
//! state holds what is there; once the fault is gone the next apply converges, or says what to import.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use terraform_provider_alivpn::tf::value::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::cases::{By, FAULTS, Fault, USES, Wrong};
use crate::cloud::Cloud;
use crate::core::{Core, State};
use crate::plugin_caller::Launch;
use crate::provider_block::{Budget, block, pair, renewing};
use crate::subject::{Doing, Kind};
use crate::wire::Wire;

/// Far beyond every budget below, for machines that do other things too.
const BOUND: Duration = Duration::from_secs(120);

/// The timeout of a change that meets a fault which stays.
const LIMIT: &str = "10s";

/// So many cells at a time: they mostly wait.
const AT_ONCE: usize = 32;

/// What came of a cell.
struct Cell {
    /// Whether the apply succeeded.
    succeeded: bool,
    /// What ought to be otherwise.
    complaint: Option<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_operation_under_every_fault_has_one_effect_or_an_error_that_helps() {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut cells = JoinSet::new();
    for (row, fault) in FAULTS.iter().enumerate() {
        for (column, &(operation, by)) in USES.iter().enumerate() {
            for stays in [false, true] {
                if !stays && matches!(fault.wrong, Wrong::Refused) {
                    continue;
                }
                let places = Arc::clone(&places);
                cells.spawn(async move {
                    let _place = places.acquire().await.unwrap();
                    let cell = cell(operation, by, fault, stays);
                    let cell = tokio::time::timeout(BOUND, cell).await;
                    let cell = cell.unwrap_or_else(|_| Cell {
                        succeeded: false,
                        complaint: Some(format!("not at its end after {BOUND:?}")),
                    });
                    (row, column, stays, cell)
                });
            }
        }
    }
    let mut outcomes = vec![vec![["", ""]; USES.len()]; FAULTS.len()];
    let mut complaints = Vec::new();
    while let Some(cell) = cells.join_next().await {
        let (row, column, stays, cell) = cell.unwrap();
        outcomes[row][column][usize::from(stays)] = match cell {
            Cell {
                complaint: Some(_), ..
            } => "WRONG",
            Cell {
                succeeded: true, ..
            } => "ok",
            Cell { .. } => "error",
        };
        if let Some(complaint) = cell.complaint {
            let (fault, (operation, by)) = (FAULTS[row].name, USES[column]);
            let lasting = if stays { "stays" } else { "once" };
            complaints.push(format!(
                "{operation} {}, {fault}, {lasting}: {complaint}",
                by.name()
            ));
        }
    }
    // Past the harness, which shows what is printed of failures only.
    let _ = std::io::stdout().write_all(table(&outcomes).as_bytes());
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// A line for each use, a column for each fault: what came of one that passes, and of one that stays.
fn table(outcomes: &[Vec<[&str; 2]>]) -> String {
    let mut table = String::from("\nWhat comes of a fault that comes once / that stays:\n\n");
    let label = |column: usize| format!("{} ({})", USES[column].0, USES[column].1.name());
    let widest = (0..USES.len())
        .map(|column| label(column).len())
        .max()
        .unwrap_or(0);
    let _ = write!(table, "{:widest$}", "");
    for fault in FAULTS {
        let _ = write!(table, "  {:<16}", fault.name);
    }
    for column in 0..USES.len() {
        let _ = write!(table, "\n{:widest$}", label(column));
        for row in outcomes {
            let [once, stays] = row[column];
            let _ = write!(table, "  {:<16}", format!("{once:>5} / {stays}"));
        }
    }
    table.push_str("\n\n");
    table
}

async fn cell(operation: &'static str, by: By, fault: &'static Fault, stays: bool) -> Cell {
    let cloud = Cloud::start().await;
    let wire = match fault.wrong {
        Wrong::Refused => Some(Wire::to(cloud.address()).await),
        _ => None,
    };
    let endpoint = match &wire {
        Some(wire) => wire.endpoint(),
        None => format!("http://{}", cloud.address()),
    };
    let folder = tempfile::tempdir().unwrap();
    let credentials = match fault.wrong {
        Wrong::Expired => renewing(folder.path()),
        _ => pair(),
    };
    let budget = match (stays, fault.name) {
        (false, "hang") => Budget::Impatient,
        (true, "hang") => Budget::ShortImpatient,
        (false, _) => Budget::Usual,
        (true, _) => Budget::Short,
    };
    let mut block = block(&endpoint, credentials, budget);
    if matches!(by, By::Plan(..)) && operation != "DescribeVpnGateway" {
        block.push(("preflight", Value::from(true)));
    }
    let mut core = Core::start(Launch::default(), block).await;
    let stage = Stage {
        cloud: &cloud,
        wire: wire.as_ref(),
        operation,
        by,
        fault,
        stays,
    };
    match by {
        By::Resource(kind, doing) => stage.resource(&mut core, kind, doing).await,
        By::Plan(kind, doing) => stage.plan(&mut core, kind, doing).await,
        By::DataSource(name, arguments) => {
            stage.arrange(None).await;
            let result = core.look_up(name, arguments()).await.map(|_| String::new());
            stage.judge(result, None)
        }
    }
}

/// One cell's surroundings.
struct Stage<'a> {
    cloud: &'a Cloud,
    wire: Option<&'a Wire>,
    operation: &'static str,
    by: By,
    fault: &'static Fault,
    stays: bool,
}

impl Stage<'_> {
    /// Makes things go wrong from now on; `after` is the operation that comes before the one at fault in what follows.
    async fn arrange(&self, after: Option<&'static str>) {
        let mut order = match self.fault.wrong {
            Wrong::Refused => {
                let wire = self.wire.expect("there is a wire for it");
                match after {
                    Some(operation) => wire.refuse_after(operation),
                    None => wire.refuse().await,
                }
                return;
            }
            Wrong::Clock if !self.stays => return self.cloud.an_hour_ahead().await,
            Wrong::Clock => json!({"code": "InvalidTimeStamp.Expired"}),
            Wrong::Expired => json!({"code": "InvalidSecurityToken.Expired"}),
            Wrong::Ordered(order) => order(),
        };
        order["operation"] = self.operation.into();
        order["count"] = if self.stays { 0 } else { 1 }.into();
        self.cloud.order(order).await;
    }

    async fn mend(&self) {
        self.cloud.clear_faults().await;
        if let Some(wire) = self.wire {
            wire.mend().await;
        }
    }

    /// A plan changes nothing, and fails only for what the apply would fail for as well. What it could not learn it says.
    async fn plan(&self, core: &mut Core, kind: &Kind, doing: Doing) -> Cell {
        let (before, after) = kind.configs(core, doing, "", None);
        let (state, result) = core.run(kind.type_name, &State::none(), &before).await;
        if let Err(error) = result {
            return self.wrong(format!("cannot begin: {error}"));
        }
        let begun = self.cloud.objects(kind.objects).await;
        self.arrange(None).await;
        let planned = core.plan(kind.type_name, &state, &after).await;
        if self.cloud.objects(kind.objects).await != begun {
            return self.wrong("the plan changed something".to_owned());
        }
        let is_look = self.operation.starts_with("Describe");
        match planned {
            // Who cannot look does without the warning.
            Ok(_) if is_look => Cell {
                succeeded: true,
                complaint: None,
            },
            Ok(plan) if plan.warnings.contains("Preflight ") => Cell {
                succeeded: true,
                ..self.judge(Err(plan.warnings), None)
            },
            outcome => self.judge(outcome.map(|_| String::new()), None),
        }
    }

    async fn resource(&self, core: &mut Core, kind: &Kind, doing: Doing) -> Cell {
        let on = match kind.base(core).await {
            Ok(on) => on,
            Err(error) => return self.wrong(format!("cannot begin: {error}")),
        };
        let limit = self.stays.then_some(LIMIT);
        let (before, after) = kind.configs(core, doing, &on, limit);
        let (state, result) = core.run(kind.type_name, &State::none(), &before).await;
        if let Err(error) = result {
            return self.wrong(format!("cannot begin: {error}"));
        }
        let change = self
            .operation
            .starts_with("Describe")
            .then(|| kind.change(doing));
        if doing == Doing::Refresh {
            self.arrange(None).await;
            let begun = state.clone();
            return match core.refresh(kind.type_name, &state).await {
                Ok(refreshed) if refreshed.value == begun.value => {
                    self.judge(Ok(String::new()), None)
                }
                Ok(refreshed) => self.wrong(format!("refreshed to {refreshed:?}")),
                Err(error) => self.judge(Err(error), None),
            };
        }
        let plan = match core.plan(kind.type_name, &state, &after).await {
            Ok(plan) => plan,
            Err(error) => return self.wrong(format!("cannot plan: {error}")),
        };
        self.arrange(change).await;
        self.cloud.forget_calls().await;
        let begun = Instant::now();
        let (state, result) = core.apply(plan).await;
        let took = begun.elapsed();
        // However often it is sent it is one change, and so has one effect.
        let tokens = self.cloud.client_tokens(kind.change(doing)).await;
        if tokens.len() > 1 || tokens.contains("") || (result.is_ok() && tokens.is_empty()) {
            return self.wrong(format!("sent under the tokens {tokens:?}"));
        }
        // Only the answer of the create itself can be lost: what it brought is never.
        if doing == Doing::Create
            && self.operation != kind.change(doing)
            && let Err(complaint) = kind.check(self.cloud, doing, &state).await
        {
            return self.wrong(format!("after {result:?}: {complaint}"));
        }
        if result.is_ok()
            && let Err(complaint) = kind.check(self.cloud, doing, &state).await
        {
            return self.wrong(format!("succeeded after {took:?}, but {complaint}"));
        }
        self.mend().await;
        let said = result.as_ref().err();
        let recovery = self
            .recovery(core, kind, doing, (state, said), &after)
            .await
            .err();
        self.judge(result, recovery)
    }

    /// The next apply, without the fault: it converges, or says what to import. The first left a state, and maybe an error.
    async fn recovery(
        &self,
        core: &mut Core,
        kind: &Kind,
        doing: Doing,
        (state, said): (State, Option<&String>),
        config: &Value,
    ) -> Result<(), String> {
        let is_in_doubt =
            !kind.is_recognised && doing == Doing::Create && state.value == Value::Null;
        let (state, result) = core.run(kind.type_name, &state, config).await;
        let objects = self.cloud.objects(kind.objects).await;
        let Err(error) = result else {
            let of_the_state = |object: &&Json| object[kind.id] == state.text("id").as_str();
            return match objects.as_slice() {
                // The first, whose answer nobody heard, is in no state.
                [_, _] if is_in_doubt && objects.iter().any(|object| of_the_state(&object)) => {
                    let leads =
                        said.is_some_and(|said| said.contains("alivpn_ssl_vpn_client_certs"));
                    leads.then_some(()).ok_or_else(|| {
                        format!("one is left over, and it is not said where it is listed: {said:?}")
                    })
                }
                _ => kind.check(self.cloud, doing, &state).await,
            };
        };
        match objects.as_slice() {
            [object]
                if kind.is_recognised && doing == Doing::Create && state.value == Value::Null =>
            {
                let id = object[kind.id].as_str().unwrap_or_default();
                if error.contains(id) && error.contains("import {") {
                    Ok(())
                } else {
                    Err(format!("{id} is there and not named for import: {error}"))
                }
            }
            _ => Err(format!("the next apply fails: {error}")),
        }
    }

    fn wrong(&self, complaint: String) -> Cell {
        Cell {
            succeeded: false,
            complaint: Some(complaint),
        }
    }

    /// Compares what came of it with what had to.
    fn judge(&self, result: Result<String, String>, recovery: Option<String>) -> Cell {
        let succeeded = result.is_ok();
        let complaint = recovery.or(match result {
            Err(error) if self.fault.passes && !self.stays && !self.is_final() => {
                Some(format!("noticed: {error}"))
            }
            Err(error) => self.missing(&error),
            // What was created and could not be read is in the state, with a warning.
            Ok(warnings) if self.stays && !self.is_harmless() => self.missing(&warnings),
            Ok(_) => None,
        });
        Cell {
            succeeded,
            complaint,
        }
    }

    /// Nobody waits for a gateway that is only looked at.
    fn is_final(&self) -> bool {
        let is_change =
            matches!(self.by, By::Resource(..)) && !self.operation.starts_with("Describe");
        self.fault.name == "gateway busy" && !is_change
    }

    /// What is slow for ever is carried out all the same, once its repetitions are told so.
    fn is_harmless(&self) -> bool {
        self.fault.name == "hang"
    }

    /// What the error ought to say and does not.
    fn missing(&self, error: &str) -> Option<String> {
        let is_named = match self.fault.wrong {
            // Whichever comes first in this use finds the port shut.
            Wrong::Refused => USES
                .iter()
                .filter(|(_, by)| by.name() == self.by.name())
                .any(|(operation, _)| error.contains(operation)),
            _ => error.contains(self.operation),
        };
        let unsaid = self
            .fault
            .says
            .iter()
            .filter(|words| !error.contains(**words));
        let unsaid: Vec<&str> = unsaid
            .copied()
            .chain((!is_named).then_some(self.operation))
            .collect();
        (!unsaid.is_empty()).then(|| format!("does not say {unsaid:?}: {error}"))
    }
}
