//! `alivpn_ssl_vpn_client_cert`: a certificate with its key and its profile, for as long as Terraform runs.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::cloud::secret::Secret;
use crate::provider::key_material::{self, KeyMaterial, reveal};
use crate::provider::kind::CLIENT_CERT as KIND;
use crate::provider::lookup;
use crate::provider::{Configured, region};
use crate::tf::block_type::BlockType;
use crate::tf::diagnostics::Diagnostic;
use crate::tf::ephemeral_resource::{EphemeralResource, Opened};
use crate::tf::model::Attr;
use crate::tf::resource::{Call, Outcome};
use crate::tf::schema::{Attribute, Block, Mode, Schema};
use crate::tf::types::Type;
use crate::tf::validators::length_between;

/// The ephemeral resource.
#[derive(Debug, Clone, Copy)]
pub struct SslVpnClientCert;

/// Which certificate, and what it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the schema below describes every field")]
pub struct Model {
    pub id: Attr<String>,
    pub ssl_vpn_server_id: Attr<String>,
    pub region: Attr<String>,
    pub ca_cert: Attr<String>,
    pub client_cert: Attr<String>,
    #[serde(serialize_with = "reveal")]
    pub client_key: Attr<Secret>,
    #[serde(serialize_with = "reveal")]
    pub client_config: Attr<Secret>,
    #[serde(serialize_with = "reveal")]
    pub profile: Attr<Secret>,
}

impl BlockType for SslVpnClientCert {
    type Model = Model;

    fn type_name(&self) -> &'static str {
        "alivpn_ssl_vpn_client_cert"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name, description: &str| Attribute::computed(name, Type::String, description);
        let mut block = Block::new("A client certificate with its private key and a profile that an OpenVPN client opens, never stored: neither in a state nor in a plan.")
            .attribute(Attribute::required("id", Type::String, "The certificate's ID, `vsc-...`.").validator(length_between(1, 128)))
            .attribute(lookup::key_argument(
                "ssl_vpn_server_id",
                "The SSL server of the certificate, `vss-...`. When set, a certificate of another server is an error.",
            ))
            .attribute(region::look_up_argument(Mode::OptionalComputed))
            .attribute(computed("ca_cert", "The certificate of the server's authority (PEM)."))
            .attribute(computed("client_cert", "The certificate itself (PEM)."));
        for attribute in key_material::attributes() {
            block = block.attribute(attribute);
        }
        Schema::new(0, block)
    }
}

#[async_trait]
impl EphemeralResource for SslVpnClientCert {
    type Client = Configured;
    type Private = ();

    async fn open(
        &self,
        call: Call<'_, Configured>,
        config: Model,
    ) -> Outcome<Option<Opened<Model, ()>>> {
        lookup::outcome(find(call, &config).await.map(|result| Opened {
            result,
            private: (),
            renew_at: None,
        }))
    }
}

async fn find(call: Call<'_, Configured>, config: &Model) -> Result<Model, Diagnostic> {
    let vpc = &call.client.vpc;
    let region = region::of(&config.region, call.client);
    let id = config.id.value().unwrap_or_default();
    let whole = vpc
        .look_up_ssl_vpn_client_cert(&region, &id, call.cancel)
        .await
        .map_err(|error| lookup::failed(KIND, Some(("id", &id)), &region, &error))?;
    let server = &whole.cert.ssl_vpn_server_id;
    if !lookup::has(server.as_ref(), &config.ssl_vpn_server_id) {
        let (server, wanted) = (
            server.as_deref().unwrap_or_default(),
            config.ssl_vpn_server_id.value(),
        );
        return Err(Diagnostic::error(format!("Client certificate {id} is of another server"))
            .detail(format!(
                "It belongs to SSL server {server}, not to {}: its profile would connect there. Check id and ssl_vpn_server_id.",
                wanted.unwrap_or_default()
            ))
            .at("ssl_vpn_server_id"));
    }
    if whole.cert.has_ended(vpc.clock().now()) {
        let end = lookup::time(whole.cert.end_time).value();
        return Err(Diagnostic::error(format!("Client certificate {id} has expired"))
            .detail(format!(
                "It held until {}, and nobody can connect with it any more. Replace it: `terraform apply -replace=ADDRESS` for one that is managed \
                 here, which disconnects every client of its server for a moment. Or take the ephemeral block out, as for a destroy.",
                end.as_deref().unwrap_or("a time that the API does not say")
            ))
            .at("id"));
    }
    let keys = KeyMaterial::of(&whole)?;
    Ok(Model {
        id: id.into(),
        ssl_vpn_server_id: whole.cert.ssl_vpn_server_id.into(),
        region: region.into(),
        ca_cert: whole.ca_cert.into(),
        client_cert: whole.client_cert.into(),
        client_key: keys.client_key.into(),
        client_config: keys.client_config.into(),
        profile: keys.profile.into(),
    })
}
