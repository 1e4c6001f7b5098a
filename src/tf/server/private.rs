//! Private data between plan and apply: the state's own bytes, which come back untouched, and beside them what the
//! resource's plan decided, which is never stored.

/// Marks bytes that [`wrap`] made; anything else is the state's own.
const MARK: &[u8] = b"\0planned:1\0";

/// Planned private data: the state's own bytes and the decision beside them. Without a decision, the state's own bytes.
pub(super) fn wrap(state: Vec<u8>, decision: Option<Vec<u8>>) -> Vec<u8> {
    let Some(decision) = decision else {
        return state;
    };
    let length = (state.len() as u64).to_be_bytes();
    [MARK, &length, &state, &decision].concat()
}

/// The state's own bytes and the decision of what [`wrap`] made; all bytes are the state's own when it made none of it.
pub(super) fn unwrap(planned: &[u8]) -> (&[u8], Option<&[u8]>) {
    let parts = planned.strip_prefix(MARK).and_then(|rest| {
        let (length, rest) = rest.split_first_chunk::<8>()?;
        rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)
    });
    parts.map_or((planned, None), |(state, decision)| (state, Some(decision)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_states_own_bytes_and_the_decision_come_back_as_they_were(state: Vec<u8>, decision: Vec<u8>) {
            let planned = wrap(state.clone(), Some(decision.clone()));
            prop_assert_eq!(unwrap(&planned), (state.as_slice(), Some(decision.as_slice())));
        }

        #[test]
        fn bytes_of_somebody_else_are_the_states_own(bytes: Vec<u8>) {
            prop_assert_eq!(unwrap(&bytes), (bytes.as_slice(), None));
        }
    }

    #[test]
    fn a_length_that_lies_is_no_wrapping() {
        let mut planned = wrap(b"state".to_vec(), Some(b"decision".to_vec()));
        planned[MARK.len()] = 0xff;
        assert_eq!(unwrap(&planned), (planned.as_slice(), None));
    }

    #[test]
    fn without_a_decision_nothing_is_added() {
        assert_eq!(wrap(b"own".to_vec(), None), b"own");
    }
}
