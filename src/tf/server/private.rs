//! Private data between plan and apply: the state's own bytes, which come back untouched, and beside them what the plan hands
//! on, which is never stored.

/// Marks bytes that [`wrap`] made; anything else is the state's own.
const MARK: &[u8] = b"\0planned:1\0";
const DECISION: u8 = b'd';
const END: u8 = b'e';

/// What a plan hands on: to the plan of the new object where Terraform replaces this one, and to the apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HandedOn {
    /// What the resource decided about an update.
    Decision(Vec<u8>),
    /// That it was the plan of the object's end, so that whatever there is to say of that was said.
    End,
}

/// Planned private data: the state's own bytes and what is handed on beside them. Where nothing is, the state's own bytes.
pub(super) fn wrap(state: Vec<u8>, handed_on: Option<HandedOn>) -> Vec<u8> {
    let (kind, content) = match handed_on {
        None => return state,
        Some(HandedOn::Decision(decision)) => (DECISION, decision),
        Some(HandedOn::End) => (END, Vec::new()),
    };
    let length = (state.len() as u64).to_be_bytes();
    [MARK, &[kind], &length, &state, &content].concat()
}

/// What [`wrap`] was given; all bytes are the state's own when it made none of it.
pub(super) fn unwrap(planned: &[u8]) -> (&[u8], Option<HandedOn>) {
    let parts = planned.strip_prefix(MARK).and_then(|rest| {
        let (kind, rest) = rest.split_first()?;
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (state, content) = rest.split_at_checked(length)?;
        match (*kind, content) {
            (DECISION, decision) => Some((state, HandedOn::Decision(decision.to_vec()))),
            (END, []) => Some((state, HandedOn::End)),
            _ => None,
        }
    });
    parts.map_or((planned, None), |(state, handed_on)| {
        (state, Some(handed_on))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_states_own_bytes_and_what_is_handed_on_come_back_as_they_were(state: Vec<u8>, decision: Option<Vec<u8>>) {
            let handed_on = decision.map_or(HandedOn::End, HandedOn::Decision);
            let planned = wrap(state.clone(), Some(handed_on.clone()));
            prop_assert_eq!(unwrap(&planned), (state.as_slice(), Some(handed_on)));
        }

        #[test]
        fn bytes_of_somebody_else_are_the_states_own(bytes: Vec<u8>) {
            prop_assert_eq!(unwrap(&bytes), (bytes.as_slice(), None));
        }
    }

    #[test]
    fn a_kind_that_there_is_none_of_and_a_length_that_lies_are_no_wrapping() {
        let decision = HandedOn::Decision(b"decision".to_vec());
        let sound = wrap(b"state".to_vec(), Some(decision));
        for at in [MARK.len(), MARK.len() + 1] {
            let mut planned = sound.clone();
            planned[at] = 0xff;
            assert_eq!(unwrap(&planned), (planned.as_slice(), None));
        }
        let mut end = wrap(b"state".to_vec(), Some(HandedOn::End));
        end.push(0);
        assert_eq!(unwrap(&end), (end.as_slice(), None));
    }

    #[test]
    fn where_nothing_is_handed_on_nothing_is_added() {
        assert_eq!(wrap(b"own".to_vec(), None), b"own");
    }
}
