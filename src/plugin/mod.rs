//! How a go-plugin process starts, listens, logs and ends. Knows nothing of Terraform's messages.
//!
//! [`run`] is a process's whole life: read the environment, listen, say where in one line on standard output, serve, end. A
//! socket, its folder and the process itself are gone when the caller says so, when it is killed, and on SIGTERM; only Ctrl-C,
//! which reaches the whole process group, is left to the caller. So it is on Unix. On Windows nothing looks for a caller that was killed,
//! and its process stays until somebody ends it.
//!
//! Standard output carries the handshake line and then nothing else, ever. Standard error carries logs. Either may be closed at
//! any time, so nothing here prints with the macros that panic when they cannot.

mod calls;
mod command_line;
mod handshake;
mod incoming;
mod listener;
mod logs;
#[cfg(unix)]
mod orphan;
mod server;
mod services;
mod shutdown;
mod tls;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};
use tonic::service::Routes;

use command_line::Request;
use handshake::{Environment, HandshakeError};
use incoming::Presence;
use listener::ListenError;
use shutdown::Interrupt;
pub use shutdown::Shutdown;
use tls::TlsError;

/// The messages and services of `proto/go_plugin.proto` and `proto/health.proto`.
#[allow(missing_docs, clippy::all)]
pub mod proto {
    tonic::include_proto!("plugin");

    /// gRPC's standard health service.
    pub mod health {
        tonic::include_proto!("grpc.health.v1");
    }
}

/// The exit status for arguments that are not understood, as programs with flags have it.
const USAGE_ERROR: u8 = 2;

/// What a plugin is, for people and for callers.
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    /// The binary's name, `terraform-provider-NAME`.
    pub binary: &'static str,
    /// What it is, in a sentence without its full stop.
    pub description: &'static str,
    /// Its version, `X.Y.Z`.
    pub version: &'static str,
    /// The provider's source address as a configuration writes it, `NAMESPACE/NAME`.
    pub address: &'static str,
    /// The plugin protocol's major version that `services` speak.
    pub protocol_version: u32,
    /// A sentence for a person who starts it by hand: where to go from here.
    pub hint: &'static str,
}

/// Paths of calls that are served whatever other calls do, since they do no more than tell those something.
pub type Prompt = &'static [&'static str];

/// Runs the process, from its arguments to its exit status. `services` is called once, inside the runtime, after the caller has
/// been told where to connect; what it starts should end when the [`Shutdown`] begins, and has 50 ms for it.
pub fn run(plugin: Plugin, services: impl FnOnce(&Shutdown) -> (Routes, Prompt)) -> ExitCode {
    let environment = Environment::read(|name| std::env::var_os(name));
    let mode = match Request::read(std::env::args_os().skip(1)) {
        Request::Version => {
            return say(&mut io::stdout(), &plugin.version_line(), ExitCode::SUCCESS);
        }
        Request::Help => {
            return say(
                &mut io::stdout(),
                &(plugin.by_hand() + "\n" + &plugin.usage()),
                ExitCode::SUCCESS,
            );
        }
        Request::Unknown(argument) => {
            let text = format!(
                "{}: {argument:?} is not understood.\n\n{}",
                plugin.binary,
                plugin.usage()
            );
            return say(&mut io::stderr(), &text, ExitCode::from(USAGE_ERROR));
        }
        Request::Serve if !environment.is_a_caller() => {
            return say(&mut io::stderr(), &plugin.by_hand(), ExitCode::FAILURE);
        }
        Request::Serve => Mode::Called,
        Request::Debug => Mode::Attached,
    };
    match serve(&plugin, mode, &environment, services) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(
            &mut io::stderr(),
            &format!("{}: {error}\n", plugin.binary),
            ExitCode::FAILURE,
        ),
    }
}

/// Who the process serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The caller that started it.
    Called,
    /// Whoever attaches to it, until a developer ends it.
    Attached,
}

fn serve(
    plugin: &Plugin,
    mode: Mode,
    environment: &Environment,
    services: impl FnOnce(&Shutdown) -> (Routes, Prompt),
) -> Result<(), Failure> {
    #[cfg(unix)]
    let parent = std::os::unix::process::parent_id();
    logs::start(plugin.binary, |name: &str| -> Option<OsString> {
        std::env::var_os(name)
    });
    let terms = environment.terms(plugin.protocol_version)?;
    let runtime = runtime().map_err(Failure::Runtime)?;
    let outcome = runtime.block_on(async {
        let shutdown = Shutdown::default();
        let interrupt = if mode == Mode::Attached {
            Interrupt::Ends
        } else {
            Interrupt::Ignored
        };
        shutdown::heed_signals(&shutdown, interrupt).map_err(Failure::Runtime)?;
        let (socket, listening) = listener::listen(&terms)?;
        let identity = terms
            .client_certificate
            .clone()
            .map(tls::identity)
            .transpose()?;
        let greeting = match mode {
            Mode::Called => {
                terms.line(
                    &listening.address,
                    identity.as_ref().map(|own| &own.certificate),
                ) + "\n"
            }
            Mode::Attached => plugin.attach(&listening.address, std::process::id()),
        };
        greet(&greeting).map_err(Failure::Greeting)?;
        let presence = Presence::default();
        #[cfg(unix)]
        if mode == Mode::Called {
            orphan::watch(parent, presence.clone(), shutdown.clone());
        }
        let incoming = incoming::incoming(socket, identity.map(|own| own.acceptor), presence);
        let threads = calls::threads().map_err(Failure::Runtime)?;
        let (routes, prompt) = services(&shutdown);
        let routes = calls::apart(routes, threads.handle().clone(), prompt);
        let outcome = server::serve(incoming, services::add_to(routes, &shutdown), &shutdown).await;
        // Neither waiting for what is still under way nor pulling the ground from under it: the caller has been answered, and the
        // process ends with all that is in it.
        std::mem::forget(threads);
        outcome?;
        drop(listening);
        Ok(())
    });
    // As the threads of the calls above.
    std::mem::forget(runtime);
    outcome
}

/// The main thread's: calls have their own ([`calls`]). One thread that moves bytes starts quicker than several, and does not wake
/// others for each of them.
fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn greet(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}

/// Says the last words; that they are not heard changes nothing.
fn say(output: &mut impl Write, text: &str, status: ExitCode) -> ExitCode {
    let _ = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    status
}

/// Why the process could not serve.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot tell the caller where to connect, standard output is closed: {0}")]
    Greeting(io::Error),
    #[error("the system refuses threads, timers or signals: {0}")]
    Runtime(io::Error),
    #[error("the server ended: {0}")]
    Server(#[from] tonic::transport::Error),
}
