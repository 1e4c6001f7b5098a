//! What all look-ups share: filters by ID and by name, and what "the only match" means.
//!
//! A filter never fails for want of objects: a list that it leaves empty is an empty list. The only match fails with the
//! candidates, so that the next attempt can name the right one.

use std::collections::BTreeSet;

use regex::Regex;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::explain;
use super::kind::Kind;
use crate::cloud::error::{Class, Error};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::path::AttributePath;
use crate::tf::resource::Outcome;
use crate::tf::schema::Attribute;
use crate::tf::types::Type;
use crate::tf::validators::{Validator, each, invalid, length_between, quoted};
use crate::tf::value::Value;

/// The most candidates that an error lists.
const MOST_CANDIDATES: usize = 20;

/// A set of texts as a configuration has it.
pub type Texts = Attr<Vec<Attr<String>>>;

/// The argument `ids`.
pub fn ids_argument() -> Attribute {
    Attribute::optional(
        "ids",
        Type::Set(Box::new(Type::String)),
        "Only these IDs. One that does not exist is left out; an empty set leaves nothing.",
    )
    .validator(each(length_between(1, 128)))
}

/// The argument `name_regex`.
pub fn name_regex_argument() -> Attribute {
    Attribute::optional(
        "name_regex",
        Type::String,
        "Only those whose name this regular expression matches somewhere; `^` and `$` tie it to the ends. The syntax is that of Rust's \
         `regex`, which is close to RE2's.",
    )
    .validator(NameRegex)
}

/// An argument that must have this text: an ID or another word of the API's.
pub fn text_argument(name: &str, description: &str) -> Attribute {
    Attribute::optional(name, Type::String, description).validator(length_between(1, 128))
}

/// An argument of the look-up of one object, which the result has as well.
pub fn key_argument(name: &str, description: &str) -> Attribute {
    Attribute::optional_computed(name, Type::String, description).validator(length_between(1, 128))
}

/// A time as results show it (RFC 3339).
pub fn time(time: Option<OffsetDateTime>) -> Attr<String> {
    time.and_then(|time| time.format(&Rfc3339).ok()).into()
}

/// A regular expression.
struct NameRegex;

impl Validator for NameRegex {
    fn description(&self) -> String {
        "be a regular expression".to_owned()
    }

    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Some(text) = value.as_str() else { return };
        if let Err(error) = Regex::new(text) {
            diagnostics.push(not_a_regex(path, text, &error));
        }
    }
}

fn not_a_regex(path: &AttributePath, text: &str, error: &regex::Error) -> Diagnostic {
    // The crate shows the expression with a mark below the fault, which needs its line breaks.
    invalid(
        path,
        &NameRegex.description(),
        &format!("{}, which is none:\n\n{error}", quoted(text)),
    )
}

/// The filters `ids` and `name_regex`.
#[derive(Debug)]
pub struct Filter {
    ids: Option<BTreeSet<String>>,
    name: Option<Regex>,
}

impl Filter {
    /// The filters of a configuration; one that is not set leaves everything.
    ///
    /// # Errors
    /// For a `name_regex` that is no regular expression.
    pub fn new(ids: &Texts, name_regex: &Attr<String>) -> Result<Filter, Diagnostic> {
        let ids = ids
            .known()
            .map(|ids| ids.iter().filter_map(Attr::value).collect());
        let name = match name_regex.known() {
            Some(text) => Some(
                Regex::new(text)
                    .map_err(|error| not_a_regex(&"name_regex".into(), text, &error))?,
            ),
            None => None,
        };
        Ok(Filter { ids, name })
    }

    /// The objects of a list that are wanted, sorted by ID. `key` gives an object's ID and name.
    ///
    /// # Errors
    /// Where the list could not be had.
    pub fn leave<T>(
        &self,
        kind: Kind,
        region: &str,
        listed: Result<Vec<T>, Error>,
        key: impl Fn(&T) -> (&String, &Option<String>),
    ) -> Result<Vec<T>, Diagnostic> {
        let mut objects = listed.map_err(|error| failed(kind, None, region, &error))?;
        objects.retain(|object| {
            let (id, name) = key(object);
            self.leaves(id, name.as_deref())
        });
        objects.sort_unstable_by(|one, other| key(one).0.cmp(key(other).0));
        Ok(objects)
    }

    /// Whether an object is among those that are wanted. What has no name has an empty one.
    fn leaves(&self, id: &str, name: Option<&str>) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(id))
            && self
                .name
                .as_ref()
                .is_none_or(|regex| regex.is_match(name.unwrap_or_default()))
    }
}

/// What an object of a look-up is asked for by, beside its ID: argument and value.
pub type Keys<'a> = [(&'static str, &'a Attr<String>)];

