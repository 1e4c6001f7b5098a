//! What there is to say before a certificate is lost, or after. Pure, but that nothing is said twice.

use super::model::SslVpnClientCert;
use crate::provider::Configured;
use crate::tf::diagnostics::Diagnostic;
use crate::tf::model::Attr;

/// Once a server and a run of the provider, however many of its certificates go; always where nobody remembers.
pub fn disconnects(configured: Option<&Configured>, cert: &SslVpnClientCert) -> Option<Diagnostic> {
    let server_id = known(&cert.ssl_vpn_server_id, "its server");
    let is_new = configured.is_none_or(|configured| {
        let region = known(&cert.region, &configured.region);
        configured.disconnected_servers.insert(region, server_id)
    });
    let warning =
        Diagnostic::warning("Deleting a client certificate disconnects every client of its server");
    is_new.then(|| {
        warning.detail(format!(
            "When a client certificate of SSL server {server_id} is deleted, all clients of that server lose their connections, those with other \
             certificates too. They can connect again at once."
        ))
    })
}

/// A certificate that is replaced because its end is near.
pub fn renewed(cert: &SslVpnClientCert) -> Diagnostic {
    Diagnostic::warning("A client certificate is due for renewal").detail(format!(
        "{} ends at {}, which is within renew_before = \"{}\": this plan replaces it. Who uses it needs the profile of the new one. To keep it for \
         now, shorten renew_before or remove it.",
        known(&cert.id, "The certificate"),
        known(&cert.end_time, "a time that is not known"),
        known(&cert.renew_before, "")
    ))
    .at("renew_before")
}

/// A certificate that goes because another server is wanted. Not where that is a server to be created: then this one's goes too,
/// as far as anybody knows.
pub fn moved(prior: &SslVpnClientCert, planned: &SslVpnClientCert) -> Option<Diagnostic> {
    let wanted = planned.ssl_vpn_server_id.known()?;
    let warning = Diagnostic::warning("A client certificate belongs to another server");
    (prior.ssl_vpn_server_id.known() != Some(wanted)).then(|| {
        warning
            .detail(format!(
                "{} belongs to SSL server {} and cannot move to {wanted}: this plan deletes it and creates another one there. If it was imported \
                 by mistake, do not apply: take it out of the state with `terraform state rm`, which leaves it as it is, and import the right one.",
                known(&prior.id, "The certificate"),
                known(&prior.ssl_vpn_server_id, "that is not known"),
            ))
            .at("ssl_vpn_server_id")
    })
}

/// A certificate that an import block names and the same plan would delete, since the configuration beside the block says something else.
pub fn import_lost(prior: &SslVpnClientCert, planned: &SslVpnClientCert) -> Option<Diagnostic> {
    let compared = [
        (
            "ssl_vpn_server_id",
            &prior.ssl_vpn_server_id,
            &planned.ssl_vpn_server_id,
        ),
        ("region", &prior.region, &planned.region),
    ];
    let (argument, has, wanted) = compared
        .into_iter()
        .find(|(_, has, wanted)| has != wanted)?;
    let (has, id) = (known(has, ""), known(&prior.id, "The certificate"));
    let wanted = match wanted {
        Attr::Known(wanted) => format!("and the configuration wants {wanted}"),
        _ => "and what the configuration wants is known only after the apply".to_owned(),
    };
    let error = Diagnostic::error(format!(
        "Client certificate {id} would be deleted by its import"
    ));
    Some(
        error
            .detail(format!(
                "{id} has {argument} = \"{has}\", {wanted}. That cannot be changed: the apply would import the certificate, delete it and create \
                 another one. So nothing is imported, and nothing is lost.\n\nImport another certificate, or set {argument} = \"{has}\"; \
                 a change can be made once the certificate is in the state."
            ))
            .at(argument),
    )
}

fn known<'a>(value: &'a Attr<String>, otherwise: &'a str) -> &'a str {
    value.known().map_or(otherwise, String::as_str)
}
