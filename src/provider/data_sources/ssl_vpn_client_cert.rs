//! `alivpn_ssl_vpn_client_certs`: what certificates there are, without their keys.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::cloud::vpc;
use crate::provider::Configured;
use crate::provider::lookup::{self, Filter, Kind, Texts};
use crate::tf::block_type::BlockType;
use crate::tf::data_source::DataSource;
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};
use crate::tf::schema::{Attribute, Block, Mode, Schema};
use crate::tf::types::Type;
use crate::tf::validators::one_of;

const KIND: Kind = Kind {
    one: "client certificate",
    many: "client certificates",
};

/// `alivpn_ssl_vpn_client_certs`
#[derive(Debug, Clone, Copy)]
pub struct Many;

/// Certificates by filters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnClientCerts {
    pub ids: Texts,
    pub ssl_vpn_server_id: Attr<String>,
    pub name_regex: Attr<String>,
    pub status: Attr<String>,
    pub region: Attr<String>,
    pub ssl_vpn_client_certs: Attr<Vec<SslVpnClientCert>>,
}

/// A certificate without its keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnClientCert {
    pub id: Attr<String>,
    pub ssl_vpn_server_id: Attr<String>,
    pub name: Attr<String>,
    pub region: Attr<String>,
    pub status: Attr<String>,
    pub create_time: Attr<String>,
    pub end_time: Attr<String>,
    pub resource_group_id: Attr<String>,
}

fn shown(cert: &vpc::SslVpnClientCert, region: &str) -> SslVpnClientCert {
    let status = cert.status.as_ref();
    SslVpnClientCert {
        id: cert.id.clone().into(),
        ssl_vpn_server_id: cert.ssl_vpn_server_id.clone().into(),
        name: cert.name.clone().into(),
        region: region.to_owned().into(),
        status: status.map(|status| status.as_str().to_owned()).into(),
        create_time: lookup::time(cert.create_time),
        end_time: lookup::time(cert.end_time),
        resource_group_id: cert.resource_group_id.clone().into(),
    }
}

impl BlockType for Many {
    type Model = SslVpnClientCerts;

    fn type_name(&self) -> &'static str {
        "alivpn_ssl_vpn_client_certs"
    }

    fn schema(&self) -> Schema {
        let text = |name, description: &str| Attribute::computed(name, Type::String, description);
        let cert = Block::new("A certificate.")
            .attribute(text("id", "The certificate's ID, `vsc-...`."))
            .attribute(text("ssl_vpn_server_id", "The SSL server that it opens."))
            .attribute(text("name", "The name."))
            .attribute(text("region", "The region."))
            .attribute(text(
                "status",
                "`normal`, `expiring-soon` within a week of the end, `expired` after it.",
            ))
            .attribute(text("create_time", "When it was created (RFC 3339)."))
            .attribute(text("end_time", "Until when it holds (RFC 3339)."))
            .attribute(text("resource_group_id", "The resource group, `rg-...`."));
        let block = Block::new("The client certificates of a region that pass every filter, on all pages, without their keys.")
            .attribute(lookup::ids_argument())
            .attribute(lookup::text_argument("ssl_vpn_server_id", "Only those of this SSL server."))
            .attribute(lookup::name_regex_argument())
            .attribute(
                Attribute::optional("status", Type::String, "Only those that hold, or hold for a week at most, or no longer hold.")
                    .validator(one_of(&["normal", "expiring-soon", "expired"])),
            )
            .attribute(lookup::region_argument(Mode::OptionalComputed))
            .attribute(Attribute::computed_list(
                "ssl_vpn_client_certs",
                cert,
                "The certificates, sorted by ID; empty when none passes.",
            ));
        Schema::new(0, block)
    }
}

#[async_trait]
impl DataSource for Many {
    type Client = Configured;

    async fn read(
        &self,
        call: Call<'_, Configured>,
        config: SslVpnClientCerts,
    ) -> Outcome<Option<SslVpnClientCerts>> {
        lookup::outcome(list(call, config).await)
    }
}

async fn list(
    call: Call<'_, Configured>,
    config: SslVpnClientCerts,
) -> Result<SslVpnClientCerts, Diagnostic> {
    let region = lookup::region(&config.region, call.client);
    let filter = Filter::new(&config.ids, &config.name_regex)?;
    let asked = vpc::SslVpnClientCertFilter {
        ssl_vpn_server_id: config.ssl_vpn_server_id.value(),
        ..vpc::SslVpnClientCertFilter::default()
    };
    let certs = call
        .client
        .vpc
        .describe_ssl_vpn_client_certs(&region, &asked, call.cancel)
        .await;
    let mut certs = certs.map_err(|error| lookup::failed(KIND, None, &region, &error))?;
    let status = config.status.known().map(String::as_str);
    certs.retain(|cert| {
        let holds = cert.status.as_ref().map(vpc::CertStatus::as_str);
        filter.leaves(&cert.id, cert.name.as_deref())
            && status.is_none_or(|asked| holds == Some(asked))
    });
    certs.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    Ok(SslVpnClientCerts {
        ssl_vpn_client_certs: Attr::Known(certs.iter().map(|cert| shown(cert, &region)).collect()),
        region: region.into(),
        ..config
    })
}
