//! What the caller says in the environment, what that asks of this process, and the one line that answers it.
//!
//! Nothing here has an effect: variables come from a lookup function, the outcome is a [`Terms`] or a sentence.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// The version of go-plugin's own handshake, the first field of the line.
const CORE_VERSION: u32 = 1;

/// The lowest port that is tried when the caller names only the highest one.
const FIRST_UNPRIVILEGED_PORT: u16 = 1024;

/// The variables of go-plugin's contract as they were found; an empty one counts as absent.
#[derive(Debug, Default)]
pub(super) struct Environment {
    cookie: Option<OsString>,
    protocol_versions: Option<String>,
    client_certificate: Option<String>,
    socket_directory: Option<PathBuf>,
    socket_group: Option<String>,
    min_port: Option<String>,
    max_port: Option<String>,
    multiplex: bool,
}

impl Environment {
    /// Reads the variables through `lookup`, which is `std::env::var_os` in the process.
    pub(super) fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let found = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| found(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            cookie: found(COOKIE.0),
            protocol_versions: text("PLUGIN_PROTOCOL_VERSIONS"),
            client_certificate: text("PLUGIN_CLIENT_CERT"),
            socket_directory: found("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: text("PLUGIN_UNIX_SOCKET_GROUP"),
            min_port: text("PLUGIN_MIN_PORT"),
            max_port: text("PLUGIN_MAX_PORT"),
            multiplex: found("PLUGIN_MULTIPLEX_GRPC").is_some(),
        }
    }

    /// Whether Terraform started this process, rather than a person.
    pub(super) fn is_a_caller(&self) -> bool {
        self.cookie
            .as_deref()
            .is_some_and(|cookie| cookie == COOKIE.1)
    }

    /// What the caller asks for.
    ///
    /// # Errors
    /// When the caller does not speak `protocol_version`, or when its certificate or port range cannot be understood.
    pub(super) fn terms(&self, protocol_version: u32) -> Result<Terms, HandshakeError> {
        if let Some(offered) = &self.protocol_versions {
            let speaks = offered
                .split(',')
                .any(|version| version.trim().parse() == Ok(protocol_version));
            if !speaks {
                return Err(HandshakeError::ProtocolVersion {
                    offered: offered.clone(),
                    ours: protocol_version,
                });
            }
        }
        let client_certificate = self
            .client_certificate
            .as_deref()
            .map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()))
            .transpose()
            .map_err(|source| HandshakeError::ClientCertificate {
                reason: format!("{source:?}"),
            })?;
        Ok(Terms {
            protocol_version,
            client_certificate,
            socket_directory: self.socket_directory.clone(),
            socket_group: self.socket_group.clone(),
            ports: self.ports()?,
            multiplex: self.multiplex,
        })
    }

    fn ports(&self) -> Result<RangeInclusive<u16>, HandshakeError> {
        let parse = |name: &'static str, value: &Option<String>| {
            value
                .as_ref()
                .map(|text| text.trim().parse::<u16>())
                .transpose()
                .map_err(|_| HandshakeError::Port {
                    name,
                    value: value.clone().unwrap_or_default(),
                })
        };
        let lowest = parse("PLUGIN_MIN_PORT", &self.min_port)?;
        let highest = parse("PLUGIN_MAX_PORT", &self.max_port)?;
        let ports = match (lowest, highest) {
            (None, None) => 0..=0,
            (Some(lowest), None) => lowest..=u16::MAX,
            (None, Some(highest)) => FIRST_UNPRIVILEGED_PORT..=highest,
            (Some(lowest), Some(highest)) => lowest..=highest,
        };
        if ports.is_empty() {
            return Err(HandshakeError::PortRange {
                lowest: *ports.start(),
                highest: *ports.end(),
            });
        }
        Ok(ports)
    }
}

/// What the caller asks of this process.
#[derive(Debug)]
pub(super) struct Terms {
    protocol_version: u32,
    /// The only certificate that may connect; `None` means no TLS.
    pub(super) client_certificate: Option<CertificateDer<'static>>,
    /// Where the Unix socket belongs; `None` means a fresh private folder.
    pub(super) socket_directory: Option<PathBuf>,
    /// Name or number of a group that may use the Unix socket.
    pub(super) socket_group: Option<String>,
    /// The ports that may be listened on over TCP; `0..=0` leaves the choice to the system.
    pub(super) ports: RangeInclusive<u16>,
    multiplex: bool,
}

impl Terms {
    /// The handshake line, without its line feed. `certificate` is the server's own, DER.
    pub(super) fn line(
        &self,
        address: &Address,
        certificate: Option<&CertificateDer<'_>>,
    ) -> String {
        let network = address.network();
        let certificate = certificate
            .map(|der| STANDARD_NO_PAD.encode(der))
            .unwrap_or_default();
        // Old callers would take a seventh field for a part of the sixth.
        let multiplex = if self.multiplex { "|false" } else { "" };
        format!(
            "{CORE_VERSION}|{}|{network}|{address}|grpc|{certificate}{multiplex}",
            self.protocol_version
        )
    }
}

