//! The record of calls, for tests and for people who want to see what was sent. Neither secrets nor signatures are in it.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

/// The oldest calls are forgotten beyond this many.
const KEPT: usize = 100_000;

/// One call; the last three fields are filled in when it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Counted from the emulator's start, to the moment it came in.
    pub at_ms: u64,
    /// Empty when the request named none.
    pub operation: String,
    /// The operation's own parameters.
    pub parameters: BTreeMap<String, String>,
    /// `V3`, `V1` or null.
    pub signature_version: Option<&'static str>,
    /// The answer's status; 0 while there is none and when the connection was reset instead.
    pub http_status: u16,
    /// The answer's code, null for success and for what is no answer of the API.
    pub code: Option<String>,
    /// As in the answer.
    pub request_id: String,
    /// As the client calls itself.
    pub user_agent: Option<String>,
}

/// The calls in the order in which they came in.
#[derive(Debug, Default)]
pub struct Calls {
    kept: VecDeque<Call>,
    /// How many were dropped at the front, so that a number stays a call's own.
    dropped: usize,
}

impl Calls {
    /// Records a call that came in; the number is for [`Calls::answered`].
    pub fn begin(&mut self, call: Call) -> usize {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
        self.kept.push_back(call);
        self.dropped + self.kept.len() - 1
    }

    /// Adds the answer to a call, if it is still in the record.
    pub fn answered(&mut self, number: usize, http_status: u16, code: Option<String>) {
        if let Some(call) = number
            .checked_sub(self.dropped)
            .and_then(|index| self.kept.get_mut(index))
        {
            call.http_status = http_status;
            call.code = code;
        }
    }

    /// All that are kept.
    pub fn all(&self) -> impl Iterator<Item = &Call> {
        self.kept.iter()
    }

    /// All that are kept with their numbers, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = (usize, &Call)> {
        let numbers = self.dropped..self.dropped + self.kept.len();
        numbers.zip(&self.kept).rev()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.dropped += self.kept.len();
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str) -> Call {
        Call {
            at_ms: 0,
            operation: operation.to_owned(),
            parameters: BTreeMap::new(),
            signature_version: None,
            http_status: 0,
            code: None,
            request_id: String::new(),
            user_agent: None,
        }
    }

    #[test]
    fn an_answer_reaches_its_own_call_also_after_a_clear() {
        let mut calls = Calls::default();
        let forgotten = calls.begin(call("A"));
        calls.clear();
        let kept = calls.begin(call("B"));
        calls.answered(forgotten, 200, None);
        assert_eq!(calls.all().next().unwrap().http_status, 0);
        calls.answered(kept, 404, Some("X".to_owned()));
        assert_eq!(calls.all().next().unwrap().http_status, 404);
    }
}
