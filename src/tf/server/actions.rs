//! ValidateActionConfig, PlanAction and InvokeAction.

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Server;
use super::deferral::wish;
use super::events::Event;
use crate::tf::action;
use crate::tf::diagnostics::Diagnostics;
use crate::tf::proto::invoke_action::event::{Completed, Progress, Type};
use crate::tf::proto::{invoke_action, plan_action, validate_action_config};
use crate::tf::provider::Provider;
use crate::tf::resource::Call;

impl Event for invoke_action::Event {
    fn failed(diagnostics: Diagnostics) -> Self {
        completed(&diagnostics)
    }
}

fn completed(diagnostics: &Diagnostics) -> invoke_action::Event {
    let diagnostics = diagnostics.to_proto();
    invoke_action::Event {
        r#type: Some(Type::Completed(Completed { diagnostics })),
    }
}

impl<P: Provider> Server<P> {
    /// Everything wrong with an action block that can be told without the cloud.
    pub(super) fn validate_action(
        &self,
        request: validate_action_config::Request,
    ) -> Result<validate_action_config::Response, Diagnostics> {
        let found = self
            .actions
            .validate(&request.action_type, request.config)?;
        Ok(validate_action_config::Response {
            diagnostics: found.to_proto(),
        })
    }

    /// Whether an action can be invoked, as far as can be told now.
    pub(super) async fn plan_action_answer(
        &self,
        request: plan_action::Request,
    ) -> Result<plan_action::Response, Diagnostics> {
        let served = self.actions.get(&request.action_type)?;
        let config = served.config(request.config)?;
        let capabilities = request.client_capabilities.as_ref();
        let deferred = self.unknown_configuration(capabilities).await;
        let mut outcome = served.block_type.plan(&config)?;
        let deferred = wish(&mut outcome, capabilities).or(deferred);
        Ok(plan_action::Response {
            diagnostics: outcome.diagnostics.to_proto(),
            deferred,
        })
    }

    /// Does it: an event for each line of progress, and a last one that says how it ended.
    pub(super) async fn invoke_action_events(
        &self,
        request: invoke_action::Request,
        events: mpsc::Sender<invoke_action::Event>,
        cancel: CancellationToken,
    ) -> Result<(), Diagnostics> {
        let served = self.actions.get(&request.action_type)?;
        let client = self.client().await?;
        let config = served.config(request.config)?;
        let call = Call::new(&*client, &cancel);
        let mut progress = EventProgress {
            events: &events,
            cancel: &cancel,
        };
        let invoke = served.block_type.invoke(call, &config, &mut progress);
        let diagnostics = invoke.await?;
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        // Nobody is left to read it when this fails.
        let _ = events.send(completed(&diagnostics)).await;
        Ok(())
    }
}

/// Makes events of progress.
struct EventProgress<'a> {
    events: &'a mpsc::Sender<invoke_action::Event>,
    cancel: &'a CancellationToken,
}

#[async_trait]
impl action::Progress for EventProgress<'_> {
    async fn report(&mut self, message: String) {
        let event = invoke_action::Event {
            r#type: Some(Type::Progress(Progress { message })),
        };
        // A reader that is gone or slow must not keep the action from seeing Stop.
        tokio::select! {
            _ = self.events.send(event) => {}
            () = self.cancel.cancelled() => {}
        }
    }
}
