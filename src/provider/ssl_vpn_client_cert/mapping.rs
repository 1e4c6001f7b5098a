//! From the API's answers to Terraform's object. Pure.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::model::SslVpnClientCert;
use super::renewal::is_due;
use crate::cloud::vpc::{self, WholeSslVpnClientCert};
use crate::provider::lookup;
use crate::tf::model::Attr;

/// The object that an answer without certificates describes; those of `known` stay, since they never change under an ID.
///
/// `known` is the object as Terraform has it: it keeps the arguments that the cloud does not know, and the region, which `region`
/// fills in where it has none. What every certificate has (server, times) is left as known by an answer that does not speak of it.
pub fn object(
    described: &vpc::SslVpnClientCert,
    known: &SslVpnClientCert,
    region: &str,
    now: OffsetDateTime,
) -> SslVpnClientCert {
    let or_known = |shown: Attr<String>, known: &Attr<String>| match shown {
        Attr::Known(shown) => Attr::Known(shown),
        _ => known.clone(),
    };
    let status = described.status.as_ref();
    SslVpnClientCert {
        ssl_vpn_server_id: or_known(
            described.ssl_vpn_server_id.clone().into(),
            &known.ssl_vpn_server_id,
        ),
        name: described.name.clone().into(),
        region: or_known(known.region.clone(), &region.to_owned().into()),
        id: described.id.clone().into(),
        status: status.map(|status| status.as_str().to_owned()).into(),
        create_time: or_known(lookup::time(described.create_time), &known.create_time),
        end_time: or_known(lookup::time(described.end_time), &known.end_time),
        resource_group_id: described.resource_group_id.clone().into(),
        ..known.clone()
    }
    .judged(now)
}

/// As [`object`], with the certificates, where the answer has them.
pub fn whole_object(
    described: &WholeSslVpnClientCert,
    known: &SslVpnClientCert,
    region: &str,
    now: OffsetDateTime,
) -> SslVpnClientCert {
    let mut object = object(&described.cert, known, region, now);
    for (attribute, shown) in [
        (&mut object.ca_cert, &described.ca_cert),
        (&mut object.client_cert, &described.client_cert),
    ] {
        if let Some(shown) = shown {
            *attribute = Attr::Known(shown.clone());
        }
    }
    object
}

impl SslVpnClientCert {
    /// All that is known of a planned certificate whose create was accepted: what only the cloud could say stays unknown.
    pub fn accepted(self, id: &str, region: &str) -> SslVpnClientCert {
        SslVpnClientCert {
            id: Attr::Known(id.to_owned()),
            region: Attr::Known(region.to_owned()),
            renewal_due: Attr::Known(false),
            ..self
        }
    }

    /// With `renewal_due` as it is at this moment.
    pub fn judged(self, now: OffsetDateTime) -> SslVpnClientCert {
        let end = self
            .end_time
            .known()
            .and_then(|time| OffsetDateTime::parse(time, &Rfc3339).ok());
        let due = is_due(self.renew_before.known(), end, now);
        SslVpnClientCert {
            renewal_due: Attr::Known(due),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::vpc::CertStatus;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-26 00:00:00 UTC);

    fn described() -> vpc::SslVpnClientCert {
        vpc::SslVpnClientCert {
            id: "vsc-1".to_owned(),
            ssl_vpn_server_id: Some("vss-1".to_owned()),
            name: Some("ann".to_owned()),
            status: Some(CertStatus::Normal),
            create_time: Some(datetime!(2023-12-06 00:00:00 UTC)),
            end_time: Some(datetime!(2026-12-06 00:00:00 UTC)),
            ..vpc::SslVpnClientCert::default()
        }
    }

    fn text(text: &str) -> Attr<String> {
        Attr::Known(text.to_owned())
    }

    #[test]
    fn a_look_without_certificates_leaves_those_that_are_known() {
        let known = SslVpnClientCert {
            ca_cert: text("CA"),
            client_cert: text("CERT"),
            renew_before: text("720h"),
            region: text("cn-beijing"),
            ..SslVpnClientCert::default()
        };
        let read = object(&described(), &known, "cn-hangzhou", NOW);
        assert_eq!(
            (&read.ca_cert, &read.client_cert),
            (&text("CA"), &text("CERT"))
        );
        assert_eq!(read.region, text("cn-beijing"));
        assert_eq!(read.end_time, text("2026-12-06T00:00:00Z"));
        assert_eq!(read.renewal_due, Attr::Known(true));
        assert_eq!(object(&described(), &read, "cn-hangzhou", NOW), read);
    }

    #[test]
    fn a_whole_answer_brings_the_certificates_and_no_key() {
        let whole = WholeSslVpnClientCert {
            cert: described(),
            ca_cert: Some("CA".to_owned()),
            client_cert: Some("CERT".to_owned()),
            client_key: None,
            client_config: None,
        };
        let read = whole_object(&whole, &SslVpnClientCert::default(), "cn-hangzhou", NOW);
        assert_eq!(
            (&read.ca_cert, &read.client_cert),
            (&text("CA"), &text("CERT"))
        );
        assert_eq!(read.region, text("cn-hangzhou"));
        assert_eq!(read.renewal_due, Attr::Known(false));
    }

    #[test]
    fn what_every_certificate_has_stays_where_an_answer_leaves_it_out() {
        let known = object(&described(), &SslVpnClientCert::default(), "r", NOW);
        let bare = vpc::SslVpnClientCert {
            ssl_vpn_server_id: None,
            create_time: None,
            end_time: None,
            ..described()
        };
        assert_eq!(object(&bare, &known, "r", NOW), known);
    }
}
