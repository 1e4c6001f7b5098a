//! SSL servers.

mod dry_run;
mod filter;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

pub use filter::SslVpnServerFilter;

use super::Client;
use super::listing::Listed;
use crate::cloud::answer::{Object, Read, Unreadable};
use crate::cloud::client_token::ClientToken;
use crate::cloud::error::Error;
use crate::cloud::request::Parameters;

/// The documented answer for an SSL server that does not exist.
const NOT_FOUND: &str = "InvalidSslVpnServerId.NotFound";

/// An SSL server as the API shows it. `None` is what the API leaves out or shows as an empty text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SslVpnServer {
    /// `vss-...`
    pub id: String,
    /// `vpn-...`
    pub vpn_gateway_id: Option<String>,
    /// The region.
    pub region_id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// One IPv4 network.
    pub client_ip_pool: Option<String>,
    /// IPv4 networks, in the API's order and as it writes them.
    pub local_subnets: Vec<String>,
    /// `TCP` or `UDP`.
    pub protocol: Option<String>,
    /// `AES-128-CBC` for one, or `none`.
    pub cipher: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// Whether data are compressed.
    pub compress: Option<bool>,
    /// Whether clients prove themselves by IDaaS too.
    pub enable_multi_factor_auth: Option<bool>,
    /// The IDaaS instance.
    pub idaas_instance_id: Option<String>,
    /// The IDaaS instance's region.
    pub idaas_region_id: Option<String>,
    /// The application within the IDaaS instance.
    pub idaas_application_id: Option<String>,
    /// `EIAM 2.0`, or nothing for older instances.
    pub idaas_instance_version: Option<String>,
    /// The public address.
    pub internet_ip: Option<String>,
    /// Clients connected now.
    pub connections: Option<i64>,
    /// Clients that may be connected.
    pub max_connections: Option<i64>,
    /// When it was created.
    pub create_time: Option<OffsetDateTime>,
    /// `rg-...`
    pub resource_group_id: Option<String>,
    /// The RequestId of the call, where the whole answer is this one server (Modify); `None` in lists.
    pub request_id: Option<String>,
}

impl Read for SslVpnServer {
    fn read(answer: &Object) -> Result<SslVpnServer, Unreadable> {
        let client_ip_pool = match answer.text("ClientIpPool")? {
            // The documentation's own samples spell it so.
            None => answer.text("CLientIpPool")?,
            some => some,
        };
        Ok(SslVpnServer {
            id: answer.required_text("SslVpnServerId")?,
            vpn_gateway_id: answer.text("VpnGatewayId")?,
            region_id: answer.text("RegionId")?,
            name: answer.text("Name")?,
            client_ip_pool,
            local_subnets: answer.texts("LocalSubnet")?,
            protocol: answer.text("Proto")?,
            cipher: answer.text("Cipher")?,
            port: answer.integer("Port")?,
            compress: answer.boolean("Compress")?,
            enable_multi_factor_auth: answer.boolean("EnableMultiFactorAuth")?,
            idaas_instance_id: answer.text("IDaaSInstanceId")?,
            idaas_region_id: answer.text("IDaaSRegionId")?,
            idaas_application_id: answer.text("IDaaSApplicationId")?,
            idaas_instance_version: answer.text("IDaaSInstanceVersion")?,
            internet_ip: answer.text("InternetIp")?,
            connections: answer.integer("Connections")?,
            max_connections: answer.integer("MaxConnections")?,
            create_time: answer.time("CreateTime")?,
            resource_group_id: answer.text("ResourceGroupId")?,
            request_id: answer.text("RequestId")?,
        })
    }
}

impl Listed for SslVpnServer {
    const OPERATION: &'static str = "DescribeSslVpnServers";
    const LIST: (&'static str, &'static str) = ("SslVpnServers", "SslVpnServer");

    fn id(&self) -> &str {
        &self.id
    }
}

/// What a create or a modification sets. A create leaves to the API what is `None`; a modification may let it fall back to
/// a default, so it carries every value there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SslVpnServerSettings {
    /// 1 to 100 characters.
    pub name: Option<String>,
    /// One IPv4 network without host bits; a create needs it.
    pub client_ip_pool: Option<String>,
    /// One to five IPv4 networks without host bits; a create needs them.
    pub local_subnets: Option<Vec<String>>,
    /// `TCP` or `UDP`.
    pub protocol: Option<String>,
    /// `AES-128-CBC` for one, or `none`.
    pub cipher: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// Whether data are compressed.
    pub compress: Option<bool>,
    /// Whether clients prove themselves by IDaaS too. Old gateways may refuse the parameter: leave false out unless it was true.
    pub enable_multi_factor_auth: Option<bool>,
    /// The IDaaS instance.
    pub idaas_instance_id: Option<String>,
    /// The IDaaS instance's region.
    pub idaas_region_id: Option<String>,
    /// The application within the IDaaS instance.
    pub idaas_application_id: Option<String>,
}

impl SslVpnServerSettings {
    /// The parameters, for the object that `name` and `id` give.
    fn parameters(&self, name: &'static str, id: &str) -> Parameters {
        let local_subnet = self.local_subnets.as_ref().map(|subnets| subnets.join(","));
        Parameters::default()
            .with(name, id)
            .with_some("Name", self.name.as_ref())
            .with_some("ClientIpPool", self.client_ip_pool.as_ref())
            .with_some("LocalSubnet", local_subnet)
            .with_some("Proto", self.protocol.as_ref())
            .with_some("Cipher", self.cipher.as_ref())
            .with_some("Port", self.port)
            .with_some("Compress", self.compress)
            .with_some("EnableMultiFactorAuth", self.enable_multi_factor_auth)
            .with_some("IDaaSInstanceId", self.idaas_instance_id.as_ref())
            .with_some("IDaaSRegionId", self.idaas_region_id.as_ref())
            .with_some("IDaaSApplicationId", self.idaas_application_id.as_ref())
    }
}

