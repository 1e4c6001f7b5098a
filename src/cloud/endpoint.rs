//! Where calls go: an explicit [`Endpoint`], else the region's own.
//!
//! Plain HTTP is for loopback only, and a region is checked before it becomes part of a host name, so that neither can carry a
//! signed request to somebody else.

use std::net::IpAddr;

use reqwest::Url;

/// Regions whose VPC calls go to the central endpoint, from the endpoint table of the official SDK.
const CENTRAL_VPC_REGIONS: [&str; 6] = [
    "cn-hangzhou",
    "cn-hangzhou-finance",
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
    "cn-north-2-gov-1",
    "cn-beijing-gov-1",
];

/// Longer than any region's name, shorter than what a DNS label may be.
const LONGEST_REGION: usize = 40;

/// How requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Plain, to this machine only.
    Http,
    /// Encrypted.
    Https,
}

/// A scheme and a host with its port: all that addresses an RPC-style API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    host: String,
}

/// Why a text is not an endpoint, or a region not a region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither a host, nor a host and a port, nor a URL.
    #[error(
        "{text:?} is not an endpoint ({reason}): write a host (\"vpc.aliyuncs.com\"), a host and a port (\"vpc.example.com:8443\") or a URL (\"https://vpc.aliyuncs.com\")"
    )]
    Malformed {
        /// What was given; without a password, should it have had one.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Plain HTTP to another machine.
    #[error(
        "{text:?} would send requests over plain HTTP to another machine: who listens in between could read the answers and change what is asked for. Write https://; http:// is accepted for loopback only (127.0.0.1, [::1], localhost)"
    )]
    PlainHttp {
        /// What was given.
        text: String,
    },
    /// Not a region's name.
    #[error(
        "{region:?} is not the name of a region: write lower-case letters, digits and hyphens, as in \"cn-hangzhou\""
    )]
    Region {
        /// What was given.
        region: String,
    },
}

impl Endpoint {
    /// Reads `host`, `host:port` or a URL; without a scheme it is `https`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], also for a path, a query or a user in the URL; [`Error::PlainHttp`] for `http://` to another
    /// machine.
    pub fn parse(text: &str) -> Result<Endpoint, Error> {
        let text = text.trim();
        let malformed = |reason| Error::Malformed {
            // A user's part may be a password: what stands before an @ is not repeated.
            text: text
                .rsplit_once('@')
                .map_or_else(|| text.to_owned(), |(_, host)| format!("...@{host}")),
            reason,
        };
        if text.is_empty() {
            return Err(malformed("it is empty"));
        }
        // The URL parser drops or rewrites these silently.
        if text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '\\')
        {
            return Err(malformed("it holds blanks or backslashes"));
        }
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let url = Url::parse(&with_scheme).map_err(|_| malformed("it has no valid host"))?;
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(malformed("its scheme is neither https nor http")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(malformed("it holds a user"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(malformed("it holds more than a host and a port"));
        }
        let host = url
            .host_str()
            .ok_or_else(|| malformed("it has no valid host"))?;
        if scheme == Scheme::Http && !is_loopback(host) {
            return Err(Error::PlainHttp {
                text: text.to_owned(),
            });
        }
        // `port()` is none for the scheme's own port, and so is what the HTTP client sends as `host`.
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Endpoint { scheme, host })
    }

    /// The VPC API's endpoint in a region.
    ///
    /// # Errors
    ///
    /// [`Error::Region`] when `region` is not the name of one.
    pub fn vpc(region: &str) -> Result<Endpoint, Error> {
        check_region(region)?;
        let host = if CENTRAL_VPC_REGIONS.contains(&region) {
            "vpc.aliyuncs.com".to_owned()
        } else {
            format!("vpc.{region}.aliyuncs.com")
        };
        Ok(Endpoint {
            scheme: Scheme::Https,
            host,
        })
    }

    /// The STS API's endpoint: the central one, or a region's own, also as it is reached from inside a VPC.
    ///
    /// # Errors
    ///
    /// [`Error::Region`] when `region` is not the name of one.
    pub fn sts(region: Option<&str>, inside_vpc: bool) -> Result<Endpoint, Error> {
        let host = match region {
            None => "sts.aliyuncs.com".to_owned(),
            Some(region) => {
                check_region(region)?;
                let prefix = if inside_vpc { "sts-vpc" } else { "sts" };
                format!("{prefix}.{region}.aliyuncs.com")
            }
        };
        Ok(Endpoint {
            scheme: Scheme::Https,
            host,
        })
    }

    /// How requests travel.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host, with its port unless that is the scheme's own: the value of the signed `host` header.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Scheme and host, as in `https://vpc.aliyuncs.com`.
    pub fn origin(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        format!("{scheme}://{}", self.host)
    }

    /// The URL of a request with this query string (already encoded).
    pub fn url(&self, query: &str) -> String {
        format!("{}/?{query}", self.origin())
    }
}

