//! What the emulator says when it listens: how to point Terraform, the Python SDK and the `aliyun` CLI at it.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use terraform_provider_alivpn::emulator::{AccessKey, Running};

/// What was asked for, as far as people are told of it.
pub struct Welcome {
    /// The first key pair that was named, whose secrets are not repeated.
    pub own_pair: Option<AccessKey>,
    /// What callers may do.
    pub policy: Option<PathBuf>,
    /// Where the account is kept.
    pub state_file: Option<PathBuf>,
    /// Whether a scenario was named.
    pub has_scenario: bool,
    /// Whether gateways were named.
    pub has_gateways: bool,
}

/// What became of it.
struct Started {
    address: SocketAddr,
    /// Where clients find gateways.
    region: String,
    /// Each with its region.
    gateways: Vec<(String, String)>,
    is_continued: bool,
}

/// The pair that an emulator accepts when none is named.
const USUAL_PAIR: (&str, &str) = ("testid", "testsecret");

impl Welcome {
    /// The first line is for programs, the rest for people.
    ///
    /// # Errors
    /// When nobody reads.
    pub fn print(&self, running: &Running) -> io::Result<()> {
        let started = Started {
            address: running.addr(),
            region: running.region(),
            gateways: running.gateways(),
            is_continued: running.is_continued(),
        };
        let mut out = io::stdout().lock();
        writeln!(out, "listening on http://{}", started.address)?;
        out.flush()?;
        out.write_all(self.text(&started).as_bytes())?;
        out.flush()
    }

    fn text(&self, started: &Started) -> String {
        let (access_key, secret_key) = match &self.own_pair {
            None => USUAL_PAIR,
            Some(pair) => (pair.id.as_str(), "..."),
        };
        // Each a line or a word more where it is needed: without its token the key of a session is refused.
        let is_temporary = self.own_pair.as_ref().is_some_and(AccessKey::is_temporary);
        let (of_provider, of_sdk, mode, of_cli) = if is_temporary {
            (
                "\n\n    security_token = \"...\"\n",
                ",\n                         security_token=\"...\"",
                "StsToken",
                " --sts-token ...",
            )
        } else {
            ("", "", "AK", "")
        };
        let region = &started.region;
        let address = reached_at(started.address);
        let provider_address = SocketAddr::new(
            if address.ip().is_loopback() {
                address.ip()
            } else {
                Ipv4Addr::LOCALHOST.into()
            },
            address.port(),
        );
        let mut text = format!(
            r#"
In a browser:  http://{address}/

Terraform, in the configuration:

  provider "alivpn" {{
    region     = "{region}"
    access_key = "{access_key}"
    secret_key = "{secret_key}"{of_provider}
    endpoints {{
      vpc = "http://{provider_address}"
    }}
  }}
"#
        );
        if !started.address.ip().is_loopback() {
            let port = address.port();
            let _ = write!(
                text,
                "
  The provider sends plain HTTP to its own machine only. Put TLS in front of the emulator, or bring its port to where
  Terraform runs: ssh -N -L {port}:{address} HOST
  The SDK and the CLI need neither: they reach this machine by its own address.
"
            );
        }
        let _ = write!(
            text,
            r#"
The Python SDK (alibabacloud-vpc20160428 on PyPI):

  from alibabacloud_tea_openapi.models import Config
  from alibabacloud_vpc20160428.client import Client
  client = Client(Config(protocol="http", endpoint="{address}", region_id="{region}",
                         access_key_id="{access_key}", access_key_secret="{secret_key}"{of_sdk}))

The aliyun CLI:

  aliyun vpc DescribeVpnGateways --insecure --endpoint {address} --region {region} \
    --mode {mode} --access-key-id {access_key} --access-key-secret {secret_key}{of_cli}

VPN gateways:  {gateways}
Calls so far:  curl http://{address}/_emulator/calls
"#,
            gateways = in_short(&started.gateways, region),
        );
        if let Some(policy) = &self.policy {
            let _ = writeln!(
                text,
                "Allowed:       what {} says, and no more",
                policy.display()
            );
        }
        if started.is_continued {
            let _ = writeln!(
                text,
                "Account:       that of an earlier run{}",
                self.unused()
            );
        }
        let _ = match &self.state_file {
            Some(path) => writeln!(
                text,
                "Ctrl-C ends the emulator; {} keeps its state.",
                path.display()
            ),
            None => writeln!(text, "Ctrl-C ends the emulator; nothing is kept."),
        };
        text
    }

