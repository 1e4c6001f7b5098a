//! HTTP and nothing else: one connection pool, time limits, answers of a bounded size, faults told apart by whether the
//! request may have arrived.
//!
//! Connections are set up on first use. Plain HTTP goes to this machine and its metadata service only, so that pool loads no certificates, asks no
//! proxy and does not resolve `localhost` by anybody's word.

use std::error::Error as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
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

/// Time limits and sizes. The defaults suit an API that answers within a second.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For a connection, its encryption included.
    pub connect: Duration,
    /// For one attempt from its start to the answer's last byte.
    pub attempt: Duration,
    /// For an answer's body, in bytes.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(20),
            answer: 4 * 1024 * 1024,
        }
    }
}

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
pub struct Transport(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    user_agent: HeaderValue,
    limits: Limits,
    plain: OnceCell<reqwest::Client>,
    encrypted: OnceCell<reqwest::Client>,
}

impl Transport {
    /// No connection is made yet. Of `user_agent`, what a header cannot carry is left out.
    pub fn new(user_agent: &str, limits: Limits) -> Transport {
        let printable: String = user_agent
            .chars()
            .filter(|c| c.is_ascii_graphic() || *c == ' ')
            .collect();
        Transport(Arc::new(Pools {
            user_agent: HeaderValue::from_str(printable.trim())
                .unwrap_or_else(|_| HeaderValue::from_static("")),
            limits,
            plain: OnceCell::new(),
            encrypted: OnceCell::new(),
        }))
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
        self.receive(sending).await
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
        let mut response = sending.send().await.map_err(fault)?;
        let status = response.status().as_u16();
        let request_id = header(response.headers(), "x-acs-request-id").map(str::to_owned);
        let retry_after = retry_after(response.headers());
        let date = header(response.headers(), DATE.as_str()).and_then(parse_http_date);
        let limit = self.0.limits.answer;
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(fault)? {
            if body.len() + chunk.len() > limit {
                return Err(Fault::TooLarge {
                    status,
                    request_id,
                    limit,
                });
            }
            body.extend_from_slice(&chunk);
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
            Scheme::Http => &self.0.plain,
            Scheme::Https => &self.0.encrypted,
        };
        pool.get_or_try_init(|| async {
            let builder = self.builder(scheme);
            // The system's certificates are read from files.
            tokio::task::spawn_blocking(move || builder.build())
                .await
                .map_err(|error| error.to_string())?
                .map_err(|error| reason(&error))
        })
        .await
        .map_err(|reason| Fault::Transport {
            fault: TransportFault::Setup,
            reason: format!("this machine cannot make connections: {reason}"),
        })
    }

    fn builder(&self, scheme: Scheme) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .user_agent(self.0.user_agent.clone())
            .connect_timeout(self.0.limits.connect)
            .timeout(self.0.limits.attempt)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none());
        match scheme {
            Scheme::Https => builder.https_only(true),
            Scheme::Http => {
                // Port 0 stands for the URL's.
                let loopback = [
                    SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                    SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
                ];
                builder
                    .no_proxy()
                    .tls_certs_only([])
                    .resolve_to_addrs("localhost", &loopback)
            }
        }
    }
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
    fn a_user_agent_is_cut_to_what_a_header_carries() {
        let transport = Transport::new("alivpn/1.0\r\nx: y ü", Limits::default());
        assert_eq!(transport.0.user_agent, "alivpn/1.0x: y");
    }

    #[test]
    fn both_pools_can_be_set_up() {
        let transport = Transport::new("test", Limits::default());
        assert!(transport.builder(Scheme::Http).build().is_ok());
        assert!(transport.builder(Scheme::Https).build().is_ok());
    }
}
