//! What the schema alone decides about a change, before and after the resource has its say. Pure.
//!
//! Three rules of Terraform's contract live here: a computed value that nobody set is unknown on create and keeps its prior
//! value on update unless it declares that the change may alter it ([`propose`]); a change of some attributes replaces the
//! object ([`requires_replace`]); what was planned as known comes back from apply unchanged ([`conform`]).

use std::collections::BTreeSet;

use super::path::AttributePath;
use super::schema::{Attribute, Block, Nesting, Schema};
use super::types::Type;
use super::value::Value;

/// The planned object of a create (null `prior`) or an update, from Terraform's proposal.
pub fn propose(schema: &Schema, prior: &Value, proposed: Value, config: &Value) -> Value {
    propose_block(&schema.block, prior, proposed, config)
}

fn propose_block(block: &Block, prior: &Value, proposed: Value, config: &Value) -> Value {
    let Value::Map(mut planned) = proposed else {
        return proposed;
    };
    let unset = |attribute: &&Attribute| {
        attribute.mode.is_computed() && config.attribute(&attribute.name).is_null()
    };
    let unknown: Vec<&str> = block
        .attributes
        .iter()
        .filter(unset)
        .filter(|attribute| {
            prior.is_null()
                || attribute.unknown_when_changed.iter().any(|other| {
                    block
                        .attributes
                        .iter()
                        .filter(|candidate| candidate.name == *other)
                        .any(|other| {
                            let planned = planned.get(&other.name).unwrap_or(&Value::Null);
                            !prior.attribute(&other.name).same(planned, &other.ty)
                        })
                })
        })
        .map(|attribute| attribute.name.as_str())
        .collect();
    for name in unknown {
        planned.insert(name.to_owned(), Value::Unknown);
    }
    for nested in &block.blocks {
        let Some(value) = planned.remove(&nested.name) else {
            continue;
        };
        let prior = prior.attribute(&nested.name);
        let config = config.attribute(&nested.name);
        planned.insert(
            nested.name.clone(),
            propose_nested(nested.nesting, &nested.block, prior, value, config),
        );
    }
    Value::Map(planned)
}

fn propose_nested(
    nesting: Nesting,
    block: &Block,
    prior: &Value,
    proposed: Value,
    config: &Value,
) -> Value {
    match (nesting, proposed) {
        (Nesting::Single | Nesting::Group, proposed) => {
            propose_block(block, prior, proposed, config)
        }
        (Nesting::List, Value::List(elements)) => Value::List(
            elements
                .into_iter()
                .enumerate()
                .map(|(index, element)| {
                    let (prior, config) = (element_at(prior, index), element_at(config, index));
                    propose_block(block, prior, element, config)
                })
                .collect(),
        ),
        // The elements of a set have no place of their own. Terraform's proposal says which are the prior ones: those it
        // gives whole, with what is computed. In a new one that is null, as in its configuration.
        (Nesting::Set, Value::List(elements)) => {
            let standing: BTreeSet<&Value> = prior.as_list().into_iter().flatten().collect();
            let planned = elements.into_iter().map(|element| {
                if standing.contains(&element) {
                    return element;
                }
                let config = element.clone();
                propose_block(block, &Value::Null, element, &config)
            });
            Value::List(planned.collect())
        }
        (Nesting::Map, Value::Map(elements)) => Value::Map(
            elements
                .into_iter()
                .map(|(key, element)| {
                    let element = propose_block(
                        block,
                        prior.attribute(&key),
                        element,
                        config.attribute(&key),
                    );
                    (key, element)
                })
                .collect(),
        ),
        (_, proposed) => proposed,
    }
}

/// The element of a list at a place; null where there is none.
fn element_at(list: &Value, index: usize) -> &Value {
    list.as_list()
        .and_then(|elements| elements.get(index))
        .unwrap_or(&Value::Null)
}

/// The changed attributes that only a new object can have; empty for a create. Where the state does not know what the provider
/// sets (null, as after an import or a move), nothing says that it is something else.
pub fn requires_replace(schema: &Schema, prior: &Value, planned: &Value) -> Vec<AttributePath> {
    if prior.is_null() || planned.is_null() {
        return Vec::new();
    }
    let replaces = schema
        .block
        .attributes
        .iter()
        .filter(|attribute| attribute.replaces);
    replaces
        .filter(|attribute| {
            let prior = prior.attribute(&attribute.name);
            let open = attribute.mode.is_computed() && prior.is_null();
            !open && !prior.same(planned.attribute(&attribute.name), &attribute.ty)
        })
        .map(|attribute| AttributePath::from(attribute.name.as_str()))
        .collect()
}

