//! CreateSslVpnClientCert: the certificate is there at once, and its gateway stays active.

use super::{Answer, region};
use crate::emulator::error::{self, ApiError};
use crate::emulator::issue::NewCert;
use crate::emulator::parameters::Parameters;
use crate::emulator::rules::{gateway, name};
use crate::emulator::ssl_vpn_client_cert::{IssuedCert, SslVpnClientCert};
use crate::emulator::world::World;

pub(super) fn perform(
    world: &mut World,
    parameters: &Parameters,
    new_cert: Option<NewCert>,
) -> Result<Answer, ApiError> {
    let region = region(parameters)?;

    let server_id = parameters.required("SslVpnServerId")?;
    let name = parameters.raw("Name");
    name.map(name::check).transpose()?;

    let server = world
        .server(region, server_id)
        .ok_or(error::INVALID_SSL_VPN_SERVER_ID_NOT_FOUND)?;
    let vpn_gateway = world
        .gateway(region, &server.vpn_gateway_id)
        .ok_or(error::INVALID_VPN_GATEWAY_INSTANCE_ID_NOT_FOUND)?;

    gateway::check_payment(&vpn_gateway)?;
    gateway::check_idle(vpn_gateway.status)?;

    if world.has_all_certificates() {
        return Err(error::CREATE_SSL_CERTS_QUOTA_FULL.into());
    }

    let new_cert = new_cert.ok_or(error::INTERNAL_ERROR)?;
    let attributes = SslVpnClientCert {
        ssl_vpn_client_cert_id: new_cert.ssl_vpn_client_cert_id,
        ssl_vpn_server_id: server_id.to_owned(),
        region_id: region.to_owned(),
        name: name.unwrap_or_default().to_owned(),
        create_time: new_cert.validity.create_time,
        end_time: new_cert.validity.end_time,
        resource_group_id: server.resource_group_id.clone(),
    };
    let mut answer = Answer::new();
    answer.insert(
        "SslVpnClientCertId".to_owned(),
        attributes.ssl_vpn_client_cert_id.clone().into(),
    );
    answer.insert("Name".to_owned(), attributes.name.clone().into());
    world.put_certificate(IssuedCert {
        attributes,
        key_material: new_cert.key_material,
    });
    Ok(answer)
}
