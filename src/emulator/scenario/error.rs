//! A mistake in a scenario, shown with its line.

use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
        let place = error.span().unwrap_or_default();
        let text = Text(text);
        let sentence = text.in_words(error.message(), &place);
        let sentence = match text.key_at(&place) {
            Some(key) if !key.is_empty() => format!("{key}: {sentence}"),
            _ => sentence,
        };
        text.wrong(place, sentence)
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
    pub fn mistake<T>(
        self,
        value: &Spanned<T>,
        key: &str,
        what: &str,
        allowed: &str,
    ) -> ScenarioError {
        let written = self.written(&value.span());
        self.wrong(
            value.span(),
            format!("{key}: {written} {what}; allowed: {allowed}"),
        )
    }

    /// A value that the API would refuse.
    pub fn refused<T>(
        self,
        value: &Spanned<T>,
        key: &str,
        refusal: &ApiError,
        allowed: &str,
    ) -> ScenarioError {
        let written = self.written(&value.span());
        self.refused_at(value.span(), key, written, refusal, allowed)
    }

    /// [`Text::refused`] of a value that stands elsewhere or nowhere.
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

    /// What stands at a place, on one line.
    fn written(self, place: &Range<usize>) -> String {
        let written = self.0.get(place.clone()).unwrap_or_default();
        written.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What the TOML library says, without words that only who writes Rust knows.
    fn in_words(self, message: &str, place: &Range<usize>) -> String {
        let of = |prefix| message.strip_prefix(prefix);
        if let Some((_, wanted)) = of("invalid type: ")
            .or_else(|| of("invalid value: "))
            .and_then(|rest| rest.split_once(", expected "))
        {
            let written = self.written(place);
            return format!("{written} does not fit; allowed: {}", in_toml(wanted));
        }
        if let Some((word, words)) =
            of("unknown variant ").and_then(|it| it.split_once(", expected "))
        {
            return format!("{word} is no such word; allowed: {}", listed(words));
        }
        if let Some((key, keys)) = of("unknown field ").and_then(|it| it.split_once(", expected "))
        {
            return format!("unknown key {key}; allowed: {}", listed(keys));
        }
        match of("missing field ") {
            Some(key) => format!("the key {key} is missing"),
            None => message.to_owned(),
        }
    }

    /// The key that a place belongs to, with those of the tables that it is in; a key itself belongs to its table.
    fn key_at(self, place: &Range<usize>) -> Option<String> {
        let document = DeTable::parse(self.0).ok()?;
        in_table(document.get_ref(), &[], place)
    }
}

/// What a value may be, as the library calls it, in the words of TOML.
fn in_toml(wanted: &str) -> &str {
    match wanted {
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number from 0 on",
        "i64" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list in brackets",
        "a string" => "a text in quotes",
        "a map" => "a table",
        wanted if wanted.starts_with("struct ") => "a table",
        wanted => wanted,
    }
}

/// What may be chosen from.
fn listed(words: &str) -> &str {
    words.trim_start_matches("one of ")
}

fn in_table(table: &DeTable<'_>, path: &[&str], place: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        if key.span() == *place {
            return Some(path.join("."));
        }
        in_value(value, &[path, &[key.get_ref()]].concat(), place)
    })
}

fn in_value(value: &Spanned<DeValue<'_>>, path: &[&str], place: &Range<usize>) -> Option<String> {
    let inner = match value.get_ref() {
        DeValue::Table(table) => in_table(table, path, place),
        DeValue::Array(items) => items.iter().find_map(|item| in_value(item, path, place)),
        _ => None,
    };
    let span = value.span();
    let is_here = span.start <= place.start && place.end <= span.end;
    inner.or_else(|| is_here.then(|| path.join(".")))
}
