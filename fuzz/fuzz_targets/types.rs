//! The notation of a type that is read is written and read back as the same type; all other is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terraform_provider_alivpn::tf::types::Type;

fuzz_target!(|notation: &[u8]| {
    match Type::from_json(notation) {
        Ok(ty) => {
            assert_eq!(
                Type::from_json(&ty.to_json()).as_ref(),
                Ok(&ty),
                "read back"
            );
            drop((ty.to_string(), ty.contains_dynamic()));
        }
        Err(error) => drop(error.to_string()),
    }
});
