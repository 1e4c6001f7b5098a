//! Reads that share a listing never get what was listed before a change of this process ended. The listing shows every object of the
//! region, so that one of any change would serve a read that comes after it.

use terraform_provider_alivpn::tf::value::Value;

use crate::cloud::{Cloud, GATEWAY};
use crate::core::{Core, State};
use crate::plugin_caller::Launch;
use crate::provider_block::{Budget, block, pair};
use crate::subject::{CERTIFICATE, Doing, Kind, SERVER};

/// A process with three objects of a kind.
struct Three {
    cloud: Cloud,
    core: Core,
    kind: &'static Kind,
    /// What each stands on.
    on: Vec<String>,
    states: Vec<State>,
}

impl Three {
    async fn of(kind: &'static Kind) -> Self {
        let cloud = Cloud::start().await;
        let endpoint = format!("http://{}", cloud.address());
        let block = block(&endpoint, pair(), Budget::Usual);
        let mut core = Core::start(Launch::default(), block).await;
        let on = match kind.base {
            Some(_) => vec![kind.base(&mut core).await.unwrap(); 4],
            None => {
                for id in ["vpn-2", "vpn-3", "vpn-4"] {
                    cloud.add_gateway(id).await;
                }
                [GATEWAY, "vpn-2", "vpn-3", "vpn-4"]
                    .map(str::to_owned)
                    .to_vec()
            }
        };
        let mut three = Self {
            cloud,
            core,
            kind,
            on,
            states: Vec::new(),
        };
        for number in 0..3 {
            let config = three.config(number, Doing::Create);
            let state = three.apply(&State::none(), &config).await;
            three.states.push(state);
        }
        three
    }

    /// The configuration of one of them after a change.
    fn config(&self, number: usize, doing: Doing) -> Value {
        let on = &self.on[number];
        let (_, mut config) = self.kind.configs(&self.core, doing, on, None);
        if let Value::Map(attributes) = &mut config
            && self.kind.base.is_none()
        {
            attributes.insert("vpn_gateway_id".into(), Value::from(on.as_str()));
        }
        config
    }

    async fn apply(&mut self, state: &State, config: &Value) -> State {
        let name = self.kind.type_name;
        let plan = self.core.plan(name, state, config).await.unwrap();
        let (state, result) = self.core.apply(plan).await;
        result.unwrap();
        state
    }

    async fn read(&mut self, number: usize) -> State {
        let state = self.states[number].clone();
        let read = self.core.refresh(self.kind.type_name, &state).await;
        read.unwrap()
    }

    /// Reads the first two: the second by a listing, which shows the third as well.
    async fn list(&mut self) {
        for number in 0..2 {
            self.read(number).await;
        }
    }
}

#[tokio::test]
async fn what_was_changed_is_read_as_it_is() {
    for (kind, doing) in [
        (&SERVER, Doing::Rename),
        (&SERVER, Doing::Update),
        (&CERTIFICATE, Doing::Rename),
    ] {
        let mut three = Three::of(kind).await;
        let before = three.states[2].clone();
        three.list().await;
        let config = three.config(2, doing);
        three.states[2] = three.apply(&before, &config).await;
        let read = three.read(2).await;
        assert_eq!(read.value, three.states[2].value, "{doing:?}");
        assert_ne!(read.value, before.value, "{doing:?}");
    }
}

#[tokio::test]
async fn what_was_deleted_is_gone() {
    for kind in [&SERVER, &CERTIFICATE] {
        let mut three = Three::of(kind).await;
        three.list().await;
        let state = three.states[2].clone();
        three.apply(&state, &Value::Null).await;
        assert_eq!(three.read(2).await.value, Value::Null, "{}", kind.type_name);
    }
}

/// A new object may be one that others depend on: after it everything is asked for anew.
#[tokio::test]
async fn what_was_listed_before_a_create_is_asked_for_again() {
    for kind in [&SERVER, &CERTIFICATE] {
        let mut three = Three::of(kind).await;
        three.list().await;
        let config = three.config(3, Doing::Create);
        three.apply(&State::none(), &config).await;
        three.cloud.forget_calls().await;
        three.read(2).await;
        assert_eq!(
            three.cloud.operations().await.len(),
            1,
            "{}",
            kind.type_name
        );
    }
}
