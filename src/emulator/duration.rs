//! Durations as people write them, on the command line and in the control endpoint's JSON: `500ms`, `0.3s`, `2m`, `1h`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest duration that is accepted; far beyond any use, and safe to add to an `Instant`.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Why a text is no duration; the text is in the sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no duration: write a number and a unit, such as 500ms, 0.3s, 2m or 1h, up to a year"
)]
pub struct DurationError(String);

/// Reads `500ms`, `0.3s`, `2m`, `1h`; a plain `0` needs no unit.
///
/// # Errors
/// When the text is anything else, negative, or longer than a year.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let refused = || DurationError(text.to_owned());
    let trimmed = text.trim();
    if trimmed == "0" {
        return Ok(Duration::ZERO);
    }
    let unit_at = trimmed
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(refused)?;
    let (number, unit) = trimmed.split_at(unit_at);
    let seconds_per_unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(refused()),
    };
    if !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(refused());
    }
    let number: f64 = number.parse().map_err(|_| refused())?;
    match Duration::try_from_secs_f64(number * seconds_per_unit) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err(refused()),
    }
}

/// A duration that is a text such as `0.3s` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDuration(pub Duration);

impl<'de> Deserialize<'de> for WrittenDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for WrittenDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}s", self.0.as_secs_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_are_read() {
        for (text, milliseconds) in [
            ("0", 0),
            ("0s", 0),
            ("500ms", 500),
            ("0.3s", 300),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_text() {
        for text in [
            "",
            "3",
            "s",
            "-1s",
            "1e9s",
            "1.2.3s",
            "5 parsecs",
            "99999999h",
            "inf s",
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.to_string().contains(text), "{text}");
        }
    }

    #[test]
    fn json_is_read_as_it_is_written() {
        let written = serde_json::to_string(&WrittenDuration(Duration::from_millis(300))).unwrap();
        assert_eq!(written, "\"0.3s\"");
        let read: WrittenDuration = serde_json::from_str(&written).unwrap();
        assert_eq!(read.0, Duration::from_millis(300));
    }
}
