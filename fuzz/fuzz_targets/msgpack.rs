//! Bytes that are read as a value are written and read back as the same value; all others are refused.
#![no_main]

mod shapes;

use libfuzzer_sys::fuzz_target;
use terraform_provider_alivpn::tf::msgpack::{decode, encode};

fuzz_target!(|input: &[u8]| {
    let Some((ty, bytes)) = shapes::choose(input) else {
        return;
    };
    match decode(bytes, &ty) {
        Ok(value) => {
            let written = encode(&value, &ty).expect("what was read can be written");
            assert_eq!(decode(&written, &ty), Ok(value.clone()), "read back");
            assert!(value.same(&value.clone(), &ty), "the same as itself");
        }
        Err(error) => drop(error.to_string()),
    }
});