/// What CreateSslVpnServer answers: accepted, but not converged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedSslVpnServer {
    /// `vss-...`
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// What support asks for.
    pub request_id: Option<String>,
}

impl Read for CreatedSslVpnServer {
    fn read(answer: &Object) -> Result<CreatedSslVpnServer, Unreadable> {
        Ok(CreatedSslVpnServer {
            id: answer.required_text("SslVpnServerId")?,
            name: answer.text("Name")?,
            request_id: answer.text("RequestId")?,
        })
    }
}

/// What ModifySslVpnServer answers. Documented are the server's attributes; of the asynchronous call also only a RequestId.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModifiedSslVpnServer {
    /// The server, where the answer has it.
    pub server: Option<SslVpnServer>,
    /// What support asks for.
    pub request_id: Option<String>,
}

impl Read for ModifiedSslVpnServer {
    fn read(answer: &Object) -> Result<ModifiedSslVpnServer, Unreadable> {
        // The change was accepted, whatever shape the rest has: asking again would not make it more so.
        Ok(ModifiedSslVpnServer {
            server: SslVpnServer::read(answer).ok(),
            request_id: answer.text("RequestId").ok().flatten(),
        })
    }
}

/// What DeleteSslVpnServer answers: accepted, but not converged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedSslVpnServer {
    /// What support asks for.
    pub request_id: Option<String>,
}

impl Read for DeletedSslVpnServer {
    fn read(answer: &Object) -> Result<DeletedSslVpnServer, Unreadable> {
        Ok(DeletedSslVpnServer {
            request_id: answer.text("RequestId")?,
        })
    }
}

impl Client {
    /// Creates an SSL server: accepted when this returns, carried out when the gateway is `active` again.
    ///
    /// # Errors
    ///
    /// See [`Error`]; `Resource.QuotaFull` ([`Class::Quota`](crate::cloud::error::Class::Quota)) when the gateway has one.
    pub async fn create_ssl_vpn_server(
        &self,
        region: &str,
        vpn_gateway_id: &str,
        settings: &SslVpnServerSettings,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<CreatedSslVpnServer, Error> {
        self.change(
            "CreateSslVpnServer",
            region,
            settings.parameters("VpnGatewayId", vpn_gateway_id),
            token,
            cancel,
        )
        .await
    }

    /// Renames an SSL server and touches nothing else, which the API does at once: the answer is the result.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn modify_ssl_vpn_server_name(
        &self,
        region: &str,
        id: &str,
        name: &str,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<ModifiedSslVpnServer, Error> {
        let parameters = Parameters::default()
            .with("SslVpnServerId", id)
            .with("Name", name);
        self.change("ModifySslVpnServer", region, parameters, token, cancel)
            .await
    }

    /// Changes an SSL server: accepted when this returns, carried out when the gateway is `active` again.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn modify_ssl_vpn_server(
        &self,
        region: &str,
        id: &str,
        settings: &SslVpnServerSettings,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<ModifiedSslVpnServer, Error> {
        self.change(
            "ModifySslVpnServer",
            region,
            settings.parameters("SslVpnServerId", id),
            token,
            cancel,
        )
        .await
    }

    /// Deletes an SSL server: accepted when this returns, carried out when the gateway is `active` again.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::NotFound`](crate::cloud::error::Class::NotFound) when there is none.
    pub async fn delete_ssl_vpn_server(
        &self,
        region: &str,
        id: &str,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<DeletedSslVpnServer, Error> {
        let parameters = Parameters::default().with("SslVpnServerId", id);
        self.change("DeleteSslVpnServer", region, parameters, token, cancel)
            .await
    }

    /// The SSL server of this ID; `None` when the list of those with this ID is empty.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Class::NotFound`](crate::cloud::error::Class::NotFound) when the API says in words that there is none.
    pub async fn look_up_ssl_vpn_server(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<SslVpnServer>, Error> {
        let filter = Parameters::default().with("SslVpnServerId", id);
        let servers = self.list::<SslVpnServer>(region, &filter, cancel).await?;
        // A server that ignores the filter lists others too.
        Ok(servers.into_iter().find(|server| server.id == id))
    }

    /// As [`Client::look_up_ssl_vpn_server`], for those to whom it may be gone: `None` also when the API says so by the documented code.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_ssl_vpn_server(
        &self,
        region: &str,
        id: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<SslVpnServer>, Error> {
        match self.look_up_ssl_vpn_server(region, id, cancel).await {
            Err(error) if error.code() == Some(NOT_FOUND) => Ok(None),
            result => result,
        }
    }

    /// The SSL servers of a gateway: one at most, as things are.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn describe_ssl_vpn_servers_of_gateway(
        &self,
        region: &str,
        vpn_gateway_id: &str,
        cancel: &CancellationToken,
    ) -> Result<Vec<SslVpnServer>, Error> {
        let filter = Parameters::default().with("VpnGatewayId", vpn_gateway_id);
        let mut servers = self.list::<SslVpnServer>(region, &filter, cancel).await?;
        // A server that ignores the filter lists others too; one that names no gateway was asked for by its gateway.
        servers.retain(|server| {
            server
                .vpn_gateway_id
                .as_deref()
                .is_none_or(|on| on == vpn_gateway_id)
        });
        Ok(servers)
    }
}

#[cfg(test)]
mod tests;
