//! The rules that a configuration must keep by the declaration alone.

use super::{Attribute, Block, Mode, NestedBlock, Nesting, Schema};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::path::AttributePath;
use crate::tf::value::Value;

impl Schema {
    /// What is wrong with a configuration, in the order of the declaration: required arguments that are missing, values
    /// for what only the provider sets, broken rules, numbers of blocks. What is unknown is not judged.
    pub fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        self.block
            .validate(config, &AttributePath::root(), &mut diagnostics);
        diagnostics
    }
}

impl Block {
    fn validate(&self, config: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        if !config.is_known() {
            return;
        }
        for attribute in &self.attributes {
            attribute.check(config.attribute(&attribute.name), path, diagnostics);
        }
        for nested in &self.blocks {
            nested.check(config.attribute(&nested.name), path, diagnostics);
        }
    }
}

impl Attribute {
    fn check(&self, value: &Value, parent: &AttributePath, diagnostics: &mut Diagnostics) {
        let path = parent.attribute(&self.name);
        if value.is_null() {
            if self.mode == Mode::Required {
                diagnostics.push(
                    Diagnostic::error("Missing required argument")
                        .detail(format!(
                            "The argument `{path}` is required, and it is not set."
                        ))
                        .at(path),
                );
            }
            return;
        }
        if !self.mode.is_configurable() {
            diagnostics.push(
                Diagnostic::error("Value for a read-only attribute")
                    .detail(format!(
                        "The provider sets `{path}` by itself: remove it from the configuration."
                    ))
                    .at(path),
            );
            return;
        }
        if !value.is_known() {
            return;
        }
        for validator in &self.validators {
            let mut found = Diagnostics::new();
            validator.validate(value, &path, &mut found);
            if self.sensitive {
                let hidden = |diagnostic| hide(diagnostic, &path, &validator.description());
                diagnostics.extend(found.into_iter().map(hidden));
            } else {
                diagnostics.extend(found.into_iter().map(|diagnostic| {
                    Diagnostic {
                        attribute: diagnostic
                            .attribute
                            .map(|found| found.typed_from(path.0.len(), &self.ty)),
                        ..diagnostic
                    }
                }));
            }
        }
    }
}

/// The diagnostic without anything that the value may have got into, the keys of a map included.
fn hide(diagnostic: Diagnostic, path: &AttributePath, must: &str) -> Diagnostic {
    Diagnostic {
        severity: diagnostic.severity,
        summary: format!("Invalid value for `{path}`"),
        detail: format!("The value must {must}. It is sensitive, so it is not shown."),
        attribute: Some(path.clone()),
    }
}

impl NestedBlock {
    fn check(&self, value: &Value, parent: &AttributePath, diagnostics: &mut Diagnostics) {
        let path = parent.attribute(&self.name);
        if !value.is_known() {
            return;
        }
        match (self.nesting, value.concrete()) {
            (Nesting::Group, object) => self.block.validate(object, &path, diagnostics),
            (Nesting::Single, Value::Null) => self.check_count(0, &path, diagnostics),
            (Nesting::Single, object) => self.block.validate(object, &path, diagnostics),
            (Nesting::List, Value::List(blocks)) => {
                self.check_count(blocks.len(), &path, diagnostics);
                for (place, block) in blocks.iter().enumerate() {
                    self.block.validate(block, &path.index(place), diagnostics);
                }
            }
            (Nesting::Set, Value::List(blocks)) => {
                self.check_count(blocks.len(), &path, diagnostics);
                for (place, block) in blocks.iter().enumerate() {
                    self.block
                        .validate(block, &path.element(place), diagnostics);
                }
            }
            (Nesting::Map, Value::Map(blocks)) => {
                for (key, block) in blocks {
                    self.block.validate(block, &path.key(key), diagnostics);
                }
            }
            (Nesting::List | Nesting::Set, _) => self.check_count(0, &path, diagnostics),
            (Nesting::Map, _) => {}
        }
    }

