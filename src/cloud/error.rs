//! What a call can end in, as a caller needs to know it.
//!
//! Every error names the operation; one that the API answered keeps its code, message and RequestId. What to do about it
//! follows from its [`Class`], never from the text. For a change there is a second question: may the cloud have carried it out
//! all the same? [`Error::may_have_acted`] answers it, for whatever its attempts and the waits between them ended in.

use std::time::Duration;

use super::answer::Object;
use super::credentials;
use super::error_table;
use super::{endpoint, retry};

/// Longer messages are cut: they end up on a terminal.
const LONGEST_MESSAGE: usize = 2000;

/// What an error means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// What was asked for is wrong: the user must change an argument.
    Input,
    /// Not allowed. Says nothing about whether the object exists.
    Permission,
    /// The credentials are wrong.
    Credentials,
    /// The credentials have expired; newer ones may serve.
    CredentialsRefresh,
    /// The request's date is off: the machine's clock is wrong.
    Clock,
    /// Locked for an overdue payment.
    Payment,
    /// A quota is used up.
    Quota,
    /// The object does not exist: one of the documented codes, no other.
    NotFound,
    /// The gateway is carrying out another change.
    GatewayBusy,
    /// Too many calls; slower ones pass.
    Throttle,
    /// A passing fault.
    Retry,
    /// The nonce was used before: send again with another.
    RetryNewNonce,
    /// The same change is being carried out under this token: wait, and send again under it.
    RetrySameToken,
    /// A mistake in this program.
    Defect,
    /// A dry run passed: no error at all.
    DryRunPassed,
    /// Not known.
    Unknown,
}

/// A refusal that the API put in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{operation} failed: {} (code {code}, {}).",
    message.trim_end_matches('.'),
    request_words(*http_status, request_id.as_deref())
)]
pub struct ApiError {
    /// The operation, as the API calls it.
    pub operation: &'static str,
    /// The API's code, `VpnGateway.Configuring` for one.
    pub code: String,
    /// The API's message on one line, without secrets.
    pub message: String,
    /// What support asks for.
    pub request_id: Option<String>,
    /// The HTTP status.
    pub http_status: u16,
    /// What it means for the caller.
    pub class: Class,
    /// The argument at fault by the name that users know it by (`client_ip_pool`, `id`, `region`), where the code or the
    /// message tells.
    pub argument: Option<&'static str>,
}

impl ApiError {
    /// The refusal in a JSON answer, cleaned by `redact` of what was sent; `None` when the answer has no code and so is not
    /// the API's.
    pub fn read(
        operation: &'static str,
        http_status: u16,
        header_request_id: Option<&str>,
        answer: &Object,
        redact: impl Fn(&str) -> String,
    ) -> Option<ApiError> {
        let code = answer.text("Code").ok().flatten()?;
        let message = answer
            .text("Message")
            .ok()
            .flatten()
            .unwrap_or_else(|| "the API gave no reason".to_owned());
        let meaning = error_table::meaning(operation, http_status, &code, &message);
        let request_id = answer.text("RequestId").ok().flatten();
        Some(ApiError {
            operation,
            // Cleaned before it is cut, which could leave half a secret.
            code: one_line(&redact(&code)),
            message: one_line(&redact(&message)),
            request_id: request_id
                .as_deref()
                .or(header_request_id)
                .map(|request_id| one_line(&redact(request_id))),
            http_status,
            class: meaning.class,
            argument: meaning.argument,
        })
    }
}

