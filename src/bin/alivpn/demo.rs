//! `alivpn demo`: real Terraform, the real provider and the emulator, on this machine, in half a minute.
//!
//! The demo makes two things visible. The two update paths: a rename is one call whose answer is the result, any other
//! change is one call and then looks at the gateway until the cloud is done. And that the provider does what it says:
//! every step is checked by the calls that it made, and the exit status is 0 only when all did what they should.

mod calls;
mod emulator;
mod folder;
mod story;
mod terraform;

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::end_signal::end_signal;
use crate::provider_binary;

use emulator::Emulator;
use folder::WorkFolder;
use story::Story;
use terraform::Terraform;

/// Show the provider at work against the emulator; needs only Terraform (or OpenTofu) on PATH
#[derive(Args)]
pub struct Arguments {
    /// Keep the folder with configuration and state, and print where it is
    #[arg(long)]
    keep: bool,
}

/// Plays the demo; an error when a step did not do what it should, or on Ctrl-C or SIGTERM.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let interrupt = CancellationToken::new();
    let pressed = interrupt.clone();
    let ended = end_signal()?;
    tokio::spawn(async move {
        ended.await;
        pressed.cancel();
    });

    let core = terraform::find()?;
    let provider = provider_binary::beside_this_program().await?;
    let binaries = provider
        .parent()
        .context("the provider lies in no folder")?;
    let mut folder = WorkFolder::create(binaries)?;
    let emulator = Emulator::start().await?;
    let terraform = Terraform::new(core, folder.path(), interrupt.clone());

    let result = Story::new(&emulator, &terraform, folder.path())
        .tell()
        .await;

    // A failure is there to be looked into; an interrupt is none.
    let failed = result.is_err() && !interrupt.is_cancelled();
    if arguments.keep || failed {
        folder.keep();
        let kept = folder.path().display();
        let _ = writeln!(io::stdout().lock(), "\nThe folder is kept: {kept}");
    }
    result
}