/// Where the process listens, as the caller is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// The path of a Unix socket. It is text: the handshake line has no other way to carry it.
    Unix(String),
    /// A loopback address.
    Tcp(SocketAddr),
}

impl Address {
    /// Go's name of the network.
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => f.write_str(path),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// Why there can be no common ground with the caller.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum HandshakeError {
    /// The caller speaks other protocol versions only.
    #[error(
        "the caller speaks plugin protocol {offered} (PLUGIN_PROTOCOL_VERSIONS), this provider speaks {ours}: \
         use Terraform 0.12 or newer, or any OpenTofu"
    )]
    ProtocolVersion {
        /// What the caller offers, as it wrote it.
        offered: String,
        /// The version served here.
        ours: u32,
    },
    /// `PLUGIN_CLIENT_CERT` holds no PEM certificate.
    #[error("PLUGIN_CLIENT_CERT is not a certificate in PEM form: {reason}")]
    ClientCertificate {
        /// What the parser says.
        reason: String,
    },
    /// A port that is not a number from 0 to 65535.
    #[error("{name} is {value:?}, which is not a port")]
    Port {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The port range is empty.
    #[error("no port lies between {lowest} (PLUGIN_MIN_PORT) and {highest} (PLUGIN_MAX_PORT)")]
    PortRange {
        /// The lower end.
        lowest: u16,
        /// The upper end.
        highest: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    fn terms(variables: &[(&str, &str)]) -> Result<Terms, HandshakeError> {
        environment(variables).terms(5)
    }

    #[test]
    fn only_the_exact_cookie_makes_a_caller() {
        assert!(environment(&[COOKIE]).is_a_caller());
        assert!(!environment(&[]).is_a_caller());
        assert!(!environment(&[(COOKIE.0, "")]).is_a_caller());
        assert!(!environment(&[(COOKIE.0, "d602bf8f")]).is_a_caller());
    }

    #[test]
    fn a_caller_that_offers_no_versions_gets_ours() {
        assert!(terms(&[]).is_ok());
        assert!(terms(&[("PLUGIN_PROTOCOL_VERSIONS", "")]).is_ok());
    }

    #[test]
    fn ours_may_stand_anywhere_in_the_list() {
        for list in ["5", "5,6", "6,5", "4, 5", "x,5"] {
            assert!(
                terms(&[("PLUGIN_PROTOCOL_VERSIONS", list)]).is_ok(),
                "{list}"
            );
        }
        for list in ["6", "4,6", "55", "five", ","] {
            let error = terms(&[("PLUGIN_PROTOCOL_VERSIONS", list)]).unwrap_err();
            assert_eq!(
                error,
                HandshakeError::ProtocolVersion {
                    offered: list.to_owned(),
                    ours: 5
                }
            );
        }
    }

    #[test]
    fn a_port_range_may_lack_either_end() {
        let ports = |variables: &[(&str, &str)]| terms(variables).map(|terms| terms.ports);
        assert_eq!(ports(&[]), Ok(0..=0));
        assert_eq!(
            ports(&[("PLUGIN_MIN_PORT", "10000"), ("PLUGIN_MAX_PORT", "25000")]),
            Ok(10000..=25000)
        );
        assert_eq!(ports(&[("PLUGIN_MIN_PORT", "10000")]), Ok(10000..=65535));
        assert_eq!(ports(&[("PLUGIN_MAX_PORT", "2000")]), Ok(1024..=2000));
        assert_eq!(
            ports(&[("PLUGIN_MIN_PORT", "9"), ("PLUGIN_MAX_PORT", "8")]),
            Err(HandshakeError::PortRange {
                lowest: 9,
                highest: 8
            })
        );
        assert_eq!(
            ports(&[("PLUGIN_MIN_PORT", "70000")]),
            Err(HandshakeError::Port {
                name: "PLUGIN_MIN_PORT",
                value: "70000".to_owned()
            })
        );
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let error = terms(&[("PLUGIN_CLIENT_CERT", "not PEM")]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("PLUGIN_CLIENT_CERT is not a certificate"),
            "{error}"
        );
    }

    #[test]
    fn the_line_names_network_address_and_certificate() {
        let unix = Address::Unix("/tmp/plugin1/socket".to_owned());
        assert_eq!(
            terms(&[]).unwrap().line(&unix, None),
            "1|5|unix|/tmp/plugin1/socket|grpc|"
        );

        let tcp = Address::Tcp(([127, 0, 0, 1], 10000).into());
        let certificate = CertificateDer::from(vec![0xff, 0xfe]);
        assert_eq!(
            terms(&[]).unwrap().line(&tcp, Some(&certificate)),
            "1|5|tcp|127.0.0.1:10000|grpc|//4"
        );
    }

    #[test]
    fn the_seventh_field_stands_only_for_callers_that_ask() {
        let address = Address::Unix("/s".to_owned());
        let line = terms(&[("PLUGIN_MULTIPLEX_GRPC", "true")])
            .unwrap()
            .line(&address, None);
        assert_eq!(line, "1|5|unix|/s|grpc||false");
    }
}
