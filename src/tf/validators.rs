//! Rules about a single value, declared beside the attribute they are about.
//!
//! A [`Validator`] is called only for values that are known and not null. What it reports at an attribute that is
//! sensitive is replaced by its description before anybody sees it, so it may say what it was given.

use super::diagnostics::{Diagnostic, Diagnostics};
use super::path::AttributePath;
use super::value::Value;

/// A rule about the value of one attribute.
pub trait Validator: Send + Sync {
    /// What the rule demands, as the end of the sentence "the value must ...": `be one of "TCP", "UDP"`.
    fn description(&self) -> String;

    /// The rule as a sentence of the documentation.
    fn sentence(&self) -> String {
        format!("Must {}.", self.description())
    }

    /// Adds what is wrong with the value at the path. A place in a list, tuple or set is an index here; the schema
    /// corrects those in sets.
    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics);
}

/// The error for a value that breaks a rule: `must` ends the sentence "the value must ...", `given` says what was given
/// (`"SCTP"`, `120 characters`).
pub fn invalid(path: &AttributePath, must: &str, given: &str) -> Diagnostic {
    Diagnostic::error(format!("Invalid value for `{path}`"))
        .detail(format!("The value must {must}. Given: {given}."))
        .at(path)
}

/// The text in quotes for a message, shortened when it is long.
pub fn quoted(text: &str) -> String {
    const SHOWN: usize = 100;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?} and more", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// The string is one of these.
pub fn one_of(allowed: &'static [&'static str]) -> impl Validator {
    OneOf(allowed)
}

/// The string has so many characters.
pub fn length_between(least: usize, most: usize) -> impl Validator {
    LengthBetween { least, most }
}

/// The number is whole and in this range, its ends included.
pub fn whole_number_between(least: i64, most: i64) -> impl Validator {
    WholeNumberBetween { least, most }
}

/// Each known element of the list, set, tuple, map or object obeys the rule; null obeys none.
pub fn each(rule: impl Validator) -> impl Validator {
    Each(rule)
}

/// The list, set or map has so many elements. Not checked while an element is unknown: elements of a set may turn out
/// to be one.
pub fn count_between(least: usize, most: usize) -> impl Validator {
    CountBetween { least, most }
}

struct OneOf(&'static [&'static str]);

impl Validator for OneOf {
    fn description(&self) -> String {
        let allowed: Vec<String> = self.0.iter().map(|text| format!("{text:?}")).collect();
        match allowed.as_slice() {
            [only] => format!("be {only}"),
            _ => format!("be one of {}", allowed.join(", ")),
        }
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        if let Some(text) = value.as_str()
            && !self.0.contains(&text)
        {
            diagnostics.push(invalid(path, &self.description(), &quoted(text)));
        }
    }
}

struct LengthBetween {
    least: usize,
    most: usize,
}

impl Validator for LengthBetween {
    fn description(&self) -> String {
        format!("have {} characters", range(&self.least, &self.most))
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Some(text) = value.as_str() else { return };
        let length = text.chars().count();
        if !(self.least..=self.most).contains(&length) {
            diagnostics.push(invalid(
                path,
                &self.description(),
                &format!("{length} characters"),
            ));
        }
    }
}

struct WholeNumberBetween {
    least: i64,
    most: i64,
}

impl Validator for WholeNumberBetween {
    fn description(&self) -> String {
        format!("be a whole number from {}", range(&self.least, &self.most))
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Some(number) = value.as_number() else {
            return;
        };
        if !number
            .to_i64()
            .is_some_and(|whole| (self.least..=self.most).contains(&whole))
        {
            diagnostics.push(invalid(path, &self.description(), &number.to_string()));
        }
    }
}

struct CountBetween {
    least: usize,
    most: usize,
}

impl Validator for CountBetween {
    fn description(&self) -> String {
        format!("have {} elements", range(&self.least, &self.most))
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let count = match value.concrete() {
            Value::List(elements) => elements.len(),
            Value::Map(elements) => elements.len(),
            _ => return,
        };
        if !(self.least..=self.most).contains(&count) && value.is_wholly_known() {
            let plural = if count == 1 { "" } else { "s" };
            diagnostics.push(invalid(
                path,
                &self.description(),
                &format!("{count} element{plural}"),
            ));
        }
    }
}

struct Each<V>(V);

