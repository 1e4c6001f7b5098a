//! A mistake in a scenario, shown with its line.

use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;

use crate::emulator::error::ApiError;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {sentence}\n\n  {line} | {shown}")]
pub struct ScenarioError {
    /// Counted from 1.
    pub line: usize,
    sentence: String,
    /// The line itself.
    shown: String,
}

impl ScenarioError {
    /// A mistake that the TOML library found.
    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        Text(text).wrong(error.span().unwrap_or_default(), error.message().to_owned())
    }
}

/// The text of a scenario, which knows its lines.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub &'a str);

impl Text<'_> {
    /// A mistake at a place.
    pub fn wrong(self, place: Range<usize>, sentence: String) -> ScenarioError {
        let before = self.0.get(..place.start).unwrap_or(self.0);
        let index = before.matches('\n').count();
        ScenarioError {
            line: index + 1,
            sentence,
            shown: self
                .0
                .lines()
                .nth(index)
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
        }
    }

    /// A value that cannot be used.
    pub fn mistake<T: Display>(
        self,
        value: &Spanned<T>,
        key: &str,
        what: &str,
        allowed: &str,
    ) -> ScenarioError {
        let sentence = format!("{key}: {} {what}; allowed: {allowed}", value.get_ref());
        self.wrong(value.span(), sentence)
    }

    /// A value that the API would refuse.
    pub fn refused<T: Display>(
        self,
        value: &Spanned<T>,
        key: &str,
        refusal: &ApiError,
        allowed: &str,
    ) -> ScenarioError {
        self.refused_at(value.span(), key, value.get_ref(), refusal, allowed)
    }

    /// [`Text::refused`] of a value that is not shown as it is written.
    pub fn refused_at(
        self,
        place: Range<usize>,
        key: &str,
        value: impl Display,
        refusal: &ApiError,
        allowed: &str,
    ) -> ScenarioError {
        let message = refusal.message.trim_end_matches('.');
        let sentence = format!("{key}: the API refuses {value} ({message}); allowed: {allowed}");
        self.wrong(place, sentence)
    }
}
