//! A configuration for an object that has none yet, from its state: what the user would have to write, and nothing that
//! would be refused. Pure.

use super::diagnostics::{Diagnostics, Severity};
use super::path::{AttributePath, Step};
use super::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema};
use super::value::Value;

/// The configuration of an object. Left out is what only the provider sets, what is deprecated or write-only, a secret that
/// need not be said, and what the declared validators or `rules` (those across arguments) refuse, unless it is required.
pub fn configuration(
    schema: &Schema,
    state: &Value,
    rules: impl Fn(&Value) -> Diagnostics,
) -> Value {
    let mut config = written(&schema.block, state.clone());
    for refused in refused(schema.validate(&config)) {
        unset(&schema.block, &mut config, &refused.0);
    }
    // One at a time: without the first, the others may be right. So the rules are asked once, and once more for each argument
    // that they have left out.
    for _ in 0..schema.block.attributes.len() {
        let unset = refused(rules(&config))
            .iter()
            .any(|refused| unset(&schema.block, &mut config, &refused.0));
        if !unset {
            break;
        }
    }
    config
}

fn written(block: &Block, state: Value) -> Value {
    let Value::Map(mut values) = state else {
        return state;
    };
    for attribute in &block.attributes {
        if !is_written(attribute)
            && let Some(value) = values.get_mut(&attribute.name)
        {
            *value = Value::Null;
        }
    }
    for nested in &block.blocks {
        if let Some(value) = values.get_mut(&nested.name) {
            let whole = std::mem::replace(value, Value::Null);
            *value = written_nested(nested, whole);
        }
    }
    Value::Map(values)
}

fn is_written(attribute: &Attribute) -> bool {
    let required = attribute.mode == Mode::Required;
    attribute.mode.is_configurable()
        && !attribute.write_only
        && (required || (attribute.deprecated.is_none() && !attribute.sensitive))
}

fn written_nested(nested: &NestedBlock, whole: Value) -> Value {
    match (nested.nesting, whole) {
        (_, Value::Dynamic(dynamic)) => {
            let (ty, value) = *dynamic;
            Value::Dynamic(Box::new((ty, written_nested(nested, value))))
        }
        (Nesting::Single, object) => {
            let object = written(&nested.block, object);
            if nested.min_items == 0 && says_nothing(&object) {
                Value::Null
            } else {
                object
            }
        }
        (Nesting::Group, object) => written(&nested.block, object),
        (_, Value::List(elements)) => Value::List(
            elements
                .into_iter()
                .map(|element| written(&nested.block, element))
                .collect(),
        ),
        (_, Value::Map(elements)) => Value::Map(
            elements
                .into_iter()
                .map(|(key, element)| (key, written(&nested.block, element)))
                .collect(),
        ),
        (_, other) => other,
    }
}

/// Whether a block has no argument and no block in it.
fn says_nothing(object: &Value) -> bool {
    object.as_map().is_none_or(|values| {
        values.values().all(|value| match value {
            Value::List(elements) => elements.is_empty(),
            Value::Map(elements) => elements.is_empty(),
            value => value.is_null(),
        })
    })
}

/// Where the errors are.
fn refused(diagnostics: Diagnostics) -> Vec<AttributePath> {
    diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .filter_map(|diagnostic| diagnostic.attribute)
        .collect()
}

