//! What a function implements.
//!
//! A function is pure: it needs no cloud, is called before Configure and gives the same result for the same arguments. Its
//! [`Definition`] says which arguments may be null or unknown; the server keeps all others from it. An error can name the
//! argument that it is about by its position, each variadic argument being one.

use serde::de::DeserializeOwned;

use super::diagnostics::{LONGEST_DETAIL, shortened};
use super::model::{ModelError, from_value};
use super::path::{AttributePath, Step};
use super::proto;
use super::types::Type;
use super::value::Value;

/// A function, which configuration calls as `provider::NAME::name`.
pub trait Function: Send + Sync + 'static {
    /// The name, an identifier.
    fn name(&self) -> &'static str;

    /// What it takes and gives.
    fn definition(&self) -> Definition;

    /// The result for these arguments, under the type that the definition says.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError>;
}

/// What a function takes and gives, with its documentation.
#[derive(Debug, Clone)]
pub struct Definition {
    /// One sentence.
    pub summary: String,
    /// For the documentation, in Markdown.
    pub description: String,
    /// Why the function should no longer be used, and what instead.
    pub deprecated: Option<String>,
    /// The arguments that every call has, in order.
    pub parameters: Vec<Parameter>,
    /// What any further arguments are.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
}

impl Definition {
    /// A function without parameters.
    pub fn new(
        summary: impl Into<String>,
        description: impl Into<String>,
        returns: Type,
    ) -> Definition {
        Definition {
            summary: summary.into(),
            description: description.into(),
            deprecated: None,
            parameters: Vec::new(),
            variadic: None,
            returns,
        }
    }

    /// The function with one more parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Definition {
        self.parameters.push(parameter);
        self
    }

    /// The function, taking any number of these after its parameters.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Definition {
        self.variadic = Some(parameter);
        self
    }

    /// The function, not to be used any more; the message says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Definition {
        self.deprecated = Some(message.into());
        self
    }

    /// The definition on the wire.
    pub fn to_proto(&self) -> proto::Function {
        proto::Function {
            parameters: self.parameters.iter().map(Parameter::to_proto).collect(),
            variadic_parameter: self.variadic.as_ref().map(Parameter::to_proto),
            r#return: Some(proto::function::Return {
                r#type: self.returns.to_json(),
            }),
            summary: self.summary.clone(),
            description: self.description.clone(),
            description_kind: proto::StringKind::Markdown.into(),
            deprecation_message: self.deprecated.clone().unwrap_or_default(),
        }
    }
}

/// What an argument may be.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// For documentation and messages: arguments go by position.
    pub name: String,
    /// The type of the argument.
    pub ty: Type,
    /// For the documentation, in Markdown.
    pub description: String,
    /// Whether the function is called with null here. Elements of the argument may be null regardless.
    pub allow_null: bool,
    /// Whether the function is called while something in the argument is unknown; otherwise its result is unknown then.
    pub allow_unknown: bool,
}

impl Parameter {
    /// A parameter that is neither null nor unknown.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Parameter {
        Parameter {
            name: name.into(),
            ty,
            description: description.into(),
            allow_null: false,
            allow_unknown: false,
        }
    }

    /// The parameter, possibly null.
    #[must_use]
    pub fn allow_null(mut self) -> Parameter {
        self.allow_null = true;
        self
    }

    /// The parameter, possibly unknown in part or as a whole.
    #[must_use]
    pub fn allow_unknown(mut self) -> Parameter {
        self.allow_unknown = true;
        self
    }

    fn to_proto(&self) -> proto::function::Parameter {
        proto::function::Parameter {
            name: self.name.clone(),
            r#type: self.ty.to_json(),
            allow_null_value: self.allow_null,
            allow_unknown_values: self.allow_unknown,
            description: self.description.clone(),
            description_kind: proto::StringKind::Markdown.into(),
        }
    }
}

/// The arguments of a call, each under the type of its parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Arguments {
    /// One for each parameter.
    pub fixed: Vec<Value>,
    /// The further ones; none at all where the function is not variadic.
    pub variadic: Option<Vec<Value>>,
}

