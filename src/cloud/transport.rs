//! HTTP and nothing else: one connection pool, time limits, answers of a bounded size, faults told apart by whether the
//! request may have arrived.
//!
//! A [`Transport`] is made once in a process, and all that calls shares it: the VPC API, STS, the metadata service, a credentials URI. It
//! has two sides that could not share a connection anyway, each set up with the first call that needs it. Plain HTTP goes to this machine
//! and its metadata service only, so that side loads no certificates, asks no proxy and does not resolve `localhost` by anybody's word.

use std::collections::HashSet;
use std::error::Error as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Url};
use time::OffsetDateTime;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::clock::parse_http_date;
use super::endpoint::{Endpoint, Scheme};
use super::error::TransportFault;
use super::request::Request;
use super::trust::Trust;

/// Time limits and sizes. The defaults suit an API that answers within a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, its encryption and its way through a proxy included; who is near must be there within a second.
    pub connect: Duration,
    /// For the next bytes of an answer, the first ones too.
    pub read: Duration,
    /// For one attempt from its start to the answer's last byte.
    pub attempt: Duration,
    /// For an answer's body, in bytes.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(10),
            attempt: Duration::from_secs(20),
            answer: 4 * 1024 * 1024,
        }
    }
}

/// What is near answers at once or not at all.
const CONNECT_NEARBY: Duration = Duration::from_secs(1);

/// Servers refuse larger headers, with whatever else is in them.
const LONGEST_USER_AGENT: usize = 1024;

/// Idle connections are dropped before load balancers do it, so that a change is not sent into a closing one.
const IDLE: Duration = Duration::from_secs(15);

/// An answer of whatever kind.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: u16,
    /// `x-acs-request-id`.
    pub request_id: Option<String>,
    /// How long to wait before the next try.
    pub retry_after: Option<Duration>,
    /// What time it is for who answered.
    pub date: Option<OffsetDateTime>,
    /// The body: it may hold keys.
    pub body: Zeroizing<Vec<u8>>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No whole answer arrived.
    #[error("{reason}")]
    Transport {
        /// How far it came.
        fault: TransportFault,
        /// What the system said.
        reason: String,
    },
    /// The answer is too large.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The HTTP status.
        status: u16,
        /// `x-acs-request-id`.
        request_id: Option<String>,
        /// What is allowed.
        limit: usize,
    },
}

/// The connections of a process. A clone shares them.
#[derive(Debug, Clone)]
pub struct Transport {
    pool: Arc<Pool>,
    attempt: Duration,
    answer: usize,
}

#[derive(Debug)]
struct Pool {
    user_agent: HeaderValue,
    connect: Duration,
    read: Duration,
    trust: Trust,
    /// The endpoints that there was a connection to, by their origins.
    reached: Mutex<HashSet<String>>,
    plain: OnceCell<reqwest::Client>,
    encrypted: OnceCell<reqwest::Client>,
}

impl Transport {
    /// No connection is made and no file is read yet. Of `user_agent`, what a header cannot carry is left out.
    pub fn new(user_agent: &str, limits: Limits, trust: Trust) -> Transport {
        let printable: String = user_agent
            .chars()
            .filter(|c| c.is_ascii_graphic() || *c == ' ')
            .take(LONGEST_USER_AGENT)
            .collect();
        Transport {
            pool: Arc::new(Pool {
                user_agent: HeaderValue::from_str(printable.trim())
                    .unwrap_or_else(|_| HeaderValue::from_static("")),
                connect: limits.connect,
                read: limits.read,
                trust,
                reached: Mutex::default(),
                plain: OnceCell::new(),
                encrypted: OnceCell::new(),
            }),
            attempt: limits.attempt,
            answer: limits.answer,
        }
    }

    /// The same connections, for answers that come sooner and are smaller.
    pub fn narrowed(&self, attempt: Duration, answer: usize) -> Transport {
        Transport {
            attempt: attempt.min(self.attempt),
            answer: answer.min(self.answer),
            ..self.clone()
        }
    }

    /// Sends a request once and reads its answer whole.
    ///
    /// # Errors
    ///
    /// [`Fault`]; whatever HTTP status is no error here.
    pub async fn send(&self, endpoint: &Endpoint, request: Request) -> Result<HttpAnswer, Fault> {
        let client = self.client(endpoint.scheme()).await?;
        let sending = client.post(request.url).headers(request.headers);
        let sending = match request.form {
            Some(form) => sending.body(form.expose().to_owned()),
            None => sending,
        };
        let received = self.receive(sending).await;
        let is_reached = match &received {
            Ok(_) | Err(Fault::TooLarge { .. }) => true,
            Err(Fault::Transport { fault, .. }) => *fault == TransportFault::Broken,
        };
        if is_reached {
            self.reached().insert(endpoint.origin());
        }
        received
    }

