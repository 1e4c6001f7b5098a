//! A provider that is killed at any of its calls: the next apply converges, or names the object to import.

use std::time::Duration;

use terraform_provider_alivpn::tf::value::Value;
use tokio::task::JoinSet;

use crate::cloud::Cloud;
use crate::core::{Core, State};
use crate::plugin_caller::Launch;
use crate::provider_block::{Budget, block, pair};
use crate::subject::{CERTIFICATE, Doing, Kind, SERVER};
use crate::wire::{Moment, Wire};

const KINDS: &[&Kind] = &[&SERVER, &CERTIFICATE];

/// Far beyond what two applies need.
const BOUND: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_provider_killed_at_any_call_of_a_create() {
    at_every_call(Doing::Create).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_provider_killed_at_any_call_of_an_update() {
    at_every_call(Doing::Update).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_provider_killed_at_any_call_of_a_rename() {
    at_every_call(Doing::Rename).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_provider_killed_at_any_call_of_a_delete() {
    at_every_call(Doing::Delete).await;
}

async fn at_every_call(doing: Doing) {
    let mut runs = JoinSet::new();
    for &kind in KINDS {
        if doing == Doing::Update && kind.full.is_none() {
            continue;
        }
        let undisturbed = killed(kind, doing, None).await.unwrap();
        assert!(undisturbed > 0, "{doing:?} makes no call");
        for call in 1..=undisturbed {
            for moment in [Moment::Before, Moment::After] {
                runs.spawn(async move {
                    let run =
                        tokio::time::timeout(BOUND, killed(kind, doing, Some((call, moment))));
                    let run = run
                        .await
                        .unwrap_or_else(|_| Err("it does not end".to_owned()));
                    run.err().map(|complaint| {
                        format!(
                            "{}, {doing:?}, killed {moment:?} call {call}: {complaint}",
                            kind.type_name
                        )
                    })
                });
            }
        }
    }
    let complaints: Vec<String> = runs.join_all().await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// One change under the death of its provider, and the next apply by another one. Gives the number of calls of the change.
async fn killed(
    kind: &Kind,
    doing: Doing,
    death: Option<(usize, Moment)>,
) -> Result<usize, String> {
    let cloud = Cloud::start().await;
    let wire = Wire::to(cloud.address()).await;
    let start = || {
        Core::start(
            Launch::default(),
            block(&wire.endpoint(), pair(), Budget::Usual),
        )
    };
    let mut core = start().await;
    let on = kind.base(&mut core).await?;
    let (before, after) = kind.configs(&core, doing, &on, None);
    let (prior, result) = core.run(kind.type_name, &State::none(), &before).await;
    result.map_err(|error| format!("cannot begin: {error}"))?;
    let plan = core.plan(kind.type_name, &prior, &after).await?;
    let calls = cloud.operations().await.len();
    if let Some((call, moment)) = death {
        let process = core.session.caller.child.id().ok_or("it died before")?;
        wire.kill_at(call, moment, process);
    }
    let (state, result) = core.apply(plan).await;
    if death.is_none() {
        result?;
        return Ok(cloud.operations().await.len() - calls);
    }
    if result.is_ok() {
        // How often a gateway is looked at is chance: this time there was no such call.
        return kind.check(&cloud, doing, &state).await.map(|()| 0);
    }
    drop(core);
    wire.mend().await;

    let mut core = start().await;
    let (state, result) = core.run(kind.type_name, &state, &after).await;
    let left = cloud.objects(kind.objects).await;
    match (result, left.as_slice()) {
        (Ok(()), _) if kind.is_recognised || left.len() < 2 => {
            kind.check(&cloud, doing, &state).await.map(|()| 0)
        }
        // The one left over is in no state, which the guide is about.
        (Ok(()), [_, _]) if doing == Doing::Create => Ok(0),
        (Err(error), [object]) if doing == Doing::Create && state.value == Value::Null => {
            let id = object[kind.id].as_str().unwrap_or_default();
            if error.contains(id) && error.contains("import {") {
                Ok(0)
            } else {
                Err(format!("{id} is there and not named for import: {error}"))
            }
        }
        (result, left) => Err(format!("{result:?} with {left:?}")),
    }
}
