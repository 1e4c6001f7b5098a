//! Where in an object something is: `timeouts.create`, `local_subnets[0]`, `tags["stage"]`.

use std::fmt;

use super::proto;
use super::types::Type;

/// The way from the root of an object down to one value in it. Without steps it means the whole object.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributePath(pub Vec<Step>);

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To an attribute of an object, or to a nested block by its name.
    Attribute(String),
    /// To an element of a map.
    Key(String),
    /// To an element of a list or tuple, counted from 0.
    Index(i64),
    /// To an element of a set, by its place in the order in which the elements came. Terraform tells such elements
    /// apart by value alone, and the protocol has no step for that.
    Element(usize),
}

impl AttributePath {
    /// The whole object.
    pub fn root() -> AttributePath {
        AttributePath::default()
    }

    /// One step further, to an attribute.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> AttributePath {
        self.then(Step::Attribute(name.into()))
    }

    /// One step further, to an element of a map.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> AttributePath {
        self.then(Step::Key(key.into()))
    }

    /// One step further, to an element of a list or tuple.
    #[must_use]
    pub fn index(&self, index: usize) -> AttributePath {
        self.then(Step::Index(index as i64))
    }

    /// One step further, to an element of a set.
    #[must_use]
    pub fn element(&self, place: usize) -> AttributePath {
        self.then(Step::Element(place))
    }

    /// One step further.
    #[must_use]
    pub fn then(&self, step: Step) -> AttributePath {
        let mut steps = self.0.clone();
        steps.push(step);
        AttributePath(steps)
    }

    /// Whether the path means the whole object.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The same path with the steps after the first `length` corrected by the type found there: what a place in a
    /// sequence is called depends on whether the sequence is a set.
    pub(super) fn typed_from(mut self, length: usize, ty: &Type) -> AttributePath {
        let mut ty = Some(ty);
        for step in self.0.iter_mut().skip(length) {
            if let (Some(Type::Set(_)), Step::Index(index)) = (ty, &*step) {
                *step = Step::Element(usize::try_from(*index).unwrap_or_default());
            }
            ty = match (ty, &*step) {
                (Some(Type::List(element) | Type::Set(element) | Type::Map(element)), _) => {
                    Some(element)
                }
                (Some(Type::Object(attributes)), Step::Attribute(name)) => attributes.get(name),
                (Some(Type::Tuple(types)), Step::Index(index)) => usize::try_from(*index)
                    .ok()
                    .and_then(|index| types.get(index)),
                _ => None,
            };
        }
        self
    }

    /// The path on the wire, up to the first set: an element of a set cannot be expressed there, so whatever lies in one
    /// is reported at the set.
    pub fn to_proto(&self) -> proto::AttributePath {
        use proto::attribute_path::step::Selector;
        let selector = |step: &Step| match step {
            Step::Attribute(name) => Some(Selector::AttributeName(name.clone())),
            Step::Key(key) => Some(Selector::ElementKeyString(key.clone())),
            Step::Index(index) => Some(Selector::ElementKeyInt(*index)),
            Step::Element(_) => None,
        };
        proto::AttributePath {
            steps: self
                .0
                .iter()
                .map_while(selector)
                .map(|selector| proto::attribute_path::Step {
                    selector: Some(selector),
                })
                .collect(),
        }
    }
}

impl From<&str> for AttributePath {
    /// The path to an attribute of the root.
    fn from(name: &str) -> AttributePath {
        AttributePath::root().attribute(name)
    }
}

impl From<&AttributePath> for AttributePath {
    fn from(path: &AttributePath) -> AttributePath {
        path.clone()
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if place == 0 => formatter.write_str(name)?,
                Step::Attribute(name) => write!(formatter, ".{name}")?,
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::Element(place) => write!(formatter, "[{place}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_in_configuration() {
        assert_eq!(
            AttributePath::from("timeouts")
                .attribute("create")
                .to_string(),
            "timeouts.create"
        );
        assert_eq!(
            AttributePath::from("local_subnets").element(0).to_string(),
            "local_subnets[0]"
        );
        assert_eq!(
            AttributePath::from("tags").key("a \"b").to_string(),
            r#"tags["a \"b"]"#
        );
        assert_eq!(AttributePath::root().to_string(), "");
    }

    #[test]
    fn the_wire_has_each_step_up_to_the_first_set() {
        use proto::attribute_path::step::Selector;
        let path = AttributePath::from("a")
            .index(3)
            .key("k")
            .element(1)
            .attribute("b");
        let selectors: Vec<_> = path
            .to_proto()
            .steps
            .into_iter()
            .filter_map(|step| step.selector)
            .collect();
        assert_eq!(
            selectors,
            [
                Selector::AttributeName("a".to_owned()),
                Selector::ElementKeyInt(3),
                Selector::ElementKeyString("k".to_owned()),
            ]
        );
    }

    #[test]
    fn a_place_in_a_set_is_an_element() {
        let ty = Type::object([("s", Type::list(Type::set(Type::String)))]);
        let path = AttributePath::from("a").attribute("s").index(1).index(2);
        let typed = path.typed_from(1, &ty);
        assert_eq!(
            typed,
            AttributePath::from("a").attribute("s").index(1).element(2)
        );
    }
}