    fn check_count(&self, count: usize, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        if count < self.min_items {
            let least = self.min_items;
            diagnostics.push(
                Diagnostic::error("Missing block")
                    .detail(format!(
                        "At least {least} `{path}` block{} must be there, not {count}.",
                        plural(least)
                    ))
                    .at(path),
            );
        }
        if self.nesting != Nesting::Single && self.max_items > 0 && count > self.max_items {
            let most = self.max_items;
            diagnostics.push(
                Diagnostic::error("Too many blocks")
                    .detail(format!(
                        "At most {most} `{path}` block{} may be there, not {count}.",
                        plural(most)
                    ))
                    .at(path),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::types::Type;
    use crate::tf::validators::{Validator, count_between, each, length_between, one_of};

    fn found(block: Block, config: &Value) -> Vec<(String, String)> {
        let diagnostics = Schema::new(0, block).validate(config);
        let place =
            |path: Option<AttributePath>| path.map(|path| path.to_string()).unwrap_or_default();
        diagnostics
            .into_iter()
            .map(|found| (found.summary, place(found.attribute)))
            .collect()
    }

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs
            .map(|(summary, place)| (summary.to_owned(), place.to_owned()))
            .to_vec()
    }

    fn text(
        mode: fn(&'static str, Type, &'static str) -> Attribute,
        name: &'static str,
    ) -> Attribute {
        mode(name, Type::String, "Text.")
    }

    #[test]
    fn presence_is_judged_by_mode() {
        let block = || {
            Block::new("Root.")
                .attribute(text(Attribute::required, "r"))
                .attribute(text(Attribute::optional, "o"))
                .attribute(text(Attribute::computed, "c"))
                .attribute(text(Attribute::optional_computed, "oc"))
        };
        assert_eq!(
            found(block(), &Value::map([("x", Value::Null)])),
            pairs([("Missing required argument", "r")])
        );
        let all =
            |value: Value| Value::map(["r", "o", "c", "oc"].map(|name| (name, value.clone())));
        for value in [Value::from("x"), Value::Unknown] {
            assert_eq!(
                found(block(), &all(value)),
                pairs([("Value for a read-only attribute", "c")])
            );
        }
        assert_eq!(found(block(), &Value::Unknown), []);
    }

    #[test]
    fn rules_apply_in_order_to_known_values_only() {
        let block = || {
            let rule = Attribute::optional("a", Type::String, "A.")
                .validator(one_of(&["x"]))
                .validator(length_between(1, 2));
            Block::new("Root.")
                .attribute(rule)
                .attribute(text(Attribute::required, "b"))
        };
        let both = Value::map([("a", Value::from("long"))]);
        let invalid = ("Invalid value for `a`", "a");
        assert_eq!(
            found(block(), &both),
            pairs([invalid, invalid, ("Missing required argument", "b")])
        );
        for value in [Value::Null, Value::Unknown] {
            assert_eq!(
                found(
                    block(),
                    &Value::map([("a", value), ("b", Value::from("x"))])
                ),
                []
            );
        }
    }

    #[test]
    fn an_element_of_a_set_has_a_place_that_stays_off_the_wire() {
        let attribute = Attribute::required("s", Type::set(Type::String), "S.")
            .validator(count_between(1, 5))
            .validator(each(one_of(&["a"])));
        let schema = Schema::new(0, Block::new("Root.").attribute(attribute));
        let config = Value::map([("s", Value::List(vec![Value::from("a"), Value::from("b")]))]);
        let path = schema.validate(&config).0.remove(0).attribute.unwrap();
        assert_eq!(path, AttributePath::from("s").element(1));
        assert_eq!(path.to_proto(), AttributePath::from("s").to_proto());
    }

    #[test]
    fn a_sensitive_value_is_never_shown() {
        struct Tells;
        impl Validator for Tells {
            fn description(&self) -> String {
                "be better".to_owned()
            }
            fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
                let text = format!("{value:?}");
                diagnostics.push(Diagnostic::warning(&text).detail(&text).at(path.key(text)));
            }
        }
        let attribute = Attribute::optional("a", Type::String, "A.")
            .sensitive()
            .validator(one_of(&["x"]))
            .validator(Tells);
        let schema = Schema::new(0, Block::new("Root.").attribute(attribute));
        let diagnostics = schema.validate(&Value::map([("a", Value::from("hunter2"))]));
        assert_eq!(diagnostics.0.len(), 2);
        assert!(!format!("{diagnostics:?}").contains("hunter2"));
        assert_eq!(
            diagnostics.0[0].detail,
            r#"The value must be "x". It is sensitive, so it is not shown."#
        );
    }

    #[test]
    fn blocks_are_counted_and_walked() {
        let inner = || Block::new("Inner.").attribute(text(Attribute::required, "x"));
        let root = || {
            Block::new("Root.")
                .block(NestedBlock::single("single", inner()).min_items(1))
                .block(NestedBlock::list("list", inner()).max_items(1))
                .block(NestedBlock::set("set", inner()).min_items(2))
                .block(NestedBlock::map("map", inner()))
                .block(NestedBlock::group("group", inner()))
        };
        let missing = "Missing required argument";
        assert_eq!(
            found(root(), &Value::map([("list", Value::List(Vec::new()))])),
            pairs([
                ("Missing block", "single"),
                ("Missing block", "set"),
                (missing, "group.x")
            ])
        );
        let empty = || Value::map([("x", Value::Null)]);
        let config = Value::map([
            ("single", empty()),
            ("list", Value::List(vec![empty(), Value::Unknown])),
            (
                "set",
                Value::List(vec![empty(), Value::map([("x", Value::from("x"))])]),
            ),
            ("map", Value::map([("k", empty())])),
            ("group", Value::map([("x", Value::Unknown)])),
        ]);
        assert_eq!(
            found(root(), &config),
            pairs([
                (missing, "single.x"),
                ("Too many blocks", "list"),
                (missing, "list[0].x"),
                (missing, "set[0].x"),
                (missing, "map[\"k\"].x"),
            ])
        );
        let unknown = Value::map(
            ["single", "list", "set", "map", "group"].map(|name| (name, Value::Unknown)),
        );
        assert_eq!(found(root(), &unknown), []);
    }
}