    /// Whether an API call ever had a connection to this endpoint.
    pub fn has_reached(&self, endpoint: &Endpoint) -> bool {
        self.reached().contains(&endpoint.origin())
    }

    fn reached(&self) -> MutexGuard<'_, HashSet<String>> {
        let reached = &self.pool.reached;
        reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request that is no API call (to the metadata service, for one) once and reads its answer whole.
    ///
    /// # Errors
    ///
    /// As of [`Transport::send`].
    pub async fn fetch(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
    ) -> Result<HttpAnswer, Fault> {
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            _ => Scheme::Https,
        };
        let client = self.client(scheme).await?;
        self.receive(client.request(method, url).headers(headers))
            .await
    }

    async fn receive(&self, sending: reqwest::RequestBuilder) -> Result<HttpAnswer, Fault> {
        let sending = sending.timeout(self.attempt);
        let mut response = sending.send().await.map_err(fault)?;
        let status = response.status().as_u16();
        let request_id = header(response.headers(), "x-acs-request-id").map(str::to_owned);
        let retry_after = retry_after(response.headers());
        let date = header(response.headers(), DATE.as_str()).and_then(parse_http_date);
        let limit = self.answer;
        let announced = response.content_length().unwrap_or(0);
        let room = usize::try_from(announced).map_or(limit, |length| length.min(limit));
        let mut body = Zeroizing::new(Vec::with_capacity(room));
        while let Some(chunk) = response.chunk().await.map_err(fault)? {
            if body.len() + chunk.len() > limit {
                return Err(Fault::TooLarge {
                    status,
                    request_id,
                    limit,
                });
            }
            append(&mut body, &chunk);
        }
        Ok(HttpAnswer {
            status,
            request_id,
            retry_after,
            date,
            body,
        })
    }

    async fn client(&self, scheme: Scheme) -> Result<&reqwest::Client, Fault> {
        let pool = match scheme {
            Scheme::Http => &self.pool.plain,
            Scheme::Https => &self.pool.encrypted,
        };
        pool.get_or_try_init(|| async {
            let transport = self.clone();
            // Certificates are read from files.
            tokio::task::spawn_blocking(move || transport.connections(scheme))
                .await
                .map_err(|error| error.to_string())?
        })
        .await
        .map_err(|reason| Fault::Transport {
            fault: TransportFault::Setup,
            reason: format!("this machine cannot make connections: {reason}"),
        })
    }

    fn connections(&self, scheme: Scheme) -> Result<reqwest::Client, String> {
        let builder = reqwest::Client::builder()
            .user_agent(self.pool.user_agent.clone())
            .connect_timeout(self.pool.connect)
            .read_timeout(self.pool.read)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none());
        let builder = match scheme {
            Scheme::Https => {
                let builder = builder.https_only(true);
                match self
                    .pool
                    .trust
                    .authorities()
                    .map_err(|error| error.to_string())?
                {
                    None => builder,
                    Some(authorities) => {
                        let authorities = authorities
                            .iter()
                            .map(|der| reqwest::Certificate::from_der(der));
                        let authorities: Result<Vec<_>, _> = authorities.collect();
                        builder.tls_certs_only(authorities.map_err(|error| reason(&error))?)
                    }
                }
            }
            Scheme::Http => {
                // Port 0 stands for the URL's.
                let loopback = [
                    SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                    SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
                ];
                builder
                    .connect_timeout(self.pool.connect.min(CONNECT_NEARBY))
                    .no_proxy()
                    .tls_certs_only([])
                    .resolve_to_addrs("localhost", &loopback)
            }
        };
        builder.build().map_err(|error| reason(&error))
    }
}