/// What a call ended in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The API refused.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// No answer arrived.
    #[error("{operation} got no answer from {endpoint}: {reason}.")]
    Transport {
        /// The operation, as the API calls it.
        operation: &'static str,
        /// Where the call went.
        endpoint: String,
        /// How far it came.
        fault: TransportFault,
        /// What the system said.
        reason: String,
    },
    /// An answer arrived that is not the API's: a gateway's page, half an answer, or one of another shape.
    #[error(
        "{operation} got an answer that cannot be read: {reason} ({}).",
        request_words(*http_status, request_id.as_deref())
    )]
    Answer {
        /// The operation, as the API calls it.
        operation: &'static str,
        /// The HTTP status.
        http_status: u16,
        /// What support asks for, from the answer's header.
        request_id: Option<String>,
        /// What is wrong with it; never what it held.
        reason: String,
        /// What it means for the caller, by the status.
        class: Class,
    },
    /// There is nothing to sign with.
    #[error("{operation} was not sent: {error}.")]
    Credentials {
        /// The operation, as the API calls it.
        operation: &'static str,
        /// Why not.
        error: credentials::Error,
    },
    /// The API called the credentials expired, and there are no newer ones.
    #[error("{refused} Newer credentials could not be had: {error}.")]
    Unrefreshed {
        /// The API's refusal.
        refused: Box<Error>,
        /// Why there are none.
        error: credentials::Error,
    },
    /// There is nowhere to send it.
    #[error("{operation} was not sent: {error}.")]
    Endpoint {
        /// The operation, as the API calls it.
        operation: &'static str,
        /// Why not.
        error: endpoint::Error,
    },
    /// The caller called it off.
    #[error(
        "{operation} was called off{}.{}",
        if *sent { " after it was sent: the cloud may have carried it out" } else { " before it had an effect" },
        last.as_ref().map(|last| format!(" The attempt before that: {last}")).unwrap_or_default()
    )]
    Cancelled {
        /// The operation, as the API calls it.
        operation: &'static str,
        /// Whether a change had been sent and its outcome is not known.
        sent: bool,
        /// How the attempt before ended, when it was to be repeated.
        last: Option<Box<Error>>,
    },
    /// It was tried more than once, until the budget was spent.
    #[error(
        "{last} It was tried {attempts} times in {:.1} s.",
        elapsed.as_secs_f64()
    )]
    Exhausted {
        /// How often.
        attempts: u32,
        /// For how long.
        elapsed: Duration,
        /// How the last attempt ended.
        last: Box<Error>,
    },
    /// However it ended, the cloud may have carried out the change before: an answer was lost. Nothing that comes afterwards takes
    /// this back.
    #[error(
        "{last}{}",
        if last.leaves_doubt() && last.operation() == attempt.operation() { String::new() } else { format!(" An earlier attempt may have been carried out: {attempt}") }
    )]
    InDoubt {
        /// How it ended.
        last: Box<Error>,
        /// How the last attempt ended that may have had an effect.
        attempt: Box<Error>,
    },
}

/// How far a call without an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportFault {
    /// No connection: nothing was sent.
    Unreachable,
    /// The connection broke, or the answer did not come in time: the request may have arrived.
    Broken,
    /// Whoever answered has a certificate that this machine does not trust: nothing was sent.
    Untrusted,
    /// This machine cannot make connections at all (no certificates, for one).
    Setup,
}

impl Error {
    /// What the error means for the caller.
    pub fn class(&self) -> Class {
        match self {
            Error::Api(error) => error.class,
            Error::Transport {
                fault: TransportFault::Setup | TransportFault::Untrusted,
                ..
            } => Class::Unknown,
            Error::Transport { .. } => Class::Retry,
            Error::Answer { class, .. } => *class,
            Error::Credentials { .. } => Class::Credentials,
            Error::Unrefreshed { refused, .. } => refused.class(),
            Error::Endpoint { .. } => Class::Input,
            Error::Cancelled { .. } => Class::Unknown,
            Error::Exhausted { last, .. } | Error::InDoubt { last, .. } => last.class(),
        }
    }

