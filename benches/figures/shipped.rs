//! The provider as it is shipped.

use std::process::Command;

/// Builds the provider as a release does, where the benchmarks start it.
///
/// `cargo bench` has built it there too, but with what its dependencies offer to tests: larger, and with a clock that can
/// be stopped.
///
/// # Panics
/// When it cannot be built.
pub fn build() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--release",
        "--locked",
        "--bin",
        "terraform-provider-alivpn",
    ]);
    let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "the provider cannot be built"
    );
}
