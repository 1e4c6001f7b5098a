//! The VPC API, version 2016-04-28: a file a kind of object, each with its typed operations on [`Client`].
//!
//! Every call names its region, because an object is asked for where it is, and takes the token that calls it off. A change
//! takes a [`ClientToken`] from its caller, who may send the same change again under it.

mod listing;
mod ssl_vpn_client;
mod ssl_vpn_client_cert;
mod ssl_vpn_server;
mod vpn_gateway;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use listing::{MOST_PAGES, PAGE_SIZE, Page, Paging};
pub use ssl_vpn_client::SslVpnClient;
pub use ssl_vpn_client_cert::{
    CertStatus, CreatedSslVpnClientCert, DeletedSslVpnClientCert, ModifiedSslVpnClientCert,
    SslVpnClientCert, SslVpnClientCertFilter, WholeSslVpnClientCert,
};
pub use ssl_vpn_server::{
    CreatedSslVpnServer, DeletedSslVpnServer, ModifiedSslVpnServer, SslVpnServer,
    SslVpnServerFilter, SslVpnServerSettings,
};
pub use vpn_gateway::{BusinessStatus, GatewayStatus, VpnGateway, VpnGatewayFilter};

use super::answer::Read;
use super::client_token::ClientToken;
use super::clock::Clock;
use super::credentials::Source;
use super::endpoint::{self, Endpoint};
use super::error::Error;
use super::request::{Operation, Parameters};
use super::rpc::{Call, Channel, Rpc};

const VERSION: &str = "2016-04-28";

/// What a [`Client`] is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who signs.
    pub credentials: Arc<dyn Source>,
    /// Where all calls go; by default each goes to its region's own endpoint.
    pub endpoint: Option<Endpoint>,
    /// How calls travel.
    pub channel: Channel,
}

impl Settings {
    /// Settings for calls that each go to their region's own endpoint.
    pub fn new(credentials: Arc<dyn Source>, channel: Channel) -> Settings {
        Settings {
            credentials,
            endpoint: None,
            channel,
        }
    }
}

/// The VPC API. A clone is cheap and shares connections, credentials and clock.
#[derive(Debug, Clone)]
pub struct Client {
    rpc: Arc<Rpc>,
    endpoint: Option<Endpoint>,
}

impl Client {
    /// A client; nothing is connected, read or asked for before the first call.
    pub fn new(settings: Settings) -> Client {
        Client {
            rpc: Arc::new(Rpc {
                channel: settings.channel,
                credentials: Some(settings.credentials),
            }),
            endpoint: settings.endpoint,
        }
    }

    /// When it is for the cloud.
    pub fn clock(&self) -> &Clock {
        &self.rpc.channel.clock
    }

    async fn read<T: Read>(
        &self,
        name: &'static str,
        region: &str,
        parameters: Parameters,
        cancel: &CancellationToken,
    ) -> Result<T, Error> {
        let operation = Operation {
            name,
            version: VERSION,
            is_change: false,
        };
        self.call(operation, region, parameters, cancel).await
    }

    async fn change<T: Read>(
        &self,
        name: &'static str,
        region: &str,
        parameters: Parameters,
        token: &ClientToken,
        cancel: &CancellationToken,
    ) -> Result<T, Error> {
        let operation = Operation {
            name,
            version: VERSION,
            is_change: true,
        };
        let parameters = parameters.with("ClientToken", token);
        self.call(operation, region, parameters, cancel).await
    }

    async fn call<T: Read>(
        &self,
        operation: Operation,
        region: &str,
        parameters: Parameters,
        cancel: &CancellationToken,
    ) -> Result<T, Error> {
        let endpoint = self.endpoint_in(region).map_err(|error| Error::Endpoint {
            operation: operation.name,
            error,
        })?;
        let call = Call {
            operation,
            endpoint: &endpoint,
            parameters: &parameters.with("RegionId", region),
        };
        self.rpc.call(&call, cancel).await
    }

    fn endpoint_in(&self, region: &str) -> Result<Endpoint, endpoint::Error> {
        endpoint::check_region(region)?;
        match &self.endpoint {
            Some(endpoint) => Ok(endpoint.clone()),
            None => Endpoint::vpc(region),
        }
    }
}
