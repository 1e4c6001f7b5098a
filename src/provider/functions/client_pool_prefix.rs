//! `provider::alivpn::client_pool_prefix(connections)`.

use crate::provider::network::{MOST_CONNECTIONS, client_pool_prefix};
use crate::tf::function::{Arguments, Definition, Function, FunctionError, Parameter};
use crate::tf::model::to_value;
use crate::tf::number::Number;
use crate::tf::types::Type;
use crate::tf::value::Value;

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct ClientPoolPrefix;

impl Function for ClientPoolPrefix {
    fn name(&self) -> &'static str {
        "client_pool_prefix"
    }

    fn definition(&self) -> Definition {
        Definition::new(
            "Gives the longest prefix that serves so many clients",
            "The prefix length of the smallest `client_ip_pool` with room for so many concurrent connections: four addresses for each, from \
             16 to 29. `cidrsubnet` or `\"10.30.0.0/${...}\"` makes a pool of it.",
            Type::Number,
        )
        .parameter(Parameter::new(
            "connections",
            Type::Number,
            "How many clients may be connected at once: 1 to 16384.",
        ))
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let (connections,): (Number,) = arguments.read()?;
        let prefix = connections.to_u64().and_then(client_pool_prefix);
        let prefix = prefix.ok_or_else(|| {
            FunctionError::new(format!(
                "{connections} is no number of connections that a pool can serve. Allowed: a whole number from 1 to {MOST_CONNECTIONS}, \
                 since a pool has four addresses for each and at most a /16."
            ))
            .argument(0)
        })?;
        Ok(to_value(&prefix)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(connections: Value) -> Result<Value, FunctionError> {
        ClientPoolPrefix.call(Arguments {
            fixed: vec![connections],
            variadic: None,
        })
    }

    #[test]
    fn a_number_of_connections_gives_a_prefix() {
        assert_eq!(call(100.into()).unwrap(), 23.into());
    }

    #[test]
    fn what_no_pool_serves_is_an_error_about_the_argument_that_says_what_is_allowed() {
        let half = Value::Number("5.5".parse().unwrap());
        for connections in [0.into(), (-5).into(), 16385.into(), half] {
            let error = call(connections).unwrap_err();
            assert_eq!(error.argument, Some(0));
            assert!(error.text.contains("1 to 16384"), "{error}");
        }
    }
}
