//! The values of a block.

use std::fmt;
use std::sync::Arc;

use super::Block;
use crate::tf::types::Type;
use crate::tf::validators::Validator;

/// Who sets an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The user, always.
    Required,
    /// The user, or nobody.
    Optional,
    /// The provider, always.
    Computed,
    /// The user, or else the provider.
    OptionalComputed,
}

impl Mode {
    /// Whether the configuration may set the attribute.
    pub fn is_configurable(self) -> bool {
        self != Mode::Computed
    }

    /// Whether the provider may choose the value.
    pub fn is_computed(self) -> bool {
        matches!(self, Mode::Computed | Mode::OptionalComputed)
    }
}

/// What a change of an attribute alone asks of the cloud. For the documentation: what decides is the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A call whose work goes on after its answer, and is waited for.
    Asynchronous,
    /// A call that is done with its answer.
    Synchronous,
    /// No call: the cloud knows nothing of the attribute.
    NoCall,
}

/// A named value of a block.
#[derive(Clone)]
pub struct Attribute {
    /// As written in configuration.
    pub name: String,
    /// The type of its value.
    pub ty: Type,
    /// What it is, in Markdown; its rules say the rest (see [`Attribute::documentation`]).
    pub description: String,
    /// What the objects in a collection consist of. Terraform is told their type alone: the rest is for the documentation.
    pub elements: Option<Block>,
    /// Who sets it.
    pub mode: Mode,
    /// Whether Terraform hides the value.
    pub sensitive: bool,
    /// Whether the value is handed to the provider and never stored.
    pub write_only: bool,
    /// Why the attribute should no longer be used, and what instead.
    pub deprecated: Option<String>,
    /// Whether another value means another object: the old one is destroyed.
    pub replaces: bool,
    /// What a change of it alone asks of the cloud.
    pub effect: Effect,
    /// The attributes of the same block of which any change makes this one unknown until apply, unless it is configured.
    pub unknown_when_changed: &'static [&'static str],
    pub(super) validators: Vec<Arc<dyn Validator>>,
}

impl Attribute {
    fn new(
        mode: Mode,
        name: impl Into<String>,
        ty: Type,
        description: impl Into<String>,
    ) -> Attribute {
        Attribute {
            name: name.into(),
            ty,
            description: description.into(),
            elements: None,
            mode,
            sensitive: false,
            write_only: false,
            deprecated: None,
            replaces: false,
            effect: Effect::Asynchronous,
            unknown_when_changed: &[],
            validators: Vec::new(),
        }
    }

    /// An attribute that the user must set.
    pub fn required(
        name: impl Into<String>,
        ty: Type,
        description: impl Into<String>,
    ) -> Attribute {
        Attribute::new(Mode::Required, name, ty, description)
    }

    /// An attribute that the user may set, and that is null otherwise.
    pub fn optional(
        name: impl Into<String>,
        ty: Type,
        description: impl Into<String>,
    ) -> Attribute {
        Attribute::new(Mode::Optional, name, ty, description)
    }

    /// An attribute that the provider sets.
    pub fn computed(
        name: impl Into<String>,
        ty: Type,
        description: impl Into<String>,
    ) -> Attribute {
        Attribute::new(Mode::Computed, name, ty, description)
    }

    /// An attribute that the user may set, and that the provider sets otherwise.
    pub fn optional_computed(
        name: impl Into<String>,
        ty: Type,
        description: impl Into<String>,
    ) -> Attribute {
        Attribute::new(Mode::OptionalComputed, name, ty, description)
    }

    /// A list of objects that the provider sets.
    pub fn computed_list(
        name: impl Into<String>,
        elements: Block,
        description: impl Into<String>,
    ) -> Attribute {
        let ty = Type::list(elements.implied_type());
        Attribute {
            elements: Some(elements),
            ..Attribute::computed(name, ty, description)
        }
    }

    /// The attribute, hidden by Terraform and by messages.
    #[must_use]
    pub fn sensitive(mut self) -> Attribute {
        self.sensitive = true;
        self
    }

    /// The attribute, handed to the provider and never stored.
    #[must_use]
    pub fn write_only(mut self) -> Attribute {
        self.write_only = true;
        self
    }

    /// The attribute, not to be used any more; the message says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Attribute {
        self.deprecated = Some(message.into());
        self
    }

    /// The attribute, whose change replaces the object, unless the provider sets it and the state does not know it yet. Heeded
    /// in the object's own block; in a nested one, where it depends on which occurrence became which, the resource's plan
    /// says so.
    #[must_use]
    pub fn replaces(mut self) -> Attribute {
        self.replaces = true;
        self
    }

    /// The attribute, of which a change alone is done with the answer to one call.
    #[must_use]
    pub fn synchronous(mut self) -> Attribute {
        self.effect = Effect::Synchronous;
        self
    }

    /// The attribute, of which the cloud knows nothing.
    #[must_use]
    pub fn no_call(mut self) -> Attribute {
        self.effect = Effect::NoCall;
        self
    }

    /// The attribute, unknown until apply when one of these of the same block changes and it is not configured.
    #[must_use]
    pub fn unknown_when_changed(mut self, others: &'static [&'static str]) -> Attribute {
        self.unknown_when_changed = others;
        self
    }

    /// The attribute with one more rule. Rules apply in the order of declaration.
    #[must_use]
    pub fn validator(mut self, validator: impl Validator + 'static) -> Attribute {
        self.validators.push(Arc::new(validator));
        self
    }

    /// What the rules demand, each a sentence: `Must be one of "TCP", "UDP".`
    pub fn rules(&self) -> Vec<String> {
        self.validators
            .iter()
            .map(|validator| validator.sentence())
            .collect()
    }

    /// What Terraform is told of it and the documentation shows: the description, the rules, and what a change costs.
    pub fn documentation(&self) -> String {
        let mut sentences = vec![self.description.clone()];
        sentences.extend(self.rules());
        if self.replaces {
            sentences.push(
                "A change replaces the object: it is destroyed and created again.".to_owned(),
            );
        }
        sentences.join(" ")
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attribute")
            .field("name", &self.name)
            .field("ty", &self.ty)
            .field("mode", &self.mode)
            .field("rules", &self.rules())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::validators::{count_between, each, one_of};

    #[test]
    fn the_documentation_reads_description_rules_and_replacement_aloud() {
        let attribute = Attribute::required("zones", Type::set(Type::String), "The zones.")
            .validator(count_between(1, 2))
            .validator(each(one_of(&["a", "b"])))
            .replaces();
        assert_eq!(
            attribute.documentation(),
            "The zones. Must have 1 to 2 elements. Each element must be one of \"a\", \"b\". A change replaces the object: it is destroyed \
             and created again."
        );
    }
}
