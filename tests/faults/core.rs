//! What Terraform's core does with a provider, in short: configure, refresh, plan, apply, and what it then keeps.

use std::collections::HashMap;

use terraform_provider_alivpn::tf::proto::diagnostic::Severity;
use terraform_provider_alivpn::tf::proto::{
    Diagnostic, Schema, apply_resource_change, plan_resource_change, read_data_source,
    read_resource,
};
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

use crate::plugin_caller::Launch;
use crate::session::{Session, decode, encode, schema_type};

/// What the core keeps of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Null when there is no object.
    pub value: Value,
    private: Vec<u8>,
}

impl State {
    pub fn none() -> Self {
        Self {
            value: Value::Null,
            private: Vec::new(),
        }
    }

    /// An attribute as text, empty when it is not set.
    pub fn text(&self, name: &str) -> String {
        self.value
            .attribute(name)
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// A change that is ready to be applied.
pub struct Plan {
    type_name: String,
    prior: State,
    planned: Value,
    config: Value,
    private: Vec<u8>,
    /// Whether the object has to be replaced.
    pub replaces: bool,
    /// The words of the warnings.
    pub warnings: String,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.planned == self.prior.value
    }
}

/// A provider process and the core that uses it.
pub struct Core {
    pub session: Session,
    resources: HashMap<String, Type>,
    data_sources: HashMap<String, Type>,
}

impl Core {
    /// A process that is configured with these arguments of the provider block.
    pub async fn start(launch: Launch, block: Vec<(&str, Value)>) -> Self {
        let mut session = Session::of(launch).await;
        let schemas = session.schemas().await;
        let types = |schemas: &HashMap<String, Schema>| {
            let ty = |(name, schema): (&String, &Schema)| (name.clone(), schema_type(schema));
            schemas.iter().map(ty).collect()
        };
        let resources = types(&schemas.resource_schemas);
        let data_sources = types(&schemas.data_source_schemas);
        let ty = schema_type(schemas.provider.as_ref().unwrap());
        let config = object(&ty, block);
        session.configure_with(encode(&config, &ty)).await;
        Self {
            session,
            resources,
            data_sources,
        }
    }

    /// An object of a type with these values and no others.
    pub fn object(&self, type_name: &str, set: Vec<(&str, Value)>) -> Value {
        object(&self.resources[type_name], set)
    }

    /// The plan for a configuration, null for none.
    pub async fn plan(
        &mut self,
        type_name: &str,
        state: &State,
        config: &Value,
    ) -> Result<Plan, String> {
        let ty = &self.resources[type_name];
        let proposed = propose(&state.value, config);
        let request = plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: encode(&state.value, ty),
            proposed_new_state: encode(&proposed, ty),
            config: encode(config, ty),
            prior_private: state.private.clone(),
            ..Default::default()
        };
        let answer = self.session.client.plan_resource_change(request).await;
        let answer = answer.map_err(|status| status.to_string())?.into_inner();
        errors(&answer.diagnostics)?;
        Ok(Plan {
            type_name: type_name.to_owned(),
            prior: state.clone(),
            planned: decode(answer.planned_state, ty),
            config: config.clone(),
            private: answer.planned_private,
            replaces: !answer.requires_replace.is_empty(),
            warnings: words(&answer.diagnostics, Severity::Warning),
        })
    }

    /// The request that applies a plan.
    pub fn request(&self, plan: Plan) -> apply_resource_change::Request {
        let ty = &self.resources[&plan.type_name];
        apply_resource_change::Request {
            prior_state: encode(&plan.prior.value, ty),
            planned_state: encode(&plan.planned, ty),
            config: encode(&plan.config, ty),
            type_name: plan.type_name,
            planned_private: plan.private,
            ..Default::default()
        }
    }

    /// What is then there, and the words of the warnings, or of the errors.
    pub async fn apply(&mut self, plan: Plan) -> (State, Result<String, String>) {
        let (ty, prior) = (self.resources[&plan.type_name].clone(), plan.prior.clone());
        let request = self.request(plan);
        match self.session.client.apply_resource_change(request).await {
            // The core then keeps what it had.
            Err(status) => (prior, Err(status.to_string())),
            Ok(answer) => {
                let answer = answer.into_inner();
                let state = State {
                    value: decode(answer.new_state, &ty),
                    private: answer.private,
                };
                let warnings = words(&answer.diagnostics, Severity::Warning);
                (state, errors(&answer.diagnostics).map(|()| warnings))
            }
        }
    }

