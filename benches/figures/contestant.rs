//! Who is measured: what its configuration looks like, and where its binary is. The same objects for each.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::emulator::Emulator;
use super::terraform::{Workspace, in_region};

/// Who is measured.
pub struct Contestant {
    /// For the table.
    pub name: &'static str,
    binary: Option<PathBuf>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bare,
    Ours,
    Alicloud,
}

/// The source address of the Go provider.
const ALICLOUD: &str = "aliyun/alicloud";

impl Contestant {
    /// This project's provider.
    pub fn ours() -> Self {
        Self {
            name: "alivpn",
            binary: Some(env!("CARGO_BIN_EXE_terraform-provider-alivpn").into()),
            kind: Kind::Ours,
        }
    }

    /// The Go provider, whose binary lies in this folder.
    ///
    /// # Errors
    /// When it does not.
    pub fn other(folder: &Path) -> anyhow::Result<Self> {
        let entries =
            fs::read_dir(folder).with_context(|| format!("--other {}", folder.display()))?;
        let binary = entries
            .flatten()
            .map(|entry| entry.path())
            .find(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("terraform-provider-alicloud")
            })
            .with_context(|| {
                format!(
                    "--other {}: no terraform-provider-alicloud in it",
                    folder.display()
                )
            })?;
        Ok(Self {
            name: ALICLOUD,
            binary: Some(binary.canonicalize()?),
            kind: Kind::Alicloud,
        })
    }

    /// Terraform without any plugin.
    pub fn bare() -> Self {
        Self {
            name: "terraform_data",
            binary: None,
            kind: Kind::Bare,
        }
    }

    /// Its binary.
    ///
    /// # Panics
    /// When it is [`Contestant::bare`].
    pub fn binary(&self) -> &Path {
        self.binary.as_deref().expect("only a provider has one")
    }

    /// The size of the binary in bytes.
    pub fn size(&self) -> u64 {
        fs::metadata(self.binary())
            .expect("the binary is there")
            .len()
    }

    /// A folder whose provider block points at the emulator.
    pub fn workspace(&self, emulator: &Emulator) -> Workspace {
        match self.kind {
            Kind::Bare => Workspace::empty(),
            Kind::Ours => Workspace::new(emulator),
            Kind::Alicloud => {
                let workspace = Workspace::empty();
                let folder = workspace.provider_folder("alicloud", self.binary());
                workspace.install(&[(ALICLOUD, &folder)]);
                let block = in_region(emulator, "cn-hangzhou").replace("http://", "");
                workspace.write_file(
                    "provider.tf",
                    &format!(
                        "terraform {{\n  required_providers {{\n    alicloud = {{\n      source = {ALICLOUD:?}\n    }}\n  }}\n}}\n\n\
                         provider \"alicloud\" {{\n{block}\n\n  protocol               = \"HTTP\"\n  skip_region_validation = true\n}}\n"
                    ),
                );
                workspace
            }
        }
    }

    /// So many resources, each on a gateway of its own, with this port, and a name that begins so.
    pub fn resources(&self, count: usize, name: &str, port: u16) -> String {
        let (ty, body) = match self.kind {
            Kind::Bare => {
                return format!(
                    "resource \"terraform_data\" \"it\" {{\n  count = {count}\n  input = \"10.30.0.0/24 192.168.0.0/16 {name}-${{count.index}} {port}\"\n}}\n"
                );
            }
            Kind::Ours => (
                "alivpn_ssl_vpn_server",
                "  local_subnets  = [\"192.168.0.0/16\"]",
            ),
            Kind::Alicloud => (
                "alicloud_ssl_vpn_server",
                "  local_subnet   = \"192.168.0.0/16\"",
            ),
        };
        format!(
            "resource {ty:?} \"it\" {{\n  count          = {count}\n  vpn_gateway_id = format(\"vpn-figures%04d\", count.index)\n  \
             client_ip_pool = \"10.30.0.0/24\"\n{body}\n  name           = \"{name}-${{count.index}}\"\n  port           = {port}\n}}\n"
        )
    }

    /// So many certificates of the first of [`Contestant::resources`].
    pub fn certificates(&self, count: usize) -> String {
        let (server, ty) = match self.kind {
            Kind::Bare => return String::new(),
            Kind::Ours => ("alivpn_ssl_vpn_server", "alivpn_ssl_vpn_client_cert"),
            Kind::Alicloud => ("alicloud_ssl_vpn_server", "alicloud_ssl_vpn_client_cert"),
        };
        format!(
            "resource {ty:?} \"it\" {{\n  count             = {count}\n  ssl_vpn_server_id = {server}.it[0].id\n  \
             name              = \"person-${{count.index}}\"\n}}\n"
        )
    }
}
