//! Where the small provider of `tests/support/exercise` is.

use std::path::PathBuf;

/// Its binary. `cargo test` builds it with everything else; a run of one test binary alone does not.
///
/// # Panics
/// When it is not there; says how to build it.
pub fn exercise() -> PathBuf {
    let provider = PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-alivpn"));
    let exercise = provider.with_file_name("examples").join("exercise");
    assert!(
        exercise.exists(),
        "{} is missing: build it with cargo build --example exercise",
        exercise.display()
    );
    exercise
}
