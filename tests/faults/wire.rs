//! The way between the provider and the cloud, one connection for each call: it can be cut before or after any call, also by the provider's
//! death.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a port that somebody else has is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a provider dies: before the cloud gets its call, or after the cloud has answered and before it hears so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

/// What happens on the way.
#[derive(Debug, Clone, Copy)]
enum Incident {
    /// The provider dies at so many calls from now, the next one being 1.
    Death {
        call: usize,
        moment: Moment,
        provider: Pid,
    },
    /// Connections are refused from the moment when this operation was answered.
    RefusalAfter(&'static str),
}

#[derive(Default)]
struct Plan {
    calls: usize,
    incident: Option<Incident>,
}

/// A port that passes calls on to the cloud.
pub struct Wire {
    address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    gate: Gate,
    task: JoinHandle<()>,
}

/// Opens and shuts the port.
#[derive(Clone)]
struct Gate(mpsc::Sender<(bool, oneshot::Sender<()>)>);

impl Gate {
    /// Returns when it is so.
    async fn set(&self, open: bool) {
        let (done, is_done) = oneshot::channel();
        self.0.send((open, done)).await.unwrap();
        is_done.await.unwrap();
    }
}

impl Wire {
    pub async fn to(cloud: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let (commands, orders) = mpsc::channel(1);
        let gate = Gate(commands);
        let passing = Passing {
            cloud,
            plan: Arc::clone(&plan),
            gate: gate.clone(),
        };
        let task = tokio::spawn(accept(listener, orders, passing));
        Self {
            address,
            plan,
            gate,
            task,
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Refuses connections.
    pub async fn refuse(&self) {
        self.gate.set(false).await;
    }

    /// Refuses connections once this operation was answered.
    pub fn refuse_after(&self, operation: &'static str) {
        self.plan.lock().unwrap().incident = Some(Incident::RefusalAfter(operation));
    }

    /// Kills a process at one of the next calls; 1 is the next.
    pub fn kill_at(&self, call: usize, moment: Moment, process: u32) {
        let provider = Pid::from_raw(process.try_into().unwrap());
        *self.plan.lock().unwrap() = Plan {
            calls: 0,
            incident: Some(Incident::Death {
                call,
                moment,
                provider,
            }),
        };
    }

    /// Lets everything pass again.
    pub async fn mend(&self) {
        self.plan.lock().unwrap().incident = None;
        self.gate.set(true).await;
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A port that is bound and not listened on refuses, and nobody else gets it. Between the end of its listener and here another
/// process may have had it for a connection of its own, which ends.
async fn shut(address: SocketAddr) -> TcpSocket {
    let bound = || {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok::<_, std::io::Error>(socket)
    };
    let begun = Instant::now();
    loop {
        match bound() {
            Ok(socket) => return socket,
            Err(error) => assert!(begun.elapsed() < PATIENCE, "{address}: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn accept(
    listener: TcpListener,
    mut orders: mpsc::Receiver<(bool, oneshot::Sender<()>)>,
    passing: Passing,
) {
    let address = listener.local_addr().unwrap();
    let mut open = Some(listener);
    let mut closed = None;
    loop {
        let connection = async {
            match &open {
                Some(listener) => listener.accept().await.unwrap().0,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            order = orders.recv() => {
                let Some((is_to_open, done)) = order else { return };
                if is_to_open && open.is_none() {
                    open = closed.take().map(|socket: TcpSocket| socket.listen(64).unwrap());
                } else if !is_to_open {
                    drop(open.take());
                    closed = Some(shut(address).await);
                }
                let _ = done.send(());
            }
            stream = connection => {
                let passing = passing.clone();
                // A call that breaks here is the provider's to notice.
                tokio::spawn(async move { passing.pass(stream).await });
            }
        }
    }
}

#[derive(Clone)]
struct Passing {
    cloud: String,
    plan: Arc<Mutex<Plan>>,
    gate: Gate,
}

impl Passing {
    /// One call and its answer; `None` when it breaks.
    async fn pass(&self, mut provider: TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(provider.read_u8().await.ok()?);
        }
        let incident = self.incident();
        if let Some(Incident::Death {
            moment: Moment::Before,
            provider,
            ..
        }) = incident
        {
            kill(provider, Signal::SIGKILL).unwrap();
            return None;
        }
        let mut text = String::from_utf8(head).ok()?;
        let operation = text
            .lines()
            .find_map(|line| line.strip_prefix("x-acs-action: "))
            .map(str::to_owned)?;
        // Not signed, and so the next call is another connection.
        text.insert_str(text.len() - 2, "connection: close\r\n");
        let mut cloud = TcpStream::connect(&self.cloud).await.ok()?;
        cloud.write_all(text.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        cloud.read_to_end(&mut answer).await.ok()?;
        match incident {
            Some(Incident::Death { provider, .. }) => {
                kill(provider, Signal::SIGKILL).unwrap();
                return None;
            }
            Some(Incident::RefusalAfter(awaited)) if awaited == operation => {
                self.gate.set(false).await;
            }
            _ => {}
        }
        provider.write_all(&answer).await.ok()?;
        provider.shutdown().await.ok()
    }

    /// What is to happen at this call.
    fn incident(&self) -> Option<Incident> {
        let mut plan = self.plan.lock().unwrap();
        plan.calls += 1;
        let calls = plan.calls;
        plan.incident
            .filter(|incident| !matches!(incident, Incident::Death { call, .. } if *call != calls))
    }
}