/// Adds to a buffer that may hold keys: one that has to grow is wiped when it is left.
fn append(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    let length = body.len() + chunk.len();
    if length > body.capacity() {
        let room = length.max(2 * body.capacity());
        let mut larger = Zeroizing::new(Vec::with_capacity(room));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The API's own header counts milliseconds, HTTP's (from a gateway in front) seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name| header(headers, name)?.trim().parse::<u64>().ok();
    number("x-acs-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number(RETRY_AFTER.as_str()).map(Duration::from_secs))
}

fn fault(error: reqwest::Error) -> Fault {
    let unreachable = error.is_connect();
    Fault::Transport {
        fault: if error.is_builder() {
            TransportFault::Setup
        } else if is_untrusted(&error) {
            TransportFault::Untrusted
        } else if unreachable {
            TransportFault::Unreachable
        } else {
            TransportFault::Broken
        },
        reason: match (error.is_timeout(), unreachable) {
            (true, true) => "the connection did not come about in time".to_owned(),
            (true, false) => "the answer did not come in time".to_owned(),
            (false, true) if error.is_dns() => {
                format!("the name cannot be resolved ({})", reason(&error))
            }
            (false, true) => format!("no connection ({})", reason(&error)),
            (false, false) => format!("the connection broke ({})", reason(&error)),
        },
    }
}

/// Whether the server's certificate was refused. An I/O error wraps what it does not count among its sources.
fn is_untrusted(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return matches!(error, rustls::Error::InvalidCertificate(_));
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().is_some_and(|inner| is_untrusted(inner)),
        None => error.source().is_some_and(is_untrusted),
    }
}

/// The innermost cause: the ones around it say only that something went wrong, and may repeat the URL.
fn reason(error: &reqwest::Error) -> String {
    let mut innermost = error.source();
    while let Some(inner) = innermost.and_then(std::error::Error::source) {
        innermost = Some(inner);
    }
    innermost.map_or_else(|| "no reason given".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    reqwest::header::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn the_wait_asked_for_is_read_in_either_unit() {
        let own = headers(&[("x-acs-retry-after", "1500"), ("retry-after", "9")]);
        assert_eq!(retry_after(&own), Some(Duration::from_millis(1500)));
        let http = headers(&[("retry-after", "2")]);
        assert_eq!(retry_after(&http), Some(Duration::from_secs(2)));
        let nonsense = headers(&[("retry-after", "soon"), ("x-acs-retry-after", "-1")]);
        assert_eq!(retry_after(&nonsense), None);
    }

    #[test]
    fn a_buffer_that_has_to_grow_keeps_what_it_held() {
        let mut body = Zeroizing::new(Vec::new());
        for chunk in ["", "a", "bc", "", "defghijk"] {
            append(&mut body, chunk.as_bytes());
        }
        assert_eq!(body.as_slice(), b"abcdefghijk");
    }

    #[test]
    fn a_user_agent_is_cut_to_what_a_header_carries() {
        let transport = Transport::new("alivpn/1.0\r\nx: y ü", Limits::default(), Trust::default());
        assert_eq!(transport.pool.user_agent, "alivpn/1.0x: y");
        let long = Transport::new(&"x".repeat(5_000), Limits::default(), Trust::default());
        assert_eq!(long.pool.user_agent.len(), LONGEST_USER_AGENT);
    }

    /// What a server does with a connection.
    #[derive(Clone, Copy)]
    enum Serves {
        Silence,
        /// The head of an answer, and then nothing.
        Head,
        /// An answer, byte by byte.
        Trickle,
    }

    async fn serve(mut stream: TcpStream, serves: Serves) -> std::io::Result<()> {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
        if !matches!(serves, Serves::Silence) {
            // An answer that came before the request would be no answer to it.
            stream.read_u8().await?;
            stream.write_all(head).await?;
        }
        if matches!(serves, Serves::Trickle) {
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        std::future::pending().await
    }

    /// How far a request came, in a process that waits for nothing longer than for `limits`.
    async fn fault_of(scheme: &str, serves: Serves, limits: Limits) -> (TransportFault, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, serves));
            }
        });
        let url = Url::parse(&format!("{scheme}://{address}/")).unwrap();
        let transport = Transport::new("test", limits, Trust::default());
        match transport.fetch(Method::GET, url, HeaderMap::new()).await {
            Err(Fault::Transport { fault, reason }) => (fault, reason),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn each_limit_ends_what_it_is_there_for() {
        let short = Duration::from_millis(200);
        let long = Duration::from_secs(600);
        let limits = |connect, read, attempt| Limits {
            connect,
            read,
            attempt,
            ..Limits::default()
        };
        let late = "the answer did not come in time";
        for (scheme, serves, limits, fault, reason) in [
            (
                "https",
                Serves::Silence,
                limits(short, long, long),
                TransportFault::Unreachable,
                "the connection did not come about in time",
            ),
            (
                "http",
                Serves::Silence,
                limits(long, short, long),
                TransportFault::Broken,
                late,
            ),
            (
                "http",
                Serves::Head,
                limits(long, short, long),
                TransportFault::Broken,
                late,
            ),
            (
                "http",
                Serves::Trickle,
                limits(long, long, short),
                TransportFault::Broken,
                late,
            ),
        ] {
            let found = fault_of(scheme, serves, limits).await;
            assert_eq!(found, (fault, reason.to_owned()));
        }
    }

    #[test]
    fn both_sides_can_be_set_up() {
        let transport = Transport::new("test", Limits::default(), Trust::default());
        assert!(transport.connections(Scheme::Http).is_ok());
        assert!(transport.connections(Scheme::Https).is_ok());
    }
}
