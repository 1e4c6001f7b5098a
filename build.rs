//! Compiles `proto/` with protox, so that building needs no `protoc`.
#![forbid(unsafe_code)]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["tfplugin5.proto", "go_plugin.proto", "health.proto"];
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(files, ["proto"])?;
    tonic_prost_build::configure()
        // A DynamicValue can be hundreds of MiB: shared, not copied.
        .bytes(".tfplugin5.DynamicValue")
        .compile_fds(descriptors)?;
    Ok(())
}
