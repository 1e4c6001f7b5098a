//! When a certificate is to be replaced. Pure.
//!
//! The clock is asked where Terraform looks at what is there, in read, and never in a plan: Terraform plans again during apply, and a
//! plan that had asked could change its mind. What a read found is in the state (`renewal_due`), and the plan goes by that.

use std::time::Duration;

use time::OffsetDateTime;

use super::model::SslVpnClientCert;
use crate::provider::timeouts::parse_duration;
use crate::tf::model::Attr;

/// Whether an end is near enough; never without a duration.
pub fn is_due(
    renew_before: Option<&String>,
    end: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> bool {
    let before = renew_before.and_then(|text| parse_duration(text));
    match (before, end) {
        (Some(before), Some(end)) => end - now <= before,
        _ => false,
    }
}

/// Whether a plan replaces the certificate because the state calls its renewal due.
///
/// Under a shorter `renew_before` it may no longer be due, which is for the clock to say after the change, and without one nobody wants
/// it. Under one that is not known yet it stays due, since the same plan must follow once it is known.
pub fn replaces(prior: &SslVpnClientCert, planned: &SslVpnClientCert) -> bool {
    let before = |text: &Attr<String>| -> Option<Duration> { parse_duration(text.known()?) };
    let stays_due = match &planned.renew_before {
        Attr::Null => false,
        Attr::Unknown => true,
        new => before(new) >= before(&prior.renew_before),
    };
    prior.renewal_due == Attr::Known(true) && stays_due
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const END: OffsetDateTime = datetime!(2026-12-31 00:00:00 UTC);

    #[test]
    fn a_renewal_is_due_from_the_moment_on_and_after_the_end() {
        let due = |now| is_due(Some(&"720h".to_owned()), Some(END), now);
        assert!(!due(datetime!(2026-11-30 23:59:59 UTC)));
        assert!(due(datetime!(2026-12-01 00:00:00 UTC)));
        assert!(due(datetime!(2027-01-01 00:00:00 UTC)));
        assert!(!is_due(None, Some(END), END));
        assert!(!is_due(Some(&"720h".to_owned()), None, END));
    }

    fn cert(renew_before: Attr<&str>, renewal_due: bool) -> SslVpnClientCert {
        SslVpnClientCert {
            renew_before: match renew_before {
                Attr::Known(text) => Attr::Known(text.to_owned()),
                Attr::Unknown => Attr::Unknown,
                Attr::Null => Attr::Null,
            },
            renewal_due: Attr::Known(renewal_due),
            ..SslVpnClientCert::default()
        }
    }

    #[test]
    fn what_is_due_is_replaced_unless_another_renew_before_says_otherwise() {
        use Attr::{Known, Null, Unknown};
        for (old, is_due, new, expected) in [
            (Known("720h"), true, Known("720h"), true),
            (Known("720h"), true, Known("30h30m"), false),
            (Known("720h"), true, Known("800h"), true),
            (Known("720h"), true, Known("43200m"), true),
            (Known("720h"), true, Null, false),
            (Known("720h"), true, Unknown, true),
            (Known("720h"), false, Null, false),
            (Known("720h"), false, Known("800h"), false),
            (Known("720h"), false, Unknown, false),
            (Null, false, Known("720h"), false),
            (Null, false, Null, false),
        ] {
            assert_eq!(
                replaces(&cert(old, is_due), &cert(new, is_due)),
                expected,
                "{old:?} {is_due} {new:?}"
            );
        }
    }
}
