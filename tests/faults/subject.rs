//! What is created, changed and deleted under faults: a kind of object, with what a test needs to know of it.

use std::pin::Pin;

use serde_json::Value as Json;
use terraform_provider_alivpn::tf::value::Value;

use crate::cloud::{Cloud, GATEWAY};
use crate::core::{Core, State};

/// A kind of object.
pub struct Kind {
    pub type_name: &'static str,
    /// Where the emulator shows the objects.
    pub objects: &'static str,
    /// The API's name of its ID.
    pub id: &'static str,
    /// What the API calls its creation, change and deletion.
    pub operations: [&'static str; 3],
    /// What it stands on.
    pub base: Option<&'static Kind>,
    /// The arguments of a first configuration, given the ID of what it stands on.
    pub first: fn(&str) -> Vec<(&'static str, Value)>,
    /// Those of another, to which the object is changed: which, and the attribute with its value that the cloud then shows.
    pub full: Option<Other>,
    /// As `full`, by the synchronous change of the name.
    pub rename: Other,
    /// Whether one that was created by a provider that was killed can be told by the next create.
    pub is_recognised: bool,
}

/// Another configuration, as what differs from the first.
#[derive(Clone, Copy)]
pub struct Other {
    pub argument: &'static str,
    pub value: fn() -> Value,
    /// What the cloud then shows: its name of the attribute, and the text.
    pub shown: (&'static str, &'static str),
}

pub static SERVER: Kind = Kind {
    type_name: "alivpn_ssl_vpn_server",
    objects: "ssl_vpn_servers",
    id: "SslVpnServerId",
    operations: [
        "CreateSslVpnServer",
        "ModifySslVpnServer",
        "DeleteSslVpnServer",
    ],
    base: None,
    first: |_| {
        vec![
            ("vpn_gateway_id", Value::from(GATEWAY)),
            ("client_ip_pool", Value::from("10.30.0.0/24")),
            (
                "local_subnets",
                Value::List(vec![Value::from("192.168.0.0/16")]),
            ),
            ("name", Value::from("first")),
            ("port", Value::from(1194)),
        ]
    },
    full: Some(Other {
        argument: "port",
        value: || Value::from(1195),
        shown: ("Port", "1195"),
    }),
    rename: Other {
        argument: "name",
        value: || Value::from("other"),
        shown: ("Name", "other"),
    },
    is_recognised: true,
};

pub static CERTIFICATE: Kind = Kind {
    type_name: "alivpn_ssl_vpn_client_cert",
    objects: "ssl_vpn_client_certs",
    id: "SslVpnClientCertId",
    operations: [
        "CreateSslVpnClientCert",
        "ModifySslVpnClientCert",
        "DeleteSslVpnClientCert",
    ],
    base: Some(&SERVER),
    first: |server| {
        vec![
            ("ssl_vpn_server_id", Value::from(server)),
            ("name", Value::from("first")),
        ]
    },
    full: None,
    rename: Other {
        argument: "name",
        value: || Value::from("other"),
        shown: ("Name", "other"),
    },
    is_recognised: false,
};

/// What is done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Create,
    /// A change that the cloud carries out in the background.
    Update,
    Rename,
    Delete,
    Refresh,
}

impl Kind {
    /// The operation that does it.
    pub fn change(&self, doing: Doing) -> &'static str {
        let [create, modify, delete] = self.operations;
        match doing {
            Doing::Create => create,
            Doing::Update | Doing::Rename | Doing::Refresh => modify,
            Doing::Delete => delete,
        }
    }

    /// Makes what an object of this kind stands on, and gives its ID.
    pub fn base<'a>(
        &'a self,
        core: &'a mut Core,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        Box::pin(async move {
            let Some(kind) = self.base else {
                return Ok(String::new());
            };
            let on = kind.base(core).await?;
            let config = core.object(kind.type_name, (kind.first)(&on));
            let (state, result) = core.run(kind.type_name, &State::none(), &config).await;
            result.map(|()| state.text("id"))
        })
    }

    /// The configuration that `doing` is about: before it is done, and after. `on` is what the object stands on; with `limit` the
    /// resource's timeout for it.
    pub fn configs(
        &self,
        core: &Core,
        doing: Doing,
        on: &str,
        limit: Option<&str>,
    ) -> (Value, Value) {
        let with = |mut set: Vec<(&'static str, Value)>, change: &str| {
            if let Some(limit) = limit {
                let of = |name: &str| match name == change {
                    true => Value::from(limit),
                    false => Value::Null,
                };
                let each = ["create", "update", "delete"];
                set.push(("timeouts", Value::map(each.map(|name| (name, of(name))))));
            }
            core.object(self.type_name, set)
        };
        let first = match doing {
            Doing::Create => with((self.first)(on), "create"),
            Doing::Delete => with((self.first)(on), "delete"),
            _ => core.object(self.type_name, (self.first)(on)),
        };
        let other = |other: Other| {
            let mut set = (self.first)(on);
            set.retain(|(name, _)| *name != other.argument);
            set.push((other.argument, (other.value)()));
            with(set, "update")
        };
        match doing {
            Doing::Create => (Value::Null, first),
            Doing::Update => (first, other(self.full.expect("it can be changed"))),
            Doing::Rename => (first, other(self.rename)),
            Doing::Delete => (first, Value::Null),
            Doing::Refresh => (first.clone(), first),
        }
    }

    /// Whether the cloud holds exactly what a configuration, reached by `doing`, and a state say.
    pub async fn check(&self, cloud: &Cloud, doing: Doing, state: &State) -> Result<(), String> {
        let objects = cloud.objects(self.objects).await;
        if doing == Doing::Delete {
            return match (objects.as_slice(), &state.value) {
                ([], Value::Null) => Ok(()),
                found => Err(format!("not gone: {found:?}")),
            };
        }
        let [object] = objects.as_slice() else {
            return Err(format!(
                "{} objects in the cloud instead of one",
                objects.len()
            ));
        };
        if object[self.id].as_str() != Some(state.text("id").as_str()) {
            return Err(format!(
                "the state holds {} and the cloud {object}",
                state.text("id")
            ));
        }
        let shown = match doing {
            Doing::Update => self.full.map(|other| other.shown),
            Doing::Rename => Some(self.rename.shown),
            _ => None,
        };
        match shown {
            Some((name, text)) if shown_text(&object[name]) != text => {
                Err(format!("{name} is {} instead of {text}", object[name]))
            }
            _ => Ok(()),
        }
    }
}

/// The API writes some of its numbers as strings.
fn shown_text(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