    /// The state as it is now.
    pub async fn refresh(&mut self, type_name: &str, state: &State) -> Result<State, String> {
        if state.value == Value::Null {
            return Ok(state.clone());
        }
        let ty = &self.resources[type_name];
        let request = read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: encode(&state.value, ty),
            private: state.private.clone(),
            ..Default::default()
        };
        let answer = self.session.client.read_resource(request).await;
        let answer = answer.map_err(|status| status.to_string())?.into_inner();
        errors(&answer.diagnostics)?;
        Ok(State {
            value: decode(answer.new_state, ty),
            private: answer.private,
        })
    }

    /// A data source's answer.
    pub async fn look_up(
        &mut self,
        type_name: &str,
        set: Vec<(&str, Value)>,
    ) -> Result<Value, String> {
        let ty = &self.data_sources[type_name];
        let request = read_data_source::Request {
            type_name: type_name.to_owned(),
            config: encode(&object(ty, set), ty),
            ..Default::default()
        };
        let answer = self.session.client.read_data_source(request).await;
        let answer = answer.map_err(|status| status.to_string())?.into_inner();
        errors(&answer.diagnostics)?;
        Ok(decode(answer.state, ty))
    }

    /// `terraform apply`: refresh, plan, apply. A replacement is two applies.
    pub async fn run(
        &mut self,
        type_name: &str,
        state: &State,
        config: &Value,
    ) -> (State, Result<(), String>) {
        let mut state = state.clone();
        state = match self.refresh(type_name, &state).await {
            Ok(refreshed) => refreshed,
            Err(error) => return (state, Err(error)),
        };
        if state.value == Value::Null && *config == Value::Null {
            return (state, Ok(()));
        }
        let mut plan = match self.plan(type_name, &state, config).await {
            Ok(plan) if plan.is_empty() => return (state, Ok(())),
            Ok(plan) => plan,
            Err(error) => return (state, Err(error)),
        };
        if plan.replaces {
            let gone = self.plan(type_name, &state, &Value::Null).await;
            let (left, result) = match gone {
                Ok(gone) => self.apply(gone).await,
                Err(error) => return (state, Err(error)),
            };
            if result.is_err() {
                return (left, result.map(|_| ()));
            }
            plan = match self.plan(type_name, &State::none(), config).await {
                Ok(plan) => plan,
                Err(error) => return (State::none(), Err(error)),
            };
        }
        let (state, result) = self.apply(plan).await;
        (state, result.map(|_| ()))
    }
}

pub fn object(ty: &Type, set: Vec<(&str, Value)>) -> Value {
    let Type::Object(attributes) = ty else {
        panic!("not the type of an object: {ty:?}");
    };
    for (name, _) in &set {
        assert!(attributes.contains_key(*name), "no attribute {name}");
    }
    let value = |name: &String| {
        let found = set.iter().find(|(set, _)| set == name);
        found.map_or(Value::Null, |(_, value)| value.clone())
    };
    Value::map(attributes.keys().map(|name| (name.clone(), value(name))))
}

/// What is configured, and for the rest what is there.
fn propose(prior: &Value, config: &Value) -> Value {
    let Value::Map(attributes) = config else {
        return config.clone();
    };
    let or_prior = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Null => prior.attribute(name),
            value => value,
        };
        (name.clone(), value.clone())
    };
    Value::map(attributes.iter().map(or_prior))
}

/// The errors' words, if there are any.
fn errors(diagnostics: &[Diagnostic]) -> Result<(), String> {
    match words(diagnostics, Severity::Error) {
        errors if errors.is_empty() => Ok(()),
        errors => Err(errors),
    }
}

fn words(diagnostics: &[Diagnostic], severity: Severity) -> String {
    let words: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == severity)
        .map(|found| format!("{}: {}", found.summary, found.detail))
        .collect();
    words.join("\n")
}
