//! Makes a release: `cargo run --example release -- --help`.
//!
//! The files are those that Terraform's and OpenTofu's registries take, and the same bytes whoever makes them from one commit with one
//! toolchain: nothing in them depends on the time, the folder or the environment; a `config.toml` of cargo's in the home still counts.
//! `package` and `verify` run once on each platform; `seal` once over all.

#![forbid(unsafe_code)]

mod build;
mod package;
mod platform;
mod sbom;
mod seal;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use platform::Platform;

/// As in every file's name; a tag of the repository is `v` and this.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The provider's binary, and what every file's name begins with.
const PROVIDER: &str = "terraform-provider-alivpn";

/// Make a release of the provider
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the provider for a platform, reproducibly, and zip it with licence and SBOM
    Package {
        /// The platform, as rustc names it; this machine's without
        #[arg(long, value_name = "TRIPLE")]
        target: Option<String>,

        /// Zip this binary instead of building one
        #[arg(long, value_name = "FILE")]
        binary: Option<PathBuf>,

        /// Where the files go
        #[arg(long, value_name = "FOLDER", default_value = "target/dist")]
        out: PathBuf,
    },
    /// Build the zip of a platform once more, in another folder, and see that it is the same as the one that is there, and stripped
    Verify {
        /// The platform, as rustc names it; this machine's without
        #[arg(long, value_name = "TRIPLE")]
        target: Option<String>,

        /// Where the zip is
        #[arg(long, value_name = "FOLDER", default_value = "target/dist")]
        out: PathBuf,
    },
    /// Write manifest, checksums and signature for the zips of all platforms
    Seal {
        /// The key to sign with, as gpg knows it; not signed without
        #[arg(long, value_name = "KEY")]
        sign: Option<String>,

        /// Where the zips are
        #[arg(long, value_name = "FOLDER", default_value = "target/dist")]
        out: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = match Arguments::parse().command {
        Command::Package {
            target,
            binary,
            out,
        } => {
            let platform = Platform::of(target.as_deref())?;
            let binary = match binary {
                Some(binary) => binary,
                None => build::build(root, &platform)?,
            };
            vec![package::write(root, &platform, &binary, &out)?]
        }
        Command::Verify { target, out } => {
            let platform = Platform::of(target.as_deref())?;
            vec![verify::verify(root, &platform, &out)?]
        }
        Command::Seal { sign, out } => seal::write(&out, sign.as_deref())?,
    };
    for path in written {
        println!("{}", path.display());
    }
    Ok(())
}