/// Makes the argument null that a path leads to or into; whether there was one that need not be set.
fn unset(block: &Block, config: &mut Value, path: &[Step]) -> bool {
    let (Value::Map(values), Some((Step::Attribute(name), rest))) = (config, path.split_first())
    else {
        return false;
    };
    let Some(value) = values.get_mut(name) else {
        return false;
    };
    if let Some(attribute) = block.find_attribute(name) {
        let unsettable = attribute.mode != Mode::Required && !value.is_null();
        if unsettable {
            *value = Value::Null;
        }
        return unsettable;
    }
    let Some(nested) = block.find_block(name) else {
        return false;
    };
    let mut value = value;
    while let Value::Dynamic(dynamic) = value {
        value = &mut dynamic.1;
    }
    match (nested.nesting, value, rest.split_first()) {
        (Nesting::Single | Nesting::Group, object, _) => unset(&nested.block, object, rest),
        (_, Value::List(elements), Some((step, rest))) => {
            let place = match step {
                Step::Index(index) => usize::try_from(*index).ok(),
                Step::Element(place) => Some(*place),
                _ => None,
            };
            place
                .and_then(|place| elements.get_mut(place))
                .is_some_and(|element| unset(&nested.block, element, rest))
        }
        (_, Value::Map(elements), Some((Step::Key(key), rest))) => elements
            .get_mut(key)
            .is_some_and(|element| unset(&nested.block, element, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::tf::diagnostics::Diagnostic;
    use crate::tf::types::Type;
    use crate::tf::validators::one_of;

    fn schema() -> Schema {
        let text = |mode: fn(&'static str, Type, &'static str) -> Attribute, name| {
            mode(name, Type::String, "Text.").validator(one_of(&["a", "b"]))
        };
        let rule = Block::new("Rule.")
            .attribute(text(Attribute::required, "what"))
            .attribute(text(Attribute::optional, "note"))
            .attribute(Attribute::computed("rule_id", Type::String, "ID."));
        let block = Block::new("Thing.")
            .attribute(text(Attribute::required, "required"))
            .attribute(text(Attribute::optional, "optional"))
            .attribute(text(Attribute::optional_computed, "chosen"))
            .attribute(Attribute::computed("id", Type::String, "ID."))
            .attribute(Attribute::optional("secret", Type::String, "Secret.").sensitive())
            .attribute(Attribute::optional("once", Type::String, "Once.").write_only())
            .attribute(Attribute::optional("old", Type::String, "Old.").deprecated("Not any more."))
            .block(NestedBlock::single("single", rule.clone()))
            .block(NestedBlock::list("list", rule.clone()))
            .block(NestedBlock::set("set", rule));
        Schema::new(0, block)
    }

    fn rule(what: &str, note: &str, id: Value) -> Value {
        let note = if note.is_empty() {
            Value::Null
        } else {
            Value::from(note)
        };
        Value::map([("what", Value::from(what)), ("note", note), ("rule_id", id)])
    }

    fn object(
        required: &str,
        optional: Value,
        chosen: Value,
        rest: Value,
        blocks: [Value; 3],
    ) -> Value {
        let [single, list, set] = blocks;
        Value::map([
            ("required", Value::from(required)),
            ("optional", optional),
            ("chosen", chosen),
            ("id", rest.clone()),
            ("secret", rest.clone()),
            ("once", rest.clone()),
            ("old", rest),
            ("single", single),
            ("list", Value::List(vec![list])),
            ("set", Value::List(vec![set])),
        ])
    }

    fn none(_: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    #[test]
    fn only_what_the_user_would_write_is_left() {
        let id = || Value::from("r-1");
        let state = object(
            "a",
            Value::from("b"),
            Value::Null,
            Value::from("x"),
            [
                rule("a", "b", id()),
                rule("a", "", id()),
                rule("b", "b", id()),
            ],
        );
        let expected = object(
            "a",
            Value::from("b"),
            Value::Null,
            Value::Null,
            [
                rule("a", "b", Value::Null),
                rule("a", "", Value::Null),
                rule("b", "b", Value::Null),
            ],
        );
        assert_eq!(configuration(&schema(), &state, none), expected);
        assert_eq!(configuration(&schema(), &Value::Null, none), Value::Null);
    }

    #[test]
    fn what_the_validators_refuse_is_left_out_wherever_it_is_unless_it_is_required() {
        let blocks = || {
            [
                rule("a", "no", Value::Null),
                rule("no", "no", Value::Null),
                rule("a", "no", Value::Null),
            ]
        };
        let state = object(
            "no",
            Value::from("no"),
            Value::from("no"),
            Value::Null,
            blocks(),
        );
        let config = configuration(&schema(), &state, none);
        let expected = object(
            "no",
            Value::Null,
            Value::Null,
            Value::Null,
            [
                rule("a", "", Value::Null),
                rule("no", "", Value::Null),
                rule("a", "", Value::Null),
            ],
        );
        assert_eq!(config, expected);
    }

    #[test]
    fn of_two_arguments_that_exclude_each_other_one_is_left() {
        let exclusive = |config: &Value| -> Diagnostics {
            let both = ["optional", "chosen"].map(|name| !config.attribute(name).is_null());
            let errors = ["optional", "chosen"].map(|name| Diagnostic::error("Either").at(name));
            errors
                .into_iter()
                .filter(|_| both == [true, true])
                .collect()
        };
        let blocks = [
            Value::Null,
            rule("a", "", Value::Null),
            rule("a", "", Value::Null),
        ];
        let state = object("a", Value::from("a"), Value::from("b"), Value::Null, blocks);
        let config = configuration(&schema(), &state, exclusive);
        assert_eq!(config.attribute("optional"), &Value::Null);
        assert_eq!(config.attribute("chosen"), &Value::from("b"));
    }

    #[test]
    fn the_rules_are_asked_once_and_again_only_for_what_they_left_out() {
        let blocks = || {
            [
                Value::Null,
                rule("a", "", Value::Null),
                rule("a", "", Value::Null),
            ]
        };
        let state = object(
            "a",
            Value::from("a"),
            Value::from("b"),
            Value::Null,
            blocks(),
        );
        for (refused, asked) in [
            (&[][..], 1),
            (&["required"], 1),
            (&["optional", "chosen"], 3),
        ] {
            let times = Cell::new(0);
            configuration(&schema(), &state, |config| {
                times.set(times.get() + 1);
                let set = refused
                    .iter()
                    .filter(|name| !config.attribute(name).is_null());
                set.map(|name| Diagnostic::error("No").at(*name)).collect()
            });
            assert_eq!(times.get(), asked, "{refused:?}");
        }
    }

    #[test]
    fn a_single_block_that_says_nothing_is_left_out() {
        let empty = Value::map([
            ("what", Value::Null),
            ("note", Value::Null),
            ("rule_id", Value::from("x")),
        ]);
        let blocks = [
            empty,
            rule("a", "", Value::Null),
            rule("a", "", Value::Null),
        ];
        let state = object("a", Value::Null, Value::Null, Value::Null, blocks);
        let config = configuration(&schema(), &state, none);
        assert_eq!(config.attribute("single"), &Value::Null);
    }
}
