//! Functions: `join` is variadic, `same` takes and gives a value of any type, null and unknown ones too, `count` reads a list,
//! `compute` keeps its thread busy.

use std::time::{Duration, Instant};

use terraform_provider_alivpn::tf::function::{
    Arguments, Definition, Function, FunctionError, Parameter,
};
use terraform_provider_alivpn::tf::model::to_value;
use terraform_provider_alivpn::tf::types::Type;
use terraform_provider_alivpn::tf::value::Value;

/// Joins texts, none of which may be empty.
pub struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn definition(&self) -> Definition {
        Definition::new(
            "Joins texts",
            "Puts `separator` between them.",
            Type::String,
        )
        .parameter(Parameter::new("separator", Type::String, "Between them."))
        .variadic(Parameter::new("text", Type::String, "Not empty."))
        .deprecated("Use the language's own.")
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let (separator, texts): (String, Vec<String>) = arguments.read()?;
        if let Some(empty) = texts.iter().position(String::is_empty) {
            return Err(FunctionError::new("The text is empty.").argument(1 + empty));
        }
        Ok(Value::String(texts.join(&separator)))
    }
}

/// Gives back what it is given.
pub struct Same;

impl Function for Same {
    fn name(&self) -> &'static str {
        "same"
    }

    fn definition(&self) -> Definition {
        let value = Parameter::new("value", Type::Dynamic, "Anything.");
        Definition::new("Gives its argument", "As it is.", Type::Dynamic)
            .parameter(value.allow_null().allow_unknown())
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        Ok(arguments.fixed.into_iter().next().unwrap_or(Value::Null))
    }
}

/// Counts texts; `panic` among them panics, and `lie` gives a text.
pub struct Count;

impl Function for Count {
    fn name(&self) -> &'static str {
        "count"
    }

    fn definition(&self) -> Definition {
        let texts = Parameter::new("texts", Type::list(Type::String), "What to count.");
        Definition::new("Counts texts", "In a list.", Type::Number).parameter(texts)
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let (texts,): (Vec<String>,) = arguments.read()?;
        assert!(!texts.iter().any(|text| text == "panic"), "asked to panic");
        if texts.iter().any(|text| text == "lie") {
            return Ok(Value::from("many"));
        }
        Ok(to_value(&texts.len())?)
    }
}

/// Computes for so many milliseconds, and waits for nothing meanwhile: whoever shares its thread has to.
pub struct Compute;

impl Function for Compute {
    fn name(&self) -> &'static str {
        "compute"
    }

    fn definition(&self) -> Definition {
        let milliseconds = Parameter::new("milliseconds", Type::Number, "For how long.");
        Definition::new("Computes", "Gives true.", Type::Bool).parameter(milliseconds)
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let (milliseconds,): (u64,) = arguments.read()?;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(milliseconds) {
            std::hint::spin_loop();
        }
        Ok(Value::from(true))
    }
}
