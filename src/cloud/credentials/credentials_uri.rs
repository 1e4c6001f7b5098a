//! Credentials that something nearby gives to whoever asks by HTTP.

use async_trait::async_trait;
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};

use super::cached::Issuer;
use super::{Error, issued};
use crate::cloud::secret::Secret;
use crate::cloud::sts::Issued;
use crate::cloud::transport::Transport;

/// A URI whose answer holds credentials.
#[derive(Debug)]
pub(super) struct CredentialsUri {
    /// As it was given. Its path and query may be what proves who asks.
    pub(super) uri: Secret,
    pub(super) transport: Transport,
}

/// Reads a credentials URI: `https`, or plain `http` where nobody listens in between, on this machine or its own link.
///
/// # Errors
///
/// Says what is wrong, as the end of a sentence about the URI.
pub fn parse(uri: &str) -> Result<Url, &'static str> {
    let url = Url::parse(uri.trim())
        .map_err(|_| "it is not a URL such as http://localhost:8080/credentials")?;
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(url),
        ("http", Some(host)) if is_near(&host.to_string()) => Ok(url),
        ("http", Some(_)) => Err(
            "it would carry credentials over plain HTTP from another machine: write https://; http:// is accepted for \
             loopback and link-local addresses only",
        ),
        _ => Err("its scheme is neither https nor http"),
    }
}

fn is_near(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || match bare.parse() {
            Ok(std::net::IpAddr::V4(ip)) => ip.is_loopback() || ip.is_link_local(),
            Ok(std::net::IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unicast_link_local(),
            Err(_) => false,
        }
}

#[async_trait]
impl Issuer for CredentialsUri {
    /// Without a user, a path and a query: they may be what proves who asks.
    fn origin(&self) -> String {
        match parse(self.uri.expose()) {
            Ok(url) => format!(
                "the credentials URI at {}",
                url.origin().ascii_serialization()
            ),
            Err(_) => "the credentials URI".to_owned(),
        }
    }

    async fn issue(&self) -> Result<Issued, Error> {
        let unusable = |reason: String| Error::Unusable {
            origin: self.origin(),
            reason,
        };
        let url = parse(self.uri.expose()).map_err(|reason| unusable(reason.to_owned()))?;
        let answer = self
            .transport
            .fetch(Method::GET, url, HeaderMap::new())
            .await
            .map_err(|fault| unusable(fault.to_string()))?;
        issued(&answer).map_err(unusable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_what_is_near() {
        for uri in [
            "http://localhost:1/x",
            "http://127.0.0.1/x?y=z",
            "http://169.254.1.2/",
            "http://[::1]:80/",
            "https://example.com/x",
        ] {
            assert!(parse(uri).is_ok(), "{uri}");
        }
        for uri in [
            "http://example.com/x",
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "ftp://localhost/",
            "file:///etc/passwd",
            "localhost:80/x",
            "",
        ] {
            assert!(parse(uri).is_err(), "{uri}");
        }
    }
}
