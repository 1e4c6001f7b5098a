//! What holds of every answer of a provider, whatever bytes it was asked with: looked after by `tests/protocol/raw.rs` and by the
//! fuzz target `requests`.

use prost::Message;
use terraform_provider_alivpn::tf::msgpack;
use terraform_provider_alivpn::tf::proto::{
    DynamicValue, apply_resource_change as apply, read_resource as read,
};
use terraform_provider_alivpn::tf::types::Type;

/// Whether the same question has the same answer each time.
pub fn is_repeatable(rpc: &str) -> bool {
    rpc == "PlanResourceChange" || rpc.starts_with("Validate")
}

/// Holds an answer to the rules; `type_of` knows the types of the resources' states.
pub fn check(rpc: &str, request: &[u8], answer: &[u8], type_of: impl Fn(&str) -> Option<Type>) {
    // The exercise provider's function `count` gives a text when it is asked to lie.
    assert!(
        rpc == "CallFunction" || !says(request, answer, "Unwritable value"),
        "an answer of the provider's own does not fit its schema"
    );
    if let Some((type_name, state)) = state(rpc, request, answer)
        && let Some(ty) = type_of(&type_name)
    {
        let state = msgpack::decode(&state.msgpack, &ty).expect("a state is of its type");
        assert!(state.is_wholly_known(), "a state with something unknown");
    }
}

/// Whether an answer has these words from the provider, and not from the request.
pub fn says(request: &[u8], answer: &[u8], words: &str) -> bool {
    let words = words.as_bytes();
    let has = |bytes: &[u8]| bytes.windows(words.len()).any(|window| window == words);
    has(answer) && !has(request)
}

/// The state that an answer holds, with the type's name.
fn state(rpc: &str, request: &[u8], answer: &[u8]) -> Option<(String, DynamicValue)> {
    match rpc {
        "ApplyResourceChange" => {
            let type_name = apply::Request::decode(request).ok()?.type_name;
            Some((type_name, apply::Response::decode(answer).ok()?.new_state?))
        }
        "ReadResource" => {
            let type_name = read::Request::decode(request).ok()?.type_name;
            Some((type_name, read::Response::decode(answer).ok()?.new_state?))
        }
        _ => None,
    }
}
