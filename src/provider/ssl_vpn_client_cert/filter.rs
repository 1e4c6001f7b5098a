//! Certificates by filters, for the data source and for `terraform query`.

use crate::cloud::vpc::{self, CertStatus, SslVpnClientCertFilter};
use crate::provider::Configured;
use crate::provider::kind::CLIENT_CERT;
use crate::provider::lookup::{self, Filter, Texts};
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;
use crate::tf::resource::Call;
use crate::tf::schema::{Attribute, Block};
use crate::tf::types::Type;
use crate::tf::validators::one_of;

/// Which certificates are wanted.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the arguments below describe every field")]
pub struct Filters<'a> {
    pub ids: &'a Texts,
    pub ssl_vpn_server_id: &'a Attr<String>,
    pub name_regex: &'a Attr<String>,
    pub status: &'a Attr<String>,
}

/// The block with an argument for each.
pub fn arguments(block: Block) -> Block {
    block
        .attribute(lookup::ids_argument())
        .attribute(lookup::text_argument(
            "ssl_vpn_server_id",
            "Only those of this SSL server.",
        ))
        .attribute(lookup::name_regex_argument())
        .attribute(
            Attribute::optional(
                "status",
                Type::String,
                "Only those that hold, or hold for a week at most, or no longer hold.",
            )
            .validator(one_of(&["normal", "expiring-soon", "expired"])),
        )
}

/// The certificates of a region that pass all of them, sorted by ID.
///
/// # Errors
/// For a filter that is none, and where the certificates could not be listed.
pub async fn list(
    call: &Call<'_, Configured>,
    region: &str,
    filters: Filters<'_>,
) -> Result<Vec<vpc::SslVpnClientCert>, Diagnostic> {
    let filter = Filter::new(filters.ids, filters.name_regex)?;
    let asked = SslVpnClientCertFilter {
        ssl_vpn_server_id: filters.ssl_vpn_server_id.value(),
        ..SslVpnClientCertFilter::default()
    };
    let certs = call
        .client
        .vpc
        .describe_ssl_vpn_client_certs(region, &asked, call.cancel)
        .await;
    let mut certs = filter.leave(CLIENT_CERT, region, certs, |cert| (&cert.id, &cert.name))?;
    let status = filters.status.known().map(String::as_str);
    certs.retain(|cert| {
        let shown = cert.status.as_ref().map(CertStatus::as_str);
        status.is_none() || shown == status
    });
    Ok(certs)
}
