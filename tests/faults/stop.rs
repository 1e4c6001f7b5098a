//! Every wait of the provider ends when Terraform says Stop; a change that was sent has two seconds for its answer.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use terraform_provider_alivpn::tf::proto::stop;
use terraform_provider_alivpn::tf::value::Value;

use crate::cloud::Cloud;
use crate::core::{Core, Plan, State};
use crate::plugin_caller::Launch;
use crate::provider_block::{Budget, block, pair};
use crate::subject::{CERTIFICATE, Doing, SERVER};

/// For what ends at once, on a machine that does other things too.
const AT_ONCE: Duration = Duration::from_millis(1500);
/// For a change that was sent.
const WITH_GRACE: Duration = Duration::from_millis(3500);

async fn provider(cloud: &Cloud) -> Core {
    let endpoint = format!("http://{}", cloud.address());
    Core::start(Launch::default(), block(&endpoint, pair(), Budget::Usual)).await
}

async fn creation(core: &mut Core) -> Plan {
    let (_, config) = SERVER.configs(core, Doing::Create, "", None);
    let plan = core.plan(SERVER.type_name, &State::none(), &config).await;
    plan.unwrap()
}

/// Says Stop once the cloud has seen so many calls of an operation; gives the time from then to the apply's end.
async fn stopped(
    cloud: &Cloud,
    core: &mut Core,
    plan: Plan,
    operation: &str,
    calls: usize,
) -> (Duration, State, String) {
    cloud.forget_calls().await;
    let mut client = core.session.client.clone();
    let stopping = async {
        cloud.until_called(operation, calls).await;
        let said = Instant::now();
        client.stop(stop::Request {}).await.unwrap();
        said
    };
    let ending = async {
        let (state, result) = core.apply(plan).await;
        (Instant::now(), state, result.expect_err("it was stopped"))
    };
    let (said, (ended, state, error)) = tokio::join!(stopping, ending);
    (ended.duration_since(said), state, error)
}

#[tokio::test]
async fn a_stop_ends_back_offs_and_looks_at_a_gateway_at_once() {
    let ordered = |mut fault: Json| {
        fault["operation"] = "CreateSslVpnServer".into();
        fault["count"] = 0.into();
        fault
    };
    for (what, fault, operation, calls) in [
        (
            "a back-off",
            json!({"code": "SystemBusy"}),
            "CreateSslVpnServer",
            5,
        ),
        (
            "a wait that the cloud asked for",
            json!({"code": "Throttling.User", "retry_after_ms": 25_000}),
            "CreateSslVpnServer",
            1,
        ),
        (
            "a busy gateway",
            json!({"code": "VpnGateway.Configuring"}),
            "DescribeVpnGateway",
            2,
        ),
    ] {
        let cloud = Cloud::start().await;
        let mut core = provider(&cloud).await;
        let plan = creation(&mut core).await;
        cloud.order(ordered(fault)).await;
        let (took, state, error) = stopped(&cloud, &mut core, plan, operation, calls).await;
        assert!(took < AT_ONCE, "{what}: {took:?}");
        assert_eq!(state.value, Value::Null, "{what}");
        assert!(
            cloud.objects(SERVER.objects).await.is_empty(),
            "{what}: {error}"
        );
    }
}

/// Turns come about once a second then, so that the last of many waits far longer than the bound.
#[tokio::test]
async fn a_stop_ends_the_queue_under_flow_control_at_once() {
    const CALLERS: usize = 8;
    let cloud = Cloud::start().await;
    let mut core = provider(&cloud).await;
    let server = CERTIFICATE.base(&mut core).await.unwrap();
    let (_, config) = CERTIFICATE.configs(&core, Doing::Create, &server, None);
    let mut requests = Vec::new();
    for _ in 0..CALLERS {
        let nothing = State::none();
        let plan = core.plan(CERTIFICATE.type_name, &nothing, &config).await;
        let plan = plan.unwrap();
        requests.push(core.request(plan));
    }
    cloud
        .order(
            json!({"operation": "CreateSslVpnClientCert", "code": "Throttling.User", "count": 0}),
        )
        .await;
    cloud.forget_calls().await;
    let mut client = core.session.client.clone();
    let applies: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let mut client = client.clone();
            tokio::spawn(async move { client.apply_resource_change(request).await })
        })
        .collect();
    cloud.until_called("CreateSslVpnClientCert", CALLERS).await;
    let said = Instant::now();
    client.stop(stop::Request {}).await.unwrap();
    for apply in applies {
        let answer = apply.await.unwrap().unwrap().into_inner();
        assert_eq!(answer.diagnostics.len(), 1);
    }
    assert!(said.elapsed() < AT_ONCE, "{:?}", said.elapsed());
    assert!(cloud.objects(CERTIFICATE.objects).await.is_empty());
}

#[tokio::test]
async fn a_change_whose_answer_comes_within_two_seconds_of_a_stop_is_in_the_state() {
    let cloud = Cloud::start().await;
    let mut core = provider(&cloud).await;
    let plan = creation(&mut core).await;
    cloud
        .order(json!({"operation": "CreateSslVpnServer", "delay": "1s"}))
        .await;
    let (took, state, error) = stopped(&cloud, &mut core, plan, "CreateSslVpnServer", 1).await;
    assert!(took < WITH_GRACE, "{took:?}");
    let created = cloud.objects(SERVER.objects).await;
    assert_eq!(
        created[0]["SslVpnServerId"],
        state.text("id").as_str(),
        "{error}"
    );
    assert!(error.contains("accepted"), "{error}");
}

#[tokio::test]
async fn a_change_whose_answer_does_not_come_is_given_up_two_seconds_after_a_stop() {
    let cloud = Cloud::start().await;
    let mut core = provider(&cloud).await;
    let plan = creation(&mut core).await;
    cloud
        .order(json!({"operation": "CreateSslVpnServer", "delay": "1h"}))
        .await;
    let (took, _, error) = stopped(&cloud, &mut core, plan, "CreateSslVpnServer", 1).await;
    assert!(
        took > Duration::from_millis(1900) && took < WITH_GRACE,
        "{took:?}"
    );
    assert!(
        error.contains("the cloud may have carried it out"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stop_ends_the_queue_for_a_gateway_at_once() {
    let cloud = Cloud::start().await;
    let mut core = provider(&cloud).await;
    let plans = [creation(&mut core).await, creation(&mut core).await];
    // The first waits for the gateway, the second for the first.
    cloud.order(json!({"operation": "CreateSslVpnServer", "code": "VpnGateway.Configuring", "count": 0})).await;
    cloud.forget_calls().await;
    let mut client = core.session.client.clone();
    let requests = plans.map(|plan| core.request(plan));
    let applies = requests.map(|request| {
        let mut client = client.clone();
        tokio::spawn(async move { client.apply_resource_change(request).await })
    });
    cloud.until_called("DescribeVpnGateway", 2).await;
    let said = Instant::now();
    client.stop(stop::Request {}).await.unwrap();
    for apply in applies {
        let answer = apply.await.unwrap().unwrap().into_inner();
        assert_eq!(answer.diagnostics.len(), 1);
    }
    assert!(said.elapsed() < AT_ONCE, "{:?}", said.elapsed());
    assert!(cloud.objects(SERVER.objects).await.is_empty());
}
