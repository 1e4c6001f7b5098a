//! What the emulator says when it listens: how to point Terraform, the Python SDK and the `aliyun` CLI at it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the clients of an emulator need to know.
pub struct Welcome {
    region: String,
    access_key: String,
    secret_key: String,
    policy: Option<PathBuf>,
    state_file: Option<PathBuf>,
}

/// The pair that an emulator accepts when none is named.
const USUAL_PAIR: (&str, &str) = ("testid", "testsecret");

impl Welcome {
    /// `own_pair` is the ID of the first pair that was named, whose secret is not repeated.
    pub fn new(
        region: &str,
        own_pair: Option<&str>,
        policy: Option<PathBuf>,
        state_file: Option<PathBuf>,
    ) -> Self {
        let (access_key, secret_key) = match own_pair {
            None => USUAL_PAIR,
            Some(id) => (id, "..."),
        };
        Self {
            region: region.to_owned(),
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            policy,
            state_file,
        }
    }

    /// The first line is for programs, the rest for people.
    ///
    /// # Errors
    /// When nobody reads.
    pub fn print(&self, address: SocketAddr, gateways: &[String]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "listening on http://{address}")?;
        out.flush()?;
        let Self {
            region,
            access_key,
            secret_key,
            ..
        } = self;
        writeln!(
            out,
            r#"
In a browser:  http://{address}/

Terraform, in the configuration:

  provider "alivpn" {{
    region     = "{region}"
    access_key = "{access_key}"
    secret_key = "{secret_key}"
    endpoints {{
      vpc = "http://{address}"
    }}
  }}

The Python SDK (alibabacloud-vpc20160428 on PyPI):

  from alibabacloud_tea_openapi.models import Config
  from alibabacloud_vpc20160428.client import Client
  client = Client(Config(protocol="http", endpoint="{address}", region_id="{region}",
                         access_key_id="{access_key}", access_key_secret="{secret_key}"))

The aliyun CLI:

  aliyun vpc DescribeVpnGateways --insecure --endpoint {address} --region {region} \
    --mode AK --access-key-id {access_key} --access-key-secret {secret_key}

VPN gateways:  {gateways}
Calls so far:  curl http://{address}/_emulator/calls"#,
            gateways = in_short(gateways),
        )?;
        if let Some(policy) = &self.policy {
            writeln!(
                out,
                "Allowed:       what {} says, and no more",
                policy.display()
            )?;
        }
        match &self.state_file {
            Some(path) => writeln!(
                out,
                "Ctrl-C ends the emulator; {} keeps its state.",
                path.display()
            ),
            None => writeln!(out, "Ctrl-C ends the emulator; nothing is kept."),
        }?;
        out.flush()
    }
}

/// The first few, and how many more there are.
fn in_short(gateways: &[String]) -> String {
    const SHOWN: usize = 5;
    match gateways.split_at_checked(SHOWN) {
        Some((first, more)) if !more.is_empty() => {
            format!("{} and {} more", first.join(", "), more.len())
        }
        _ if gateways.is_empty() => "none".to_owned(),
        _ => gateways.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_gateways_are_counted() {
        let ids: Vec<String> = (1..=7).map(|number| format!("vpn-{number}")).collect();
        assert_eq!(
            in_short(&ids),
            "vpn-1, vpn-2, vpn-3, vpn-4, vpn-5 and 2 more"
        );
        assert_eq!(in_short(&ids[..5]), "vpn-1, vpn-2, vpn-3, vpn-4, vpn-5");
        assert_eq!(in_short(&[]), "none");
    }
}
