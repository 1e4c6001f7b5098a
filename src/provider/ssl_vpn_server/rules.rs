//! The rules across an SSL server's arguments.

use ipnet::Ipv4Net;

use super::model::{MOST_SUBNETS, SslVpnServer};
use crate::provider::network::{client_ip_pool, local_subnet, overlap};
use crate::tf::diagnostics::{Diagnostic, Diagnostics};
use crate::tf::model::Attr;

/// The rules across arguments; each waits while a value it needs is unknown, or wrong by itself.
pub fn across_arguments(config: &SslVpnServer) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let subnets: Vec<(&str, Ipv4Net)> = config
        .local_subnets
        .known()
        .filter(|subnets| subnets.len() <= MOST_SUBNETS)
        .into_iter()
        .flatten()
        .filter_map(Attr::known)
        .filter_map(|text| Some((text.as_str(), local_subnet(text)?)))
        .collect();
    for (index, (text, subnet)) in subnets.iter().enumerate() {
        if let Some((twin, _)) = subnets
            .iter()
            .take(index)
            .find(|(_, other)| other == subnet)
        {
            diagnostics.push(
                Diagnostic::error("Duplicate subnet")
                    .detail(format!("\"{twin}\" and \"{text}\" are the same network, {subnet}. Allowed: each network once."))
                    .at("local_subnets"),
            );
        }
    }
    let pool = config.client_ip_pool.known();
    if let Some(pool) = pool.and_then(|text| client_ip_pool(text)) {
        for (text, _) in subnets.iter().filter(|(_, subnet)| overlap(pool, *subnet)) {
            diagnostics.push(
                Diagnostic::error("Overlapping networks")
                    .detail(format!(
                        "The pool {pool} overlaps \"{text}\" of local_subnets, so addresses there would be ambiguous. \
                         Allowed: a pool that shares no address with any local subnet."
                    ))
                    .at("local_subnets"),
            );
        }
    }
    if config.enable_multi_factor_auth == Attr::Known(true) && config.idaas_instance_id.is_null() {
        diagnostics.push(
            Diagnostic::error("Missing IDaaS instance")
                .detail("enable_multi_factor_auth = true needs idaas_instance_id: the IDaaS instance checks the second factor.")
                .at("enable_multi_factor_auth"),
        );
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(subnets: usize) -> usize {
        let config = SslVpnServer {
            local_subnets: Attr::Known(vec![Attr::Known("10.0.0.0/8".to_owned()); subnets]),
            client_ip_pool: Attr::Known("10.1.0.0/16".to_owned()),
            ..SslVpnServer::default()
        };
        across_arguments(&config).iter().count()
    }

    #[test]
    fn what_is_refused_for_its_length_is_not_compared() {
        // Each but the first is a duplicate, and each overlaps the pool.
        assert_eq!(rules(MOST_SUBNETS), 2 * MOST_SUBNETS - 1);
        assert_eq!(rules(MOST_SUBNETS + 1), 0);
        assert_eq!(rules(200_000), 0);
    }
}
