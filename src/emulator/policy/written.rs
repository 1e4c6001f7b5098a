//! A policy as RAM has it in JSON. What is written and not understood is an error: a statement that was passed over would let a test
//! pass that the cloud fails.

use std::fmt;
use std::str::FromStr;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::pattern::Pattern;
use super::{Actions, Effect, Policy, Statement};

/// Why a text is no policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not JSON, or not of a policy's form; the place is in the sentence.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// Another language's policy.
    #[error("Version is \"{0}\"; that of a RAM policy is \"1\"")]
    Version(String),
    /// Nothing would be allowed.
    #[error("Statement is empty: nothing would be allowed")]
    NoStatement,
    /// One statement makes no sense.
    #[error("statement {number}: {mistake}")]
    Statement {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        mistake: Mistake,
    },
}

/// What is wrong with a statement.
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    /// One of the two is needed.
    #[error("it needs Action or NotAction")]
    NoAction,
    /// Only one of the two may be there.
    #[error("it has both Action and NotAction; one of them is allowed")]
    BothActions,
    /// A list without a value.
    #[error("{0} is an empty list")]
    Empty(&'static str),
    /// No `SERVICE:OPERATION`.
    #[error("\"{0}\" is no action: write vpc:DescribeSslVpnServers, vpc:Describe*, vpc:* or *")]
    Action(String),
    /// No ARN.
    #[error(
        "\"{0}\" is no resource: write * or acs:vpc:REGION:ACCOUNT:KIND/ID, such as acs:vpc:*:*:sslvpnserver/*"
    )]
    Resource(String),
    /// Not evaluated here.
    #[error("the emulator does not evaluate Condition: try the policy without it")]
    Condition,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct WrittenPolicy {
    version: String,
    statement: Vec<WrittenStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct WrittenStatement {
    effect: Effect,
    action: Option<Texts>,
    not_action: Option<Texts>,
    resource: Texts,
    condition: Option<IgnoredAny>,
}

/// A text, or a list of texts.
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let written: WrittenPolicy = serde_json::from_str(text)?;
        if written.version != "1" {
            return Err(PolicyError::Version(written.version));
        }
        if written.statement.is_empty() {
            return Err(PolicyError::NoStatement);
        }
        written
            .statement
            .into_iter()
            .zip(1..)
            .map(|(written, number)| {
                statement(written).map_err(|mistake| PolicyError::Statement { number, mistake })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn statement(written: WrittenStatement) -> Result<Statement, Mistake> {
    if written.condition.is_some() {
        return Err(Mistake::Condition);
    }
    let actions = match (written.action, written.not_action) {
        (Some(these), None) => Actions::These(patterns("Action", these, check_action)?),
        (None, Some(all_but)) => Actions::AllBut(patterns("NotAction", all_but, check_action)?),
        (None, None) => return Err(Mistake::NoAction),
        (Some(_), Some(_)) => return Err(Mistake::BothActions),
    };
    Ok(Statement {
        effect: written.effect,
        actions,
        resources: patterns("Resource", written.resource, check_resource)?,
    })
}

fn patterns(
    element: &'static str,
    texts: Texts,
    check: impl Fn(&str) -> Result<(), Mistake>,
) -> Result<Vec<Pattern>, Mistake> {
    if texts.0.is_empty() {
        return Err(Mistake::Empty(element));
    }
    texts
        .0
        .into_iter()
        .map(|text| check(&text).map(|()| Pattern::new(text)))
        .collect()
}

fn check_action(text: &str) -> Result<(), Mistake> {
    match text.split_once(':') {
        Some((service, operation)) if !service.is_empty() && !operation.is_empty() => Ok(()),
        None if text == "*" => Ok(()),
        _ => Err(Mistake::Action(text.to_owned())),
    }
}

fn check_resource(text: &str) -> Result<(), Mistake> {
    let parts: Vec<&str> = text.splitn(5, ':').collect();
    let is_arn = parts.len() == 5
        && parts.first() == Some(&"acs")
        && !parts.iter().any(|part| part.is_empty());
    if text == "*" || is_arn {
        Ok(())
    } else {
        Err(Mistake::Resource(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_and_resources_are_texts_or_lists() {
        for text in [
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"vpc:*","Resource":"*"}]}"#,
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["vpc:*"],"Resource":["*"]}]}"#,
        ] {
            let policy: Policy = text.parse().unwrap();
            assert_eq!(policy.0.len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_no_policy_says_what_is_wrong_and_where() {
        let statement = |statement: &str| format!(r#"{{"Version":"1","Statement":[{statement}]}}"#);
        for (text, words) in [
            (String::new(), "line 1 column 0"),
            ("{".to_owned(), "line 1 column 1"),
            ("[]".to_owned(), "invalid length 0"),
            (r#"{"Statement":[]}"#.to_owned(), "missing field `Version`"),
            (r#"{"Version":"1"}"#.to_owned(), "missing field `Statement`"),
            (r#"{"Version":"1","Statement":[]}"#.to_owned(), "Statement is empty"),
            (
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#.to_owned(),
                "Version is \"2012-10-17\"",
            ),
            (statement(r#"{"Effect":"allow","Action":"*","Resource":"*"}"#), "expected `Allow` or `Deny`"),
            (statement(r#"{"Effect":"Allow","Actions":"*","Resource":"*"}"#), "unknown field `Actions`"),
            (statement(r#"{"Effect":"Allow","Action":1,"Resource":"*"}"#), "a string or a list of strings"),
            (statement(r#"{"Effect":"Allow","Resource":"*"}"#), "statement 1: it needs Action"),
            (statement(r#"{"Effect":"Allow","Action":"*"}"#), "missing field `Resource`"),
            (statement(r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#), "Action is an empty list"),
            (
                statement(r#"{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}"#),
                "both Action and NotAction",
            ),
            (
                statement(r#"{"Effect":"Allow","Action":"DescribeSslVpnServers","Resource":"*"}"#),
                "\"DescribeSslVpnServers\" is no action",
            ),
            (
                statement(r#"{"Effect":"Allow","Action":"*","Resource":"sslvpnserver/*"}"#),
                "\"sslvpnserver/*\" is no resource",
            ),
            (
                statement(r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}"#),
                "does not evaluate Condition",
            ),
            (statement(r#"{"Effect":"Allow","Action":"*","Resource":"*","Principal":{}}"#), "unknown field `Principal`"),
        ] {
            let error = text.parse::<Policy>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