impl Arguments {
    /// The arguments as a tuple with an element for each parameter, and for a variadic function one more: the list of its
    /// variadic arguments. What may be null or unknown is an [`Attr`](super::model::Attr).
    ///
    /// # Errors
    /// An argument that the tuple has no place for, such as a null in a list of strings.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, FunctionError> {
        let fixed = self.fixed.len();
        let mut arguments = self.fixed;
        arguments.extend(self.variadic.map(Value::List));
        from_value(&Value::List(arguments)).map_err(|error| misfit(error, fixed))
    }
}

/// The error at its argument: the path begins with the place in the tuple, and in the variadic list with two such.
fn misfit(error: ModelError, fixed: usize) -> FunctionError {
    let place = |step: &Step| match step {
        Step::Index(index) => usize::try_from(*index).ok(),
        _ => None,
    };
    let steps = &error.path.0;
    let (argument, within) = match (steps.first().and_then(place), steps.get(1).and_then(place)) {
        (Some(tuple), Some(further)) if tuple == fixed => (Some(fixed + further), 2),
        (tuple, _) => (tuple, 1),
    };
    let path = AttributePath(steps.iter().skip(within).cloned().collect());
    let text = ModelError {
        path,
        kind: error.kind,
    }
    .to_string();
    FunctionError { text, argument }
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    /// Sentences for the user.
    pub text: String,
    /// The position of the argument that it is about, counted from 0.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> FunctionError {
        FunctionError {
            text: text.into(),
            argument: None,
        }
    }

    /// The same about the argument at this position, counted from 0.
    #[must_use]
    pub fn argument(mut self, position: usize) -> FunctionError {
        self.argument = Some(position);
        self
    }

    /// The error on the wire, cut where it is longer than anybody reads, and without its full stop: Terraform makes it the end
    /// of a sentence of its own.
    pub fn to_proto(&self) -> proto::FunctionError {
        proto::FunctionError {
            text: shortened(self.text.trim_end_matches('.'), LONGEST_DETAIL),
            function_argument: self
                .argument
                .and_then(|position| i64::try_from(position).ok()),
        }
    }
}

impl From<ModelError> for FunctionError {
    /// A result that is no value: a defect of the function.
    fn from(error: ModelError) -> FunctionError {
        FunctionError::new(format!(
            "The result cannot be written: {error}. This is a defect of the provider: please report it."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf::model::Attr;

    fn arguments(fixed: &[Value], variadic: Option<&[Value]>) -> Arguments {
        Arguments {
            fixed: fixed.to_vec(),
            variadic: variadic.map(<[Value]>::to_vec),
        }
    }

    #[test]
    fn arguments_are_read_as_a_tuple_with_the_variadic_ones_last() {
        let given = arguments(
            &["a".into(), Value::Null],
            Some(&[1.into(), Value::Unknown]),
        );
        let read: (String, Attr<bool>, Vec<Attr<i64>>) = given.read().unwrap();
        let further = vec![Attr::Known(1), Attr::Unknown];
        assert_eq!(read, ("a".to_owned(), Attr::Null, further));
        let read: (String,) = arguments(&["a".into()], None).read().unwrap();
        assert_eq!(read.0, "a");
    }

    #[test]
    fn what_is_said_on_the_wire_is_no_longer_than_can_be_read_and_has_no_full_stop() {
        let said = |text: &str| FunctionError::new(text).to_proto().text;
        assert_eq!(said("It is empty."), "It is empty");
        let long = said(&"ü".repeat(1 << 20));
        assert!(
            long.ends_with("ü... (2088960 bytes more)"),
            "{}",
            long.len()
        );
    }

    #[test]
    fn a_misfit_names_the_position_of_its_argument_and_the_place_within() {
        let list = Value::List(vec!["x".into(), Value::Null]);
        let error = arguments(&["a".into(), list.clone()], None)
            .read::<(String, Vec<String>)>()
            .unwrap_err();
        assert_eq!(error.argument, Some(1));
        assert_eq!(error.text, "[1]: a value is required here");

        let further = [Value::List(vec!["x".into()]), list];
        let error = arguments(&["a".into()], Some(&further))
            .read::<(String, Vec<Vec<String>>)>()
            .unwrap_err();
        assert_eq!(error.argument, Some(2));
        assert_eq!(error.text, "[1]: a value is required here");
    }
}