    /// The API's refusal, if it is one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Error::Api(error) => Some(error),
            Error::Unrefreshed { refused, .. } => refused.api(),
            Error::Exhausted { last, .. } | Error::InDoubt { last, .. } => last.api(),
            _ => None,
        }
    }

    /// The API's code, if it is a refusal.
    pub fn code(&self) -> Option<&str> {
        self.api().map(|error| error.code.as_str())
    }

    /// The argument at fault, if the refusal tells (see [`ApiError::argument`]).
    pub fn argument(&self) -> Option<&'static str> {
        self.api().and_then(|error| error.argument)
    }

    /// What support asks for, if an answer brought one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Error::Api(error) => error.request_id.as_deref(),
            Error::Answer { request_id, .. } => request_id.as_deref(),
            Error::Unrefreshed { refused, .. } => refused.request_id(),
            Error::Exhausted { last, .. } | Error::InDoubt { last, .. } => last.request_id(),
            _ => None,
        }
    }

    /// The operation, as the API calls it.
    pub fn operation(&self) -> &'static str {
        match self {
            Error::Api(error) => error.operation,
            Error::Transport { operation, .. }
            | Error::Answer { operation, .. }
            | Error::Credentials { operation, .. }
            | Error::Endpoint { operation, .. }
            | Error::Cancelled { operation, .. } => operation,
            Error::Unrefreshed { refused, .. } => refused.operation(),
            Error::Exhausted { last, .. } | Error::InDoubt { last, .. } => last.operation(),
        }
    }

    /// Whether the cloud may have carried a change out although it ended in this error. Never so of reads.
    pub fn may_have_acted(&self) -> bool {
        self.doubtful_attempt().is_some()
    }

    /// How the attempt at a change ended that the cloud may have carried out, if there was one.
    pub fn doubtful_attempt(&self) -> Option<&Error> {
        match self {
            Error::InDoubt { attempt, .. } => Some(attempt),
            Error::Cancelled { sent: true, .. } => Some(self),
            _ => None,
        }
    }

    /// Whether an attempt that ended in this error may have had an effect, were it one of a change.
    pub fn leaves_doubt(&self) -> bool {
        match self {
            Error::Api(error) => error.http_status >= 500 || error.class == Class::RetrySameToken,
            Error::Transport { fault, .. } => *fault == TransportFault::Broken,
            Error::Answer { http_status, .. } => *http_status < 300 || *http_status >= 500,
            Error::Credentials { .. } | Error::Unrefreshed { .. } | Error::Endpoint { .. } => false,
            Error::Cancelled { sent, .. } => *sent,
            Error::Exhausted { last, .. } => last.leaves_doubt(),
            Error::InDoubt { .. } => true,
        }
    }

    /// The same end of a change of which an earlier attempt, which ended in that, may have had an effect.
    pub fn in_doubt_since(self, attempt: &Error) -> Error {
        if self.may_have_acted() {
            return self;
        }
        Error::InDoubt {
            last: Box::new(self),
            attempt: Box::new(attempt.clone()),
        }
    }

    /// What the retry policy decides on.
    pub fn fault(&self) -> retry::Fault {
        match self {
            Error::Transport { fault, .. } => match fault {
                TransportFault::Unreachable => retry::Fault::Unreachable,
                TransportFault::Broken => retry::Fault::Class(Class::Retry),
                TransportFault::Setup | TransportFault::Untrusted => {
                    retry::Fault::Class(Class::Unknown)
                }
            },
            Error::Answer { http_status, .. } if *http_status < 300 => retry::Fault::Unreadable,
            Error::Api(_) | Error::Answer { .. } => retry::Fault::Class(self.class()),
            Error::Credentials { .. }
            | Error::Unrefreshed { .. }
            | Error::Endpoint { .. }
            | Error::Cancelled { .. }
            | Error::Exhausted { .. }
            | Error::InDoubt { .. } => retry::Fault::Class(Class::Unknown),
        }
    }
}

fn request_words(http_status: u16, request_id: Option<&str>) -> String {
    match request_id {
        Some(id) => format!("HTTP {http_status}, RequestId {id}"),
        None => format!("HTTP {http_status}, no RequestId"),
    }
}