/// What apply returns: the planned value where it was known, else the applied one, and nothing unknown.
///
/// A difference that the cloud insists on is reported by the next read, not by a failed apply. The elements of a set have no
/// place by which to compare them: a set with something unknown in it is returned as applied.
pub fn conform(planned: &Value, applied: Value, ty: &Type) -> Value {
    match (planned, applied, ty) {
        (Value::Unknown, applied, _) => without_unknown(applied),
        (Value::Map(planned), Value::Map(mut applied), ty) => {
            let conformed = planned.iter().map(|(name, planned)| {
                let applied = applied.remove(name).unwrap_or(Value::Null);
                let ty = match ty {
                    Type::Object(types) => types.get(name).unwrap_or(&Type::Dynamic),
                    Type::Map(element) => element,
                    _ => &Type::Dynamic,
                };
                (name.clone(), conform(planned, applied, ty))
            });
            Value::Map(conformed.collect())
        }
        (Value::List(planned), Value::List(applied), Type::List(ty))
            if planned.len() == applied.len() =>
        {
            let elements = planned.iter().zip(applied);
            Value::List(
                elements
                    .map(|(planned, applied)| conform(planned, applied, ty))
                    .collect(),
            )
        }
        (planned, applied, _) if !planned.is_wholly_known() => without_unknown(applied),
        (planned, _, _) => planned.clone(),
    }
}

