//! The `timeouts` block, and durations as Terraform's users write them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::tf::diagnostics::Diagnostics;
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::schema::{Attribute, Block, NestedBlock};
use crate::tf::types::Type;
use crate::tf::validators::{Validator, invalid, quoted};
use crate::tf::value::Value;

/// How long a change may take where the configuration does not say.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// The longest duration that makes sense here; it keeps arithmetic with clocks from overflowing.
const LONGEST: f64 = 365.0 * 86_400.0;

/// The block's values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeouts {
    /// For create.
    pub create: Attr<String>,
    /// For update.
    pub update: Attr<String>,
    /// For delete.
    pub delete: Attr<String>,
}

impl Timeouts {
    /// The declaration of the block.
    pub fn block() -> NestedBlock {
        let argument = |name: &str, change: &str| {
            let description = format!("How long {change} may take. Default: `\"10m\"`.");
            Attribute::optional(name, Type::String, description).validator(PositiveDuration)
        };
        let block =
            Block::new("How long changes may take, the cloud's own work and every wait included.")
                .attribute(argument("create", "creating"))
                .attribute(argument("update", "an update"))
                .attribute(argument("delete", "deleting"));
        NestedBlock::single("timeouts", block)
    }
}

/// The timeout that an optional block sets for one kind of change.
pub fn timeout(
    block: Option<&Timeouts>,
    change: impl FnOnce(&Timeouts) -> &Attr<String>,
) -> Duration {
    block
        .map(change)
        .and_then(Attr::known)
        .and_then(|text| parse_duration(text))
        .unwrap_or(DEFAULT_TIMEOUT)
}

/// Reads a duration in Go's notation: numbers with units `h`, `m`, `s`, `ms`, `us`, `ns` one after the other, as in `1h30m`
/// or `1.5h`. Positive and at most a year.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .filter(|digits| *digits > 0)?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let scale = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * scale;
        rest = tail;
    }
    (seconds > 0.0 && seconds <= LONGEST).then(|| Duration::from_secs_f64(seconds))
}

/// A duration above zero.
#[derive(Debug, Clone, Copy)]
pub struct PositiveDuration;

impl Validator for PositiveDuration {
    fn description(&self) -> String {
        "be a duration above zero, at most a year, in hours, minutes and seconds, such as \"90s\", \"20m\" or \"1h30m\"".to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Value::String(text) = value else { return };
        if parse_duration(text).is_none() {
            diagnostics.push(invalid(path, &self.description(), &quoted(text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, seconds) in [
            ("90s", 90.0),
            ("20m", 1200.0),
            ("1h30m", 5400.0),
            ("1.5h", 5400.0),
            ("250ms", 0.25),
            ("1m0.5s", 60.5),
        ] {
            assert_eq!(
                parse_duration(text),
                Some(Duration::from_secs_f64(seconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_duration() {
        for text in [
            "", "10", "s", "-5s", "0s", "1d", "1.2.3s", "10 m", "m10", "9999999h", "1e400h", "..s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_block_does_not_set_has_the_default() {
        let block = Timeouts {
            update: Attr::Known("90s".to_owned()),
            ..Timeouts::default()
        };
        assert_eq!(
            timeout(Some(&block), |timeouts| &timeouts.update),
            Duration::from_secs(90)
        );
        assert_eq!(
            timeout(Some(&block), |timeouts| &timeouts.create),
            DEFAULT_TIMEOUT
        );
        assert_eq!(timeout(None, |timeouts| &timeouts.delete), DEFAULT_TIMEOUT);
    }
}
