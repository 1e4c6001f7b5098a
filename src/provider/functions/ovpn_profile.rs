//! `provider::alivpn::ovpn_profile(config, ca_cert, client_cert, client_key)`.

use crate::cloud::secret::Secret;
use crate::provider::ovpn_profile::{Parts, profile};
use crate::tf::function::{Arguments, Definition, Function, FunctionError, Parameter};
use crate::tf::types::Type;
use crate::tf::value::Value;

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct OvpnProfile;

impl Function for OvpnProfile {
    fn name(&self) -> &'static str {
        "ovpn_profile"
    }

    fn definition(&self) -> Definition {
        let text = |name, description: &str| Parameter::new(name, Type::String, description);
        Definition::new(
            "Makes a single-file OpenVPN profile",
            "Puts the certificates and the key into the cloud's client configuration, so that a client needs one file. The profile says which \
             ciphers may be agreed on, and that the other side must be a server, as OpenVPN since 2.5 wants it. It holds the private key: a \
             result of sensitive or ephemeral arguments is sensitive or ephemeral too.\n\nOpenVPN 2.6 complains only of what the server has \
             set: `compress = true` and `cipher = \"none\"`. The line that asks for a server, `remote-cert-tls server`, is not in the cloud's own \
             configuration and was not yet seen against the real cloud: take it out if OpenVPN says `VERIFY KU ERROR` or `VERIFY EKU ERROR`.",
            Type::String,
        )
        .parameter(text("config", "The client configuration, as the cloud gives it."))
        .parameter(text("ca_cert", "The certificate of the server's authority, in PEM."))
        .parameter(text("client_cert", "The client certificate, in PEM."))
        .parameter(text("client_key", "The private key of the client certificate, in PEM."))
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let (config, ca_cert, client_cert, client_key): (Secret, Secret, Secret, Secret) =
            arguments.read()?;
        let parts = Parts {
            config: config.expose(),
            ca_cert: ca_cert.expose(),
            client_cert: client_cert.expose(),
            client_key: client_key.expose(),
        };
        match profile(&parts) {
            Ok(profile) => Ok(Value::String(profile.expose().to_owned())),
            Err(fault) => {
                Err(FunctionError::new(format!("There is no profile: {fault}."))
                    .argument(fault.part()))
            }
        }
    }
}
