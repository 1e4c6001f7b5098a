//! Log lines that Terraform shows at their own level: JSON on standard error, with go-plugin's names for level, message, time.
//!
//! Every line carries the fields of the spans around it, so that the RPC, the type name, the request's id and the time since
//! it came stand on each. When
//! nobody asks for logs nothing is installed, and an event costs the look at one atomic. Lines of other crates are let through
//! from warnings on: their details may hold what must not be logged.

use std::ffi::OsString;
use std::fmt::Debug;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::time::Instant;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The crate whose lines are shown at every level.
const OWN: &str = env!("CARGO_CRATE_NAME");

/// The longest line, in bytes: what is longer a caller cuts into pieces that are no JSON.
const LONGEST_LINE: usize = 64 * 1024;

/// The longest text of a field, in bytes as they stand in the line, where a control character takes six. Seven such texts have
/// room in a line, and no line has as many that are not the provider's own.
const LONGEST_TEXT: usize = LONGEST_LINE / 8;

/// What the callers' parser takes: exactly six digits.
const TIMESTAMP: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// Installs the log, if the environment asks for one, and the hook that reports panics.
pub(super) fn start(binary: &str, lookup: impl Fn(&str) -> Option<OsString>) {
    std::panic::set_hook(Box::new(report_panic));
    let level = level(binary, lookup);
    if level != LevelFilter::OFF {
        let log = tracing_subscriber::registry().with(JsonLines {
            level,
            output: io::stderr,
        });
        // A test may have installed its own: that one it is, then.
        let _ = tracing::subscriber::set_global_default(log);
    }
}

/// The level that the environment asks for, the most particular variable first.
fn level(binary: &str, lookup: impl Fn(&str) -> Option<OsString>) -> LevelFilter {
    let name = binary
        .trim_start_matches("terraform-provider-")
        .to_uppercase()
        .replace('-', "_");
    let particular = format!("TF_LOG_PROVIDER_{name}");
    [particular.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .find_map(|variable| lookup(variable).filter(|value| !value.is_empty()))
        .map_or(LevelFilter::OFF, |value| {
            match value.to_string_lossy().to_uppercase().as_str() {
                "OFF" => LevelFilter::OFF,
                "ERROR" => LevelFilter::ERROR,
                "WARN" => LevelFilter::WARN,
                "INFO" => LevelFilter::INFO,
                "DEBUG" => LevelFilter::DEBUG,
                // JSON is Terraform's word for "everything, in JSON"; what it does not know it takes for TRACE.
                _ => LevelFilter::TRACE,
            }
        })
}

/// Writes each event as a line of JSON to what `output` gives.
struct JsonLines<O> {
    level: LevelFilter,
    output: O,
}

/// How the name of a field of a span ends that says how long the span has lasted: declared and left empty, it stands on each
/// line with the milliseconds so far.
const DURATION: &str = "_duration_ms";

/// A span's fields, kept with the span.
struct SpanFields {
    fields: Map<String, Value>,
    begun: Instant,
    /// The field that says how long it has lasted.
    duration: Option<&'static str>,
}

impl<S, O, W> Layer<S> for JsonLines<O>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    O: Fn() -> W + 'static,
    W: Write,
{
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        let is_own = metadata.target().split("::").next() == Some(OWN);
        *metadata.level() <= self.level && (is_own || *metadata.level() <= Level::WARN)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            let declared = attributes.metadata().fields();
            let duration = declared.iter().map(|field| field.name());
            span.extensions_mut().insert(SpanFields {
                fields: fields.0,
                begun: Instant::now(),
                duration: duration.into_iter().find(|name| name.ends_with(DURATION)),
            });
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        record.record(&mut fields);
        if let Some(span) = context.span(id)
            && let Some(kept) = span.extensions_mut().get_mut::<SpanFields>()
        {
            kept.fields.extend(fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut own = Fields::default();
        event.record(&mut own);
        let mut line = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(kept) = span.extensions().get::<SpanFields>() {
                if let Some(duration) = kept.duration {
                    line.put(duration, kept.begun.elapsed().as_secs_f64() * 1e3);
                }
                line.0.extend(kept.fields.clone());
            }
        }
        line.0.extend(own.0);
        let metadata = event.metadata();
        let message = line.0.remove("message").unwrap_or_default();
        let timestamp = OffsetDateTime::now_utc()
            .format(TIMESTAMP)
            .unwrap_or_default();
        line.put("@level", metadata.level().as_str().to_lowercase());
        line.put("@message", message);
        line.put("@module", metadata.target().replace("::", "."));
        line.put("@timestamp", timestamp);
        let mut bytes = Value::Object(line.0).to_string().into_bytes();
        bytes.push(b'\n');
        // Standard error may be closed, and there is nowhere else to say so.
        let _ = (self.output)().write_all(&bytes);
    }
}

/// Collects fields as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_text(&mut self, field: &Field, text: &str) {
        let (kept, cut) = text.split_at(room_for(text));
        if cut.is_empty() {
            self.put(field.name(), kept);
        } else {
            let cut = cut.len();
            self.put(field.name(), format!("{kept}... ({cut} bytes more)"));
        }
    }
}

/// How many bytes of a text there is room for.
fn room_for(text: &str) -> usize {
    let mut written = 0;
    text.char_indices()
        .find(|(_, letter)| {
            written += written_length(*letter);
            written > LONGEST_TEXT
        })
        .map_or(text.len(), |(place, _)| place)
}

