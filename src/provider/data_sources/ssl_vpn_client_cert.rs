//! `alivpn_ssl_vpn_client_cert` and `alivpn_ssl_vpn_client_certs`: what certificates there are; one of them with its key, for who asks.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::cloud::secret::Secret;
use crate::cloud::vpc;
use crate::provider::key_material::{self, KeyMaterial, reveal};
use crate::provider::kind::CLIENT_CERT as KIND;
use crate::provider::lookup::{self, Texts};
use crate::provider::ssl_vpn_client_cert::filter::{self, Filters};
use crate::provider::{Configured, region};
use crate::tf::block_type::BlockType;
use crate::tf::data_source::DataSource;
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};
use crate::tf::schema::{Attribute, Block, Mode, Schema};
use crate::tf::types::Type;

/// `alivpn_ssl_vpn_client_cert`
#[derive(Debug, Clone, Copy)]
pub struct One;

/// `alivpn_ssl_vpn_client_certs`
#[derive(Debug, Clone, Copy)]
pub struct Many;

/// A certificate, with its key where that is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnClientCert {
    pub id: Attr<String>,
    pub ssl_vpn_server_id: Attr<String>,
    pub name: Attr<String>,
    pub region: Attr<String>,
    pub include_private_key: Attr<bool>,
    pub status: Attr<String>,
    pub create_time: Attr<String>,
    pub end_time: Attr<String>,
    pub resource_group_id: Attr<String>,
    pub ca_cert: Attr<String>,
    pub client_cert: Attr<String>,
    #[serde(serialize_with = "reveal")]
    pub client_key: Attr<Secret>,
    #[serde(serialize_with = "reveal")]
    pub client_config: Attr<Secret>,
    #[serde(serialize_with = "reveal")]
    pub profile: Attr<Secret>,
}

/// Certificates by filters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct SslVpnClientCerts {
    pub ids: Texts,
    pub ssl_vpn_server_id: Attr<String>,
    pub name_regex: Attr<String>,
    pub status: Attr<String>,
    pub region: Attr<String>,
    pub ssl_vpn_client_certs: Attr<Vec<ListedSslVpnClientCert>>,
}

/// A certificate without its keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct ListedSslVpnClientCert {
    pub id: Attr<String>,
    pub ssl_vpn_server_id: Attr<String>,
    pub name: Attr<String>,
    pub region: Attr<String>,
    pub status: Attr<String>,
    pub create_time: Attr<String>,
    pub end_time: Attr<String>,
    pub resource_group_id: Attr<String>,
}

