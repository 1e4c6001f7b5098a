//! Write-only attributes: the configuration has them, the cloud gets them, no state and no plan ever does. Pure.

use super::path::AttributePath;
use super::schema::{Block, NestedBlock, Nesting, Schema};
use super::value::Value;

/// The value with null for every write-only attribute: what a state or plan may hold.
pub fn strip(schema: &Schema, value: Value) -> Value {
    if contains(&schema.block) {
        strip_block(&schema.block, value)
    } else {
        value
    }
}

/// A planned object with the configuration's values for its write-only attributes: what a create or update is given.
pub fn fill(schema: &Schema, planned: Value, config: &Value) -> Value {
    if contains(&schema.block) {
        fill_block(&schema.block, planned, config)
    } else {
        planned
    }
}

/// The write-only attributes that a configuration sets, in the order of declaration.
pub fn set_in(schema: &Schema, config: &Value) -> Vec<AttributePath> {
    let mut found = Vec::new();
    if contains(&schema.block) {
        find(&schema.block, config, &AttributePath::root(), &mut found);
    }
    found
}

fn contains(block: &Block) -> bool {
    block
        .attributes
        .iter()
        .any(|attribute| attribute.write_only)
        || block.blocks.iter().any(|nested| contains(&nested.block))
}

fn strip_block(block: &Block, value: Value) -> Value {
    let Value::Map(mut attributes) = value else {
        return value;
    };
    for attribute in block
        .attributes
        .iter()
        .filter(|attribute| attribute.write_only)
    {
        if let Some(value) = attributes.get_mut(&attribute.name) {
            *value = Value::Null;
        }
    }
    for nested in &block.blocks {
        if let Some(value) = attributes.get_mut(&nested.name) {
            let whole = std::mem::replace(value, Value::Null);
            *value = each(nested, whole, &|_, occurrence| {
                strip_block(&nested.block, occurrence)
            });
        }
    }
    Value::Map(attributes)
}

fn fill_block(block: &Block, planned: Value, config: &Value) -> Value {
    let Value::Map(mut attributes) = planned else {
        return planned;
    };
    for attribute in block
        .attributes
        .iter()
        .filter(|attribute| attribute.write_only)
    {
        let value = config.attribute(&attribute.name).clone();
        attributes.insert(attribute.name.clone(), value);
    }
    // Elements of a set have no place by which to find them again, so Terraform allows no write-only attributes in one.
    for nested in block
        .blocks
        .iter()
        .filter(|nested| nested.nesting != Nesting::Set)
    {
        if let Some(value) = attributes.get_mut(&nested.name) {
            let whole = std::mem::replace(value, Value::Null);
            let config = config.attribute(&nested.name);
            *value = each(nested, whole, &|place, occurrence| {
                fill_block(&nested.block, occurrence, place.of(config))
            });
        }
    }
    Value::Map(attributes)
}

fn find(block: &Block, config: &Value, path: &AttributePath, found: &mut Vec<AttributePath>) {
    for attribute in block
        .attributes
        .iter()
        .filter(|attribute| attribute.write_only)
    {
        if !config.attribute(&attribute.name).is_null() {
            found.push(path.attribute(&attribute.name));
        }
    }
    for nested in &block.blocks {
        let path = path.attribute(&nested.name);
        let value = config.attribute(&nested.name);
        match (nested.nesting, value.concrete()) {
            (Nesting::Single | Nesting::Group, object) => find(&nested.block, object, &path, found),
            (_, Value::List(elements)) => {
                for (place, element) in elements.iter().enumerate() {
                    find(&nested.block, element, &path.index(place), found);
                }
            }
            (_, Value::Map(elements)) => {
                for (key, element) in elements {
                    find(&nested.block, element, &path.key(key), found);
                }
            }
            _ => {}
        }
    }
}

/// Which occurrence of a nested block.
enum Place<'a> {
    Only,
    Index(usize),
    Key(&'a str),
}

impl Place<'_> {
    /// The same occurrence in another value; null where there is none.
    fn of<'v>(&self, whole: &'v Value) -> &'v Value {
        match self {
            Place::Only => whole,
            Place::Index(place) => whole
                .as_list()
                .and_then(|elements| elements.get(*place))
                .unwrap_or(&Value::Null),
            Place::Key(key) => whole.attribute(key),
        }
    }
}

/// Each occurrence of a nested block changed.
fn each(nested: &NestedBlock, whole: Value, change: &dyn Fn(Place<'_>, Value) -> Value) -> Value {
    match (nested.nesting, whole) {
        (_, Value::Dynamic(dynamic)) => {
            let (ty, value) = *dynamic;
            Value::Dynamic(Box::new((ty, each(nested, value, change))))
        }
        (Nesting::Single | Nesting::Group, object) => change(Place::Only, object),
        (_, Value::List(elements)) => Value::List(
            elements
                .into_iter()
                .enumerate()
                .map(|(place, element)| change(Place::Index(place), element))
                .collect(),
        ),
        (_, Value::Map(elements)) => Value::Map(
            elements
                .into_iter()
                .map(|(key, element)| {
                    let element = change(Place::Key(&key), element);
                    (key, element)
                })
                .collect(),
        ),
        (_, other) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::schema::Attribute;
    use crate::tf::types::Type;

    fn schema() -> Schema {
        let inner = || {
            Block::new("Inner.")
                .attribute(Attribute::optional("name", Type::String, "Name."))
                .attribute(Attribute::optional("secret", Type::String, "Secret.").write_only())
        };
        let block = inner()
            .block(NestedBlock::single("single", inner()))
            .block(NestedBlock::list("list", inner()))
            .block(NestedBlock::map("map", inner()));
        Schema::new(0, block)
    }

    fn inner(secret: Value) -> Value {
        Value::map([("name", Value::from("n")), ("secret", secret)])
    }

    fn object(secret: Value) -> Value {
        Value::map([
            ("name", Value::from("n")),
            ("secret", secret.clone()),
            ("single", inner(secret.clone())),
            (
                "list",
                Value::List(vec![inner(secret.clone()), inner(secret.clone())]),
            ),
            ("map", Value::map([("k", inner(secret))])),
        ])
    }

    #[test]
    fn nothing_write_only_is_left_at_any_level_and_nothing_else_is_lost() {
        let stripped = strip(&schema(), object(Value::from("s")));
        assert_eq!(stripped, object(Value::Null));
        assert_eq!(strip(&schema(), Value::Null), Value::Null);
        assert_eq!(strip(&schema(), Value::Unknown), Value::Unknown);
    }

    #[test]
    fn a_plan_is_filled_from_the_configuration_at_every_level() {
        let filled = fill(&schema(), object(Value::Null), &object(Value::from("s")));
        assert_eq!(filled, object(Value::from("s")));
        let filled = fill(&schema(), object(Value::Null), &Value::Null);
        assert_eq!(filled, object(Value::Null));
    }

    #[test]
    fn what_a_configuration_sets_is_named_with_its_place() {
        let found = set_in(&schema(), &object(Value::Unknown));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let expected = [
            "secret",
            "single.secret",
            "list[0].secret",
            "list[1].secret",
            "map[\"k\"].secret",
        ];
        assert_eq!(found, expected);
        assert!(set_in(&schema(), &object(Value::Null)).is_empty());
    }
}