/// The rules of a look-up of one object: by `id` alone, or by some of `keys`.
pub fn check_keys(kind: Kind, id: &Attr<String>, keys: &Keys<'_>) -> Diagnostics {
    let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    if id.is_null() && keys.iter().all(|(_, key)| key.is_null()) {
        return Diagnostic::error(format!("Which {}?", kind.one))
            .detail(format!(
                "Set id, or one or more of {}, of which there must be only one match.",
                names.join(", ")
            ))
            .into();
    }
    let beside = keys
        .iter()
        .filter(|(_, key)| id.known().is_some() && key.known().is_some());
    let mut diagnostics = Diagnostics::default();
    for (name, _) in beside {
        diagnostics.push(
            Diagnostic::error(format!("Both id and {name}"))
                .detail(format!(
                    "id alone says which {} is meant. Leave out id, or {}.",
                    kind.one,
                    names.join(", ")
                ))
                .at(*name),
        );
    }
    diagnostics
}

/// The only one of all `objects` of a region that has what `keys` say. `id` and `shown` give an object's ID and the line about it.
///
/// # Errors
/// With the candidates where none matches, or several do.
pub fn only_match<T>(
    kind: Kind,
    region: &str,
    keys: &Keys<'_>,
    objects: Vec<T>,
    matches: impl Fn(&T) -> bool,
    shown: impl Fn(&T) -> String,
) -> Result<T, Diagnostic> {
    let asked: Vec<(&str, &String)> = keys
        .iter()
        .filter_map(|(name, key)| Some((*name, key.known()?)))
        .collect();
    let words: Vec<String> = asked
        .iter()
        .map(|(name, key)| format!("{name} = {}", quoted(key)))
        .collect();
    let words = words.join(" and ");
    let (mut matching, others): (Vec<T>, Vec<T>) = objects.into_iter().partition(matches);
    let diagnostic = match (matching.len(), others.len()) {
        (1, _) => match matching.pop() {
            Some(object) => return Ok(object),
            None => Diagnostic::error(format!("No {} matches", kind.one)),
        },
        (0, 0) => Diagnostic::error(format!("No {} matches", kind.one))
            .detail(format!("Region {region} has no {} at all, and so none with {words}. Check region.", kind.one)),
        (0, _) => Diagnostic::error(format!("No {} matches", kind.one)).detail(format!(
            "Region {region} has no {} with {words}. Candidates:\n{}",
            kind.one,
            candidates(&others, shown)
        )),
        (count, _) => Diagnostic::error(format!("{count} {} match", kind.many)).detail(format!(
            "Region {region} has {count} {} with {words}, and only one can be meant:\n{}\n\nSet id to that of the right one, or say more.",
            kind.many,
            candidates(&matching, shown)
        )),
    };
    Err(match asked.first() {
        Some((name, _)) => diagnostic.at(*name),
        None => diagnostic,
    })
}

/// Whether an object has what is asked for.
pub fn has(shown: Option<&String>, asked: &Attr<String>) -> bool {
    asked.known().is_none_or(|asked| shown == Some(asked))
}

/// What a query calls an object: its name, if it has one, and its ID.
pub fn display_name(id: &str, name: Option<&String>) -> String {
    name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"))
}

/// The line about an object among candidates: its ID, its name, and what it belongs to.
pub fn candidate(id: &str, name: Option<&String>, of: Option<&String>) -> String {
    let name = name.map(|name| format!(", name {}", quoted(name)));
    let of = of.map(|of| format!(", in {of}"));
    format!("{id}{}{}", name.unwrap_or_default(), of.unwrap_or_default())
}

fn candidates<T>(objects: &[T], shown: impl Fn(&T) -> String) -> String {
    let mut lines: Vec<String> = objects
        .iter()
        .map(|object| format!("  - {}", shown(object)))
        .collect();
    lines.sort_unstable();
    let more = lines.len().saturating_sub(MOST_CANDIDATES);
    lines.truncate(MOST_CANDIDATES);
    if more > 0 {
        lines.push(format!("  - and {more} more"));
    }
    lines.join("\n")
}

/// What to say when an object that `argument` names does not exist; `said` is the API's own error, if it was one.
pub fn missing(
    kind: Kind,
    id: &str,
    region: &str,
    argument: &'static str,
    said: Option<&Error>,
) -> Diagnostic {
    let said = said.map(|error| format!("\n\n{error}")).unwrap_or_default();
    Diagnostic::error(format!("No {} {}", kind.one, quoted(id)))
        .detail(format!("Region {region} has no such {}. Check {argument}; an object in another region needs region.{said}", kind.one))
        .at(argument)
}