    /// What of the arguments has no effect on an account that is there already.
    fn unused(&self) -> &'static str {
        if self.has_scenario {
            ": of the scenario only times and faults count, not its gateways, servers and certificates"
        } else if self.has_gateways {
            ": --gateway has no effect"
        } else {
            ""
        }
    }
}

/// Where this machine's own clients reach what listens at an address.
fn reached_at(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

/// The first few, and how many more there are; those that are not in the region where the others are, with theirs.
fn in_short(gateways: &[(String, String)], region: &str) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = gateways
        .iter()
        .take(SHOWN)
        .map(|(id, its)| {
            if its == region {
                id.clone()
            } else {
                format!("{id} ({its})")
            }
        })
        .collect();
    match gateways.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ if shown.is_empty() => "none".to_owned(),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateways(count: usize) -> Vec<(String, String)> {
        (1..=count)
            .map(|number| (format!("vpn-{number}"), "cn-hangzhou".to_owned()))
            .collect()
    }

    fn welcome() -> Welcome {
        Welcome {
            own_pair: None,
            policy: None,
            state_file: None,
            has_scenario: false,
            has_gateways: false,
        }
    }

    fn started(address: &str) -> Started {
        Started {
            address: address.parse().unwrap(),
            region: "cn-hangzhou".to_owned(),
            gateways: gateways(1),
            is_continued: false,
        }
    }

    #[test]
    fn many_gateways_are_counted_and_those_elsewhere_have_their_region() {
        assert_eq!(
            in_short(&gateways(7), "cn-hangzhou"),
            "vpn-1, vpn-2, vpn-3, vpn-4, vpn-5 and 2 more"
        );
        let mut five = gateways(5);
        assert_eq!(
            in_short(&five, "cn-hangzhou"),
            "vpn-1, vpn-2, vpn-3, vpn-4, vpn-5"
        );
        five[1].1 = "cn-shanghai".to_owned();
        assert_eq!(
            in_short(&five[..2], "cn-hangzhou"),
            "vpn-1, vpn-2 (cn-shanghai)"
        );
        assert_eq!(in_short(&[], "cn-hangzhou"), "none");
    }

    #[test]
    fn what_is_printed_can_be_reached_and_the_provider_takes_its_endpoint() {
        for (listening, reached, provider, is_remote) in [
            ("127.0.0.1:8500", "127.0.0.1:8500", "127.0.0.1:8500", false),
            ("[::1]:8500", "[::1]:8500", "[::1]:8500", false),
            ("0.0.0.0:8622", "127.0.0.1:8622", "127.0.0.1:8622", true),
            ("[::]:8622", "[::1]:8622", "[::1]:8622", true),
            ("192.0.2.7:8622", "192.0.2.7:8622", "127.0.0.1:8622", true),
        ] {
            let text = welcome().text(&started(listening));
            for part in [
                format!("In a browser:  http://{reached}/\n"),
                format!("vpc = \"http://{provider}\"\n"),
                format!("endpoint=\"{reached}\""),
                format!("--endpoint {reached} "),
                format!("curl http://{reached}/_emulator/calls"),
            ] {
                assert!(text.contains(&part), "{part}: {text}");
            }
            let tunnel = format!("ssh -N -L 8622:{reached} HOST");
            assert_eq!(text.contains(&tunnel), is_remote, "{text}");
        }
    }

    #[test]
    fn what_an_account_that_is_there_leaves_unused_is_said() {
        let continued = Started {
            is_continued: true,
            ..started("127.0.0.1:8500")
        };
        for (has_scenario, has_gateways, line) in [
            (true, false, "of the scenario only times and faults count"),
            (
                false,
                true,
                "Account:       that of an earlier run: --gateway has no effect\n",
            ),
            (false, false, "Account:       that of an earlier run\n"),
        ] {
            let welcome = Welcome {
                has_scenario,
                has_gateways,
                ..welcome()
            };
            let text = welcome.text(&continued);
            assert!(text.contains(line), "{text}");
            let text = welcome.text(&started("127.0.0.1:8500"));
            assert!(!text.contains("Account:"), "{text}");
        }
    }
}
