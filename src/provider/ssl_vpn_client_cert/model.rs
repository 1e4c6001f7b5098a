//! The object `alivpn_ssl_vpn_client_cert` as Terraform knows it: its schema and its model, side by side.

use serde::{Deserialize, Serialize};

use crate::provider::timeouts::{PositiveDuration, Timeouts};
use crate::provider::{name, region};
use crate::tf::model::Attr;
use crate::tf::schema::{Attribute, Block, Schema};
use crate::tf::types::Type;
use crate::tf::validators::length_between;

/// The resource type's name.
pub const TYPE_NAME: &str = "alivpn_ssl_vpn_client_cert";

/// A client certificate: arguments, attributes and the `timeouts` block. Never its key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnClientCert {
    pub ssl_vpn_server_id: Attr<String>,
    pub name: Attr<String>,
    pub renew_before: Attr<String>,
    pub region: Attr<String>,
    pub id: Attr<String>,
    pub status: Attr<String>,
    pub create_time: Attr<String>,
    pub end_time: Attr<String>,
    pub renewal_due: Attr<bool>,
    pub resource_group_id: Attr<String>,
    pub ca_cert: Attr<String>,
    pub client_cert: Attr<String>,
    pub timeouts: Attr<Timeouts>,
}

/// The declaration that `terraform validate`, the documentation and the server read.
pub fn schema() -> Schema {
    let computed = |name, description: &str| Attribute::computed(name, Type::String, description);
    let block = Block::new(
        "A client certificate of an SSL server: what a person's OpenVPN client proves itself with. It holds for three years.\n\nThe state has no \
         private key; the ephemeral resource of the same name gives it, with a profile that a client opens. Deleting a certificate, also to \
         replace it, disconnects every client of its server; they can connect again at once. The plan warns of it, of a \
         deletion that is no replacement with Terraform 1.3 or newer, and with OpenTofu. Where Terraform lets no plan warn, before 1.3, with \
         `-replace` or `replace_triggered_by`, and for a tainted certificate, the apply does.\n\nAn `import` block whose \
         certificate the plan would delete at once, since the configuration beside it names another server or region, is an error: nothing is \
         imported, and nothing lost. After the command `terraform import` the next plan only warns of it.",
    )
    .attribute(
        Attribute::required(
            "ssl_vpn_server_id",
            Type::String,
            "The SSL server that the certificate opens, `vss-...`.",
        )
        .replaces()
        .validator(length_between(1, 128)),
    )
    .attribute(name::argument("certificate"))
    .attribute(
        Attribute::optional(
            "renew_before",
            Type::String,
            "How long before its end the certificate is replaced. A refresh that finds the time \
             come sets `renewal_due`, and the plan then replaces the certificate. Default: it is not.",
        )
        .no_call()
        .validator(PositiveDuration),
    )
    .attribute(region::argument("certificate"))
    .attribute(computed("id", "The certificate's ID, `vsc-...`."))
    .attribute(computed("status", "Whether it holds: `normal`, `expiring-soon` within a week of the end, `expired`."))
    .attribute(computed("create_time", "When it was created (RFC 3339)."))
    .attribute(computed("end_time", "Until when it holds (RFC 3339)."))
    .attribute(
        Attribute::computed(
            "renewal_due",
            Type::Bool,
            "Whether the end was within `renew_before` when it was last looked at. While true, a plan replaces the certificate.",
        )
        .unknown_when_changed(&["renew_before"]),
    )
    .attribute(computed("resource_group_id", "The resource group of the SSL server, and so of the certificate."))
    .attribute(computed("ca_cert", "The certificate of the server's authority (PEM)."))
    .attribute(computed("client_cert", "The certificate itself (PEM)."))
    .block(Timeouts::block());
    Schema::new(0, block)
}