fn shown(cert: &vpc::SslVpnClientCert, region: &str) -> ListedSslVpnClientCert {
    let status = cert.status.as_ref();
    ListedSslVpnClientCert {
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

impl BlockType for One {
    type Model = SslVpnClientCert;

    fn type_name(&self) -> &'static str {
        "alivpn_ssl_vpn_client_cert"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name, description: &str| Attribute::computed(name, Type::String, description);
        let mut block = Block::new("A client certificate: by its ID, or the only one that matches.")
            .attribute(lookup::key_argument(
                "id",
                "The certificate's ID, `vsc-...`. Set it alone, or `ssl_vpn_server_id` or `name` or both.",
            ))
            .attribute(lookup::key_argument(
                "ssl_vpn_server_id",
                "The SSL server of the certificate, `vss-...`.",
            ))
            .attribute(lookup::key_argument("name", "The certificate's whole name."))
            .attribute(region::look_up_argument(Mode::OptionalComputed))
            .attribute(Attribute::optional(
                "include_private_key",
                Type::Bool,
                "Whether `client_key`, `client_config` and `profile` are given too. The state then holds the private key: who can read the state can \
                 connect. The ephemeral resource of the same name gives the same and stores nothing. Default: `false`.",
            ))
            .attribute(computed("status", "`normal`, `expiring-soon` within a week of the end, or `expired`."))
            .attribute(computed("create_time", "When it was created (RFC 3339)."))
            .attribute(computed("end_time", "Until when it holds (RFC 3339)."))
            .attribute(computed("resource_group_id", "The resource group."))
            .attribute(computed("ca_cert", "The certificate of the server's authority (PEM)."))
            .attribute(computed("client_cert", "The certificate itself (PEM)."));
        for attribute in key_material::attributes() {
            block = block.attribute(attribute);
        }
        Schema::new(0, block)
    }

    fn validate(&self, config: &SslVpnClientCert) -> Diagnostics {
        lookup::check_keys(KIND, &config.id, &keys(config))
    }
}

fn keys(config: &SslVpnClientCert) -> [(&'static str, &Attr<String>); 2] {
    [
        ("ssl_vpn_server_id", &config.ssl_vpn_server_id),
        ("name", &config.name),
    ]
}

#[async_trait]
impl DataSource for One {
    type Client = Configured;

    async fn read(
        &self,
        call: Call<'_, Configured>,
        config: SslVpnClientCert,
    ) -> Outcome<Option<SslVpnClientCert>> {
        match find(call, config).await {
            Ok((found, warnings)) => Outcome::with(Some(found), warnings),
            Err(error) => Outcome::failed(error),
        }
    }
}

/// The certificate, and what to say to who gets its key.
async fn find(
    call: Call<'_, Configured>,
    config: SslVpnClientCert,
) -> Result<(SslVpnClientCert, Diagnostics), Diagnostic> {
    let region = region::of(&config.region, call.client);
    let id = match config.id.value() {
        Some(id) => id,
        None => only_match(&call, &region, &config).await?.id,
    };
    let whole = call
        .client
        .vpc
        .look_up_ssl_vpn_client_cert(&region, &id, call.cancel)
        .await
        .map_err(|error| lookup::failed(KIND, Some(("id", &id)), &region, &error))?;
    let mut warnings = Diagnostics::new();
    let keys = if config.include_private_key == Attr::Known(true) {
        warnings.push(key_in_state());
        if whole.cert.has_ended(call.client.vpc.clock().now()) {
            let end = lookup::time(whole.cert.end_time).value();
            let end = end.as_deref().unwrap_or("a time that is not known");
            warnings.push(
                Diagnostic::warning("A client certificate has expired").detail(format!(
                    "{id} held until {end}: nobody can connect with its profile any more."
                )),
            );
        }
        Some(KeyMaterial::of(&whole)?)
    } else {
        None
    };
    let secret = |part: fn(KeyMaterial) -> Secret| keys.clone().map(part).into();
    let listed = shown(&whole.cert, &region);
    let found = SslVpnClientCert {
        id: listed.id,
        ssl_vpn_server_id: listed.ssl_vpn_server_id,
        name: listed.name,
        region: listed.region,
        status: listed.status,
        create_time: listed.create_time,
        end_time: listed.end_time,
        resource_group_id: listed.resource_group_id,
        ca_cert: whole.ca_cert.into(),
        client_cert: whole.client_cert.into(),
        client_key: secret(|keys| keys.client_key),
        client_config: secret(|keys| keys.client_config),
        profile: secret(|keys| keys.profile),
        ..config
    };
    Ok((found, warnings))
}

fn key_in_state() -> Diagnostic {
    Diagnostic::warning("A private key is in the state")
        .detail(
            "With include_private_key = true, client_key, client_config and profile are in the state and in saved plans, hidden from the output only. \
             Whoever can read those can connect. The ephemeral resource alivpn_ssl_vpn_client_cert gives the same and stores nothing.",
        )
        .at("include_private_key")
}

/// The certificate that is meant by its server and its name.
async fn only_match(
    call: &Call<'_, Configured>,
    region: &str,
    config: &SslVpnClientCert,
) -> Result<vpc::SslVpnClientCert, Diagnostic> {
    let filters = Filters {
        ids: &Attr::Null,
        ssl_vpn_server_id: &Attr::Null,
        name_regex: &Attr::Null,
        status: &Attr::Null,
    };
    let certs = filter::list(call, region, filters).await?;
    lookup::only_match(
        KIND,
        region,
        &keys(config),
        certs,
        |cert| {
            lookup::has(cert.name.as_ref(), &config.name)
                && lookup::has(cert.ssl_vpn_server_id.as_ref(), &config.ssl_vpn_server_id)
        },
        |cert| {
            lookup::candidate(
                &cert.id,
                cert.name.as_ref(),
                cert.ssl_vpn_server_id.as_ref(),
            )
        },
    )
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
        let block = Block::new(
            "The client certificates of a region that pass every filter, on all pages, without their keys.",
        );
        let block = filter::arguments(block)
            .attribute(region::look_up_argument(Mode::OptionalComputed))
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
    let region = region::of(&config.region, call.client);
    let filters = Filters {
        ids: &config.ids,
        ssl_vpn_server_id: &config.ssl_vpn_server_id,
        name_regex: &config.name_regex,
        status: &config.status,
    };
    let certs = filter::list(&call, &region, filters).await?;
    Ok(SslVpnClientCerts {
        ssl_vpn_client_certs: Attr::Known(certs.iter().map(|cert| shown(cert, &region)).collect()),
        region: region.into(),
        ..config
    })
}
