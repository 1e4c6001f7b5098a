//! Text that is read as a value is written and read back as the same value, in both encodings; all other is refused.
#![no_main]

mod shapes;

use libfuzzer_sys::fuzz_target;
use terraform_provider_alivpn::tf::{json, msgpack};

fuzz_target!(|input: &[u8]| {
    let Some((ty, bytes)) = shapes::choose(input) else {
        return;
    };
    let strict = json::decode(bytes, &ty);
    let stored = json::decode_state(bytes, &ty);
    match &strict {
        Ok(value) => {
            let written = json::encode(value, &ty).expect("what was read can be written");
            assert_eq!(json::decode(&written, &ty).as_ref(), Ok(value), "read back");
        }
        Err(error) => drop(error.to_string()),
    }
    match stored {
        Ok(value) => {
            let written = msgpack::encode(&value, &ty).expect("what was read can be written");
            assert_eq!(msgpack::decode(&written, &ty), Ok(value), "read back");
        }
        Err(error) => assert!(strict.is_err(), "only a state is refused: {error}"),
    }
});
