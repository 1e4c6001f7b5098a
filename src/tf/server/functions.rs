//! GetFunctions and CallFunction. Neither needs Configure.

use super::value::{decode, encode};
use super::{Server, unserved};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::function::{Arguments, Definition, Function, FunctionError, Parameter};
use crate::tf::proto::{DynamicValue, call_function, get_functions};
use crate::tf::provider::Provider;
use crate::tf::value::Value;

impl<P: Provider> Server<P> {
    /// What every function takes and gives.
    pub(super) fn functions_answer(&self) -> get_functions::Response {
        let functions = self
            .functions
            .iter()
            .map(|(name, function)| ((*name).to_owned(), function.definition().to_proto()));
        get_functions::Response {
            functions: functions.collect(),
            diagnostics: Vec::new(),
        }
    }

    /// The result of a call, or an error at the argument that it is about.
    pub(super) fn call_function_answer(
        &self,
        request: call_function::Request,
    ) -> Result<call_function::Response, Diagnostics> {
        let Some(function) = self.functions.get(request.name.as_str()) else {
            return Err(unserved("function", &request.name).into());
        };
        Ok(match call(&**function, request.arguments) {
            Ok(result) => call_function::Response {
                result: Some(result),
                error: None,
            },
            Err(error) => call_function::Response {
                result: None,
                error: Some(error.to_proto()),
            },
        })
    }
}

fn call(
    function: &dyn Function,
    arguments: Vec<DynamicValue>,
) -> Result<DynamicValue, FunctionError> {
    let definition = function.definition();
    let parameters = parameters(&definition, arguments.len())?;
    let mut values = Vec::with_capacity(arguments.len());
    for (position, (argument, parameter)) in arguments.into_iter().zip(&parameters).enumerate() {
        let what = format!("argument \"{}\"", parameter.name);
        let value = decode(Some(argument), &parameter.ty, &what)
            .map_err(|diagnostic| sentences(diagnostic).argument(position))?;
        if value.is_null() && !parameter.allow_null {
            let text = format!("The {what} must not be null.");
            return Err(FunctionError::new(text).argument(position));
        }
        values.push(value);
    }
    let waits = |(value, parameter): (&Value, &&Parameter)| {
        !parameter.allow_unknown && !value.is_wholly_known()
    };
    let result = if values.iter().zip(&parameters).any(waits) {
        Value::Unknown
    } else {
        let variadic = values.split_off(definition.parameters.len());
        function.call(Arguments {
            fixed: values,
            variadic: definition.variadic.is_some().then_some(variadic),
        })?
    };
    encode(&result, &definition.returns).map_err(sentences)
}

/// The parameter of each of so many arguments.
fn parameters(definition: &Definition, arguments: usize) -> Result<Vec<&Parameter>, FunctionError> {
    let fixed = definition.parameters.len();
    if arguments < fixed || (arguments > fixed && definition.variadic.is_none()) {
        let least = if definition.variadic.is_some() {
            "at least "
        } else {
            ""
        };
        return Err(FunctionError::new(format!(
            "The function takes {least}{fixed} arguments, and {arguments} were given."
        )));
    }
    let further = definition.variadic.iter().cycle();
    Ok(definition
        .parameters
        .iter()
        .chain(further)
        .take(arguments)
        .collect())
}

fn sentences(diagnostic: Diagnostic) -> FunctionError {
    FunctionError::new(format!("{}: {}", diagnostic.summary, diagnostic.detail))
}