/// What to say when a look-up failed; `argument` names the object that the API may not know.
pub fn failed(
    kind: Kind,
    named: Option<(&'static str, &str)>,
    region: &str,
    error: &Error,
) -> Diagnostic {
    if let (Some((argument, id)), Class::NotFound) = (named, error.class()) {
        return missing(kind, id, region, argument, Some(error));
    }
    let diagnostic =
        explain::diagnostic(format!("Cannot look up {} in {region}", kind.many), error);
    // The API names the arguments of its own operations, of which a look-up has this one.
    let attribute = error
        .argument()
        .filter(|argument| *argument == "region")
        .map(AttributePath::from);
    Diagnostic {
        attribute,
        ..diagnostic
    }
}

/// The answer of a data source.
pub fn outcome<T>(found: Result<T, Diagnostic>) -> Outcome<Option<T>> {
    match found {
        Ok(found) => Outcome::new(Some(found)),
        Err(diagnostic) => Outcome::failed(diagnostic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind {
        one: "thing",
        many: "things",
        prefix: "t",
    };

    fn known(text: &str) -> Attr<String> {
        Attr::Known(text.to_owned())
    }

    fn only(objects: &[&'static str], asked: &str) -> Result<&'static str, Diagnostic> {
        let key = known(asked);
        only_match(
            KIND,
            "r",
            &[("name", &key)],
            objects.to_vec(),
            |object| object.starts_with(asked),
            |object| (*object).to_owned(),
        )
    }

    #[test]
    fn only_one_match_is_a_match() {
        assert_eq!(only(&["b", "a"], "a"), Ok("a"));
        let none = only(&["c", "b"], "a").unwrap_err();
        assert_eq!(none.summary, "No thing matches");
        assert_eq!(
            none.detail,
            "Region r has no thing with name = \"a\". Candidates:\n  - b\n  - c"
        );
        let several = only(&["a2", "b", "a1"], "a").unwrap_err();
        assert_eq!(several.summary, "2 things match");
        assert!(
            several
                .detail
                .contains("only one can be meant:\n  - a1\n  - a2\n\n"),
            "{}",
            several.detail
        );
        assert_eq!(several.attribute, Some("name".into()));
        let empty = only(&[], "a").unwrap_err();
        assert!(empty.detail.contains("no thing at all"), "{}", empty.detail);
    }

    #[test]
    fn an_error_lists_so_many_candidates_and_counts_the_rest() {
        let error = only(&["b"; 25], "a").unwrap_err();
        assert_eq!(error.detail.matches("- b").count(), 20);
        assert!(error.detail.ends_with("- and 5 more"), "{}", error.detail);
    }

    #[test]
    fn a_look_up_is_by_id_alone_or_by_keys() {
        let summaries = |id: Attr<String>, key: Attr<String>| -> Vec<String> {
            let found = check_keys(KIND, &id, &[("name", &key)]);
            found
                .iter()
                .map(|diagnostic| diagnostic.summary.clone())
                .collect()
        };
        assert_eq!(summaries(Attr::Null, Attr::Null), ["Which thing?"]);
        assert_eq!(summaries(known("x"), known("y")), ["Both id and name"]);
        for (id, key) in [
            (known("x"), Attr::Null),
            (Attr::Null, known("y")),
            (Attr::Unknown, Attr::Null),
            (known("x"), Attr::Unknown),
        ] {
            assert_eq!(summaries(id, key), [""; 0]);
        }
    }

    #[test]
    fn a_list_is_what_its_filters_leave_sorted_by_id_whatever_the_apis_order() {
        let listed = || {
            let objects = [
                ("x-3", "office"),
                ("x-1", "lab"),
                ("x-4", "off"),
                ("x-2", "office"),
            ];
            let owned = objects.map(|(id, name)| (id.to_owned(), Some(name.to_owned())));
            Ok(owned.to_vec())
        };
        let left = |ids: Texts, name_regex: Attr<String>| -> Vec<String> {
            let filter = Filter::new(&ids, &name_regex).unwrap();
            let left = filter.leave(KIND, "r", listed(), |(id, name)| (id, name));
            left.unwrap().into_iter().map(|(id, _)| id).collect()
        };
        assert_eq!(left(Attr::Null, Attr::Null), ["x-1", "x-2", "x-3", "x-4"]);
        assert_eq!(left(Attr::Null, known("^off")), ["x-2", "x-3", "x-4"]);
        let ids = Attr::Known(vec![known("x-4"), known("x-1"), known("x-9")]);
        assert_eq!(left(ids.clone(), Attr::Null), ["x-1", "x-4"]);
        assert_eq!(left(ids, known("^off")), ["x-4"]);
    }

    #[test]
    fn filters_leave_what_they_name() {
        let ids = Attr::Known(vec![known("x"), known("y")]);
        let filter = Filter::new(&ids, &known("^off")).unwrap();
        assert!(filter.leaves("x", Some("office")));
        assert!(!filter.leaves("z", Some("office")));
        assert!(!filter.leaves("y", Some("the office")));
        assert!(!filter.leaves("y", None));
        let all = Filter::new(&Attr::Null, &Attr::Null).unwrap();
        assert!(all.leaves("z", None));
        let nothing = Filter::new(&Attr::Known(Vec::new()), &Attr::Null).unwrap();
        assert!(!nothing.leaves("x", None));
        assert!(
            Filter::new(&Attr::Null, &known("("))
                .unwrap_err()
                .detail
                .contains("unclosed group")
        );
    }
}