/// Control characters could move a terminal's cursor, and a page of text is no message.
fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_MESSAGE)
        .collect();
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::credentials::Credentials;
    use crate::cloud::secret::Secret;

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "id".into(),
            secret: Secret::new("hunter2"),
            security_token: Some(Secret::new("token3")),
        }
    }

    fn api_error(body: &str) -> Option<ApiError> {
        let answer = Object::parse(body.as_bytes()).unwrap();
        ApiError::read(
            "ModifySslVpnServer",
            400,
            Some("from-header"),
            &answer,
            |text| credentials().redact(text),
        )
    }

    #[test]
    fn a_refusal_reads_as_a_sentence_with_operation_code_and_request_id() {
        let error = api_error(
            r#"{"RequestId":"R-1","HostId":"h","Code":"InvalidName","Message":"The name is not valid","Recommend":"u"}"#,
        )
        .unwrap();
        assert_eq!(
            error.to_string(),
            "ModifySslVpnServer failed: The name is not valid (code InvalidName, HTTP 400, RequestId R-1)."
        );
        assert_eq!((error.class, error.argument), (Class::Input, Some("name")));
    }

    #[test]
    fn the_request_id_of_the_header_serves_when_the_body_has_none() {
        let error = api_error(r#"{"Code":"X","Message":""}"#).unwrap();
        assert_eq!(error.request_id.as_deref(), Some("from-header"));
        assert_eq!(error.message, "the API gave no reason");
    }

    #[test]
    fn an_echo_of_what_was_sent_shows_no_secret_and_no_control_characters() {
        let error = api_error(
            r#"{"Code":"token3","RequestId":"hunter2\n","Message":"canonical:\nx-acs-security-token:token3\u001b[2J hunter2"}"#,
        )
        .unwrap();
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("token3") && !shown.contains("hunter2"),
            "{shown}"
        );
        assert!(!shown.chars().any(char::is_control));
    }

    #[test]
    fn a_secret_that_a_long_echo_would_be_cut_in_is_not_shown_by_half() {
        let echo = "x".repeat(LONGEST_MESSAGE - 4) + "hunter2";
        let body = format!(r#"{{"Code":"X","Message":"{echo}"}}"#);
        let message = api_error(&body).unwrap().message;
        assert!(!message.contains("hunt"), "{message}");
    }

    #[test]
    fn an_answer_without_a_code_is_not_the_apis() {
        assert_eq!(api_error(r#"{"message":"no route"}"#), None);
    }

    #[test]
    fn who_repeats_a_call_keeps_what_its_last_error_says() {
        let last = Error::Api(api_error(r#"{"Code":"SystemBusy","Message":"Busy."}"#).unwrap());
        let error = Error::Exhausted {
            attempts: 3,
            elapsed: Duration::from_millis(1234),
            last: Box::new(last),
        };
        assert_eq!(
            (error.class(), error.code(), error.request_id()),
            (Class::Retry, Some("SystemBusy"), Some("from-header"))
        );
        assert_eq!(
            error.to_string(),
            "ModifySslVpnServer failed: Busy (code SystemBusy, HTTP 400, RequestId from-header). It was tried 3 times in 1.2 s."
        );
    }

    #[test]
    fn a_doubt_once_there_stays_and_names_the_attempt_that_left_it() {
        let lost = Error::Answer {
            operation: "ModifySslVpnServer",
            http_status: 502,
            request_id: Some("R-lost".to_owned()),
            reason: "it is empty".to_owned(),
            class: Class::Retry,
        };
        let refused = Error::Api(api_error(r#"{"Code":"Forbidden.RAM","Message":"No."}"#).unwrap());
        assert!(lost.leaves_doubt() && !lost.may_have_acted() && !refused.leaves_doubt());

        let alone = lost.clone().in_doubt_since(&lost);
        assert_eq!(alone.to_string(), lost.to_string());
        let later = refused
            .clone()
            .in_doubt_since(alone.doubtful_attempt().unwrap());
        assert!(alone.may_have_acted() && later.may_have_acted());
        assert_eq!(later.clone().in_doubt_since(&refused), later);
        assert_eq!(later.code(), Some("Forbidden.RAM"));
        assert_eq!(
            later.to_string(),
            format!("{refused} An earlier attempt may have been carried out: {lost}")
        );
    }
}