/// How many bytes a character takes in a JSON string.
fn written_length(letter: char) -> usize {
    match letter {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..' ' => 6,
        other => other.len_utf8(),
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put_text(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }
}

/// Reports a panic in the log and as text: Terraform keeps text from `panic: ` on, and shows it when the run fails.
///
/// Only a message that stands in the program is repeated: one that was put together may hold a value, and that a secret.
fn report_panic(info: &PanicHookInfo<'_>) {
    let message = info
        .payload()
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("a message that is not shown, for it may hold values");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, "panic: {message}");
    let _ = io::stderr().write_all(format!("panic: {message}\n    at {location}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What was written, shared with the subscriber.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(level: LevelFilter, log: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let output = written.clone();
        let subscriber = tracing_subscriber::registry().with(JsonLines {
            level,
            output: move || output.clone(),
        });
        tracing::subscriber::with_default(subscriber, log);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn level_of(variables: &[(&str, &str)]) -> LevelFilter {
        level("terraform-provider-alivpn", |name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_most_particular_variable_decides() {
        assert_eq!(level_of(&[]), LevelFilter::OFF);
        assert_eq!(level_of(&[("TF_LOG", "debug")]), LevelFilter::DEBUG);
        assert_eq!(level_of(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(
            level_of(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "off")]),
            LevelFilter::OFF
        );
        assert_eq!(
            level_of(&[("TF_LOG_PROVIDER", ""), ("TF_LOG", "WARN")]),
            LevelFilter::WARN
        );
        assert_eq!(
            level_of(&[
                ("TF_LOG_PROVIDER", "WARN"),
                ("TF_LOG_PROVIDER_ALIVPN", "INFO")
            ]),
            LevelFilter::INFO
        );
    }

    #[test]
    fn a_line_has_level_message_module_and_time_as_callers_expect() {
        let lines = lines(LevelFilter::TRACE, || {
            tracing::warn!(count = 3, quick = true, "three \"things\"\nhappened")
        });
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!(line["@level"], "warn");
        assert_eq!(line["@message"], "three \"things\"\nhappened");
        assert_eq!(
            line["@module"],
            "terraform_provider_alivpn.plugin.logs.tests"
        );
        assert_eq!(line["count"], 3);
        assert_eq!(line["quick"], true);
        let timestamp = line["@timestamp"].as_str().unwrap();
        assert_eq!(
            timestamp.len(),
            "2026-01-02T03:04:05.000006Z".len(),
            "{timestamp}"
        );
        OffsetDateTime::parse(timestamp, &time::format_description::well_known::Rfc3339).unwrap();
    }

    #[test]
    fn the_fields_of_all_spans_around_it_stand_on_a_line() {
        let lines = lines(LevelFilter::INFO, || {
            let outer = tracing::error_span!(
                "rpc",
                tf_rpc = "ReadResource",
                tf_resource_type = tracing::field::Empty
            );
            let _outer = outer.enter();
            outer.record("tf_resource_type", "alivpn_ssl_vpn_server");
            let _inner = tracing::error_span!("call", attempt = 1).entered();
            tracing::info!(attempt = 2, "sent");
        });
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!(line["tf_rpc"], "ReadResource");
        assert_eq!(line["tf_resource_type"], "alivpn_ssl_vpn_server");
        assert_eq!(line["attempt"], 2, "the innermost value stands");
    }

    #[test]
    fn a_span_that_declares_a_duration_has_it_on_each_line_so_far() {
        let lines = lines(LevelFilter::INFO, || {
            let _outer =
                tracing::error_span!("rpc", tf_req_duration_ms = tracing::field::Empty).entered();
            tracing::info!("first");
            let _inner = tracing::error_span!("call").entered();
            tracing::info!("second");
            tracing::info!(tf_req_duration_ms = 7.0, "an event's own value stands");
        });
        let durations: Vec<f64> = lines
            .iter()
            .map(|line| line["tf_req_duration_ms"].as_f64().unwrap())
            .collect();
        assert!(
            0.0 <= durations[0] && durations[0] <= durations[1],
            "{durations:?}"
        );
        assert_eq!(durations[2], 7.0);
    }

    #[test]
    fn finer_levels_and_the_chatter_of_other_crates_are_left_out() {
        let lines = lines(LevelFilter::DEBUG, || {
            tracing::trace!("finer");
            tracing::debug!(target: "h2::proto", "a frame with headers");
            tracing::warn!(target: "h2::proto", "a warning");
            tracing::debug!("own");
        });
        let messages: Vec<_> = lines.iter().map(|line| &line["@message"]).collect();
        assert_eq!(messages, ["a warning", "own"]);
    }

    #[test]
    fn a_text_that_a_caller_would_cut_is_cut_here() {
        let lines = lines(LevelFilter::INFO, || {
            tracing::info!(body = "ü".repeat(LONGEST_TEXT), "answer")
        });
        let body = lines[0]["body"].as_str().unwrap();
        assert!(body.ends_with("ü... (8192 bytes more)"), "{}", body.len());
    }

    #[test]
    fn a_text_counts_as_it_is_written() {
        for letter in (0..=0x100)
            .filter_map(char::from_u32)
            .chain(['\u{2028}', '🦀'])
        {
            let quoted = serde_json::to_string(&letter).unwrap();
            assert_eq!(written_length(letter), quoted.len() - 2, "{letter:?}");
        }
        let lines = lines(LevelFilter::INFO, || {
            let [a, b, c, d, e, f, g] = ["\u{1}"; 7].map(|letter| letter.repeat(60_000));
            tracing::info!(a, b, c, d, e, f, "{g}");
        });
        let line = lines[0].to_string();
        assert!(line.len() < LONGEST_LINE, "{}", line.len());
        assert!(
            lines[0]["@message"]
                .as_str()
                .unwrap()
                .ends_with(" bytes more)")
        );
    }
}
