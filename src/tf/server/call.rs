//! What happens around every RPC: a span for the logs, and no failure that is not a diagnostic.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tonic::{Response, Status};
use tracing::Instrument;

use crate::tf::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::tf::function::FunctionError;
use crate::tf::model::ModelError;
use crate::tf::proto;
use crate::tf::resource::Outcome;

/// An answer that can say what went wrong.
pub(super) trait Answer: Default {
    /// Puts these in front of the user.
    fn tell(&mut self, diagnostics: Diagnostics);

    /// What it says went wrong, in words that may be logged.
    fn failure(&self) -> Option<&str>;
}

macro_rules! answers_with_diagnostics {
    ($($message:ident),* $(,)?) => {$(
        impl Answer for proto::$message::Response {
            fn tell(&mut self, diagnostics: Diagnostics) {
                self.diagnostics.extend(diagnostics.to_proto());
            }

            fn failure(&self) -> Option<&str> {
                let mut diagnostics = self.diagnostics.iter();
                let error = diagnostics.find(|found| found.severity() == proto::diagnostic::Severity::Error)?;
                Some(&error.summary)
            }
        }
    )*};
}

answers_with_diagnostics!(
    apply_resource_change,
    close_ephemeral_resource,
    configure,
    generate_resource_config,
    get_functions,
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    import_resource_state,
    move_resource_state,
    open_ephemeral_resource,
    plan_action,
    plan_resource_change,
    prepare_provider_config,
    read_data_source,
    read_resource,
    renew_ephemeral_resource,
    upgrade_resource_identity,
    upgrade_resource_state,
    validate_action_config,
    validate_data_source_config,
    validate_ephemeral_resource_config,
    validate_list_resource_config,
    validate_resource_type_config,
);

impl Answer for proto::call_function::Response {
    fn tell(&mut self, diagnostics: Diagnostics) {
        let sentences = diagnostics
            .iter()
            .map(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail));
        let text = sentences.collect::<Vec<_>>().join("\n");
        self.error = Some(FunctionError::new(text).to_proto());
    }

    /// Not the error's own text: it may repeat an argument, and that may be a secret.
    fn failure(&self) -> Option<&str> {
        self.error.as_ref().map(|_| "Error in the function call")
    }
}

impl Answer for proto::stop::Response {
    fn tell(&mut self, diagnostics: Diagnostics) {
        let summaries = diagnostics.iter().map(|found| found.summary.as_str());
        self.error = summaries.collect::<Vec<_>>().join("; ");
    }

    fn failure(&self) -> Option<&str> {
        Some(self.error.as_str()).filter(|error| !error.is_empty())
    }
}

/// Runs an RPC's work: its errors and panics become diagnostics of the answer.
pub(super) async fn call<A: Answer>(
    rpc: &'static str,
    type_name: &str,
    work: impl Future<Output = Result<A, Diagnostics>>,
) -> Result<Response<A>, Status> {
    let answer = guarded(rpc, type_name, work, A::failure).await;
    Ok(Response::new(answer.unwrap_or_else(|diagnostics| {
        let mut answer = A::default();
        answer.tell(diagnostics);
        answer
    })))
}

/// Runs an RPC's work: panics become diagnostics. Each line that is logged meanwhile bears the RPC's name, `type_name`, a
/// request ID and the time since the request came; the last one says how it ended, for which `failure` knows what a result
/// says of errors itself.
pub(super) async fn guarded<T>(
    rpc: &'static str,
    type_name: &str,
    work: impl Future<Output = Result<T, Diagnostics>>,
    failure: fn(&T) -> Option<&str>,
) -> Result<T, Diagnostics> {
    // At the level of errors: a span of a finer one would be missing from the lines of a log that shows errors only. Without
    // a log nothing of this is evaluated.
    let span = tracing::error_span!(
        "rpc",
        tf_rpc = rpc,
        tf_type_name = type_name,
        tf_req_id = %uuid::Uuid::new_v4(),
        tf_req_duration_ms = tracing::field::Empty
    );
    let guarded = async {
        tracing::trace!("request received");
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        let result = outcome.unwrap_or_else(|panic| Err(panicked(rpc, panic.as_ref()).into()));
        let failure = match &result {
            Ok(answer) => failure(answer),
            Err(diagnostics) => Some(summary(diagnostics)),
        };
        match failure {
            None => tracing::debug!("request served"),
            Some(summary) => tracing::error!(diagnostic = summary, "request failed"),
        }
        result
    };
    guarded.instrument(span).await
}

/// What the first error is called.
fn summary(diagnostics: &Diagnostics) -> &str {
    let mut diagnostics = diagnostics.iter();
    let error = diagnostics.find(|found| found.severity == Severity::Error);
    error.map_or("", |error| &error.summary)
}

/// Only a message that stands in the program is repeated: one that was put together may hold a value, and that a secret.
fn panicked(rpc: &str, panic: &(dyn Any + Send)) -> Diagnostic {
    let cause = panic
        .downcast_ref::<&'static str>()
        .map(|message| format!(": {message}"));
    Diagnostic::error("The provider crashed").detail(format!(
        "{rpc} ended in a panic{}. This is a defect of the provider, which goes on serving. \
         Please report it with this message and the log (TF_LOG=debug), which says where.",
        cause.unwrap_or_default()
    ))
}

/// The result of a call that has to give one, and what is said beside it.
///
/// # Errors
/// All that is said, when an error is among it.
pub(super) fn result<T>(outcome: Outcome<Option<T>>) -> Result<(T, Diagnostics), Diagnostics> {
    match outcome.value {
        _ if outcome.diagnostics.has_errors() => Err(outcome.diagnostics),
        Some(value) => Ok((value, outcome.diagnostics)),
        None => Err(Diagnostic::error("No result")
            .detail("The provider gave neither a result nor an error. This is a defect of the provider: please report it.")
            .into()),
    }
}

/// A value that the model has no place for, said with the RPC that met it.
pub(super) fn model_error(rpc: &str, error: &ModelError) -> Diagnostic {
    let defect = Diagnostic::from(error);
    Diagnostic {
        detail: format!("{rpc}: {}", defect.detail),
        ..defect
    }
}
