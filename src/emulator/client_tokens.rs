//! Idempotence: a ClientToken stands for one call of one operation. The same call again gets the first one's answer without a second effect,
//! another call under it is a mistake, and while the first is at work the second has to wait. A failed call does not use its token up.

use std::collections::{BTreeMap, HashMap};

use super::error::{self, ApiError};
use super::operations::{Answer, Operation};
use super::parameters::Parameters;
use super::rules::client_token;

#[derive(Debug)]
struct Used {
    parameters: BTreeMap<String, String>,
    /// `None` while the call is at work.
    answer: Option<Answer>,
}

/// The tokens of the account.
#[derive(Debug, Default)]
pub struct ClientTokens(HashMap<Key, Used>);

type Key = (Operation, String);

/// A token that one call holds until it is settled.
#[derive(Debug)]
pub struct Reserved(Option<Key>);

/// What a token says about a call.
#[derive(Debug)]
pub enum Claim {
    /// The call is the first: it goes ahead, and [`ClientTokens::settle`] has to be told how it ended.
    First(Reserved),
    /// The call was made before: this was its answer.
    Repeated(Answer),
}

impl ClientTokens {
    /// Asks for the token of a call; a call without one is always the first.
    ///
    /// # Errors
    /// `IdempotentParameterMismatch`, `LastTokenProcessing`, `InvalidParameter` for what is no token.
    pub fn claim(
        &mut self,
        operation: Operation,
        parameters: &Parameters,
    ) -> Result<Claim, ApiError> {
        let Some(token) = parameters
            .text("ClientToken")
            .filter(|_| operation.is_change())
        else {
            return Ok(Claim::First(Reserved(None)));
        };
        client_token::check(token)?;
        let key = (operation, token.to_owned());
        let parameters = parameters.without_client_token();
        match self.0.get(&key) {
            Some(used) if used.parameters != parameters => {
                Err(error::IDEMPOTENT_PARAMETER_MISMATCH.into())
            }
            Some(Used { answer: None, .. }) => Err(error::LAST_TOKEN_PROCESSING.into()),
            Some(Used {
                answer: Some(answer),
                ..
            }) => Ok(Claim::Repeated(answer.clone())),
            None => {
                self.0.insert(
                    key.clone(),
                    Used {
                        parameters,
                        answer: None,
                    },
                );
                Ok(Claim::First(Reserved(Some(key))))
            }
        }
    }

    /// The tokens whose calls are over: operation, token, parameters, answer.
    pub fn settled(
        &self,
    ) -> impl Iterator<Item = (Operation, &str, &BTreeMap<String, String>, &Answer)> {
        self.0.iter().filter_map(|((operation, token), used)| {
            let answer = used.answer.as_ref()?;
            Some((*operation, token.as_str(), &used.parameters, answer))
        })
    }

    /// Remembers a call that was settled in an earlier run.
    pub fn remember(
        &mut self,
        operation: Operation,
        token: String,
        parameters: BTreeMap<String, String>,
        answer: Answer,
    ) {
        let used = Used {
            parameters,
            answer: Some(answer),
        };
        self.0.insert((operation, token), used);
    }

    /// Ends a call: its answer is kept, or its token is free again.
    pub fn settle(&mut self, reserved: Reserved, answer: Option<&Answer>) {
        let Some(key) = reserved.0 else {
            return;
        };
        match answer {
            None => {
                self.0.remove(&key);
            }
            Some(answer) => {
                if let Some(used) = self.0.get_mut(&key) {
                    used.answer = Some(answer.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELETE: Operation = Operation::DeleteSslVpnServer;

    fn call(id: &str) -> Parameters {
        let pairs = [("SslVpnServerId", id), ("ClientToken", "t")];
        Parameters::new(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        )
    }

    fn first(tokens: &mut ClientTokens, id: &str) -> Reserved {
        match tokens.claim(DELETE, &call(id)) {
            Ok(Claim::First(reserved)) => reserved,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_same_call_gets_the_first_ones_answer() {
        let mut tokens = ClientTokens::default();
        let reserved = first(&mut tokens, "vss-1");
        let answer = Answer::from_iter([("a".to_owned(), 1.into())]);
        tokens.settle(reserved, Some(&answer));
        assert!(
            matches!(tokens.claim(DELETE, &call("vss-1")), Ok(Claim::Repeated(kept)) if kept == answer)
        );
        assert_eq!(
            tokens.claim(DELETE, &call("vss-2")).unwrap_err().code,
            "IdempotentParameterMismatch"
        );
        let other_operation = tokens.claim(Operation::ModifySslVpnServer, &call("vss-1"));
        assert!(matches!(other_operation, Ok(Claim::First(_))));
    }

    #[test]
    fn while_the_first_is_at_work_the_second_has_to_wait() {
        let mut tokens = ClientTokens::default();
        let reserved = first(&mut tokens, "vss-1");
        assert_eq!(
            tokens.claim(DELETE, &call("vss-1")).unwrap_err().code,
            "LastTokenProcessing"
        );
        tokens.settle(reserved, None);
        first(&mut tokens, "vss-2");
    }

    #[test]
    fn reads_and_calls_without_a_token_are_always_first() {
        let mut tokens = ClientTokens::default();
        for _ in 0..2 {
            let read = tokens.claim(Operation::DescribeRegions, &call("vss-1"));
            assert!(matches!(read, Ok(Claim::First(_))));
            let bare = tokens.claim(DELETE, &Parameters::default());
            assert!(matches!(bare, Ok(Claim::First(_))));
        }
    }
}