/// The same value with null for everything unknown: what a state may hold.
pub fn without_unknown(value: Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::List(elements) => Value::List(elements.into_iter().map(without_unknown).collect()),
        Value::Map(elements) => Value::Map(
            elements
                .into_iter()
                .map(|(key, element)| (key, without_unknown(element)))
                .collect(),
        ),
        Value::Dynamic(dynamic) => {
            let (ty, value) = *dynamic;
            Value::Dynamic(Box::new((ty, without_unknown(value))))
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::schema::NestedBlock;

    fn schema() -> Schema {
        let rule = Block::new("A rule.")
            .attribute(Attribute::required("port", Type::Number, "Port."))
            .attribute(Attribute::computed("rule_id", Type::String, "ID."));
        let block = Block::new("A thing.")
            .attribute(Attribute::required("zone", Type::String, "Zone.").replaces())
            .attribute(Attribute::optional("note", Type::String, "Note."))
            .attribute(
                Attribute::optional_computed("mode", Type::String, "Mode.")
                    .unknown_when_changed(&["note"]),
            )
            .attribute(Attribute::computed("id", Type::String, "ID."))
            .block(NestedBlock::list("rule", rule));
        Schema { version: 0, block }
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
        Value::Map(
            attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    fn rule(port: i64, id: Value) -> Value {
        object([("port", Value::from(port)), ("rule_id", id)])
    }

    fn thing(zone: &str, note: Value, mode: Value, id: Value, rules: Vec<Value>) -> Value {
        object([
            ("zone", text(zone)),
            ("note", note),
            ("mode", mode),
            ("id", id),
            ("rule", Value::List(rules)),
        ])
    }

    #[test]
    fn a_create_leaves_to_the_cloud_what_is_computed_and_not_set() {
        let config = thing(
            "a",
            Value::Null,
            Value::Null,
            Value::Null,
            vec![rule(1, Value::Null)],
        );
        let planned = propose(&schema(), &Value::Null, config.clone(), &config);
        let expected = thing(
            "a",
            Value::Null,
            Value::Unknown,
            Value::Unknown,
            vec![rule(1, Value::Unknown)],
        );
        assert_eq!(planned, expected);
        let config = thing("a", Value::Null, text("fast"), Value::Null, vec![]);
        let planned = propose(&schema(), &Value::Null, config.clone(), &config);
        assert_eq!(planned.attribute("mode"), &text("fast"));
    }

    #[test]
    fn an_update_keeps_prior_values_but_for_those_that_the_change_may_alter() {
        let prior = thing(
            "a",
            text("x"),
            text("fast"),
            text("id-1"),
            vec![rule(1, text("r-1"))],
        );
        let config = thing(
            "a",
            text("x"),
            Value::Null,
            Value::Null,
            vec![rule(1, Value::Null)],
        );
        assert_eq!(propose(&schema(), &prior, prior.clone(), &config), prior);

        let config = thing(
            "a",
            text("y"),
            Value::Null,
            Value::Null,
            vec![rule(1, Value::Null), rule(2, Value::Null)],
        );
        let rules = vec![rule(1, text("r-1")), rule(2, Value::Null)];
        let proposed = thing("a", text("y"), text("fast"), text("id-1"), rules);
        let planned = propose(&schema(), &prior, proposed, &config);
        let rules = vec![rule(1, text("r-1")), rule(2, Value::Unknown)];
        assert_eq!(
            planned,
            thing("a", text("y"), Value::Unknown, text("id-1"), rules)
        );
    }

    #[test]
    fn the_elements_of_a_set_keep_what_is_computed_whatever_their_order() {
        let rules = Block::new("A rule.")
            .attribute(Attribute::required("port", Type::Number, "Port."))
            .attribute(Attribute::optional_computed("rule_id", Type::String, "ID."));
        let block = Block::new("A thing.").block(NestedBlock::set("rule", rules));
        let schema = Schema::new(0, block);
        let of = |rules: &[Value]| object([("rule", Value::List(rules.to_vec()))]);
        let (one, without, new) = (
            rule(1, text("r-1")),
            rule(2, Value::Null),
            rule(3, Value::Null),
        );

        let config = of(&[
            without.clone(),
            new,
            rule(1, Value::Null),
            rule(4, text("r-4")),
        ]);
        let prior = of(&[one.clone(), without.clone()]);
        let proposed = of(&[
            one.clone(),
            without.clone(),
            rule(3, Value::Null),
            rule(4, text("r-4")),
        ]);
        let planned = propose(&schema, &prior, proposed, &config);
        assert_eq!(
            planned,
            of(&[one, without, rule(3, Value::Unknown), rule(4, text("r-4"))])
        );
        assert_eq!(propose(&schema, &prior, prior.clone(), &prior), prior);
    }

    #[test]
    fn a_set_value_is_never_made_unknown() {
        let prior = thing("a", text("x"), text("fast"), text("id-1"), vec![]);
        let config = thing("a", text("y"), text("fast"), Value::Null, vec![]);
        let proposed = thing("a", text("y"), text("fast"), text("id-1"), vec![]);
        assert_eq!(
            propose(&schema(), &prior, proposed, &config).attribute("mode"),
            &text("fast")
        );
    }

    #[test]
    fn a_changed_or_unknown_replacing_attribute_replaces_and_a_create_or_destroy_does_not() {
        let prior = thing("a", Value::Null, Value::Null, text("id-1"), vec![]);
        let moved = thing("b", Value::Null, Value::Null, text("id-1"), vec![]);
        assert_eq!(
            requires_replace(&schema(), &prior, &moved),
            [AttributePath::from("zone")]
        );
        let mut unknown = moved.clone();
        if let Value::Map(attributes) = &mut unknown {
            attributes.insert("zone".to_owned(), Value::Unknown);
        }
        assert_eq!(
            requires_replace(&schema(), &prior, &unknown),
            [AttributePath::from("zone")]
        );
        assert!(requires_replace(&schema(), &prior, &prior).is_empty());
        assert!(requires_replace(&schema(), &Value::Null, &moved).is_empty());
        assert!(requires_replace(&schema(), &prior, &Value::Null).is_empty());
    }

    #[test]
    fn what_the_provider_sets_and_the_state_does_not_know_is_filled_in_without_a_replacement() {
        let block = Block::new("A thing.")
            .attribute(Attribute::optional_computed("zone", Type::String, "Zone.").replaces())
            .attribute(Attribute::optional("kind", Type::String, "Kind.").replaces());
        let schema = Schema::new(0, block);
        let of = |zone, kind| object([("zone", zone), ("kind", kind)]);
        let replaced = |prior, planned| requires_replace(&schema, &prior, &planned);
        let open = of(Value::Null, Value::Null);
        assert!(replaced(open.clone(), of(text("a"), Value::Null)).is_empty());
        assert_eq!(
            replaced(open, of(text("a"), text("b"))),
            [AttributePath::from("kind")]
        );
        assert_eq!(
            replaced(of(text("a"), Value::Null), of(text("b"), Value::Null)),
            [AttributePath::from("zone")]
        );
    }

    #[test]
    fn apply_returns_what_was_planned_as_known_and_the_clouds_value_for_the_rest() {
        let planned = thing(
            "a",
            text("x"),
            Value::Unknown,
            Value::Unknown,
            vec![rule(1, Value::Unknown)],
        );
        let applied = thing(
            "A",
            text("z"),
            text("fast"),
            Value::Unknown,
            vec![rule(1, text("r-1"))],
        );
        let conformed = conform(&planned, applied, &schema().implied_type());
        let expected = thing(
            "a",
            text("x"),
            text("fast"),
            Value::Null,
            vec![rule(1, text("r-1"))],
        );
        assert_eq!(conformed, expected);
        let string = Type::String;
        assert_eq!(
            conform(&text("planned"), text("other"), &string),
            text("planned")
        );
        assert_eq!(conform(&Value::Null, text("other"), &string), Value::Null);
    }

    #[test]
    fn what_is_known_in_an_element_of_a_list_stays_and_a_set_is_as_applied() {
        let planned = Value::List(vec![rule(1, Value::Unknown)]);
        let applied = Value::List(vec![rule(2, text("r-1"))]);
        let element = Type::object([("port", Type::Number), ("rule_id", Type::String)]);
        let kept = conform(&planned, applied.clone(), &Type::list(element.clone()));
        assert_eq!(kept, Value::List(vec![rule(1, text("r-1"))]));
        let as_applied = conform(&planned, applied.clone(), &Type::set(element));
        assert_eq!(as_applied, applied);
    }

    #[test]
    fn no_state_holds_an_unknown() {
        let value = Value::List(vec![Value::Unknown, object([("a", Value::Unknown)])]);
        assert_eq!(
            without_unknown(value),
            Value::List(vec![Value::Null, object([("a", Value::Null)])])
        );
    }
}