/// Whether `region` can be the name of a region.
///
/// # Errors
///
/// [`Error::Region`] when it cannot.
pub fn check_region(region: &str) -> Result<(), Error> {
    let well_formed = (1..=LONGEST_REGION).contains(&region.len())
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !region.starts_with('-')
        && !region.ends_with('-');
    if well_formed {
        Ok(())
    } else {
        Err(Error::Region {
            region: region.to_owned(),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Scheme, String) {
        let endpoint = Endpoint::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (endpoint.scheme(), endpoint.host().to_owned())
    }

    #[test]
    fn hosts_hosts_with_ports_and_urls_are_endpoints() {
        use Scheme::{Http, Https};
        for (text, scheme, host) in [
            ("vpc.aliyuncs.com", Https, "vpc.aliyuncs.com"),
            (" vpc.aliyuncs.com\n", Https, "vpc.aliyuncs.com"),
            ("VPC.aliyuncs.com:8443", Https, "vpc.aliyuncs.com:8443"),
            ("vpc.aliyuncs.com:443", Https, "vpc.aliyuncs.com"),
            ("https://vpc.aliyuncs.com/", Https, "vpc.aliyuncs.com"),
            ("127.0.0.1:8500", Https, "127.0.0.1:8500"),
            ("http://127.0.0.1:8500", Http, "127.0.0.1:8500"),
            ("http://127.1.2.3", Http, "127.1.2.3"),
            ("http://localhost:80/", Http, "localhost"),
            ("http://[::1]:8500", Http, "[::1]:8500"),
        ] {
            assert_eq!(parsed(text), (scheme, host.to_owned()), "{text}");
        }
    }

    #[test]
    fn plain_http_to_another_machine_is_refused_and_the_error_says_why() {
        for text in [
            "http://vpc.aliyuncs.com",
            "http://10.0.0.1",
            "http://[2001:db8::1]",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://128.0.0.1:8500",
            "HTTP://example.com",
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(
                matches!(error, Error::PlainHttp { .. }),
                "{text}: {error:?}"
            );
            assert!(error.to_string().contains("Write https://"));
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_host_and_a_port_is_refused() {
        for text in [
            "",
            " ",
            "https://",
            "ftp://vpc.aliyuncs.com",
            "https://vpc.aliyuncs.com/path",
            "https://vpc.aliyuncs.com?a=b",
            "https://vpc.aliyuncs.com#a",
            "vpc.aliyuncs.com/path",
            "https://user:pass@vpc.aliyuncs.com",
            "vpc.aliyuncs.com:port",
            "vpc.aliyuncs.com:99999",
            "vpc aliyuncs.com",
            "vpc.ali\nyuncs.com",
            "127.0.0.1\\@example.com",
            "::1",
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(
                matches!(error, Error::Malformed { .. }),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn a_password_in_an_endpoint_is_not_repeated() {
        let error = Endpoint::parse("https://me:hunter2@vpc.aliyuncs.com").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn a_region_has_its_own_endpoint_or_the_central_one() {
        for (region, host) in [
            ("cn-beijing", "vpc.cn-beijing.aliyuncs.com"),
            ("ap-southeast-1", "vpc.ap-southeast-1.aliyuncs.com"),
            ("cn-hangzhou", "vpc.aliyuncs.com"),
            ("cn-shanghai-finance-1", "vpc.aliyuncs.com"),
            ("cn-shenzhen-finance-1", "vpc.aliyuncs.com"),
            ("cn-north-2-gov-1", "vpc.aliyuncs.com"),
        ] {
            let endpoint = Endpoint::vpc(region).unwrap();
            assert_eq!(
                endpoint.url("a=b"),
                format!("https://{host}/?a=b"),
                "{region}"
            );
        }
    }

    #[test]
    fn sts_is_central_unless_a_region_is_chosen_for_it() {
        for (region, inside_vpc, host) in [
            (None, false, "sts.aliyuncs.com"),
            (None, true, "sts.aliyuncs.com"),
            (Some("cn-beijing"), false, "sts.cn-beijing.aliyuncs.com"),
            (Some("cn-beijing"), true, "sts-vpc.cn-beijing.aliyuncs.com"),
        ] {
            assert_eq!(Endpoint::sts(region, inside_vpc).unwrap().host(), host);
        }
        assert!(Endpoint::sts(Some("example.com/"), false).is_err());
    }

    #[test]
    fn a_region_cannot_become_another_host() {
        for region in [
            "",
            "example.com/",
            "a.b",
            "a@b",
            "CN-Hangzhou",
            "-a",
            "a-",
            "a b",
            "ä",
            "a\u{0}",
            "cn-hangzhou\n",
            &"a".repeat(64),
        ] {
            assert!(Endpoint::vpc(region).is_err(), "{region:?}");
        }
    }
}