impl<V: Validator> Each<V> {
    fn element(&self, value: &Value, path: AttributePath, diagnostics: &mut Diagnostics) {
        if value.is_null() {
            diagnostics.push(invalid(&path, &self.0.description(), "null"));
        } else if value.is_known() {
            self.0.validate(value, &path, diagnostics);
        }
    }
}

impl<V: Validator> Validator for Each<V> {
    fn description(&self) -> String {
        format!("in each element {}", self.0.description())
    }

    fn sentence(&self) -> String {
        format!("Each element must {}.", self.0.description())
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        match value.concrete() {
            Value::List(elements) => {
                for (place, element) in elements.iter().enumerate() {
                    self.element(element, path.index(place), diagnostics);
                }
            }
            Value::Map(elements) => {
                for (key, element) in elements {
                    self.element(element, path.key(key), diagnostics);
                }
            }
            _ => {}
        }
    }
}

/// `1 to 5`, or `exactly 5`.
fn range<T: PartialEq + std::fmt::Display>(least: &T, most: &T) -> String {
    if least == most {
        format!("exactly {least}")
    } else {
        format!("{least} to {most}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::number::Number;

    fn errors(rule: impl Validator, value: Value) -> Vec<(String, String)> {
        let mut diagnostics = Diagnostics::new();
        rule.validate(&value, &AttributePath::from("a"), &mut diagnostics);
        let place = |attribute: Option<AttributePath>| {
            attribute.map(|path| path.to_string()).unwrap_or_default()
        };
        diagnostics
            .into_iter()
            .map(|diagnostic| (place(diagnostic.attribute), diagnostic.detail))
            .collect()
    }

    fn error(rule: impl Validator, value: Value) -> String {
        let mut errors = errors(rule, value);
        assert_eq!(errors.len(), 1);
        errors.remove(0).1
    }

    #[test]
    fn one_of_names_what_is_allowed_and_what_was_given() {
        let rule = || one_of(&["TCP", "UDP"]);
        assert_eq!(errors(rule(), Value::from("TCP")), []);
        assert_eq!(
            error(rule(), Value::from("tcp")),
            r#"The value must be one of "TCP", "UDP". Given: "tcp"."#
        );
        let long = error(rule(), Value::from("ä".repeat(1000)));
        assert!(long.len() < 300 && long.ends_with("and more."), "{long}");
    }

    #[test]
    fn length_counts_characters() {
        assert_eq!(errors(length_between(1, 3), Value::from("äöü")), []);
        assert_eq!(
            error(length_between(1, 3), Value::from("")),
            "The value must have 1 to 3 characters. Given: 0 characters."
        );
        assert_eq!(
            error(length_between(2, 2), Value::from("abc")),
            "The value must have exactly 2 characters. Given: 3 characters."
        );
    }

    #[test]
    fn a_whole_number_is_one_without_any_loss() {
        let rule = || whole_number_between(1, 65535);
        assert_eq!(errors(rule(), Value::from(65535)), []);
        for text in ["0", "1194.5", "65535.0000000000000000000000001", "-1e900"] {
            let given = error(rule(), Value::Number(text.parse().unwrap()));
            assert_eq!(
                given,
                format!(
                    "The value must be a whole number from 1 to 65535. Given: {}.",
                    text.parse::<Number>().unwrap()
                )
            );
        }
    }

    #[test]
    fn each_reports_at_the_element_and_waits_for_what_is_unknown() {
        let list = Value::List(vec![
            Value::Null,
            Value::from("x"),
            Value::Unknown,
            Value::from("a"),
        ]);
        let places: Vec<_> = errors(each(one_of(&["a"])), list)
            .into_iter()
            .map(|(place, _)| place)
            .collect();
        assert_eq!(places, ["a[0]", "a[1]"]);
        let map = Value::map([("k", Value::from("x"))]);
        assert_eq!(errors(each(one_of(&["a"])), map)[0].0, "a[\"k\"]");
    }

    #[test]
    fn a_count_waits_until_all_elements_are_known() {
        let rule = || count_between(2, 5);
        assert_eq!(errors(rule(), Value::List(vec![Value::Unknown])), []);
        assert_eq!(
            error(rule(), Value::List(vec![Value::from("a")])),
            "The value must have 2 to 5 elements. Given: 1 element."
        );
    }
}
