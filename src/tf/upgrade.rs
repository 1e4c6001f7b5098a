//! Stored data from older schema versions: a chain of steps, each from one version to the next. Pure.
//!
//! States and identities are stored as JSON with the version they were written under. Whoever changes a schema raises its
//! version and declares an [`Upgrader`] from the last one; [`upgrade`] runs as many as it takes.

use super::diagnostics::Diagnostic;
use super::encoding::{DecodeError, EncodeError};
use super::json;
use super::msgpack;
use super::plan::without_unknown;
use super::types::Type;
use super::value::Value;

/// The step from one version to the next.
#[derive(Debug, Clone)]
pub struct Upgrader {
    from: i64,
    prior: Type,
    step: fn(Value) -> Result<Value, Diagnostic>,
}

impl Upgrader {
    /// The step from this version to the next. `prior` is the type of what was stored; `step` is given such a value, never
    /// null, and makes one of the next version's type: of the next upgrader's `prior`, or of today's schema.
    pub fn new(from: i64, prior: Type, step: fn(Value) -> Result<Value, Diagnostic>) -> Upgrader {
        Upgrader { from, prior, step }
    }
}

/// Why stored data cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// Written by a later version of the provider.
    #[error("it was written under version {stored} and this provider knows versions up to {known}")]
    Newer {
        /// As stored.
        stored: i64,
        /// Today's.
        known: i64,
    },
    /// No step leads from this version on.
    #[error("no way leads from version {0} to the next")]
    NoWay(i64),
    /// The stored JSON is not what its version says.
    #[error("it does not fit version {version}: {error}")]
    Unreadable {
        /// As stored.
        version: i64,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// A step says no.
    #[error("the step from version {0} failed")]
    Refused(i64, Diagnostic),
    /// A step made something else than the next version asks for: a defect of the provider.
    #[error(
        "the step from version {from} made something else than the next version asks for: {error}"
    )]
    Misfit {
        /// Where the step begins.
        from: i64,
        /// What is wrong with its result.
        error: EncodeError,
    },
}

/// Stored JSON of the version `stored` as a value of today's type `ty`, which is that of the version `known`. Attributes
/// that a type does not have are left out, those that the JSON lacks are null.
///
/// # Errors
/// See [`UpgradeError`].
pub fn upgrade(
    upgraders: &[Upgrader],
    (known, ty): (i64, &Type),
    (stored, bytes): (i64, &[u8]),
) -> Result<Value, UpgradeError> {
    if stored > known {
        return Err(UpgradeError::Newer { stored, known });
    }
    let step_from = |version: i64| {
        upgraders
            .iter()
            .find(|upgrader| upgrader.from == version)
            .ok_or(UpgradeError::NoWay(version))
    };
    // A missing step is found at once, however far away the stored version is.
    let steps = (stored..known)
        .map(step_from)
        .collect::<Result<Vec<_>, _>>()?;
    let read_as = steps.first().map_or(ty, |step| &step.prior);
    let mut value =
        json::decode_state(bytes, read_as).map_err(|error| UpgradeError::Unreadable {
            version: stored,
            error,
        })?;
    if value.is_null() {
        return Ok(value);
    }
    for (place, step) in steps.iter().enumerate() {
        value = (step.step)(value)
            .map(without_unknown)
            .map_err(|diagnostic| UpgradeError::Refused(step.from, diagnostic))?;
        let next = steps.get(place + 1).map_or(ty, |next| &next.prior);
        msgpack::encode(&value, next).map_err(|error| UpgradeError::Misfit {
            from: step.from,
            error,
        })?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(attributes: &[&str]) -> Type {
        Type::object(attributes.iter().map(|name| (*name, Type::String)))
    }

    fn renamed(value: Value, from: &str, to: &str) -> Value {
        Value::map([(to, value.attribute(from).clone())])
    }

    fn chain() -> Vec<Upgrader> {
        // In no particular order: the versions say which comes first.
        vec![
            Upgrader::new(1, text(&["b"]), |value| Ok(renamed(value, "b", "c"))),
            Upgrader::new(0, text(&["a"]), |value| {
                match value.attribute("a").as_str() {
                    Some("refuse") => Err(Diagnostic::error("No")),
                    Some("misfit") => Ok(Value::map([("z", Value::from("x"))])),
                    _ => Ok(renamed(value, "a", "b")),
                }
            }),
        ]
    }

    fn run(stored: i64, json: &str) -> Result<Value, UpgradeError> {
        upgrade(&chain(), (2, &text(&["c"])), (stored, json.as_bytes()))
    }

    #[test]
    fn every_step_from_the_stored_version_on_is_taken_in_order() {
        let today = Value::map([("c", Value::from("x"))]);
        assert_eq!(run(0, r#"{"a":"x","gone":1}"#).unwrap(), today);
        assert_eq!(run(1, r#"{"b":"x"}"#).unwrap(), today);
        assert_eq!(run(2, r#"{"c":"x","later":true}"#).unwrap(), today);
        assert_eq!(run(0, "null").unwrap(), Value::Null);
    }

    #[test]
    fn what_cannot_be_upgraded_says_why() {
        let why = |stored, json| run(stored, json).unwrap_err();
        assert!(matches!(
            why(3, "{}"),
            UpgradeError::Newer {
                stored: 3,
                known: 2
            }
        ));
        assert!(matches!(why(i64::MIN, "{}"), UpgradeError::NoWay(i64::MIN)));
        assert!(matches!(
            why(0, r#"{"a":1}"#),
            UpgradeError::Unreadable { version: 0, .. }
        ));
        assert!(matches!(
            why(0, r#"{"a":"refuse"}"#),
            UpgradeError::Refused(0, _)
        ));
        assert!(matches!(
            why(0, r#"{"a":"misfit"}"#),
            UpgradeError::Misfit { from: 0, .. }
        ));
    }
}
